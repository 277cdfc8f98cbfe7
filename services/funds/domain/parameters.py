"""Which value of a parameter holds for an area on a day, and what values its unit allows."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from services.funds.domain.divisions import NATION, level_of, lies_below, lies_in, rank_of
from services.funds.domain.refusals.grants import ParameterLooser, ParameterUnknown, ParameterValueWrong

DATA = Path(__file__).resolve().parents[1] / "data" / "parameter_keys.csv"
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


class Bound(NamedTuple):
    """How an area holds those below it to a key: data/parameter_keys.csv."""

    stricter: str
    """`at_most` or `at_least`: where a value below may lie; `own`: each area's own affair."""
    bound_by: str
    """`nation`: the nation's value holds provinces too; `province`: it is a default until a province speaks."""


def _read() -> dict[str, Bound]:
    with DATA.open(encoding="utf-8", newline="") as lines:
        return {row["key"]: Bound(row["stricter"], row["bound_by"]) for row in csv.DictReader(lines)}


BOUNDS: dict[str, Bound] = _read()


def resolve(values: Iterable[Value], key: str, division_code: str, on: date) -> Value:
    """The value of the nearest area that is valid on the day, unless one from above is stricter: then that one.

    Raises ParameterUnknown.
    """
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
    newest: dict[str, Value] = {}
    for row in sorted(fitting, key=lambda row: (rank_of(row.division_code), row.valid_from)):
        newest[row.division_code] = row
    held, *below = newest.values()
    for row in below:
        if not _is_looser(row.key, row.division_code, row.value, held):
            held = row
    return held


def _is_looser(key: str, division_code: str, value: str, above: Value) -> bool:
    bound = BOUNDS[key]
    by_default = above.division_code == NATION and bound.bound_by == "province"
    if bound.stricter == "own" or (by_default and level_of(division_code) == "province"):
        return False
    given, limit = _ordered(value), _ordered(above.value)
    return given > limit if bound.stricter == "at_most" else given < limit


def _ordered(value: str) -> tuple[Fraction, ...]:
    """Numbers, and days of the year, as they follow each other."""
    return tuple(Fraction(part) for part in value.split("-"))


def require_no_looser(values: Iterable[Value], key: str, division_code: str, valid_from: date, value: str) -> None:
    """Refuse a value looser than the one that holds above the area on any day from `valid_from` on.

    Raises ParameterLooser with the value that holds, its area and the day.
    """
    above = [row for row in values if row.key == key and lies_below(division_code, row.division_code)]
    changes = {row.valid_from for row in above}
    changes |= {row.valid_to + timedelta(days=1) for row in above if row.valid_to is not None}
    for on in sorted({valid_from, *(day for day in changes if day > valid_from)}):
        try:
            held = resolve(above, key, division_code, on)
        except ParameterUnknown:
            continue
        if _is_looser(key, division_code, value, held):
            raise ParameterLooser(value=held.value, division_code=held.division_code, on=on.isoformat())


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

    def lowest(self, key: str, *others: date) -> Value:
        """The lowest value of the question's day and of other days: a step dated back is done today all the same."""
        values = [self.get(key), *(self.get(key, on=day) for day in others)]
        return min(values, key=lambda one: Fraction(one.value))

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
