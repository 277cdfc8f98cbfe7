"""Wire vocabulary of funds: what progress means for which money, and what must be reached by when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.schemas.wire import Code, Day, DivisionCode, Flag, FundYear, LongText, Text, Wire

Batch = Literal["advance", "regular"]
SourceLevel = Literal["central", "province", "city", "county"]
Denominator = Literal["received", "allocated", "advance"]
ThresholdKind = Literal["year_end_rate", "balance_max", "quarter_rate", "pace"]
DayText = Annotated[str, StringConstraints(strict=True, pattern=r"^([0-9]{4}-)?[0-9]{2}-[0-9]{2}$")]
ValueText = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{1,6}(\.[0-9]{1,18})?$")]
Priority = Annotated[int, Field(strict=True, ge=0, le=99, description="the higher wins")]
SourceText = Annotated[str, StringConstraints(strict=True, max_length=500, strip_whitespace=True)]


class NewSpendingThreshold(Wire):
    """One demand: at least a share spent, at most a share unspent, a share by a quarter's end, or keeping with time."""

    kind: ThresholdKind
    value: ValueText | None = Field(
        default=None,
        description="a share above 0 and at most 1; null: year_end_rate as the parameter spending_target says, "
        "pace the whole share of the time passed",
    )
    due_on: DayText | None = Field(default=None, description="MM-DD of the fund year; null: the cut-off")
    source: SourceText = Field(default="", description="the paper that demands it; refused when empty")
    priority: Priority = 0
    valid_from: Day | None = Field(default=None, description="null: as the definition")
    valid_to: Day | None = None


class NewSpendingDefinition(Wire):
    """How the progress of some money is counted. Null kind, level or batch: any."""

    name: Text
    division_code: DivisionCode
    year_from: FundYear
    year_to: FundYear | None = None
    fund_kind: Code | None = None
    source_level: SourceLevel | None = Field(default=None, description="the level of finance the money comes from")
    batch: Batch | None = None
    priority: Priority = 0
    withheld_counts: Flag = Field(default=False, description="whether retention held back counts as spent")
    denominator: Denominator = Field(
        default="received",
        description="received; allocated to projects; or advance: the advance batch alone, above and below the line",
    )
    regular_from: DayText | None = Field(default=None, description="MM-DD from which the regular batch counts")
    regular_after_days: Annotated[int, Field(strict=True, ge=1, le=366)] | None = Field(
        default=None, description="days after the area's first receipt of the regular batch, which then counts whole"
    )
    cut_off: DayText | None = Field(default=None, description="MM-DD; null: as the area's parameter says")
    pace_basis: Literal["day", "month"] | None = Field(default=None, description="null: as the area's parameter says")
    valid_from: Day = Field(description="a day or fund year gone by needs an office above")
    source: Text
    thresholds: Annotated[list[NewSpendingThreshold], Field(max_length=20)] = Field(
        default=[], description="without a year_end_rate the parameter spending_target holds as one"
    )


class SpendingThreshold(Wire):
    threshold_id: int
    kind: ThresholdKind
    value: str | None
    due_on: str | None
    source: str
    priority: int
    valid_from: date
    valid_to: date | None


class SpendingDefinitionEnded(Wire):
    """An end that gave way to an earlier one."""

    ends_on: date
    ended_at: datetime | None
    ended_by: str | None
    ended_office: str | None
    reason: str | None


class SpendingDefinition(Wire):
    definition_id: int
    name: str
    division_code: str
    year_from: int
    year_to: int | None
    fund_kind: str | None
    source_level: SourceLevel | None
    batch: Batch | None
    priority: int
    withheld_counts: bool
    denominator: Denominator
    regular_from: str | None
    regular_after_days: int | None
    cut_off: str | None
    pace_basis: Literal["day", "month"] | None
    source: str
    valid_from: date
    valid_to: date | None
    state: Literal["proposed", "approved", "refused", "withdrawn"]
    entered_by: str
    entered_at: datetime
    decided_by: str | None
    decided_on: date | None
    opinion: str | None
    ended_by: str | None
    ended_at: datetime | None
    end_reason: str | None
    earlier_ends: list[SpendingDefinitionEnded] = Field(description="later ends set before, the oldest first")
    thresholds: list[SpendingThreshold]


class SpendingDefinitionEnd(Wire):
    """The last day a definition holds; a day gone by needs an office above. One ahead gives way to an earlier one."""

    ends_on: Day
    reason: LongText


class Clause(Wire):
    """A sentence of a verdict or definition with the figures and the source it rests on."""

    rule: str
    zh: str
    en: str
    source: str


class SpendingDemand(Wire):
    """A threshold as it holds for one fund year."""

    threshold_id: int | None = Field(description="null: the parameter, where the definition has no year_end_rate")
    kind: ThresholdKind
    value: str
    due_on: date
    priority: int
    source: str


class UsedDefinition(Wire):
    """The definition an answer was measured by."""

    definition_id: int | None = Field(description="null: none holds, and the parameters alone say everything")
    name: str
    division_code: str
    general: bool = Field(description="it is for all money of its place together")
    counted: bool = Field(description="false: the money asked about is not counted, so that nothing is judged")
    counted_batch: Literal["all", "advance", "regular"]
    left_out_fen: int = Field(description="received of the regular batch and not counted, or not yet")
    withheld_counts: bool
    denominator: Denominator
    cut_off: date
    pace_basis: str
    priority: int
    source: str
    others: list[int] = Field(description="definitions of parts of this money, by kind, level or batch")
    clauses: list[Clause]


class SpendingResolution(Wire):
    """Which definition holds for some money on a day, and what it demands."""

    division_code: str
    fund_year: int
    as_of: date
    definition: UsedDefinition
    demands: list[SpendingDemand]
    outranked: list[int] = Field(description="definitions that fit too, the next best first")


class MeasuredThreshold(Wire):
    """A demand held against the money as it stood on `measured_on`: the day asked about, or the due day once passed."""

    threshold_id: int | None
    kind: ThresholdKind
    value: str
    priority: int
    due_on: date
    measured_on: date
    figure: str | None = Field(description="what was reached, exact to 18 places; null when the denominator is zero")
    figure_percent: str | None = Field(description="for showing only, half up")
    target: str = Field(description="what was demanded on that day; for a pace the time passed")
    target_percent: str
    points: str | None = Field(description="percentage points on the right side of the target, rounded last")
    verdict: Literal["met", "on_pace", "behind", "failed", "not_due"] | None
    gap_fen: int = Field(description="fen to be paid until the demand is met")
    clause: Clause
