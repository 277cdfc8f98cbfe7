"""Looking at a sheet of people before anything is done with it: its kind, its headers, whether anybody is in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from services.registry.domain import refusals
from services.registry.domain import workbook_columns as columns
from services.registry.domain.refusals.imports import WorkbookMerged, WorkbookNotCommas, WorkbookSheetMissing
from services.registry.domain.sheet_layouts import SUITE, Layout, layout_of
from shared.chassis import sheet_lines
from shared.chassis.sheet_faults import BadSheet
from shared.refusals import Refusal

MAX_ROWS = 1_000_000
MAX_UNPACKED = 2 * 1024**3
MOST_NAMES = 10
_DIGITS = re.compile("[0-9]{6,}")
_OTHER_SIGNS = {"\t": "tab", ";": ";", "；": "；", "|": "|"}
"""What separates the columns of a csv in place of commas, and what the refusal calls it."""

FAULTS: dict[str, type[Refusal]] = {
    "unreadable": refusals.WorkbookUnreadable,
    "sheet_missing": WorkbookSheetMissing,
    "not_commas": WorkbookNotCommas,
    "too_large": refusals.WorkbookUnsafe,
    "too_many_rows": refusals.WorkbookTooLong,
    "too_many_columns": refusals.WorkbookTooWide,
    "too_many_merged": WorkbookMerged,
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
    """The head of a sheet. BadSheet if it cannot be read, WorkbookHeaders if it is no sheet of people, WorkbookEmpty if
    nothing stands in it."""
    found = await sheet_lines.head(file, _SHEET | {"max_rows": MAX_ROWS})
    headers = found["headers"]
    try:
        layout = layout_of(headers)
    except refusals.WorkbookHeaders:
        _refuse_other_cause(found)
        raise
    if layout.name == SUITE and not found["named"]:
        raise _sheet_missing(found["sheets"])
    return Head(found["kind"], headers, layout, found["filled"], found["rows"])


def _refuse_other_cause(found: dict[str, Any]) -> None:
    """What is wrong with a sheet whose headers cannot be made out, where it is something else than its headers."""
    if not found["named"]:
        raise _sheet_missing(found["sheets"])
    headers = found["headers"]
    if not headers and not found["filled"]:
        raise refusals.WorkbookEmpty()
    parted = next((name for sign, name in _OTHER_SIGNS.items() if len(headers) == 1 and sign in headers[0]), None)
    if found["kind"] == "csv" and parted is not None:
        raise BadSheet("not_commas", separator=parted)


def _sheet_missing(names: Sequence[str]) -> BadSheet:
    """Tells the names of the sheets there are, so that somebody sees which to rename; long digits in them are nobody's
    business."""
    shown = [_DIGITS.sub("***", name) for name in names[:MOST_NAMES]]
    return BadSheet("sheet_missing", expected=columns.SHEET, found="、".join(shown))


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
        "bare": [*(place for place, header in enumerate(head.headers) if not header), len(head.headers)],
        "footer": columns.TITLE_MARK,
        "group": places[key],
        "unique": places[number],
        "at_once": at_once,
    }


CELLS: dict[str, Any] = _SHEET | {"task": "cells", "at_once": 500}
"""What the reader is asked for when the sheet goes back as it came."""
LINES: dict[str, Any] = CELLS | {"lines": True}
"""The same, csv as its lines."""
