"""Uploaded sheets: read exactly, and a hostile one ends its reader, never the service."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from shared.chassis.workbooks import SheetFault, Wanted, read_sheet

WANTED = Wanted("表", max_rows=100, max_unpacked=10 * 1024 * 1024)
FIRST_PART = "xl/worksheets/sheet1.xml"


def book(*rows: list[Any], sheet: str = "表") -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        page = workbook.add_worksheet(sheet)
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(number, column, cell, day)
                else:
                    page.write(number, column, cell)
    return target.getvalue()


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The package with one part changed, or added when there is none of that name."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for known in old.namelist():
            new.writestr(known, change(old.read(known)) if known == name else old.read(known))
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return target.getvalue()


async def test_cells_keep_their_kind_and_place() -> None:
    rows = await read_sheet(book([], ["", "甲", 1.5], ["", True, date(2026, 2, 28)]), WANTED)
    assert rows == [[None, None, None], [None, "甲", 1.5], [None, True, {"day": "2026-02-28"}]]


def far_away(part: bytes) -> bytes:
    return part.replace(b'<row r="2"', b'<row r="1048576"').replace(b'r="A2"', b'r="XFD1048576"')


GOOD = book(["a"], ["b"])
HOSTILE = {
    "no workbook": (b"PK\x03\x04" + b"\0" * 100, "unreadable"),
    "cut short": (GOOD[:900], "unreadable"),
    "another sheet": (book(["a"], sheet="别的"), "sheet_missing"),
    "two cells at the far ends": (with_part(GOOD, FIRST_PART, far_away), None),
    "a shared text that is not there": (
        with_part(GOOD, FIRST_PART, lambda part: part.replace(b"<v>1</v>", b"<v>99999999</v>")),
        "unreadable",
    ),
    "a macro": (with_part(GOOD, "xl/vbaProject.bin", lambda _: b"x"), "unsafe"),
    "a link to elsewhere": (with_part(GOOD, "xl/externalLinks/externalLink1.xml", lambda _: b"x"), "unsafe"),
    "a document type": (
        with_part(GOOD, FIRST_PART, lambda part: b'<!DOCTYPE x [<!ENTITY a "b">]>' + part),
        "unsafe",
    ),
    "much more than it seems": (with_part(GOOD, "xl/media/a.bin", lambda _: b"\0" * 11 * 1024 * 1024), "too_large"),
    "many rows": (book(*[["a"]] * 101), "too_large"),
    "many columns": (book(["a"] * 201), "too_large"),
    "csv": (b"a,b\n", "unreadable"),
}


@pytest.mark.parametrize("case", HOSTILE)
async def test_a_hostile_sheet_is_a_fault_of_the_file(case: str) -> None:
    content, kind = HOSTILE[case]
    with pytest.raises(SheetFault) as fault:
        await read_sheet(content, WANTED)
    assert kind in (None, fault.value.kind)
