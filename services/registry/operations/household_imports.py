"""What offices do with people workbooks: send one in, follow it, undo it, fetch the template."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping
from io import SEEK_END
from typing import Any, BinaryIO
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import refusals
from services.registry.domain.refusals.register_years import ImportInClosedYear
from services.registry.operations import sheet_heads
from services.registry.operations.sheet_heads import FAULTS, Head
from services.registry.operations.trail import Trail
from services.registry.storage import imports as storage
from services.registry.storage import workbooks
from services.registry.storage.ids import new_id
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import HouseholdImport as Row
from services.registry.storage.tables import HouseholdImportDifference
from shared.chassis import audit, clock, paging
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.sheet_faults import BadSheet
from shared.refusals import NotFound, TooLarge
from shared.schemas.registry_imports import FieldDifference, HouseholdDifference, HouseholdImport, SheetNotes
from shared.schemas.wire import Page

FOLLOW_S, FOLLOWED_FOR_S = 0.5, 600.0
ENDED = ("done", "failed", "undone")
_COUNTED = ("rows_total", "rows_done", "rows_refused", "households_total", "households_ok", "people_ok")
_TEXTS = {fault.code: fault.zh for fault in FAULTS.values()} | {
    "gave_up": "多次处理均中断,请联系管理员",
    refusals.WorkbookHeaders.code: refusals.WorkbookHeaders.zh,
    refusals.ImportBuiltUpon.code: refusals.ImportBuiltUpon.zh,
    ImportInClosedYear.code: ImportInClosedYear.zh,
}


async def send_in(
    session: AsyncSession,
    actor: Actor,
    seals: Seals,
    file: BinaryIO,
    mode: str,
    dry_run: bool,
    at_most: Mapping[str, int],
) -> tuple[HouseholdImport, bool]:
    """Queue a workbook. The same content from the same office is the same import: then the second value is False.
    One that brought in nothing, or was undone, is not in the way of another try.

    `at_most` says how many bytes a sheet of each kind may have. Looked at before are the kind, the headers and
    whether anybody is in it; the rest is the import's work.
    """
    if not actor.scope:
        raise refusals.NoOfficeArea()
    head = await _head(file, at_most)  # before the first statement: no connection waits for it
    import_id, digest = new_id(), await asyncio.to_thread(_digest, file)
    values: dict[str, Any] = dict.fromkeys((*_COUNTED, "attempts"), 0) | {
        "id": import_id,
        "office": actor.office,
        "division_code": actor.scope[0],
        "sha256": digest,
        "file_kind": head.kind,
        "mode": mode,
        "dry_run": dry_run,
        "state": "queued",
        "rows_total": head.rows or 0,
        "actor": actor.claims(),
        "created_at": clock.now(),
        "created_by": actor.account,
    }
    row = await storage.add(session, values)
    if row is None:
        known = await storage.same_content(session, actor.office, digest, mode)
        if known is None:
            raise NotFound()
        return view(known), False
    await storage.add_parts(session, seals, import_id, _parts(file))
    audit.record(session, actor, "household_import.send_in", str(row.id), mode=mode, dry_run=dry_run)
    return view(row), True


async def _head(file: BinaryIO, at_most: Mapping[str, int]) -> Head:
    size = file.seek(0, SEEK_END)
    if size > max(at_most.values()):
        raise TooLarge(limit_bytes=max(at_most.values()))
    file.seek(0)
    try:
        head = await sheet_heads.head_of(file)
    except BadSheet as fault:
        raise FAULTS[fault.kind](pointer=None, **fault.facts) from fault
    if size > at_most[head.kind]:
        raise TooLarge(limit_bytes=at_most[head.kind])
    if not head.filled:
        raise refusals.WorkbookEmpty()
    if (head.rows or 0) > sheet_heads.MAX_ROWS:
        raise refusals.WorkbookTooLong(at_most=sheet_heads.MAX_ROWS)
    return head


def _parts(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while part := file.read(storage.PART):
        yield part


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    for part in _parts(file):
        digest.update(part)
    return digest.hexdigest()


def view(row: Row) -> HouseholdImport:
    same = ("state", "mode", "dry_run", "sha256", "failure", "created_by", *_COUNTED)
    return HouseholdImport.model_validate(
        {name: getattr(row, name) for name in same}
        | {
            "id": str(row.id),
            "failure_text": None if row.failure is None else _TEXTS.get(row.failure, row.failure),
            "notes": SheetNotes.model_validate(row.notes or {}),
            "created_at": clock.written(row.created_at),
            "finished_at": clock.written(row.finished_at),
            "undone_at": clock.written(row.undone_at),
        }
    )


async def list_imports(session: AsyncSession, actor: Actor, cursor: str | None, limit: int) -> Page[HouseholdImport]:
    """Imports of the actor's area, newest first."""
    rows = await storage.list_imports(session, actor, paging.decode_id(cursor), limit + 1)
    items = [view(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(rows) > limit else None)


async def visible(session: AsyncSession, actor: Actor, import_id: UUID) -> Row:
    row = await storage.visible(session, actor, import_id)
    if row is None:
        raise NotFound()
    return row


async def get(session: AsyncSession, actor: Actor, import_id: UUID) -> HouseholdImport:
    return view(await visible(session, actor, import_id))


async def follow(database: Database, actor: Actor, import_id: UUID) -> AsyncIterator[HouseholdImport]:
    """The import as it goes on, at least once a second, until it has ended; no connection is held in between."""
    until = asyncio.get_running_loop().time() + FOLLOWED_FOR_S
    while True:
        async with database.session(read_only=True) as session:
            row = await storage.visible(session, actor, import_id)
        if row is None:
            return
        yield view(row)
        if row.state in ENDED or asyncio.get_running_loop().time() > until:
            return
        await asyncio.sleep(FOLLOW_S)


async def differences(
    session: AsyncSession, trail: Trail, import_id: UUID, cursor: str | None, limit: int
) -> Page[HouseholdDifference]:
    """What a dry run found of each household, in the order of the sheet."""
    await visible(session, trail.actor, import_id)
    after = paging.decode(cursor, int)
    rows = await storage.differences(session, import_id, 0 if after is None else int(after[0]), limit + 1)
    items = [_difference(row) for row in rows[:limit]]
    await trail.note(session, "household_import.differences", [one.household_id for one in items if one.household_id])
    return Page(items=items, next_cursor=paging.encode(items[-1].row) if len(rows) > limit else None)


def _difference(row: HouseholdImportDifference) -> HouseholdDifference:
    return HouseholdDifference(
        row=row.row,
        state=row.state,
        household_id=None if row.household_id is None else str(row.household_id),
        household_no=None if row.household_no is None else str(row.household_no),
        changes=[FieldDifference(**change) for change in row.changes],
    )


async def template() -> bytes:
    return await asyncio.to_thread(workbooks.template)
