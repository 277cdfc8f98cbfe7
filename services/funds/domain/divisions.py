"""Levels of division codes, as money sees them."""

from __future__ import annotations

COUNTY_DIGITS = 6
NATION = "00"
LENGTHS = (2, 4, 6, 9, 12)
LEVELS = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
SOURCE_LEVELS = {
    "central": ("中央", "Central"),
    "province": ("省级", "Province"),
    "city": ("市级", "City"),
    "county": ("县级", "County"),
}
"""Levels of finance money comes from, as people call them."""
SOURCE_RANK = {"central": 0, "province": 1, "city": 2, "county": 3}


def level_of(code: str) -> str:
    """Level of a division code; 00 is the nation."""
    return "nation" if code == NATION else LEVELS[len(code)]


def rank_of(code: str) -> int:
    """0 for the nation, 1 for a province and so on down to 5 for a village."""
    return 0 if code == NATION else LENGTHS.index(len(code)) + 1


def lies_in(code: str, area: str) -> bool:
    """Whether `code` is `area` or lies below it."""
    return area == NATION or code.startswith(area)


def lies_below(code: str, area: str) -> bool:
    """Whether `code` lies strictly below `area`."""
    return code != area and lies_in(code, area)


def child_of(code: str, area: str) -> str:
    """The child of `area` that `code` lies in; `area` itself for `area`."""
    if code == area:
        return area
    return code[: length_below(area)]


def length_below(area: str) -> int:
    """How many digits the codes right below an area have; a village has none below and keeps its own."""
    start = 0 if area == NATION else len(area)
    return min((length for length in LENGTHS if length > start), default=start)


def ancestors_of(code: str) -> list[str]:
    """Codes above `code`, province first."""
    return [code[:length] for length in LENGTHS if length < len(code)]


def finance_office(code: str) -> str:
    """Code of the finance office of a division."""
    return f"{code}-finance"


def aid_office(code: str) -> str:
    """Code of the office that runs the projects of a division as a whole."""
    return f"{code}-aid"
