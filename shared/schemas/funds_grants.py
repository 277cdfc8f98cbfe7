"""Wire vocabulary of funds: grants to people. An identity number comes in and is never given back."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from shared.schemas.funds import Id, Number
from shared.schemas.wire import Code, Day, Fen, FundYear, Text, Wire

IdentityNumber = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9]{17}[0-9X]$")]


class NewGrantLine(Wire):
    ref: Code = Field(description="the list's own reference, unique in the batch")
    identity_number: IdentityNumber
    amount_fen: Fen
    payee_identity_number: IdentityNumber | None = Field(
        default=None, description="who receives it, where that is not whom the programme says"
    )


class NewGrantBatch(Wire):
    programme: Code
    allocation_id: Id
    fund_year: FundYear
    period: Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9A-Za-z-]{4,20}$")] = Field(
        description="by the programme's period_kind: 2026, 2025-2026, 2026-03 or once"
    )
    mode: Literal["refuse_batch", "accept_good"]
    prepared_on: Day | None = Field(default=None, description="today when not given")
    lines: Annotated[list[NewGrantLine], Field(min_length=1, max_length=10_000)]


class NewGrantOrder(Wire):
    order_no: Number
    ordered_on: Day | None = Field(default=None, description="today when not given")


class NewRegrant(Wire):
    """Lines of a batch that came back or wait, granted anew in a batch of their own with all its checks. The money is
    taken from where it came back to, or from another allocation for grants of the county. With accept_good, a line
    that waits and is refused for another reason than its account waits no more: nobody's place is taken by it."""

    lines: Annotated[list[Id], Field(min_length=1, max_length=10_000)]
    mode: Literal["refuse_batch", "accept_good"]
    prepared_on: Day | None = Field(default=None, description="today when not given")
    allocation_id: Id | None = None


class GrantLineResult(Wire):
    line_id: Id
    outcome: Literal["paid", "returned"]
    bank_reference: Number


class NewGrantResult(Wire):
    """Results by line, or every line still open paid under one reference (`all_paid_reference`)."""

    settled_on: Day
    lines: Annotated[list[GrantLineResult], Field(max_length=10_000)] = []
    all_paid_reference: Annotated[str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_-]{1,50}$")] | None = None


class NewGrantReturn(Wire):
    """A paid grant came back whole to the county's account."""

    returned_on: Day
    returned_by: Literal["bank", "household"] = Field(
        description="sent back by the bank after it had paid, or given back by the household"
    )
    reason: Text
    bank_reference: Number


class GrantReturn(Wire):
    """A paid grant that came back: its money is its allocation's again, its line is `returned`."""

    return_id: int
    line_id: int
    batch_id: int
    amount_fen: int
    returned_on: date
    returned_by: Literal["bank", "household"]
    reason: str
    bank_reference: str


class GrantLine(Wire):
    line_id: int
    ref: str
    person_id: str | None
    household_id: str | None
    division_code: str | None
    name_masked: str | None
    amount_fen: int
    state: Literal["refused", "prepared", "approved", "waiting", "stopped", "ordered", "paid", "returned"]
    reason: str | None
    reason_detail: str | None = Field(description="the fact or group of programmes the reason turned on")
    payee_person_id: str | None
    payee_basis: Literal["person", "head", "guardian", "mandate"] | None
    household_version: int | None
    facts: dict[str, Any] | None = Field(description="what the register said at preparation and the amount depends on")
    facts_hash: str | None = Field(description="SHA-256 over the facts with the household's version")
    cool_until: date | None = Field(description="first day money may go into the account changed after approval")
    regrant_of: int | None = Field(description="the returned or waiting line this one takes the place of")
    bank_reference: str | None
    settled_on: date | None


class GrantBatchHead(Wire):
    batch_id: int
    programme: str
    allocation_id: int
    county_code: str
    fund_year: int
    entitled_year: int = Field(description="the year the grants count to; the money's, but for grants made anew later")
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


class GrantRefusal(Wire):
    """Who refused a list that had been approved; who approved it stays with the list."""

    decided_on: date
    decided_by: str
    opinion: str


class GrantBatch(GrantBatchHead):
    refusal: GrantRefusal | None = Field(description="of a list that was approved and refused before it was ordered")
    lines: list[GrantLine]


class Grant(GrantLine):
    """A grant with the batch it stands in."""

    batch_id: int
    programme: str
    period: str
    fund_year: int
    project_code: str
