"""Wire vocabulary of funds: where spending will land at the cut-off, and which payments close the gap."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from shared.schemas.wire import Wire


class Landing(Wire):
    """Spending at the cut-off under one bound."""

    bound: Literal["low", "likely", "high"]
    spent_fen: int
    progress: str | None = Field(description="spent / whole as a decimal string; null when there is no money")
    progress_percent: str | None = Field(description="for showing only, half up")
    verdict: Literal["met", "on_pace", "behind", "failed"] | None
    gap_fen: int = Field(description="what is short of the target at the cut-off")
    zh: str
    en: str


class EarlierYear(Wire):
    fund_year: int
    by_day_fen: int = Field(description="spent by the same day of that year")
    by_cut_off_fen: int = Field(description="spent by its cut-off")


class ForecastHistory(Wire):
    """Where spending lands if it goes on as it went."""

    basis: Literal["earlier_years", "pace", "none"]
    share_done: str | None = Field(description="share of the year's spending done by this day, decimal string")
    landing_fen: int | None
    years: list[EarlierYear]
    weight: str = Field(description="weight of this landing beside the schedules', decimal string")
    weight_source: str
    zh: str
    en: str


class ForecastComponent(Wire):
    """Received and not spent money of one sort. All components together are all of it."""

    component: str
    items: int
    total_fen: int
    low_fen: int = Field(description="certain to be paid by the cut-off")
    scheduled_fen: int = Field(description="paid by the cut-off when every step takes its usual time")
    high_fen: int = Field(description="paid by the cut-off when no step takes longer than its deadline")
    zh: str
    en: str


class LeadTime(Wire):
    """How long a step takes here."""

    step: str
    usual_days: int
    deadline_days: int
    basis: Literal["history", "deadline"]
    samples: int = Field(description="finished steps of the area the usual days are the median of")
    source: str


class ForecastParameter(Wire):
    """A number of the policy the forecast rests on, as of the day."""

    key: str
    value: str
    unit: str
    source: str


class ClosingPayment(Wire):
    """A payment that helps to close the gap."""

    reference: str = Field(description="claim:…, batch:…, retention:…, allocation:…, receipt:… or line:…")
    component: str
    step: str
    responsible: str
    office: str
    office_name: str
    division_code: str
    project_code: str
    project_name: str
    fund_kind: str
    amount_fen: int
    earliest_on: date = Field(description="the day it is paid when every step takes its usual time")
    cumulated_fen: int
    progress: str = Field(description="after this payment")


class ForecastClosing(Wire):
    """The nearest payments that together close today's gap."""

    gap_fen: int
    closed: bool
    payments: list[ClosingPayment]
    payments_total: int = Field(description="how many there are, also those cut from `payments`")
    missing_fen: int = Field(description="what all payments in time together fall short by")
    too_late_fen: int = Field(description="can be paid, but usually after the cut-off")
    stuck_fen: int = Field(description="leads to no payment as it stands")
    zh: str
    en: str


class Forecast(Wire):
    division_code: str
    division_name: str
    fund_year: int
    as_of: date
    cut_off: date
    batch: str
    fund_kind: str | None
    target: str
    target_source: str
    whole_fen: int = Field(description="what spending is measured against, as of the day")
    spent_fen: int
    progress: str | None
    gap_fen: int
    landings: list[Landing]
    history: ForecastHistory
    components: list[ForecastComponent]
    lead_times: list[LeadTime]
    parameters: list[ForecastParameter] = Field(description="of the area; a county of it may have its own")
    closing: ForecastClosing
    zh: str = Field(description="what the answer rests on as a whole; says so when there is no money")
    en: str
