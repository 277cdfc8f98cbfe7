"""The place code of an identity number, its first six digits, against the country's division codes since 1980.

A number keeps the place where it was issued for life, while places are merged and renamed; lists of old codes have
gaps. So an unlikely place is something to look at, never a refusal.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from services.registry.domain.faults import Notice
from services.registry.domain.tables_of_facts import rows_of

YEARS_BEFORE_BIRTH = 3
"""A code that ended shortly before somebody was born may still stand in that person's number (our own allowance)."""
_STILL_VALID = 9999

_UNKNOWN = (
    "registry.place_unknown",
    "证件号码前六位不是该人出生前后使用过的区划代码,请核对",
    "The first six digits are no division code that was in use around this birth or later: please check",
)


@cache
def _last_years() -> dict[str, int]:
    """The last year each code was valid; a code that came back counts with its last time."""
    last: dict[str, int] = {}
    for row in rows_of("place_codes"):
        year = int(row["to_year"]) if row["to_year"] else _STILL_VALID
        last[row["code"]] = max(year, last.get(row["code"], 0))
    return last


def place_warning(number: str, birth: date, pointer: str = "/identity_number") -> Notice | None:
    """What to look at when no place had this code from three years before the birth to today, else None.

    Numbers are given late as well, so a code that began after the birth is in order. `number` needs no other check
    before; the notice does not repeat it.
    """
    last = _last_years().get(number[:6])
    if last is not None and last >= birth.year - YEARS_BEFORE_BIRTH:
        return None
    return Notice(*_UNKNOWN, pointer)
