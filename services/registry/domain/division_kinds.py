"""Kinds of counties and villages, such as a poor village or a key county, each for a time; data/division_kind.csv."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from services.registry.domain import refusals
from services.registry.domain.code_lists import BY_CODE

LIST = "division_kind"


class Period(Protocol):
    """A time a division is of a kind; `valid_to` is its last day, None while it is open."""

    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


def require_kind(kind: str, level: str) -> None:
    """Refuse a kind the list does not have, or that is not for this level."""
    value = BY_CODE[LIST].get(kind)
    if value is None:
        raise refusals.CodeUnknown(pointer="/kind")
    if value.facts["level"] != level:
        raise refusals.DivisionKindLevel(level=value.facts["level"])


def require_free(valid_from: date, periods: Iterable[Period]) -> None:
    """Refuse a new open period that meets one that is there."""
    if any(period.valid_to is None or period.valid_to >= valid_from for period in periods):
        raise refusals.DivisionKindOverlap()
