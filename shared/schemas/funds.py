"""Wire vocabulary of funds: what every part uses, rules as data, and money coming down to projects."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.schemas.wire import Code, Day, DivisionCode, Fen, FenOrZero, Flag, FundYear, LongText, Text, Wire

Batch = Literal["advance", "regular"]
"""advance: 提前下达/预拨, notified before the fund year's regular distribution; regular: 正式下达."""
Id = Annotated[int, Field(strict=True, ge=1, le=2**62)]
Decided = Literal["approve", "refuse"]
Number = Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""An order number or bank reference: letters, digits, underscore, hyphen."""
ClaimKind = Literal["advance", "progress", "final", "retention"]


class FundKindTerm(Wire):
    """What a kind is called in an area in the fund years of one regime."""

    division_code: str
    from_year: int
    to_year: int | None
    regime: str
    label_zh: str
    label_en: str
    directions: list[str]
    fee_excluded: list[str] = Field(description="directions that are no part of the management fee's base")
    source: str


class FundKind(Wire):
    """A kind of money; asked for one fund year, its name and directions are those of that year."""

    code: str
    label_zh: str
    label_en: str
    source_level: Literal["central", "province", "city", "county"]
    special: bool = Field(description="whether it is a special poverty-alleviation fund (专项扶贫资金)")
    directions: list[str]
    source: str
    terms: list[FundKindTerm]


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


class NewDocumentLine(Wire):
    """What a place is given. A line that names no project is a block grant (切块下达)."""

    division_code: DivisionCode
    amount_fen: Fen
    direction: Text | None = Field(default=None, description="one of the kind's directions in the fund year")
    project_code: Code | None = Field(default=None, description="the project the document names, counties only")
    matching_fen: FenOrZero = Field(default=0, description="what the document demands of the place's own budget")


class NewDocument(Wire):
    """A fund document. `drawn_on_receipt_id` is null when the money comes from above our books or is own budget."""

    number: Text
    title: Text
    issued_on: Day
    issuing_division: DivisionCode
    fund_year: FundYear
    fund_kind: Code
    batch: Batch
    tranche: Annotated[int, Field(strict=True, ge=1, le=99)] = Field(default=1, description="第几批")
    office_name: Text | None = Field(default=None, description="the issuing office as printed on the paper")
    public_benefit: Flag = Field(
        default=True,
        description="what the issuer says: works for the public benefit, without local matching (地方配套). "
        "A line that names a project goes by that project's own category, whatever is said here",
    )
    total_fen: Fen
    drawn_on_receipt_id: Id | None = None
    lines: Annotated[list[NewDocumentLine], Field(min_length=1, max_length=3_000)]


class DocumentLine(Wire):
    line_id: int
    division_code: str
    division_name: str
    amount_fen: int
    direction: str
    project_code: str
    matching_fen: int
    recalled_fen: int = Field(description="called back from this line, by decision")
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
    tranche: int
    office_name: str
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
    line_id: Id | None = Field(default=None, description="which line, when the document gives the place several")
    amount_fen: Fen
    received_on: Day


class Receipt(Wire):
    receipt_id: int
    document_id: int
    division_code: str
    fund_year: int
    fund_kind: str
    batch: Batch
    direction: str
    project_code: str
    amount_fen: int
    left_fen: int = Field(description="neither passed down nor proposed for a project")
    received_on: date
    registered_by: str


class NewAllocation(Wire):
    receipt_id: Id
    project_code: Code
    amount_fen: Fen
    use_code: Code | None = Field(default=None, description="a code of fund-uses; by the project when not given")
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
    reduced_fen: int = Field(description="called back or moved to another project since")
    use_code: str
    moved_from_id: int | None = Field(description="the allocation its money was moved from")
    available_fen: int = Field(description="approved and not yet claimed")
    state: Literal["proposed", "approved", "refused"]
    proposed_on: date
    proposed_by: str
    decided_on: date | None
    decided_by: str | None
    opinion: str | None
    grant_version: int = Field(description="version of the project's facts the proposal was made on")
    decided_grant_version: int | None


class EventAccepted(Wire):
    """Whether a told fact was new."""

    applied: bool
