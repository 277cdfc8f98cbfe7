"""Reading a county's books from the files they were sent in as: one workbook of three sheets, or a file for each."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, BinaryIO

from services.funds.domain import book_lines
from services.funds.domain.book_faults import Fault
from services.funds.domain.book_lines import PARTS, Books, Layout
from services.funds.domain.refusals import books as refusals
from shared.chassis import sheet_lines
from shared.chassis.sheet_faults import BadSheet
from shared.refusals import Refusal, TooLarge

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 3_000
"""Rows of one sheet; a county has less in a year, and the books are posted in one transaction."""
WORKBOOK = "workbook"
LIMITS: dict[str, Any] = {"max_unpacked": 200 * 1024 * 1024, "max_rows": MAX_ROWS + 1, "at_once": 500}
FAULTS: dict[str, type[Refusal]] = {
    "sheet_missing": refusals.BookSheetMissing,
    "too_large": refusals.BookUnsafe,
    "too_many_merged": refusals.BookUnsafe,
    "unsafe": refusals.BookUnsafe,
    "too_many_rows": refusals.BookTooLong,
}
Files = Mapping[str, bytes]
"""Bytes by part: `workbook`, or `receipts`, `allocations` and `payments`."""


@dataclass(frozen=True, slots=True)
class Read:
    """The books, what is wrong with single cells and rows, and what was met in each sheet."""

    books: Books
    faults: list[Fault]
    notes: dict[str, Any]


def files_of(sent: Mapping[str, bytes | None]) -> dict[str, bytes]:
    """The files of a form. Raises BookFilesWrong for any but one workbook or one file per sheet, TooLarge."""
    found = {part: content for part, content in sent.items() if content is not None}
    if set(found) not in ({WORKBOOK}, set(PARTS)):
        raise refusals.BookFilesWrong()
    if sum(len(content) for content in found.values()) > MAX_BYTES:
        raise TooLarge()
    return found


async def read(files: Files) -> Read:
    """Every sheet. Raises the refusals of a sheet that cannot be read as a whole."""
    lines: dict[str, tuple[Any, ...]] = {}
    faults: list[Fault] = []
    notes: dict[str, Any] = {}
    for part in PARTS:
        sheet, notes[part] = await _sheet(part, files.get(part) or files[WORKBOOK])
        lines[part] = tuple(sheet.lines)
        faults += sheet.faults
    if not lines["receipts"] and not faults:
        raise refusals.BookEmpty()
    return Read(Books(**lines), faults, notes)


async def _sheet(part: str, content: bytes) -> tuple[book_lines.Sheet, dict[str, Any]]:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        try:
            layout, width = await _layout(part, file)
            rows, merged, notes = await _rows(part, file, width)
        except BadSheet as bad:
            refusal = FAULTS.get(bad.kind, refusals.BookUnreadable)(sheet=PARTS[part])
            refusal.facts |= bad.facts
            raise refusal from bad
    return book_lines.read(layout, sorted(rows, key=lambda row: row[0]), merged), notes


async def _layout(part: str, file: BinaryIO) -> tuple[Layout, int]:
    head = await sheet_lines.head(file, LIMITS | {"sheet": PARTS[part]})
    if not head["named"]:
        raise BadSheet("sheet_missing")
    headers: Sequence[str] = head["headers"]
    return book_lines.layout_of(part, headers), len(headers)


async def _rows(part: str, file: BinaryIO, width: int) -> tuple[list[tuple[int, list[Any]]], list[int], dict[str, Any]]:
    """All rows below the headers, those with merged cells, and the notes; hidden rows are read like any other."""
    wanted = LIMITS | {
        "task": "rows", "sheet": PARTS[part], "columns": list(range(width)), "group": 0, "unique": 0,
    }  # fmt: skip
    rows: list[tuple[int, list[Any]]] = []
    merged: list[int] = []
    notes: dict[str, Any] = {}
    async with aclosing(sheet_lines.lines(file, wanted)) as found:
        async for line in found:
            told = json.loads(line)
            if not notes:
                notes = {name: told[name] for name in ("rows", "hidden_rows", "hidden_columns", "merged")}
                continue
            rows += [(number, cells) for group in told["groups"] for number, cells in group]
            merged += told["merged"]
    return rows, merged, notes
