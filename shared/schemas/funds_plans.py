"""Wire vocabulary of funds: yearly targets and campaigns, and what they are beside the actual figures."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.schemas.funds import Batch, Decided
from shared.schemas.wire import Code, Count, Day, DivisionCode, Fen, FundYear, LongText, Text, Wire

Standing = Literal["ahead", "even", "behind"]
GoalRate = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{1,3}(\.[0-9]{1,18})?$")]
"""A decimal string; whether it is a rate is the rule's to say."""


class NewSpendingTarget(Wire):
    """What a place plans for a fund year; the next version when there is one already."""

    division_code: DivisionCode
    fund_year: FundYear
    fund_kind: Code | None = Field(default=None, description="all kinds together when not given")
    planned_fen: Fen | None = None
    households: Count | None = None
    people: Count | None = None
    villages: Count | None = None
    source: Text = Field(description="the paper the figures stand in")


class NewTargetDecision(Wire):
    outcome: Decided
    opinion: LongText
    decided_on: Day


class SpendingTarget(Wire):
    spending_target_id: int
    division_code: str
    fund_year: int
    fund_kind: str | None
    version: int
    planned_fen: int | None
    households: int | None
    people: int | None
    villages: int | None
    source: str
    state: Literal["proposed", "approved", "refused"]
    entered_by: str
    decided_on: date | None
    decided_by: str | None
    opinion: str | None


class MoneyComparison(Wire):
    planned_fen: int
    actual_fen: int = Field(description="spent: paid less returned")
    share: str | None = Field(description="actual / planned as a fraction of whole numbers")
    share_percent: str | None
    expected_fen: int = Field(description="due by the day in proportion to time, rounded; compared exactly")
    ahead_fen: int
    standing: Standing
    missing_fen: int
    days_left: int
    working_days_left: int
    needed_per_working_day_fen: int | None = Field(description="rounded up; null when no working day is left")


class ReductionComparison(Wire):
    figure: Literal["households", "people", "villages"]
    planned: int
    actual: int | None = Field(description="as stated in the newest report sent by the day; null when none states it")
    share: str | None
    share_percent: str | None
    standing: Standing | None = Field(description="against the whole year's plan in proportion to time")


class TargetComparison(Wire):
    target: SpendingTarget
    money: MoneyComparison | None
    reduction: list[ReductionComparison]


class TargetComparisons(Wire):
    division_code: str
    fund_year: int
    as_of: date
    cut_off: date
    pace: str
    reduction_report_id: int | None = Field(description="the report whose stated figures are compared")
    reduction_source: str | None
    reduction_as_of: date | None
    items: list[TargetComparison]


class NewCampaign(Wire):
    """A campaign with one goal for its last day: progress of the fund year's money, or money of it spent."""

    division_code: DivisionCode
    name: Text
    fund_year: FundYear
    fund_kind: Code | None = None
    batch: Batch | None = None
    starts_on: Day
    ends_on: Day
    target_rate: GoalRate | None = None
    target_fen: Fen | None = None
    source: Text


class Campaign(Wire):
    campaign_id: int
    division_code: str
    name: str
    fund_year: int
    fund_kind: str | None
    batch: Batch | None
    starts_on: date
    ends_on: date
    target_rate: str | None
    target_fen: int | None
    source: str
    entered_by: str


class CampaignComparison(Wire):
    """`money` compares with the straight line from what was spent before the first day to the goal on the last."""

    campaign: Campaign
    as_of: date
    phase: Literal["not_begun", "running", "over"]
    reached: bool
    received_fen: int
    spent_before_fen: int = Field(description="spent when the campaign began")
    spent_during_fen: int
    progress: str | None
    progress_percent: str | None
    money: MoneyComparison
