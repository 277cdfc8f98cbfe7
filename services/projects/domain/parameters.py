"""Numbers the policy leaves to place and year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Protocol, TypeVar

from services.projects.domain.code_lists import read
from services.projects.domain.refusals import ParameterInThePast, ParameterOutOfRange, ParameterUnknown

NATION = "00"
RETENTION_RATE_MAX = "retention_rate_max"


@dataclass(frozen=True, slots=True)
class Key:
    """What a parameter is: its unit and the range a value may have."""

    key: str
    unit: str
    minimum: Decimal
    maximum: Decimal
    label: str


class Valued(Protocol):
    """A parameter row: valid in a division and all below it, from a day to a day."""

    @property
    def division_code(self) -> str: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


Row = TypeVar("Row", bound=Valued)


@cache
def keys() -> dict[str, Key]:
    return {
        row["key"]: Key(row["key"], row["unit"], Decimal(row["minimum"]), Decimal(row["maximum"]), row["label"])
        for row in read("parameter_keys.csv")
    }


def check_value(key: str, value: str, valid_from: date, today: date) -> Key:
    """The key, if the value may be set from that day; values are never changed for days gone by."""
    known = keys().get(key)
    if known is None:
        raise ParameterUnknown()
    number = Decimal(value)
    whole = known.unit != "day" or number == number.to_integral_value()
    if not (known.minimum <= number <= known.maximum and whole):
        raise ParameterOutOfRange(minimum=str(known.minimum), maximum=str(known.maximum))
    if valid_from < today:
        raise ParameterInThePast()
    return known


def resolve(rows: Iterable[Row], division_code: str, on: date) -> Row | None:
    """The row that holds in a division on a day: the one of the nearest division above it."""
    fitting = [
        row
        for row in rows
        if (row.division_code == NATION or division_code.startswith(row.division_code))
        and row.valid_from <= on
        and (row.valid_to is None or on <= row.valid_to)
    ]
    return max(fitting, key=lambda row: -1 if row.division_code == NATION else len(row.division_code), default=None)
