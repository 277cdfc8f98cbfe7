"""A document as a workbook: a sheet a table, numbers as numbers, nothing a formula, the same bytes each time."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from services.funds.domain.report_pages import Document, Table, number_of, text_of
from services.funds.storage.book_workbooks import guarded
from shared.chassis.sheet_cells import plain

_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
_MONEY, _COUNT, _POINTS = "#,##0.00", "0", "0.00"


def workbook_of(document: Document) -> bytes:
    """The workbook's bytes; its dates are the document's, so that the same document is the same file."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, _SAFE)
    book.set_properties(
        {"title": document.title, "comments": document.footer, "created": document.moment.replace(tzinfo=None)}
    )
    formats = _formats(book)
    for table in document.tables:
        _sheet(book, document, table, formats)
    book.close()
    return target.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    border = {"border": 1}
    return {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center"}),
        "line": book.add_format({"text_wrap": True}),
        "unit": book.add_format({"align": "right"}),
        "header": book.add_format({"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", **border}),
        "text": book.add_format({"num_format": "@", **border}),
        "wan": book.add_format({"num_format": _MONEY, **border}),
        "number": book.add_format({"num_format": _COUNT, **border}),
        "percent": book.add_format({"num_format": _POINTS, **border}),
    }


def _sheet(book: Any, document: Document, table: Table, formats: dict[str, Any]) -> None:
    page = book.add_worksheet(table.title[:31])
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_footer(f"&L{document.footer}&R第&P页 共&N页")
    last = max(len(table.columns) - 1, 1)
    for place, column in enumerate(table.columns):
        page.set_column(place, place, column.width + 2)
    page.merge_range(0, 0, 0, last, guarded(document.title), formats["title"])
    row = 1
    for line in (*document.lines, table.title):
        page.merge_range(row, 0, row, last, guarded(line), formats["line"])
        row += 1
    page.merge_range(row, 0, row, last, document.unit, formats["unit"])
    row = _rows(page, table, row + 1, formats)
    page.write_string(row + 1, 0, "    ".join(f"{words}________" for words in document.signatures))
    page.write_string(row + 2, 0, document.footer)


def _rows(page: Any, table: Table, row: int, formats: dict[str, Any]) -> int:
    """The header and the rows from `row` on; the first row after them."""
    for place, column in enumerate(table.columns):
        page.write_string(row, place, column.header, formats["header"])
    page.freeze_panes(row + 1, 0)
    for cells in table.rows:
        row += 1
        for place, (column, value) in enumerate(zip(table.columns, cells, strict=True)):
            number = number_of(column.kind, value)
            if number is None:
                page.write_string(row, place, plain(guarded(text_of(column.kind, value))), formats["text"])
            else:
                page.write_number(row, place, float(number), formats[column.kind])
    if not table.rows:
        row += 1
        page.write_string(row, 0, "无", formats["text"])
    return row + 1
