"""Wire vocabulary of funds: the ledger, the 90 % rule, the walk, and what the public sees."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from shared.schemas.funds_definitions import Clause as Clause
from shared.schemas.funds_definitions import MeasuredThreshold, UsedDefinition
from shared.schemas.wire import Wire


class BalanceRow(Wire):
    account_kind: str
    debit_fen: int
    credit_fen: int
    balance_fen: int = Field(description="credits less debits")


class TrialBalance(Wire):
    division_code: str
    rows: list[BalanceRow]
    sum_fen: int = Field(description="zero, always")


class LedgerDifference(Wire):
    what: Literal["chain_broken", "content_changed", "number_missing", "balance_differs", "chain_end_differs"]
    book: str
    transfer_id: int | None = None
    number: int | None = Field(description="which transfer of the account; without an account, of the book's chain")
    account_id: int | None


class LedgerVerification(Wire):
    division_code: str
    ok: bool
    books: int = Field(description="books that were one chain each, before transfers were chained by account")
    transfers: int
    accounts: int
    first_difference: LedgerDifference | None


class Transfer(Wire):
    transfer_id: int
    book: str
    number: int | None = Field(description="the place in the book's chain, of transfers from before it ended")
    kind: str
    debit_kind: str
    debit_owner_id: int
    credit_kind: str
    credit_owner_id: int
    amount_fen: int
    fund_year: int
    effective_on: date
    recorded_at: datetime
    cause_type: str
    cause_id: int
    actor: str
    reverses: int | None
    reason: str | None = Field(description="why a correction undoes what it undoes")
    debit_version: int = Field(description="which transfer of the debit account this is")
    debit_balance_fen: int = Field(description="what the debit account held after it")
    credit_version: int
    credit_balance_fen: int
    hash: str = Field(description="SHA-256 over the hashes before it on both accounts and its content")


class Measures(Wire):
    received_fen: int
    allocated_fen: int
    paid_fen: int
    returned_fen: int
    withheld_fen: int
    progress: str | None = Field(
        description="(paid - returned) / received, or as the definition says; a decimal string, null at zero"
    )
    progress_percent: str | None = Field(description="for showing only, half up")
    points_ahead: str | None = Field(description="percentage points ahead of pace, difference before rounding")
    pace: str
    verdict: Literal["met", "on_pace", "behind", "failed"] | None
    gap_fen: int = Field(description="still to be paid to meet the target")


class MeasuredGroup(Measures):
    key: str
    label: str


Responsible = Literal["finance", "project", "third"]
"""Who answers for money that waits; `third` by a decision only."""


class Delay(Wire):
    step: str
    responsible: Responsible
    office: str
    office_name: str
    division_code: str
    amount_fen: int
    since: date
    days: int
    deadline_days: int = Field(description="calendar days from `since` to `due_on`")
    due_on: date = Field(description="the last day in time")
    deadline_counting: Literal["calendar", "working", "fixed"]
    days_late: int
    late: bool
    received: bool = Field(description="false while the area has not received the money yet")
    project_code: str
    project_name: str
    fund_kind: str
    reference: str
    batch: str
    project_office: str = Field(description="the office that runs the project, whoever answers at this step")
    project_office_name: str
    decision_id: int | None = Field(description="the decision by which this side answers; null by the step's rule")
    third_cause: str


class DelaySum(Wire):
    step: str
    responsible: Responsible
    received: bool
    amount_fen: int
    late_fen: int
    items: int
    longest_days: int


class Progress(Wire):
    division_code: str
    division_name: str
    fund_year: int
    as_of: date
    batch: str
    fund_kind: str | None
    source_level: str | None
    target: str
    target_source: str
    cut_off: date
    definition: UsedDefinition
    thresholds: list[MeasuredThreshold] = Field(description="every demand of the definition, judged by itself")
    clauses: list[Clause]
    total: Measures
    withheld_not_due_fen: int | None = Field(description="null when nothing of what waits was asked for")
    group_by: str
    groups: list[MeasuredGroup]
    delays: list[Delay] | None
    delay_sums: list[DelaySum] | None = Field(description="all delays by step and side, also those cut from `delays`")


class PublicProgress(Wire):
    division_code: str
    division_name: str
    fund_year: int
    as_of: date
    target: str
    target_source: str
    total: Measures
    groups: list[MeasuredGroup]


class PublishedAllocation(Wire):
    project_code: str
    project_name: str
    county_code: str
    division_code: str
    fund_year: int
    fund_kind: str
    amount_fen: int
    document_number: str
    document_title: str
    office_name: str
    decided_on: date
