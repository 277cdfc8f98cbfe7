"""Rules of fund documents: who may hand what down to whom, and that the lines add up."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.funds.domain.amounts import share_of
from services.funds.domain.divisions import SOURCE_RANK, lies_below, rank_of
from services.funds.domain.refusals.documents import (
    DirectionNotOfReceipt,
    DirectionUnknown,
    DrawnOnOtherMoney,
    FundKindAboveIssuer,
    LineBelowCounty,
    LineNotBelowIssuer,
    LineRepeated,
    LinesDoNotAddUp,
    MatchingForbidden,
    NamedProjectUnknown,
    ProjectNamedAboveCounty,
)

CITY_RANK = 2
COUNTY_RANK = 3
_BRACKETS = str.maketrans("〔〕[]【】", "()()()")


@dataclass(frozen=True, slots=True)
class Money:
    """What makes two amounts the same money: year, kind and batch."""

    fund_year: int
    fund_kind: str
    batch: str


class Line(Protocol):
    """A line as far as the rules read it."""

    @property
    def division_code(self) -> str: ...

    @property
    def amount_fen(self) -> int: ...

    @property
    def direction(self) -> str | None: ...

    @property
    def project_code(self) -> str | None: ...

    @property
    def matching_fen(self) -> int: ...


class Named(Protocol):
    """What projects say of a project a line names, as far as the rules read it."""

    @property
    def county_code(self) -> str: ...

    @property
    def category(self) -> str: ...

    @property
    def purpose(self) -> str: ...


def number_key(number: str) -> str:
    """A document's number as it is compared: 皖财〔2025〕1号 and 皖财[2025] 1 号 are one number."""
    plain = unicodedata.normalize("NFKC", number)
    return re.sub(r"\s", "", plain).translate(_BRACKETS).upper()


def line_key(key: str, place: tuple[str, str, str], gone: Container[tuple[str, str, str]]) -> str:
    """The key of a line under a document's number. Lines of opening books that were undone stay and keep theirs; the
    paper's own line then stands beside it."""
    return f"{key}#" if place in gone else key


def key_again(key: str, before: int) -> str:
    """The key of a paper entered once more under its number, after so many entries that were all called back whole."""
    return f"{key}#{before}" if before else key


def stated_key(key: str, division_code: str) -> str:
    """A number as a county's opening books state it: a document of a level above stands in many counties' books."""
    return f"{key}@{division_code}"


def require_lines_add_up(total_fen: int, amounts: Sequence[int]) -> None:
    """Refuse lines that do not sum exactly to the total. Raises LinesDoNotAddUp with both sums."""
    lines_fen = sum(amounts)
    if lines_fen != total_fen:
        raise LinesDoNotAddUp(lines_fen=lines_fen)


def require_lines_below(issuing_division: str, lines: Sequence[Line], *, drawn: bool) -> None:
    """Refuse lines outside the issuer, below the county, or twice for one division, direction and project.

    Money not drawn on a receipt may also be entered for the issuing division itself: its own budget, or money
    of a level that keeps no books here. Pointers name the line.
    """
    seen: set[tuple[str, str | None, str | None]] = set()
    for index, line in enumerate(lines):
        code, pointer = line.division_code, f"/lines/{index}/division_code"
        if (code, line.direction, line.project_code) in seen:
            raise LineRepeated(pointer=pointer)
        seen.add((code, line.direction, line.project_code))
        if not lies_below(code, issuing_division) and (drawn or code != issuing_division):
            raise LineNotBelowIssuer(pointer=pointer)
        if rank_of(code) > COUNTY_RANK:
            raise LineBelowCounty(pointer=pointer)
        if line.project_code and rank_of(code) != COUNTY_RANK:
            raise ProjectNamedAboveCounty(pointer=f"/lines/{index}/project_code")


def require_directions(lines: Sequence[Line], allowed: Sequence[str], received: str | None) -> None:
    """Refuse a direction the kind does not have in the year, or another than that of the receipt drawn on.

    What was received goes down as it came, whatever was decided of its kind since. `received` is the direction of the
    receipt, empty when its document named none; None when no receipt is drawn on.
    """
    for index, line in enumerate(lines):
        pointer = f"/lines/{index}/direction"
        if line.direction and line.direction not in (*allowed, received):
            raise DirectionUnknown(pointer=pointer)
        if received and (line.direction or "") != received:
            raise DirectionNotOfReceipt(pointer=pointer)


def require_named_known(lines: Sequence[Line], known: Mapping[str, Named]) -> None:
    """Refuse a line that names a project its county does not have. Raises NamedProjectUnknown with the line."""
    for index, line in enumerate(lines):
        found = known.get(line.project_code or "")
        if line.project_code and (found is None or found.county_code != line.division_code):
            raise NamedProjectUnknown(pointer=f"/lines/{index}/project_code")


def _operating_categories() -> frozenset[str]:
    path = Path(__file__).resolve().parents[1] / "data" / "operating_categories.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return frozenset(row["code"] for row in csv.DictReader(file))


OPERATING_CATEGORIES = _operating_categories()
"""Categories of projects that are to earn, so that their works are not for the public benefit."""


def is_public_benefit(project: Named) -> bool:
    """Whether a project is works for the public benefit, by what projects say of it."""
    return project.purpose == "works" and project.category not in OPERATING_CATEGORIES


def require_no_matching(
    lines: Sequence[Line], *, public_benefit: bool, public_projects: Collection[str], highest_rate: str
) -> None:
    """Refuse to demand local matching for public-benefit works of a city or county beyond the rate allowed.

    `public_benefit` is what the issuer says of the document; it never speaks against a project's own category, by
    which `public_projects` are works for the public benefit.
    河南: 公益性建设项目取消县级和市级配套资金. Raises MatchingForbidden with what may be demanded.
    """
    for index, line in enumerate(lines):
        highest_fen = share_of(line.amount_fen, highest_rate)
        public = public_benefit or line.project_code in public_projects
        if public and rank_of(line.division_code) >= CITY_RANK and line.matching_fen > highest_fen:
            raise MatchingForbidden(pointer=f"/lines/{index}/matching_fen", highest_fen=highest_fen)


def require_kind_fits(source_level: str, issuing_division: str) -> None:
    """Refuse money of a lower level's budget in the document of a higher level. Raises FundKindAboveIssuer."""
    if is_above_source(source_level, issuing_division):
        raise FundKindAboveIssuer()


def is_above_source(source_level: str, issuing_division: str) -> bool:
    """Whether the issuer lies above the level whose budget the money is of."""
    return SOURCE_RANK[source_level] > rank_of(issuing_division)


def require_same_money(document: Money, receipt: Money) -> None:
    """Refuse a document that turns money of one year, kind or batch into another. Raises DrawnOnOtherMoney."""
    if document != receipt:
        raise DrawnOnOtherMoney()
