"""From the bytes of a workbook to checked entries, row by row."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from services.projects.domain import entries, sites
from services.projects.domain import imports as rules
from services.projects.domain.refusals import DivisionUnknown
from services.projects.domain.refusals_imports import (
    CellMalformed,
    NoRows,
    SheetMissing,
    WorkbookTooLarge,
    WorkbookUnreadable,
)
from services.projects.operations import library
from services.projects.upstream import registry as upstream
from shared.chassis import workbooks
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import covers
from shared.refusals import Refusal
from shared.schemas.projects import ProjectEntry
from shared.schemas.projects_imports import RowReason

WANTED = workbooks.Wanted(rules.SHEET, max_rows=rules.MAX_ROWS + 1, max_unpacked=200 * 1024 * 1024)
_FAULTS: dict[str, type[Refusal]] = {
    "unreadable": WorkbookUnreadable,
    "unsafe": WorkbookUnreadable,
    "too_large": WorkbookTooLarge,
    "sheet_missing": SheetMissing,
}


@dataclass(slots=True)
class Candidate:
    """A row of the sheet: its cells, the entry when it makes one, and why not."""

    row: int
    cells: list[str | None]
    entry: ProjectEntry | None = None
    reasons: list[RowReason] = field(default_factory=list)


async def candidates(registry: Peer, actor: Actor, content: bytes, year: int) -> list[Candidate]:
    """Every row read and checked, sites included. Nothing is written."""
    table = await read_sheet(content)
    if not table:
        raise SheetMissing()
    rules.check_headers(table[0])
    width = len(rules.HEADERS)
    found = [
        Candidate(number, [*cells[:width], *[None] * (width - len(cells))])
        for number, cells in enumerate(table[1:], start=2)
        if any(cell is not None for cell in cells[:width])
    ]
    if not found:
        raise NoRows()
    await asyncio.to_thread(_check_all, found, year)
    await _check_sites(registry, actor, found)
    return found


async def read_sheet(content: bytes) -> list[list[str | None]]:
    """The cells of the library sheet as text."""
    try:
        rows = await workbooks.read_sheet(content, WANTED)
    except workbooks.SheetFault as fault:
        raise _FAULTS[fault.kind]() from fault
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: Any) -> str | None:
    """A cell as text. A float's shortest form is what the sheet shows, so it converts exactly."""
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    if isinstance(cell, dict):
        return str(cell["day"])
    return str(cell).strip() or None


def _check_all(found: list[Candidate], year: int) -> None:
    for candidate in found:
        _check(candidate, year)


def _check(candidate: Candidate, year: int) -> None:
    read = rules.read_row(candidate.cells, year)
    for column, fault in read.faults:
        candidate.reasons.append(_reason(column, fault))
    try:
        entry = library.canonical(ProjectEntry.model_validate(read.values))
        sites.county_of(entry.division_codes)
    except ValidationError as error:
        known = {reason.column for reason in candidate.reasons}
        columns = {_column(str(fault["loc"][0])) for fault in error.errors()} - known
        candidate.reasons.extend(_reason(column, CellMalformed()) for column in sorted(columns))
        return
    except Refusal as fault:
        candidate.reasons.append(_reason(rules.SITES, fault))
        return
    for broken in entries.faults(entry.model_dump()):
        candidate.reasons.append(_reason(_column(broken.pointer.split("/")[1]), broken))
    candidate.entry = entry


def _column(member: str) -> str:
    return rules.COLUMN_OF.get(member, "")


def _reason(column: str, fault: Refusal) -> RowReason:
    return RowReason(column=column, code=fault.code, title=f"{fault.zh} / {fault.en}")


async def _check_sites(registry: Peer, actor: Actor, found: list[Candidate]) -> None:
    named = {code for row in found if row.entry for code in row.entry.division_codes}
    outside = {code for code in named if not covers(actor.scope, code)}
    unknown = outside | await upstream.unknown_divisions(registry, actor, named - outside)
    for row in found:
        if row.entry is not None and unknown & set(row.entry.division_codes):
            row.reasons.append(_reason(rules.SITES, DivisionUnknown()))
