"""Rules of offices."""

from __future__ import annotations

from datetime import date

NATION = "00"
LEVELS = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
"""Level by length of the division's code (GB/T 2260, GB/T 10114 and the statistical division codes)."""


def level_of(division_code: str) -> str | None:
    """The level of an office at this division; None for a length no division has."""
    return "nation" if division_code == NATION else LEVELS.get(len(division_code))


def code_fits(code: str, division_code: str) -> bool:
    """Whether an office's code is its division's, a hyphen and a short name."""
    division, _, name = code.partition("-")
    return division == division_code and name != ""


def stands_on(valid_from: date, valid_to: date | None, day: date) -> bool:
    """Whether an office of these days stands on `day`; both its first and its last day belong to it."""
    return valid_from <= day and (valid_to is None or day <= valid_to)
