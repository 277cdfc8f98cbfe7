"""Writing an export: one row per person, in the suite's layout or the national one, watermarked, page by page.

No connection is held while somebody slow takes the file, and no more than a page is in memory.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.registry.domain import masking
from services.registry.domain import workbook_columns as columns
from services.registry.domain.code_lists import label_of
from services.registry.domain.export_columns import ExportColumn, columns_of
from services.registry.domain.fields import SEALED_COLUMNS
from services.registry.operations.import_reports import pieces_of
from services.registry.storage import exports as storage
from services.registry.storage import workbooks
from services.registry.storage.sealed_places import Place
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import Household, HouseholdExport
from shared.chassis.clock import office_day
from shared.chassis.database import Database
from shared.chassis.identity import Actor

HOUSEHOLDS_AT_ONCE = 500
_MASKED: dict[str, Callable[[str], str]] = {
    "phone": masking.telephone,
    "account": masking.account,
    "identity": masking.identity_number,
    "disability": masking.certificate,
}


@dataclass(frozen=True, slots=True)
class ExportFile:
    """An export on its way: its kind, its name, and its bytes."""

    kind: str
    name: str
    pieces: AsyncGenerator[bytes]


def file_of(database: Database, actor: Actor, seals: Seals, row: HouseholdExport, now: datetime) -> ExportFile:
    """The file of an export that may leave."""
    mark = f"{columns.TITLE_MARK} {row.number} · {actor.office_name} · {actor.account} · {now.isoformat()}"
    pages = _Pages(database, actor, seals, row, mark, now)
    pieces = _csv(pages) if row.format == "csv" else _xlsx(pages)
    return ExportFile(row.format, f"household-export-{row.number}", pieces)


async def _csv(pages: _Pages) -> AsyncGenerator[bytes]:
    yield "\ufeff".encode() + workbooks.csv_line(pages.headers)
    async with aclosing(pages.rows()) as found:
        async for rows in found:
            yield await asyncio.to_thread(workbooks.csv_lines, rows)
    yield workbooks.csv_line([pages.mark])


async def _xlsx(pages: _Pages) -> AsyncGenerator[bytes]:
    properties = {"comments": pages.mark, "subject": pages.mark}
    with tempfile.TemporaryFile() as file:
        writer = workbooks.XlsxWriter(file, f"&L{pages.mark}", f"&L{pages.mark}", properties)
        writer.write(pages.headers)
        async with aclosing(pages.rows()) as found:
            async for rows in found:
                await asyncio.to_thread(_write, writer, rows)
        writer.write([pages.mark])
        await asyncio.to_thread(writer.close)
        async for piece in pieces_of(file):
            yield piece


def _write(writer: workbooks.SheetWriter, rows: list[list[str]]) -> None:
    for row in rows:
        writer.write(row)


class _Pages:
    """The rows of one export."""

    def __init__(
        self, database: Database, actor: Actor, seals: Seals, row: HouseholdExport, mark: str, now: datetime
    ) -> None:
        self._database, self._actor, self._seals = database, actor, seals
        self._filters, self._clear, self._year = row.filters, row.clear, str(office_day(now).year)
        self._columns = columns_of(row.layout)
        self._days = "%Y%m%d" if row.layout == "national" else "%Y-%m-%d"
        self.mark, self.headers = mark, [column.header for column in self._columns]

    async def rows(self) -> AsyncGenerator[list[list[str]]]:
        after = ("", 0)
        while True:
            async with self._database.session(read_only=True, areas=self._actor.scope) as session:
                found = await storage.page(session, self._actor, self._filters, after, HOUSEHOLDS_AT_ONCE)
            if not found:
                return
            yield await asyncio.to_thread(self._lines, found)
            after = (found[-1][0].village_code, found[-1][0].household_no)

    def _lines(self, found: Sequence[Any]) -> list[list[str]]:
        return [line for row, version in found for line in self._people(row, version.content)]

    def _people(self, row: Household, content: dict[str, Any]) -> Iterator[list[str]]:
        for member in content["members"]:
            if member["active"]:
                yield [self._cell(column, row, content, member) for column in self._columns]

    def _cell(self, column: ExportColumn, row: Household, content: dict[str, Any], member: dict[str, Any]) -> str:
        if column.of == "fixed":
            return self._fixed(column.name, row, member)
        if column.of == "item":
            return _yuan(content.get("income_items", {}).get(column.name))
        field = column.field
        assert field is not None
        person = column.of == "member"
        stated = member if person else content
        key = "group_name" if column.name == "group" else SEALED_COLUMNS.get(column.name, column.name)
        value = stated.get(key)
        if value is None:
            return ""
        if field.kind in _MASKED:
            table, own = ("household_members", UUID(member["id"])) if person else ("households", row.id)
            bound = "disability" if column.name == "disability_certificate" else column.name
            value = self._seals.open(value, Place(table, own, bound))
            return str(value) if self._clear else _MASKED[field.kind](value)
        if field.protected and not self._clear:
            return "***"
        return self._shown(field.kind, field.codes, value)

    def _shown(self, kind: str, codes: str, value: Any) -> str:
        if kind == "code":
            return label_of(codes, value)
        if kind == "codes":
            return "、".join(label_of(codes, code) for code in value)
        if kind == "flag":
            return "是" if value else "否"
        if kind == "day":
            return datetime.fromisoformat(value).strftime(self._days)
        return _yuan(value) if kind == "fen" else str(value)

    def _fixed(self, name: str, row: Household, member: dict[str, Any]) -> str:
        """What stands in no field: the household's own number, the year, and what the number itself says."""
        if name == "sex":
            return label_of("sex", member["sex"])
        if name == "birth_date":
            return datetime.fromisoformat(member["birth_date"]).strftime(self._days) if self._clear else "***"
        return self._year if name == "year" else str(row.household_no)


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 100}.{fen % 100:02d}"
