"""Wire vocabulary of funds: contract terms, opinions on claims, approvals of large ones."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.schemas.funds import Id
from shared.schemas.wire import Code, Day, FenOrZero, LongText, Wire

Rate = Annotated[str, Field(strict=True), StringConstraints(pattern=r"^(0(\.[0-9]{1,4})?|1(\.0{1,4})?)$")]


class NewContractTerms(Wire):
    project_code: Code
    other_sources_fen: FenOrZero = Field(description="the contract's part other sources pay; never claimable")
    advance_rate: Rate = Field(description="highest share of the claimable part paid in advance")
    progress_rate: Rate = Field(description="highest share of the claimable part paid before the final claim")
    stated_on: Day


class ContractTerms(Wire):
    contract_terms_id: int
    project_code: str
    county_code: str
    contract_fen: int = Field(description="the contract when the terms were stated")
    other_sources_fen: int
    advance_rate: str
    progress_rate: str
    stated_on: date
    stated_by: str
    state: Literal["proposed", "approved", "refused"]
    decided_on: date | None
    decided_by: str | None
    opinion: str | None


class NewOpinion(Wire):
    outcome: Literal["support", "oppose"]
    opinion: LongText
    given_on: Day


class Opinion(Wire):
    level: Literal["township", "department"]
    outcome: Literal["support", "oppose"]
    opinion: str
    given_on: date
    given_by: str


class Approval(Wire):
    level: Literal["county", "superior"]
    opinion: str
    approved_on: date
    approved_by: str


class ClaimChecks(Wire):
    """What a claim needs before its order, besides finance's review."""

    claim_id: int
    window_fen: int = Field(description="what the payee claims altogether within the county's window of days")
    approvals_needed: list[Literal["county", "superior"]]
    approvals: list[Approval]
    opinions: list[Opinion]


class NewRepeat(Wire):
    """A claim made again after its payment came back whole; its papers stay with the first. The money is taken from
    where it came back to, or from another allocation of the project. A progress claim may state more done by now."""

    claimed_on: Day
    allocation_id: Id | None = None
    progress_percent: Annotated[int, Field(strict=True, ge=1, le=100)] | None = None
