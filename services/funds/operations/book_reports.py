"""The template of a county's books, and the report of an import: the sheets as sent with what became of each row."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections import defaultdict
from contextlib import aclosing
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.book_faults import Fault
from services.funds.domain.book_lines import BATCHES, CLAIM_KINDS, COLUMNS, PARTS, PAYMENT_KINDS, RESULT, header_of
from services.funds.operations.book_sheets import LIMITS, WORKBOOK
from services.funds.storage import book_imports as storage
from services.funds.storage import book_workbooks as workbooks
from services.funds.storage.tables import BookImport, BookImportFault
from shared.chassis import sheet_lines
from shared.chassis.identity import Actor
from shared.refusals import NotFound

RESTS = {
    "faulty": "本行可以导入;账簿有其他行未通过,整本未导入", "checked": "可以导入,待第二人审定",
    "refused": "未导入:审定时驳回", "posted": "已导入", "undone": "已撤销",
}  # fmt: skip


def template() -> bytes:
    """An empty workbook of the three sheets."""
    choices = {
        "批次": list(BATCHES), "类型": list(PAYMENT_KINDS), "报账类别": [label for label in CLAIM_KINDS if label],
    }  # fmt: skip
    return workbooks.template(
        [
            (sheet, [(header_of(column, "万元"), column.needed) for column in COLUMNS[part]], choices)
            for part, sheet in PARTS.items()
        ]
    )


async def report(session: AsyncSession, actor: Actor, import_id: int) -> bytes:
    """The books as sent in, each row with its result, every sheet in one workbook."""
    row = await storage.visible(session, actor, import_id)
    if row is None:
        raise NotFound()
    said = _said(await storage.faults(session, import_id))
    files = {file.part: file.content for file in await storage.files(session, import_id)}
    sheets = [(sheet, await _cells(part, files), said[part]) for part, sheet in PARTS.items()]
    return await asyncio.to_thread(_written, row, sheets)


def _said(faults: Any) -> dict[str, dict[int, list[str]]]:
    """By part and row: the words of every fault."""
    found: dict[str, dict[int, list[str]]] = {part: defaultdict(list) for part in PARTS}
    fault: BookImportFault
    for fault in faults:
        words = Fault(fault.part, fault.row, fault.column, fault.code, fault.project_code, fault.left_fen).words
        found[fault.part][fault.row].append(words)
    return found


async def _cells(part: str, files: dict[str, bytes]) -> list[tuple[int, list[Any]]]:
    with tempfile.TemporaryFile() as file:
        file.write(files.get(part) or files[WORKBOOK])
        wanted = LIMITS | {"task": "cells", "sheet": PARTS[part]}
        async with aclosing(sheet_lines.lines(file, wanted)) as lines:
            return [(number, cells) async for line in lines for number, cells in json.loads(line)]


def _written(row: BookImport, sheets: list[tuple[str, list[tuple[int, list[Any]]], dict[int, list[str]]]]) -> bytes:
    with tempfile.TemporaryFile() as file:
        writer = workbooks.BookWriter(file)
        for sheet, cells, said in sheets:
            writer.sheet(sheet)
            _sheet(writer, cells, said, RESTS[row.state])
        writer.close()
        file.seek(0)
        return file.read()


def _sheet(
    writer: workbooks.BookWriter, rows: list[tuple[int, list[Any]]], said: dict[int, list[str]], rest: str
) -> None:
    """Rows at the places they had; the result stands in a column of its own behind the headers."""
    written, width = 0, 0
    for number, cells in rows:
        while written < number - 1:
            writer.write([])
            written += 1
        texts = [_shown(cell) for cell in cells]
        if number == 1:
            while texts and texts[-1] in ("", RESULT):
                texts.pop()
            width = len(texts)
            result = RESULT
        else:
            result = ";".join(said[number]) if number in said else rest if any(texts) else ""
        writer.write([*texts[:width], *[""] * (width - len(texts)), result])
        written += 1


def _shown(cell: Any) -> str:
    """A cell of the upload as text."""
    if cell is None:
        return ""
    if isinstance(cell, dict):
        return str(cell.get("day") or ("#公式" if "formula" in cell else "#错误"))
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
