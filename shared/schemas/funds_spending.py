"""Wire vocabulary of funds: claims, payments and retention."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from shared.schemas.funds import ClaimKind, Id, Number
from shared.schemas.wire import Code, Day, Fen, LongText, Sha256, Text, Wire


class NewPaper(Wire):
    """A paper of a claim. Numbered kinds, such as invoices, name their number and the issuer's code."""

    kind: Code
    name: Text
    sha256: Sha256
    issuer: Code | None = None
    number: Number | None = None


class NewClaim(Wire):
    allocation_id: Id
    kind: ClaimKind
    amount_fen: Fen
    claimed_on: Day
    progress_percent: Annotated[int | None, Field(strict=True, ge=1, le=100)] = Field(
        default=None, description="of a progress claim: how much of the works is done"
    )
    use_code: Code | None = Field(default=None, description="a code of fund-uses; the allocation's when not given")
    papers: Annotated[list[NewPaper], Field(max_length=50)]


class NewReview(Wire):
    outcome: Literal["approve", "refuse"]
    opinion: LongText
    reviewed_on: Day


class Paper(Wire):
    kind: str
    name: str
    sha256: str
    issuer: str | None = None
    number: str | None = None


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
    payee_name: str
    payee_uscc: str
    progress_percent: int | None
    state: Literal["filed", "approved", "refused", "ordered", "paid", "returned"]
    reviewed_on: date | None
    reviewed_by: str | None
    opinion: str | None
    releases_claim_id: int | None
    repeats_claim_id: int | None
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
    state: Literal["ordered", "paid", "refused", "returned"]
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
