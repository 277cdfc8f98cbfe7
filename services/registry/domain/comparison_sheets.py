"""A department's list as csv: its rows, some thousands at a time and column by column."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from services.registry.domain import refusals

HEADS = ("identity_number", "身份证号", "公民身份号码", "证件号码")
FACT_HEADS = ("fact", "事实", "说明")
MOST_ROWS = 1_000_000
LOT = 10_000


@dataclass(slots=True)
class Lot:
    """Some rows of a list, column by column: where each stands, whom it names as written, and what it says."""

    places: Sequence[int]
    numbers: list[str]
    facts: list[str]


def lots_of(lines: Iterable[str]) -> Iterator[Lot]:
    """The rows of a sheet with their line numbers; the first line is the head, and lines without a cell are none.

    Raises ComparisonColumnMissing, ComparisonTooLong, and csv.Error where the lines are no csv.
    """
    cells = csv.reader(lines)
    number, fact = columns(next(cells, ()))
    place, count = 2, 0
    while rows := list(islice(cells, LOT)):
        places: Sequence[int] = range(place, place + len(rows))
        place += len(rows)
        if not all(rows):
            places = [at for at, row in zip(places, rows, strict=True) if row]
            rows = [row for row in rows if row]
        count += len(rows)
        if count > MOST_ROWS:
            raise refusals.ComparisonTooLong(at_most=MOST_ROWS)
        yield Lot(places, _column(rows, number), [said.strip() for said in _column(rows, fact)])


def columns(head: Iterable[str]) -> tuple[int, int | None]:
    """Where the identity number and the fact stand in a sheet, by its first line."""
    names = [name.strip().lstrip("\ufeff").strip() for name in head]
    number = next((place for place, name in enumerate(names) if name in HEADS), None)
    if number is None:
        raise refusals.ComparisonColumnMissing()
    return number, next((place for place, name in enumerate(names) if name in FACT_HEADS), None)


def _column(rows: list[list[str]], place: int | None) -> list[str]:
    """One column, empty where a row is too short; of no column, nothing but that."""
    if place is None:
        return [""] * len(rows)
    try:
        return [row[place] for row in rows]
    except IndexError:
        return [row[place] if place < len(row) else "" for row in rows]
