"""The people workbook as bytes: reading an upload, writing the template and the report."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter

from services.registry.domain import refusals
from services.registry.domain import workbook_columns as columns
from services.registry.domain.code_lists import CODE_LISTS
from shared.chassis import workbooks
from shared.chassis.workbooks import Sheet
from shared.refusals import Refusal

XLSX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEMPLATE_ROWS = 5_000
_SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
WANTED = workbooks.Wanted(columns.SHEET, max_rows=1_000_000, max_unpacked=2 * 1024**3, takes_csv=True)
_FAULTS: dict[str, type[Refusal]] = {
    "unreadable": refusals.WorkbookUnreadable,
    "sheet_missing": refusals.WorkbookUnreadable,
    "too_large": refusals.WorkbookUnsafe,
    "unsafe": refusals.WorkbookUnsafe,
}


def kind_of(content: bytes) -> str:
    """`xlsx` or `csv`, by what the bytes are and not by the file's name."""
    return "xlsx" if content.startswith(b"PK\x03\x04") else "csv"


async def read(content: bytes) -> Sheet:
    """The cells of the people sheet; WorkbookUnreadable or WorkbookUnsafe for what is none."""
    try:
        return await workbooks.read_sheet(content, WANTED)
    except workbooks.SheetFault as fault:
        raise _FAULTS[fault.kind]() from fault


def report(sheet: Sheet, result_of: Callable[[int], str], masked: bool) -> bytes:
    """The uploaded sheet with the column 结果. With `masked`, protected columns are blotted out.

    Cells are written as they were read and never as formulas, whatever they begin with.
    """
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True, **_SAFE})
    page = book.add_worksheet(columns.SHEET)
    hidden = {index for index, header in enumerate(columns.HEADERS) if masked and header in columns.PROTECTED}
    for number, row in enumerate(sheet):
        for index, cell in enumerate(row[: len(columns.HEADERS)]):
            shown = "***" if number and index in hidden and cell not in (None, "") else cell
            _write(page, number, index, shown)
        if not number:
            page.write_string(0, len(columns.HEADERS), columns.RESULT)
        elif any(cell not in (None, "") for cell in row):
            page.write_string(number, len(columns.HEADERS), result_of(number + 1))
    book.close()
    return target.getvalue()


def _write(page: Any, row: int, column: int, cell: Any) -> None:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        page.write_number(row, column, cell)
    elif cell not in (None, ""):
        page.write_string(row, column, str(cell)[:32_000])


def template() -> bytes:
    """An empty people workbook: exact headers, text columns, drop-downs of the code lists."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, _SAFE)
    page, codes = book.add_worksheet(columns.SHEET), book.add_worksheet("代码")
    # 49 is the number of the built-in text format.
    text, bold = book.add_format({"num_format": 49}), book.add_format({"bold": True})
    money = set(columns.MONEY_COLUMNS.values())
    for index, header in enumerate(columns.HEADERS):
        page.set_column(index, index, 20 if header == columns.NUMBER else 14, None if header in money else text)
        page.write_string(0, index, header, bold)
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
