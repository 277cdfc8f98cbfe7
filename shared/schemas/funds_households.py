"""Wire vocabulary of funds: what one household received, and who is entitled and was not paid."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from shared.schemas.funds_grants import Grant
from shared.schemas.wire import Wire


class ReceivedSum(Wire):
    """Money of one year, programme and project."""

    fund_year: int
    programme: str
    programme_name: str
    project_code: str
    paid_fen: int
    paid_count: int
    on_the_way_fen: int = Field(description="prepared, approved, waiting or at the bank")


MovedKind = Literal[
    "grant", "grant_return", "grant_return_reversal", "claw_back", "dividend", "dividend_reversal", "loan",
    "loan_repayment", "loan_repayment_reversal", "interest_subsidy", "donation", "pool_lending", "pool_repayment",
    "pool_repayment_reversal", "pool_contribution", "pool_contribution_reversal", "pool_withdrawal",
]  # fmt: skip
Direction = Literal["in", "out"]


class HouseholdMoney(Wire):
    """Money that reached the household (`in`) or that it gave back (`out`), with what it goes back to."""

    kind: MovedKind
    direction: Direction
    on: date
    amount_fen: int
    reference: str = Field(description="the decided thing it goes back to, such as `loan:12`")
    source_document: str | None = Field(description="the fund document, donation receipt, enterprise or reason")
    paper: str | None = Field(description="order number, bank reference, quarter or purpose")


class HouseholdMoneySum(Wire):
    """Money of one kind in one calendar year."""

    kind: MovedKind
    direction: Direction
    year: int
    amount_fen: int
    count: int


class HouseholdGrants(Wire):
    """All a household ever received in the reader's area, summed and line by line, newest first.

    `paid_fen`, `sums`, `by_year` and `items` are of grants alone; `money` and `money_sums` are of every kind.
    """

    household_id: str
    paid_fen: int
    on_the_way_fen: int
    sums: list[ReceivedSum]
    by_year: dict[str, int] = Field(description="fen paid by fund year")
    items: list[Grant] = Field(description="the newest 500, refused lines left out")
    complete: bool = Field(description="whether `items` are all there are")
    money: list[HouseholdMoney] = Field(description="every kind, the newest 500")
    money_sums: list[HouseholdMoneySum] = Field(description="of all there is, not of the newest alone")
    money_complete: bool = Field(description="whether `money` is all there is")
    not_shown: list[str] = Field(description="rights the reader lacks; money of those kinds is left out")


class Entitled(Wire):
    """Somebody who meets what the programme asks and has no live grant of the period."""

    person_id: str
    household_id: str
    division_code: str
    name_masked: str
    entitled_fen: int


class EntitledUnpaid(Wire):
    """应发未发: a page of people asked about, and those among them who were not paid."""

    programme: str
    programme_name: str
    period: str
    asked: int = Field(description="how many people of this page meet the programme's conditions")
    unpaid_fen: int
    items: list[Entitled]
    next_cursor: str | None = None
