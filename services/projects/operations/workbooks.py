"""Workbooks that are given back: the template, and the report of an import. All cells are text, none is a formula."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator, Sequence

import xlsxwriter
from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.domain import code_lists
from services.projects.domain import imports as rules
from services.projects.operations import imports
from services.projects.storage import imports as storage
from services.projects.storage.tables import ProjectImport, ProjectImportRow
from shared.chassis.identity import Actor
from shared.chassis.sheet_cells import plain

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


async def template() -> bytes:
    """The empty workbook with its headers, text cells and drop-down lists."""
    return await asyncio.to_thread(_template)


async def report(session: AsyncSession, actor: Actor, import_id: str) -> bytes:
    """The imported sheet with a column that says what became of each row."""
    record = await imports.find(session, actor, import_id)
    rows = await storage.rows(session, import_id)
    lines = [[*row.cells, _result(record, row)] for row in rows]
    return await asyncio.to_thread(_write, (*rules.HEADERS, rules.RESULT), lines)


def _result(record: ProjectImport, row: ProjectImportRow) -> str:
    if row.reasons:
        return "；".join(f"{reason['column']}：{reason['title']}" for reason in row.reasons)
    if row.project_code is not None:
        return f"已建立 {row.project_code}"
    return "预检通过" if record.state == "dry_run" else "整批未采用"


def _template() -> bytes:
    names = {
        rules.CATEGORY: [row.name for row in code_lists.categories().values()],
        rules.NATURE: [row.name for row in code_lists.natures().values()],
        rules.FUNDING: [row.name for row in code_lists.fund_sources().values()],
    }
    return _write(rules.HEADERS, [], names)


def _write(
    headers: Sequence[str], lines: Sequence[Sequence[str | None]], choices: dict[str, list[str]] | None = None
) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, _OPTIONS) as book:
        text = book.add_format({"num_format": "@"})
        bold = book.add_format({"num_format": "@", "bold": True})
        sheet = book.add_worksheet(rules.SHEET)
        sheet.set_column(0, len(headers) - 1, 16, text)
        sheet.freeze_panes(1, 0)
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, bold)
        for row, column, cell in _cells(lines):
            sheet.write_string(row, column, plain(cell), text)
        if choices:
            lists = book.add_worksheet("代码")
            for place, (header, names) in enumerate(choices.items()):
                lists.write_column(0, place, names, text)
                letter = chr(ord("A") + place)
                column = headers.index(header)
                source = f"=代码!${letter}$1:${letter}${len(names)}"
                sheet.data_validation(
                    1, column, rules.MAX_ROWS, column, {"validate": "list", "source": source, "error_type": "warning"}
                )
    return target.getvalue()


def _cells(lines: Sequence[Sequence[str | None]]) -> Iterator[tuple[int, int, str]]:
    for row, line in enumerate(lines, start=1):
        for column, cell in enumerate(line):
            if cell is not None:
                yield row, column, cell
