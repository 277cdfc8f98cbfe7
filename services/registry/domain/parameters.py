"""Policy figures by area and day: which row speaks for a village, and how its value is read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Protocol

from services.registry.domain import refusals
from services.registry.domain.tables_of_facts import rows_of

NATION = "00"

UNITS: dict[str, str] = {row["key"]: row["unit"] for row in rows_of("parameters")}
"""Every key the registry knows, and the unit of its values: fraction is a ratio of two whole numbers up to 1,
month_day is MM-DD, any other unit a whole number of that unit."""

BOUNDS: dict[str, tuple[int, int]] = {
    "day": (1, 90),
    "cause": (0, 20),
    "year_of_age": (0, 120),
    "row": (0, 10**9),
    "fen": (1, 10**12),
    "month": (1, 120),
    "year": (1949, 2200),
    "person": (1, 50),
    "mu": (1, 100_000),
    "metre": (1, 1_000_000),
    "window_day": (0, 3_650),
    "yes_no": (0, 1),
}
"""Least and most of a whole number by its unit: a notice of no days would be none, one of many years never ends."""


class Row(Protocol):
    """A row of the parameters table; `valid_to` is its last day, None while it is open."""

    @property
    def key(self) -> str: ...
    @property
    def division_code(self) -> str: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...
    @property
    def value(self) -> str: ...


def resolve(rows: Iterable[Row], key: str, division_code: str, on: date) -> Row:
    """The row that speaks for a division on a day: the one of the nearest area above. ParameterMissing if none."""
    speaking = [
        row
        for row in rows
        if row.key == key
        and (row.division_code == NATION or division_code.startswith(row.division_code))
        and row.valid_from <= on
        and (row.valid_to is None or on <= row.valid_to)
    ]
    if not speaking:
        raise refusals.ParameterMissing(key=key)
    return max(speaking, key=lambda row: (0 if row.division_code == NATION else len(row.division_code), row.valid_from))


def fraction_of(text: str) -> Fraction:
    """A ratio `2/3` exactly; ValueError for anything but two whole numbers with a quotient above 0 and up to 1."""
    above, _, below = text.partition("/")
    if not (above.isascii() and above.isdigit() and below.isascii() and below.isdigit() and int(below)):
        raise ValueError("not a fraction")
    ratio = Fraction(int(above), int(below))
    if not 0 < ratio <= 1:
        raise ValueError("not between 0 and 1")
    return ratio


def require_value(key: str, value: str) -> None:
    """Refuse an unknown key or a value its unit does not allow."""
    unit = UNITS.get(key)
    if unit is None:
        raise refusals.ParameterUnknown()
    if unit == "month_day":
        _require_month_day(value)
        return
    if unit == "fraction":
        try:
            fraction_of(value)
        except ValueError as error:
            raise refusals.ParameterValue(unit=unit) from error
        return
    least, most = BOUNDS[unit]
    if not (value.isascii() and value.isdigit() and len(value) < 14 and least <= int(value) <= most):
        raise refusals.ParameterValue(unit=unit, least=least, most=most)


def _require_month_day(value: str) -> None:
    """Refuse what is not a month and a day of every year, as 11-01."""
    try:
        if not re.fullmatch(r"[0-9]{2}-[0-9]{2}", value, re.ASCII):
            raise ValueError("not a month and a day")
        date.fromisoformat(f"2001-{value}")
    except ValueError as error:
        raise refusals.ParameterValue(unit="month_day") from error
