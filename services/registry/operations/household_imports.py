"""What offices do with people workbooks: send one in, follow it, fetch its report and the template."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import refusals
from services.registry.domain import workbooks as rules
from services.registry.operations.trail import CLEAR, MASKED, Trail
from services.registry.storage import imports as storage
from services.registry.storage import sealing, workbooks
from services.registry.storage.ids import new_id
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import HouseholdImport as Row
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.refusals import Malformed, NotFound
from shared.schemas.registry_decisions import HouseholdImport
from shared.schemas.wire import Page

MAX_ROWS = 100_000


async def send_in(
    session: AsyncSession, actor: Actor, seals: Seals, content: bytes, mode: str, dry_run: bool
) -> tuple[HouseholdImport, bool]:
    """Queue a workbook. The same content from the same office is the same import: then the second value is False."""
    if not actor.scope:
        raise refusals.NoOfficeArea()
    rows = await _rows_counted(content)  # before the first statement: no connection waits for it
    import_id, digest = new_id(), hashlib.sha256(content).hexdigest()
    values = {
        "id": import_id,
        "office": actor.office,
        "division_code": actor.scope[0],
        "sha256": digest,
        "file_kind": workbooks.kind_of(content),
        "mode": mode,
        "dry_run": dry_run,
        "state": "queued",
        "rows_total": rows,
        "actor": actor.claims(),
        "created_at": clock.now(),
        "created_by": actor.account,
    } | dict.fromkeys(("rows_done", "rows_refused", "households_total", "households_ok", "people_ok", "attempts"), 0)
    sealed = seals.seal_bytes(content, sealing.upload_of(import_id))
    row = await storage.add(session, values, sealed)
    if row is None:
        known = await storage.same_content(session, actor.office, digest, mode)
        if known is None:
            raise NotFound()
        return view(known), False
    audit.record(session, actor, "household_import.send_in", str(row.id), rows=rows, mode=mode, dry_run=dry_run)
    return view(row), True


async def _rows_counted(content: bytes) -> int:
    sheet = await workbooks.read(content)
    rules.require_headers(sheet)
    rows = len(await asyncio.to_thread(rules.rows_of, sheet))
    if rows == 0:
        raise refusals.WorkbookEmpty()
    if rows > MAX_ROWS:
        raise refusals.WorkbookTooLong(at_most=MAX_ROWS)
    return rows


def view(row: Row) -> HouseholdImport:
    def instant(value: datetime | None) -> str | None:
        return None if value is None else value.isoformat()

    counted = ("rows_total", "rows_done", "rows_refused", "households_total", "households_ok", "people_ok")
    return HouseholdImport.model_validate(
        {name: getattr(row, name) for name in ("state", "mode", "dry_run", "sha256", "failure", "created_by", *counted)}
        | {"id": str(row.id), "created_at": instant(row.created_at), "finished_at": instant(row.finished_at)}
    )


async def list_imports(session: AsyncSession, actor: Actor, cursor: str | None, limit: int) -> Page[HouseholdImport]:
    """Imports of the actor's area, newest first."""
    after = paging.decode(cursor, str)
    try:
        before = None if after is None else UUID(str(after[0]))
    except ValueError as error:
        raise Malformed(pointer="/cursor") from error
    rows = await storage.list_imports(session, actor, before, limit + 1)
    items = [view(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(rows) > limit else None)


async def _visible(session: AsyncSession, actor: Actor, import_id: UUID) -> Row:
    row = await storage.visible(session, actor, import_id)
    if row is None:
        raise NotFound()
    return row


async def get(session: AsyncSession, actor: Actor, import_id: UUID) -> HouseholdImport:
    return view(await _visible(session, actor, import_id))


async def report(session: AsyncSession, trail: Trail, seals: Seals, import_id: UUID) -> bytes:
    """The sheet as sent with a result per row. Only the office that sent it gets its protected columns back."""
    row = await _visible(session, trail.actor, import_id)
    if row.state not in ("done", "failed"):
        raise refusals.ImportNotDone(state=row.state)
    content = await storage.content(session, seals, import_id)
    reasons = await storage.reasons(session, import_id)
    masked = row.office != trail.actor.office
    result = _result(row, reasons)
    await trail.note(session, "household_import.report", [import_id], MASKED if masked else CLEAR)
    return await asyncio.to_thread(workbooks.report, await workbooks.read(content), result, masked)


def _result(row: Row, reasons: dict[int, str]) -> Callable[[int], str]:
    if row.state == "failed":
        rest = "未导入"
    elif row.mode == "all_or_nothing" and reasons:
        rest = "未导入:文件中有未通过的行"
    else:
        rest = "可以导入" if row.dry_run else "已导入"
    return lambda number: reasons.get(number, rest)


async def template() -> bytes:
    return await asyncio.to_thread(workbooks.template)
