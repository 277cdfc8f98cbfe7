"""Rules of fund documents: who may hand what down to whom, and that the lines add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.funds.domain.divisions import SOURCE_RANK, lies_below, rank_of
from services.funds.domain.refusals.documents import (
    DrawnOnOtherMoney,
    FundKindAboveIssuer,
    LineBelowCounty,
    LineNotBelowIssuer,
    LineRepeated,
    LinesDoNotAddUp,
)

COUNTY_RANK = 3


@dataclass(frozen=True, slots=True)
class Money:
    """What makes two amounts the same money: year, kind and batch."""

    fund_year: int
    fund_kind: str
    batch: str


def require_lines_add_up(total_fen: int, amounts: Sequence[int]) -> None:
    """Refuse lines that do not sum exactly to the total. Raises LinesDoNotAddUp with both sums."""
    lines_fen = sum(amounts)
    if lines_fen != total_fen:
        raise LinesDoNotAddUp(lines_fen=lines_fen)


def require_lines_below(issuing_division: str, divisions: Sequence[str], *, drawn: bool) -> None:
    """Refuse lines outside the issuer, below the county, or twice for one division.

    Money not drawn on a receipt may also be entered for the issuing division itself: its own budget, or money
    of a level that keeps no books here. Pointers name the line.
    """
    seen: set[str] = set()
    for index, code in enumerate(divisions):
        pointer = f"/lines/{index}/division_code"
        if code in seen:
            raise LineRepeated(pointer=pointer)
        seen.add(code)
        if not lies_below(code, issuing_division) and (drawn or code != issuing_division):
            raise LineNotBelowIssuer(pointer=pointer)
        if rank_of(code) > COUNTY_RANK:
            raise LineBelowCounty(pointer=pointer)


def require_kind_fits(source_level: str, issuing_division: str) -> None:
    """Refuse money of a lower level's budget in the document of a higher level. Raises FundKindAboveIssuer."""
    if SOURCE_RANK[source_level] > rank_of(issuing_division):
        raise FundKindAboveIssuer()


def require_same_money(document: Money, receipt: Money) -> None:
    """Refuse a document that turns money of one year, kind or batch into another. Raises DrawnOnOtherMoney."""
    if document != receipt:
        raise DrawnOnOtherMoney()
