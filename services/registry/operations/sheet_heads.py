"""Looking at a sheet of people before anything is done with it: its kind, its headers, whether anybody is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

from services.registry.domain import refusals
from services.registry.domain import workbook_columns as columns
from services.registry.domain.sheet_layouts import SUITE, Layout, layout_of
from shared.chassis import sheet_lines
from shared.chassis.sheet_faults import BadSheet
from shared.refusals import Refusal

MAX_ROWS = 1_000_000
MAX_UNPACKED = 2 * 1024**3

FAULTS: dict[str, type[Refusal]] = {
    "unreadable": refusals.WorkbookUnreadable,
    "sheet_missing": refusals.WorkbookUnreadable,
    "too_large": refusals.WorkbookUnsafe,
    "too_many_rows": refusals.WorkbookTooLong,
    "too_many_columns": refusals.WorkbookTooWide,
    "unsafe": refusals.WorkbookUnsafe,
    "quote_broken": refusals.WorkbookQuoteBroken,
    "line_too_long": refusals.WorkbookLineTooLong,
}
_SHEET: dict[str, Any] = {"sheet": columns.SHEET, "max_unpacked": MAX_UNPACKED}


@dataclass(frozen=True, slots=True)
class Head:
    """What the first row says. `rows` is None for a file too big to be counted at once."""

    kind: str
    headers: list[str]
    layout: Layout
    filled: bool
    rows: int | None


async def head_of(file: BinaryIO) -> Head:
    """The head of a sheet. BadSheet if it cannot be read, WorkbookHeaders if it is no sheet of people."""
    found = await sheet_lines.head(file, _SHEET | {"max_rows": MAX_ROWS})
    layout = layout_of(found["headers"])
    if layout.name == SUITE and not found["named"]:
        raise BadSheet("sheet_missing")
    return Head(found["kind"], found["headers"], layout, found["filled"], found["rows"])


def wanted_of(head: Head, max_rows: int, at_once: int) -> dict[str, Any]:
    """What the reader is asked for: rows of people by household, with numbers met more than once."""
    places = head.layout.places
    serial, national = head.layout.position("serial", ""), head.layout.position("household", "national_household_no")
    key, number = (serial if serial is not None else national), head.layout.position("member", "identity_number")
    assert key is not None
    assert number is not None
    return _SHEET | {
        "task": "rows",
        "max_rows": max_rows,
        "columns": list(places),
        "group": places[key],
        "unique": places[number],
        "at_once": at_once,
    }


CELLS: dict[str, Any] = _SHEET | {"task": "cells", "at_once": 500}
"""What the reader is asked for when the sheet goes back as it came."""
LINES: dict[str, Any] = CELLS | {"lines": True}
"""The same, csv as its lines."""
