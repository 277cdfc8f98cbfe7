"""Wire vocabulary of funds: documents, receipts, allocations, claims, payments, grants, ledger, progress, trace."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.schemas.wire import Code, Day, DivisionCode, Fen, FundYear, LongText, Sha256, Text, Wire

Batch = Literal["advance", "regular"]
"""advance: 提前下达/预拨, notified before the fund year's regular distribution; regular: 正式下达."""
Id = Annotated[int, Field(strict=True, ge=1, le=2**62)]
ClaimKind = Literal["progress", "final", "retention"]
Decided = Literal["approve", "refuse"]
Number = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""An order number or bank reference: letters, digits, underscore, hyphen."""
IdentityNumber = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{17}[0-9X]$")]


# Lists and parameters


class FundKind(Wire):
    code: str
    label_zh: str
    label_en: str
    source_level: Literal["central", "province", "city", "county"]
    special: bool = Field(description="whether it is a special poverty-alleviation fund (专项扶贫资金)")
    directions: list[str]
    source: str


class FundKinds(Wire):
    items: list[FundKind]


class ClaimPaperKind(Wire):
    claim_kind: ClaimKind
    paper_kind: str
    label_zh: str
    label_en: str
    source: str


class ClaimPaperKinds(Wire):
    items: list[ClaimPaperKind]


class Programme(Wire):
    code: str
    division_code: str
    valid_from: date
    valid_to: date | None
    label_zh: str
    label_en: str
    period_kind: str
    min_fen: int
    max_fen: int
    source: str


class Programmes(Wire):
    items: list[Programme]


class FundParameter(Wire):
    """A number or word the policy leaves to place and year."""

    key: str
    division_code: str
    valid_from: date
    valid_to: date | None
    value: str
    unit: str
    source: str


class FundParameters(Wire):
    items: list[FundParameter]


class NewFundParameter(Wire):
    """A new value for one's own area; the value before it ends the day before `valid_from`."""

    key: Code
    division_code: DivisionCode
    valid_from: Day
    value: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-z.-]{1,32}$")]
    source: Text


# Money coming down


class NewDocumentLine(Wire):
    division_code: DivisionCode
    amount_fen: Fen


class NewDocument(Wire):
    """A fund document. `drawn_on_receipt_id` is null when the money comes from above our books or is own budget."""

    number: Text
    title: Text
    issued_on: Day
    issuing_division: DivisionCode
    fund_year: FundYear
    fund_kind: Code
    batch: Batch
    total_fen: Fen
    drawn_on_receipt_id: Id | None = None
    lines: Annotated[list[NewDocumentLine], Field(min_length=1, max_length=3_000)]


class DocumentLine(Wire):
    line_id: int
    division_code: str
    division_name: str
    amount_fen: int
    receipt_id: int | None = Field(description="set once the line is registered")


class DocumentHead(Wire):
    document_id: int
    number: str
    title: str
    issued_on: date
    issuing_division: str
    fund_year: int
    fund_kind: str
    batch: Batch
    total_fen: int
    drawn_on_receipt_id: int | None
    issued_by: str
    issuing_office: str


class Document(DocumentHead):
    """Lines are those of the reader's area; all of them for the issuer."""

    lines: list[DocumentLine]


class NewReceipt(Wire):
    document_id: Id
    division_code: DivisionCode
    amount_fen: Fen
    received_on: Day


class Receipt(Wire):
    receipt_id: int
    document_id: int
    division_code: str
    fund_year: int
    fund_kind: str
    batch: Batch
    amount_fen: int
    left_fen: int = Field(description="neither passed down nor proposed for a project")
    received_on: date
    registered_by: str


class NewAllocation(Wire):
    receipt_id: Id
    project_code: Code
    amount_fen: Fen
    proposed_on: Day | None = Field(default=None, description="today when not given")


class NewDecision(Wire):
    outcome: Decided
    opinion: LongText
    decided_on: Day


class Allocation(Wire):
    allocation_id: int
    receipt_id: int
    project_code: str
    project_name: str
    county_code: str
    division_code: str
    fund_year: int
    fund_kind: str
    batch: Batch
    purpose: str
    office: str
    office_name: str
    amount_fen: int
    available_fen: int = Field(description="approved and not yet claimed")
    state: Literal["proposed", "approved", "refused"]
    proposed_on: date
    proposed_by: str
    decided_on: date | None
    decided_by: str | None
    opinion: str | None
    grant_version: int = Field(description="version of the project's facts the proposal was made on")
    decided_grant_version: int | None


# Money going out


class NewPaper(Wire):
    kind: Code
    name: Text
    sha256: Sha256


class NewClaim(Wire):
    allocation_id: Id
    kind: ClaimKind
    amount_fen: Fen
    claimed_on: Day
    papers: Annotated[list[NewPaper], Field(max_length=50)]


class NewReview(Wire):
    outcome: Decided
    opinion: LongText
    reviewed_on: Day


class Paper(Wire):
    kind: str
    name: str
    sha256: str


class Claim(Wire):
    claim_id: int
    allocation_id: int
    project_code: str
    county_code: str
    fund_year: int
    kind: ClaimKind
    amount_fen: int
    payable_fen: int
    withheld_fen: int
    retention_rate: str
    claimed_on: date
    claimed_by: str
    state: Literal["filed", "approved", "refused", "ordered", "paid"]
    reviewed_on: date | None
    reviewed_by: str | None
    opinion: str | None
    releases_claim_id: int | None
    papers: list[Paper] = []


class NewPayment(Wire):
    claim_id: Id
    order_no: Number
    ordered_on: Day | None = Field(default=None, description="today when not given")


class NewPaymentResult(Wire):
    """What the bank says of the order. Only `paid` makes the payment final."""

    outcome: Literal["paid", "refused"]
    settled_on: Day
    bank_reference: Number


class NewPaymentReturn(Wire):
    amount_fen: Fen
    returned_on: Day
    reason: Text
    bank_reference: Number


class PaymentReturn(Wire):
    amount_fen: int
    returned_on: date
    reason: str
    bank_reference: str


class Payment(Wire):
    payment_id: int
    claim_id: int
    allocation_id: int
    county_code: str
    fund_year: int
    order_no: str
    amount_fen: int
    payee_name: str
    payee_uscc: str
    ordered_on: date
    ordered_by: str
    state: Literal["ordered", "paid", "refused"]
    settled_on: date | None
    bank_reference: str | None
    returned_fen: int = 0
    returns: list[PaymentReturn] = []


class NewRelease(Wire):
    released_on: Day
    papers: Annotated[list[NewPaper], Field(max_length=50)]


class Retention(Wire):
    claim_id: int
    allocation_id: int
    project_code: str
    county_code: str
    withheld_fen: int = Field(description="still held back")
    due_on: date | None = Field(description="null while the project is not accepted")


# Grants to people


class NewGrantLine(Wire):
    ref: Code = Field(description="the list's own reference, unique in the batch")
    identity_number: IdentityNumber
    amount_fen: Fen


class NewGrantBatch(Wire):
    programme: Code
    allocation_id: Id
    fund_year: FundYear
    period: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9A-Za-z-]{4,20}$")] = Field(
        description="e.g. 2026, 2026-Q1, 2026-2027"
    )
    mode: Literal["refuse_batch", "accept_good"]
    prepared_on: Day | None = Field(default=None, description="today when not given")
    lines: Annotated[list[NewGrantLine], Field(min_length=1, max_length=5_000)]


class NewGrantOrder(Wire):
    order_no: Number
    ordered_on: Day | None = Field(default=None, description="today when not given")


class GrantLineResult(Wire):
    line_id: Id
    outcome: Literal["paid", "returned"]
    bank_reference: Number


class NewGrantResult(Wire):
    """Results by line, or every line still open paid under one reference (`all_paid_reference`)."""

    settled_on: Day
    lines: Annotated[list[GrantLineResult], Field(max_length=5_000)] = []
    all_paid_reference: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_-]{1,50}$")] | None = None


class GrantLine(Wire):
    line_id: int
    ref: str
    person_id: str | None
    household_id: str | None
    division_code: str | None
    name_masked: str | None
    amount_fen: int
    state: Literal["refused", "prepared", "approved", "stopped", "ordered", "paid", "returned"]
    reason: str | None
    bank_reference: str | None
    settled_on: date | None


class GrantBatchHead(Wire):
    batch_id: int
    programme: str
    allocation_id: int
    county_code: str
    fund_year: int
    period: str
    total_fen: int = Field(description="of the lines that were accepted")
    accepted_lines: int
    refused_lines: int
    state: Literal["prepared", "approved", "refused", "ordered", "settled"]
    prepared_on: date
    prepared_by: str
    decided_on: date | None
    decided_by: str | None
    opinion: str | None
    ordered_on: date | None
    ordered_by: str | None
    order_no: str | None


class GrantBatch(GrantBatchHead):
    lines: list[GrantLine]


class Grant(GrantLine):
    """A grant with the batch it stands in."""

    batch_id: int
    programme: str
    period: str
    fund_year: int
    project_code: str


# Ledger


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
    number: int | None
    account_id: int | None


class LedgerVerification(Wire):
    division_code: str
    ok: bool
    books: int
    transfers: int
    accounts: int
    first_difference: LedgerDifference | None


class Transfer(Wire):
    transfer_id: int
    book: str
    number: int
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
    hash: str


# Progress, trace, public


class Measures(Wire):
    received_fen: int
    allocated_fen: int
    paid_fen: int
    returned_fen: int
    withheld_fen: int
    progress: str | None = Field(description="(paid - returned) / received as a decimal string; null at zero")
    progress_percent: str | None = Field(description="for showing only, half up")
    points_ahead: str | None = Field(description="percentage points ahead of pace, difference before rounding")
    pace: str
    verdict: Literal["met", "on_pace", "behind", "failed"] | None
    gap_fen: int = Field(description="still to be paid to meet the target")


class MeasuredGroup(Measures):
    key: str
    label: str


class Delay(Wire):
    step: str
    responsible: Literal["finance", "project"]
    office: str
    office_name: str
    division_code: str
    amount_fen: int
    since: date
    days: int
    deadline_days: int
    late: bool
    received: bool = Field(description="false while the area has not received the money yet")
    project_code: str
    project_name: str
    fund_kind: str
    reference: str


class DelaySum(Wire):
    step: str
    responsible: Literal["finance", "project"]
    received: bool
    amount_fen: int
    late_fen: int
    items: int
    longest_days: int


class Clause(Wire):
    """A sentence of the verdict with the figures and the source it rests on."""

    rule: str
    zh: str
    en: str
    source: str


class Progress(Wire):
    division_code: str
    division_name: str
    fund_year: int
    as_of: date
    batch: str
    fund_kind: str | None
    target: str
    target_source: str
    cut_off: date
    clauses: list[Clause]
    total: Measures
    withheld_not_due_fen: int
    group_by: str
    groups: list[MeasuredGroup]
    delays: list[Delay]
    delay_sums: list[DelaySum] = Field(description="all delays by step and side, also those cut from `delays`")


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


class TraceNode(Wire):
    id: str
    type: str
    label: str
    division_code: str
    amount_fen: int
    on: date | None
    state: str
    by: str = Field(description="account that entered it")
    decided_by: str | None
    decided_on: date | None
    decided_office: str | None


class TraceEdge(Wire):
    source: str
    target: str
    amount_fen: int


class Trace(Wire):
    start: str
    nodes: list[TraceNode]
    edges: list[TraceEdge]
