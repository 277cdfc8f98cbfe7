"""The report of an import: the sheet as it was sent, with one more column that says what became of each row."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, BinaryIO
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import refusals
from services.registry.domain import workbook_columns as columns
from services.registry.domain.sheet_layouts import Layout, layout_of
from services.registry.domain.workbook_cells import is_empty
from services.registry.operations.household_imports import ENDED, visible
from services.registry.operations.sheet_heads import CELLS, LINES
from services.registry.operations.trail import CLEAR, MASKED, Trail
from services.registry.storage import imports as storage
from services.registry.storage import workbooks
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import HouseholdImport as Row
from shared.chassis import csv_rows, sheet_lines
from shared.chassis.database import Database
from shared.chassis.sheet_faults import BadSheet

XLSX_ROWS = 20_000
"""A longer sheet comes back as csv, which can leave while it is written."""
REASONS_AT_ONCE = 5_000
PIECE = 256 * 1024
Batch = list[tuple[int, list[Any] | str]]
"""Some rows with their numbers in the sheet as it was sent; of csv a row may be its line."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report on its way: its kind and its bytes."""

    kind: str
    pieces: AsyncGenerator[bytes]


async def report(session: AsyncSession, trail: Trail, seals: Seals, import_id: UUID) -> Report:
    """The sheet as sent with a result per row. Only the office that sent it gets its protected columns back."""
    row = await visible(session, trail.actor, import_id)
    if row.state not in ENDED:
        raise refusals.ImportNotDone(state=row.state)
    masked = not trail.actor.acts_for(row.office)
    await trail.note(session, "household_import.report", [import_id], MASKED if masked else CLEAR)
    kind = "xlsx" if row.file_kind == "xlsx" and row.rows_total <= XLSX_ROWS else "csv"
    rows = _Rows(trail.database, seals, row, masked)
    return Report(kind, _xlsx(rows) if kind == "xlsx" else _csv(rows))


async def _csv(rows: _Rows) -> AsyncGenerator[bytes]:
    yield "\ufeff".encode()
    last = 0
    async with aclosing(rows.batches()) as batches:
        async for batch in batches:
            yield await asyncio.to_thread(workbooks.csv_lines, _in_place(batch, last))
            last = batch[-1][0]


def _in_place(batch: Batch, last: int) -> Iterator[list[Any] | str]:
    """The rows, with blank lines for those a workbook does not have, so that each stays at its number."""
    for number, row in batch:
        if number > last + 1:
            yield workbooks.blank_lines(number - last - 1)
        yield row
        last = number


async def _xlsx(rows: _Rows) -> AsyncGenerator[bytes]:
    with tempfile.TemporaryFile() as file:
        writer = workbooks.XlsxWriter(file)
        async with aclosing(rows.batches()) as batches:
            async for batch in batches:
                await asyncio.to_thread(_write, writer, batch)
        await asyncio.to_thread(writer.close)
        async for piece in pieces_of(file):
            yield piece


def _write(writer: workbooks.SheetWriter, batch: Batch) -> None:
    for number, row in batch:
        writer.write(row, number)


async def pieces_of(file: BinaryIO) -> AsyncGenerator[bytes]:
    """A file written before, piece by piece."""
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece


class _Rows:
    """The rows of the report."""

    def __init__(self, database: Database, seals: Seals, row: Row, masked: bool) -> None:
        self._database, self._seals, self._row, self._masked = database, seals, row, masked
        self._reasons: dict[int, str] = {}
        self._known_to = 0
        self._hidden: frozenset[int] = frozenset()
        self._width, self._rest = 0, _rest(row)

    async def batches(self) -> AsyncGenerator[Batch]:
        """Rows, some time after some; of csv also whole lines."""
        last = 0
        with tempfile.TemporaryFile() as file:
            async with self._database.session(read_only=True) as session:
                async for part in storage.parts(session, self._seals, self._row.id):
                    file.write(part)
            try:
                async with aclosing(sheet_lines.lines(file, CELLS if self._masked else LINES)) as lines:
                    async for line in lines:
                        rows = orjson.loads(line)
                        if rows[-1][0] > self._known_to:
                            await self._look_up(rows[0][0], rows[-1][0])
                        yield [(number, self._filled(number, cells)) for number, cells in rows]
                        last = rows[-1][0]
            except BadSheet:  # a sheet that cannot be read has no more rows to give back
                yield [(last + 1, ["未导入"])]

    def _filled(self, number: int, cells: list[Any] | str) -> list[Any] | str:
        if isinstance(cells, str):
            result = self._reasons.get(number, self._rest)
            plain = number > 1 and "," not in result and not cells.startswith(columns.TITLE_MARK)
            line = workbooks.lengthened(cells, self._width, result) if plain else None
            if line is not None:
                return line
            cells = csv_rows.cells_of(cells)
        if number == 1:
            return self._headers(cells)
        row = [*cells[: self._width], *[None] * (self._width - len(cells))]
        if _is_nobody(row):
            return row
        if self._hidden:
            row = ["***" if place in self._hidden and cell else cell for place, cell in enumerate(row)]
        row.append(self._reasons.get(number, self._rest))
        return row

    def _headers(self, cells: list[Any]) -> list[Any]:
        texts = [str(cell).strip() if cell is not None else "" for cell in cells]
        while texts and texts[-1] in ("", columns.RESULT):
            texts.pop()
        self._width = len(texts)
        self._hidden = _protected(layout_of(texts)) if self._masked else frozenset()
        return [*texts, columns.RESULT]

    async def _look_up(self, first: int, last: int) -> None:
        """The reasons of the rows from `first` on, at least up to `last`."""
        found: list[tuple[int, str]] = []
        told: list[tuple[int, str]] = []
        async with self._database.session(read_only=True) as session:
            more = True
            while more:
                after = found[-1][0] if found else first - 1
                part = await storage.reasons_between(session, self._row.id, after, REASONS_AT_ONCE)
                found += part
                more = len(part) == REASONS_AT_ONCE and part[-1][0] < last
            self._known_to = found[-1][0] if len(part) == REASONS_AT_ONCE else 10**9
            if self._row.dry_run:
                self._known_to = min(self._known_to, last)
                told = await _differences(session, self._row.id, first - 1)
        self._reasons = dict(found)
        for row, words in told:  # a household that has a file already may be refused all the same
            self._reasons[row] = f"{self._reasons[row]};{words}" if row in self._reasons else words


def _is_nobody(row: list[Any]) -> bool:
    """A row without a person: blank, or the last line of an exported sheet. The reader leaves it out."""
    filled = [place for place, cell in enumerate(row) if not is_empty(cell)]
    return not filled or (filled == [0] and str(row[0]).startswith(columns.TITLE_MARK))


def _rest(row: Row) -> str:
    """The result of a row nothing was wrong with."""
    if row.state in ("failed", "undone"):
        return "未导入" if row.state == "failed" else "已撤销"
    if row.mode == "all_or_nothing" and row.rows_refused:
        return "未导入:文件中有未通过的行"
    return "可以导入" if row.dry_run else "已导入"


async def _differences(session: AsyncSession, import_id: UUID, after: int) -> list[tuple[int, str]]:
    """What the report says of households that have a file already."""
    found = await storage.differences(session, import_id, after, REASONS_AT_ONCE, ("differs", "unchanged"))
    return [(row.row, _told(row.household_no, row.changes)) for row in found]


def _told(household_no: int | None, changes: list[dict[str, Any]]) -> str:
    if not changes:
        return f"与户 {household_no} 相同"
    said = (f"{one['person']}{one['field']} {one['before'] or '空'}→{one['after'] or '空'}" for one in changes)
    return f"户 {household_no} 已在册,不同之处:" + ";".join(said)


def _protected(layout: Layout) -> frozenset[int]:
    """Where protected values stand in the sheet."""
    placed = zip(layout.places, layout.columns, strict=True)
    return frozenset(place for place, column in placed if column.field is not None and column.field.protected)
