"""Wire vocabulary of funds: spending reports as offices send them, and the ranking bulletin made of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.schemas.funds import Batch
from shared.schemas.wire import Code, Count, Day, DivisionCode, Flag, FundYear, LongText, Text, Wire

ReportState = Literal["drafted", "withdrawn", "sent", "confirmed", "returned"]
ReportPeriod = Annotated[
    str, StringConstraints(strict=True, pattern=r"^20[0-9]{2}(-(0[1-9]|1[0-2])(-[12])?|-Q[1-4]|-H[12])?$")
]
"""A month `2025-03`, its halves `2025-03-1` and `2025-03-2`, `2025-Q1`, `2025-H1`, or a year `2025`."""
ReportDocument = Literal["report", "bulletin"]
ReportFormat = Literal["xlsx", "pdf"]


class ReportKind(Wire):
    code: str
    label_zh: str
    label_en: str
    span: str = Field(description="half_month, month, quarter, half_year or year")
    due_days: int = Field(description="days after the period's end; on a day offices are closed, the next they work")
    source: str


class ReportKinds(Wire):
    items: list[ReportKind]


class StatedReduction(Wire):
    """Poverty reduction of the year so far as the office states it: the books of money do not know it."""

    households: Count | None = None
    people: Count | None = None
    villages: Count | None = None
    source: Text


class NewProgressReport(Wire):
    """A draft. Without `as_of` the figures stand at the period's last day."""

    division_code: DivisionCode
    kind: Code
    period: ReportPeriod
    fund_year: FundYear
    as_of: Day | None = None
    batch: Batch | None = Field(default=None, description="only money of this batch; all of it when not given")
    fund_kind: Code | None = None
    special: Flag | None = None
    reduction: StatedReduction | None = None


class NewReportEdition(Wire):
    """The next edition of a sent report, with the superior's consent or after its return."""

    as_of: Day | None = Field(default=None, description="as in the edition before when not given")
    reduction: StatedReduction | None = None


class NewReportSending(Wire):
    opinion: LongText = Field(description="what the one who sends it says of it")


class NewReportReceipt(Wire):
    outcome: Literal["confirm", "return"]
    opinion: LongText
    decided_on: Day


class NewReportCorrection(Wire):
    reason: LongText


class NewCorrectionConsent(Wire):
    outcome: Literal["consent", "refuse"]
    opinion: LongText
    decided_on: Day


class ReportCorrection(Wire):
    report_correction_id: int
    report_id: int
    division_code: str
    state: Literal["asked", "consented", "refused"]
    reason: str
    asked_at: datetime
    asked_by: str
    decided_on: date | None
    decided_by: str | None
    decided_office: str | None
    opinion: str | None


class ReportCorrections(Wire):
    items: list[ReportCorrection]


class ReportMeasures(Wire):
    received_fen: int
    allocated_fen: int
    paid_fen: int
    returned_fen: int
    withheld_fen: int
    spent_fen: int = Field(description="paid less returned")
    unspent_fen: int = Field(description="of the money progress is measured over, not spent")
    progress: str | None = Field(description="spent / received as a decimal string; null when nothing was received")
    progress_percent: str | None
    points_ahead: str | None = Field(description="percentage points ahead of pace, difference before rounding")
    balance_rate: str | None = Field(description="1 - progress, before rounding")
    balance_percent: str | None
    verdict: Literal["met", "on_pace", "behind", "failed"] | None
    gap_fen: int = Field(description="still to be spent to meet the target")


class ReportRow(ReportMeasures):
    key: str
    label: str


class ReportArea(ReportRow):
    own: bool = Field(description="money held by the reporting level itself, which is measured and not ranked")
    rank: int | None = Field(description="by exact progress, equals share a rank; null without money")


class ReportWaiting(Wire):
    responsible: str
    step: str
    received: bool = Field(description="false: on its way to the place, and no part of what it received")
    amount_fen: int
    late_fen: int
    items: int
    longest_days: int


class ReportAge(Wire):
    bucket: str
    label: str
    fund_years: list[int]
    unspent_fen: int


class ReportReclaim(Wire):
    receipt_id: int
    division_code: str
    division_name: str
    fund_year: int
    fund_kind: str
    fund_kind_label: str
    carried_over_since: date
    free_fen: int
    bound_fen: int


class ReportClause(Wire):
    rule: str
    zh: str
    en: str
    source: str


class ReportDefinition(Wire):
    """What counts as progress here: the definition, its target and days, and the clauses of the verdict."""

    definition_id: int | None = Field(description="null: none was stated, and the parameters say everything")
    name: str
    source: str
    counted_batch: str
    withheld_counts: bool
    denominator: str
    target: str
    target_percent: str
    target_source: str
    cut_off: date
    pace_basis: str
    pace: str
    pace_exact: str = Field(description="a fraction of whole numbers")
    pace_percent: str
    clauses: list[ReportClause]


class ReportDemand(Wire):
    """A demand of the definition held against the money, as progress answers show it."""

    kind: str
    value: str
    due_on: date
    measured_on: date
    figure_percent: str | None
    target_percent: str
    points: str | None
    verdict: str | None
    gap_fen: int
    source: str


class ReportContent(Wire):
    """A report's figures, in fen. Frozen when it is sent."""

    form: Literal[1] = 1
    division_code: str
    division_name: str
    kind: str
    kind_label: str
    period: str
    first_on: date
    last_on: date
    as_of: date
    fund_year: int
    edition: int
    batch: Batch | None
    fund_kind: str | None
    fund_kind_label: str | None
    special: bool | None
    definition: ReportDefinition
    demands: list[ReportDemand]
    total: ReportMeasures
    areas: list[ReportArea]
    areas_without_money: list[str] = Field(description="names of places right below that received nothing")
    fund_kinds: list[ReportRow]
    levels: list[ReportRow]
    waiting: list[ReportWaiting]
    carry_over_first_years: int
    carry_over_reclaim_years: int
    carry_over: list[ReportAge] = Field(description="unspent money of all fund years by age")
    reclaim: list[ReportReclaim]
    reduction: StatedReduction | None
    drafted_by: str
    drafted_office: str
    sent_by: str | None
    sent_office: str | None
    sent_at: datetime | None
    sent_on: date | None


class ReportHead(Wire):
    report_id: int
    division_code: str
    division_name: str
    kind: str
    period: str
    first_on: date
    last_on: date
    as_of: date
    due_on: date
    fund_year: int
    batch: Batch | None
    fund_kind: str | None
    special: bool | None
    edition: int
    corrects_id: int | None
    state: ReportState
    drafted_by: str
    sent_on: date | None
    sent_by: str | None
    sha256: str | None = Field(description="of the frozen content; null before it is sent")
    days_late: int = Field(description="days after the due day until it was sent")
    decided_on: date | None
    decided_by: str | None
    opinion: str | None


class ReportDifference(Wire):
    """One figure that is another one now, or in this edition."""

    section: str
    key: str
    label: str
    figure: str
    before_fen: int
    after_fen: int
    difference_fen: int


class ReportDifferences(Wire):
    against: Literal["today", "edition"]
    compared_report_id: int | None = Field(description="the earlier edition; null for today's figures")
    as_of_before: Day
    as_of_after: Day
    progress_percent_before: str | None
    progress_percent_after: str | None
    reduction_before: StatedReduction | None
    reduction_after: StatedReduction | None
    items: list[ReportDifference]


class ProgressReport(ReportHead):
    """`content` is what was sent; of a draft, what the books say now."""

    content: ReportContent
    differences: ReportDifferences | None = Field(default=None, description="when asked for")


class OverdueReport(Wire):
    division_code: str
    division_name: str
    kind: str
    period: str
    fund_year: int
    due_on: date
    sent_on: date | None = Field(description="null while it has not been sent")
    days_late: int


class OverdueReports(Wire):
    kind: str
    period: str | None = Field(description="the newest period that was due; null when none was")
    due_on: date | None
    on: date
    places: int = Field(description="places with money that owe this report")
    items: list[OverdueReport] = Field(description="latest first")


class BulletinRow(Wire):
    """Amounts in 万元 with two decimals, rates in per cent: rounded half-up, for showing."""

    key: str
    label: str
    rank: int | None
    received_wan: str
    spent_wan: str
    unspent_wan: str
    progress_percent: str | None
    points_ahead: str | None
    balance_percent: str | None


class RankingBulletin(Wire):
    title: str
    division_code: str
    fund_year: int
    as_of: date
    unit: str
    target_percent: str
    pace_percent: str
    rows: list[BulletinRow] = Field(description="best first")
    unranked: list[BulletinRow] = Field(description="money of the level itself, and places whose money is zero")
    without_money: list[str]
    total: BulletinRow = Field(description="the exact sum, rounded; not the sum of rounded figures")
