"""Which office handles a complaint: the county's of the sector, and never one at or below what is complained about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from services.gateway.domain.offices import NATION, level_of

RANKS = {"nation": 0, "province": 1, "city": 2, "county": 3, "township": 4, "village": 5}
"""Levels from above; complaints are handled by counties and above."""
LOWEST = "county"
AID = "aid"
NEVER = frozenset({"", "banking", "administration"})
"""Sectors whose offices handle no complaints."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An office as far as handling goes."""

    code: str
    division_code: str
    sector: str


@dataclass(frozen=True, slots=True)
class Matter:
    """What decides who may handle a complaint."""

    area_code: str
    sector: str
    about_level: str = ""
    about_office: str = ""


def division_of(office: str) -> str:
    """The division an office's code begins with."""
    return office.partition("-")[0]


def level_about(matter: Matter) -> str:
    """The level of the body complained about, the higher one when both an office and a level are named."""
    named = level_of(division_of(matter.about_office)) if matter.about_office else None
    levels = [level for level in (named, matter.about_level or None) if level is not None]
    return min(levels, key=RANKS.__getitem__, default="")


def divisions_above(area_code: str) -> Iterator[str]:
    """The division itself where it is a county or more, then those above it, the country last."""
    for length in (6, 4, 2):
        if area_code != NATION and len(area_code) >= length:
            yield area_code[:length]
    yield NATION


def may_handle(matter: Matter, desk: Desk, *, any_sector: bool = False) -> bool:
    """Whether this office may: it is responsible for the area, of county level or above, and above what it is about.

    At the level of the country there is nothing above: there any office but the one complained about may.
    """
    if desk.code == matter.about_office or desk.division_code not in set(divisions_above(matter.area_code)):
        return False
    if desk.sector in NEVER or not (any_sector or desk.sector in (matter.sector, AID)):
        return False
    about = level_about(matter)
    level = level_of(desk.division_code) or ""
    if about == "nation":
        return level == "nation"
    return about == "" or _above(level, about)


def _above(level: str, about: str) -> bool:
    return RANKS[level] < RANKS[about]


def first_division(matter: Matter) -> str:
    """The lowest division whose offices may handle it, whether or not there is one."""
    for division in divisions_above(matter.area_code):
        for sector in (matter.sector, AID):
            if may_handle(matter, Desk(f"{division}-", division, sector)):
                return division
    return NATION


def competent(matter: Matter, desks: Iterable[Desk], above: str = "") -> Desk | None:
    """The office to handle it: the lowest possible, of the matter's sector before the aid office.

    With `above`, only offices of a level above that one. None when no office may.
    """
    possible = [desk for desk in desks if may_handle(matter, desk)]
    if above:
        possible = [desk for desk in possible if _above(level_of(desk.division_code) or "", above)]
    return min(
        possible,
        key=lambda desk: (-len(desk.division_code.replace(NATION, "")), desk.sector != matter.sector, desk.code),
        default=None,
    )
