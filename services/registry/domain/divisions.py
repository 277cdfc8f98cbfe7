"""Rules of the division tree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.registry.domain.division_names import Typed

LEVELS = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
"""Level by length of the code (GB/T 2260, GB/T 10114 and the statistical division codes)."""

NATURAL_VILLAGE = "natural_village"
NATURAL_VILLAGE_DIGITS = 15
"""A natural village (自然村, 村民小组) has its village's 12 digits and three of our own: no national list has any."""

_LEVEL_BY_LENGTH = LEVELS | {NATURAL_VILLAGE_DIGITS: NATURAL_VILLAGE}
_LENGTHS = (0, *_LEVEL_BY_LENGTH)


def level_of(code: str) -> str | None:
    """The level a code's length stands for; None for a length no code has."""
    return _LEVEL_BY_LENGTH.get(len(code))


def parent_of(code: str) -> str:
    """The code one level up; empty for a province."""
    return code[: _LENGTHS[_LENGTHS.index(len(code)) - 1]]


def above(code: str) -> tuple[str, ...]:
    """The codes of all divisions above, the province first; none for a province."""
    return tuple(code[:length] for length in _LENGTHS if 0 < length < len(code))


def next_natural_village(village_code: str, present: set[str]) -> str | None:
    """The first free code of a natural village below a village, never one that was ever used; None when full."""
    last = max((int(code[-3:]) for code in present), default=0)
    return None if last >= 999 else f"{village_code}{last + 1:03d}"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which divisions are listed: those open (or all with `closed`), or with `on` those valid on that day."""

    area: str
    parent: str | None = None
    level: str | None = None
    name: Typed | None = None
    kind: str | None = None
    on: date | None = None
    closed: bool = False
    sort: Literal["code", "pinyin"] = "code"
