"""Which value of a parameter holds for an area on a day, and what values its unit allows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from services.funds.domain.divisions import NATION, lies_in
from services.funds.domain.refusals.grants import ParameterUnknown, ParameterValueWrong

FORMS = {
    "rate": r"0(\.[0-9]{1,18})?|1(\.0{1,18})?",
    "day": r"[0-9]{1,4}",
    "month_day": r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
    "word": r"day|month",
    "yes_no": r"yes|no",
    "year": r"[1-9][0-9]?",
    "fen": r"[1-9][0-9]{0,14}",
    "month": r"[1-9][0-9]{0,2}",
    "year_of_age": r"[0-9]{1,3}",
    "day_count": r"360|365",
    "times": r"[1-9][0-9]{0,2}",
}
"""What a value of each unit looks like."""


class Value(NamedTuple):
    """A parameter's value for an area from a day on; `valid_to` None while open."""

    key: str
    division_code: str
    valid_from: date
    valid_to: date | None
    value: str
    unit: str
    source: str


def resolve(values: Iterable[Value], key: str, division_code: str, on: date) -> Value:
    """The value with the longest division prefix that is valid on the day. Raises ParameterUnknown."""
    fitting = [
        row
        for row in values
        if row.key == key
        and lies_in(division_code, row.division_code)
        and row.valid_from <= on
        and (row.valid_to is None or on <= row.valid_to)
    ]
    if not fitting:
        raise ParameterUnknown()
    return max(fitting, key=lambda row: (0 if row.division_code == NATION else len(row.division_code), row.valid_from))


def require_value(unit: str, value: str) -> None:
    """Refuse a value its unit does not allow. Raises ParameterValueWrong."""
    if not re.fullmatch(FORMS[unit], value, re.ASCII):
        raise ParameterValueWrong()
    if unit == "month_day" and not _is_day(value):
        raise ParameterValueWrong()


def _is_day(value: str) -> bool:
    try:
        date(2001, int(value[:2]), int(value[3:]))
    except ValueError:
        return False
    return True


class Parameters:
    """The values that matter to one question: one area, one day."""

    def __init__(self, values: Iterable[Value], division_code: str, on: date) -> None:
        self._values: dict[str, list[Value]] = defaultdict(list)
        for value in values:
            self._values[value.key].append(value)
        self._division_code = division_code
        self._on = on

    def get(self, key: str, division_code: str | None = None, on: date | None = None) -> Value:
        """The value for the question's area and day, or for another area or day."""
        return resolve(self._values.get(key, ()), key, division_code or self._division_code, on or self._on)

    def rate(self, key: str) -> Fraction:
        return Fraction(self.get(key).value)

    def days(self, key: str) -> int:
        return int(self.get(key).value)

    def day_of_year(self, key: str, year: int) -> date:
        """A MM-DD value as a day of `year`."""
        value = self.get(key).value
        return date(year, int(value[:2]), int(value[3:]))

    def kept(self, keep: Callable[[Value], bool]) -> Parameters:
        """The same question of fewer values."""
        kept = [value for values in self._values.values() for value in values if keep(value)]
        return Parameters(kept, self._division_code, self._on)
