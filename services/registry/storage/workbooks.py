"""The people workbook as a file: writing the template, and writing sheets row by row in bounded memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO, Protocol, cast

import xlsxwriter

from services.registry.domain import workbook_columns as columns
from services.registry.domain.code_lists import CODE_LISTS
from services.registry.storage.workbook_pages import MOST_TEXT, Page
from shared.chassis.sheet_cells import plain

XLSX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_MEDIA_TYPE = "text/csv; charset=utf-8"
TEMPLATE_ROWS = 5_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_TEXT_FORMAT = 49
"""The number of the built-in text format."""


class SheetWriter(Protocol):
    """Takes the rows of one sheet in their order; `number`, from 1 on, leaves rows out before this one."""

    def write(self, row: Sequence[Any], number: int | None = None) -> None: ...

    def close(self) -> None: ...


class XlsxWriter:
    """Rows of an xlsx file. No cell is ever written as a formula, whatever it begins with."""

    def __init__(self, target: BinaryIO, header: str = "", footer: str = "", properties: dict[str, str] | None = None):
        self._book = xlsxwriter.Workbook(target, {"constant_memory": True, **_SAFE})
        if properties:
            self._book.set_properties(properties)
        self._page = cast(Page, self._book.add_worksheet(columns.SHEET, Page))
        if header or footer:
            self._page.set_header(header)
            self._page.set_footer(footer)
        self._number = 0

    def write(self, row: Sequence[Any], number: int | None = None) -> None:
        if number is not None:
            self._number = number - 1
        if not self._page.write_plain(self._number, row):
            self._write_cells(row)
        self._number += 1

    def _write_cells(self, row: Sequence[Any]) -> None:
        for place, cell in enumerate(row):
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                self._page.write_number(self._number, place, cell)
            elif cell not in (None, ""):
                self._page.write_string(self._number, place, plain(shown(cell)[:MOST_TEXT]))

    def close(self) -> None:
        self._book.close()


def csv_line(row: Sequence[Any]) -> bytes:
    """One line of csv in UTF-8."""
    return csv_lines([row])


def csv_lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """Lines of csv in UTF-8; a row that is a text is a line already."""
    return "".join([row if isinstance(row, str) else _plain_line(row) or _line(row) for row in rows]).encode()


def blank_lines(count: int) -> str:
    """So many lines of csv in which nothing stands, as one text for `csv_lines`."""
    return "\r\n" * count


def lengthened(line: str, width: int, cell: str) -> str | None:
    """A line of csv as it came with one more cell, where `csv_lines` would write the same of its cells; else None.

    No quote stands in the line, and it has to have `width` cells, not all of them empty.
    """
    if line.count(",") != width - 1 or not line.replace(",", "").strip():
        return None
    return _plain_text(f",{line},{cell}")


_ASKS_FOR_CARE = ('"', "\n", "\r", *(f",{start}" for start in FORMULA_STARTS))


def _plain_line(row: Sequence[Any]) -> str | None:
    """The line of a row of plain text cells, as nearly all are; None where a cell wants quotes, a guard or a word."""
    try:
        line = "," + ",".join(row)
    except TypeError:
        return None
    return _plain_text(line) if len(row) > 1 and line.count(",") == len(row) else None


def _plain_text(line: str) -> str | None:
    """A line with a comma in front; None where a cell wants quotes or a guard."""
    return None if any(sign in line for sign in _ASKS_FOR_CARE) else line[1:] + "\r\n"


def _line(row: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([guarded(cell if cell.__class__ is str else shown(cell)) for cell in row])
    return line.getvalue()


def guarded(text: str) -> str:
    """A cell that a spreadsheet program will not take for a formula."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def shown(cell: Any) -> str:
    """A cell of an upload as text."""
    if cell is None:
        return ""
    if isinstance(cell, dict):
        return str(cell.get("day") or ("#公式" if "formula" in cell else "#错误"))
    return ("是" if cell else "否") if isinstance(cell, bool) else str(cell)


def template() -> bytes:
    """An empty people workbook: every column, text cells, drop-downs of the code lists."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, _SAFE)
    page, codes = book.add_worksheet(columns.SHEET), book.add_worksheet("代码")
    text, bold = book.add_format({"num_format": _TEXT_FORMAT}), book.add_format({"bold": True})
    needed = book.add_format({"bold": True, "font_color": "#C00000"})
    numbers = columns.MONEY | columns.MEASURES
    for index, header in enumerate(columns.TEMPLATE):
        page.set_column(index, index, 20 if header == columns.NUMBER else 14, None if header in numbers else text)
        page.write_string(0, index, header, needed if header in columns.REQUIRED else bold)
        _drop_down(page, codes, index, header)
    page.freeze_panes(1, 0)
    book.close()
    return target.getvalue()


def _drop_down(page: Any, codes: Any, index: int, header: str) -> None:
    if header in columns.YES_NO:
        page.data_validation(1, index, TEMPLATE_ROWS, index, {"validate": "list", "source": ["是", "否"]})
    name = columns.CODE_COLUMNS.get(header)
    if name is None:
        return
    labels: Sequence[str] = [value.label for value in CODE_LISTS[name].values]
    codes.write_column(0, index, [header, *labels])
    letter = xlsxwriter.utility.xl_col_to_name(index)
    choice = {"validate": "list", "source": f"=代码!${letter}$2:${letter}${len(labels) + 1}"}
    if header in columns.SEVERAL:  # several labels joined by 、 must stay possible
        choice["error_type"] = "information"
    page.data_validation(1, index, TEMPLATE_ROWS, index, choice)
