"""Books as workbooks: sheets written row by row in bounded memory; no cell is ever written as a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

import xlsxwriter

from shared.chassis.sheet_cells import plain

XLSX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
TEMPLATE_ROWS = 3_000
_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_TEXT_FORMAT = 49
"""The number of the built-in text format."""


class BookWriter:
    """A workbook of several sheets, written one after another."""

    def __init__(self, target: BinaryIO, mark: str = "") -> None:
        self._book = xlsxwriter.Workbook(target, {"constant_memory": True, **_SAFE})
        self._mark = mark
        if mark:
            self._book.set_properties({"comments": mark, "subject": mark})
        self._page: Any = None
        self._row = 0

    def sheet(self, name: str) -> None:
        """Begin a sheet; the one before is complete."""
        self._page, self._row = self._book.add_worksheet(name), 0
        if self._mark:
            self._page.set_footer(f"&L{self._mark}")

    def write(self, row: Iterable[Any]) -> None:
        """Text and day cells as text, a formula's look guarded; whole numbers as numbers."""
        for place, cell in enumerate(row):
            if isinstance(cell, int) and not isinstance(cell, bool):
                self._page.write_number(self._row, place, cell)
            elif cell not in (None, ""):
                self._page.write_string(self._row, place, plain(guarded(str(cell))[:32_000]))
        self._row += 1

    def close(self) -> None:
        self._book.close()


def guarded(text: str) -> str:
    """A cell that a spreadsheet program will not take for a formula."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def template(sheets: Sequence[tuple[str, Sequence[tuple[str, bool]], dict[str, list[str]]]]) -> bytes:
    """Empty sheets: name, headers (needed ones in red), choices by header; text cells, closed by 合计."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, _SAFE)
    text, bold = book.add_format({"num_format": _TEXT_FORMAT}), book.add_format({"bold": True})
    red = book.add_format({"bold": True, "font_color": "#C00000"})
    for name, headers, choices in sheets:
        page = book.add_worksheet(name)
        for place, (header, needed) in enumerate(headers):
            page.set_column(place, place, 18, text)
            page.write_string(0, place, header, red if needed else bold)
            if header in choices:
                page.data_validation(1, place, TEMPLATE_ROWS, place, {"validate": "list", "source": choices[header]})
        page.write_string(1, 0, "合计", bold)
        page.freeze_panes(1, 0)
    book.close()
    return target.getvalue()
