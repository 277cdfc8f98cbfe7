"""Wire vocabulary of funds: what one household received, and who is entitled and was not paid."""

from __future__ import annotations

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


class HouseholdGrants(Wire):
    """All a household ever received in the reader's area, summed and line by line, newest first."""

    household_id: str
    paid_fen: int
    on_the_way_fen: int
    sums: list[ReceivedSum]
    by_year: dict[str, int] = Field(description="fen paid by fund year")
    items: list[Grant] = Field(description="the newest 500, refused lines left out")
    complete: bool = Field(description="whether `items` are all there are")


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
