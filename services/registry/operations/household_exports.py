"""Exports of household files: asked for with a purpose, approved by a second person where they are long, fetched
once by whoever asked."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import refusals
from services.registry.operations.export_rows import ExportFile, file_of
from services.registry.operations.trail import CLEAR, MASKED, Trail
from services.registry.storage import exports as storage
from services.registry.storage import parameters
from services.registry.storage.ids import new_id
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import HouseholdExport as Row
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound
from shared.schemas.registry_exports import HouseholdExport, NewHouseholdExport
from shared.schemas.wire import Page

FETCHED_WITHIN = timedelta(minutes=10)
WITHOUT_APPROVAL = "export_rows_without_approval"
UNMASK = "household.unmask"
XLSX_PEOPLE = 20_000
"""A longer export leaves as csv, while it is written."""


async def ask(session: AsyncSession, actor: Actor, request: NewHouseholdExport) -> HouseholdExport:
    """Ask for an export. It is ready at once, or waits for approval if more people are on it than the parameter."""
    if not actor.scope:
        raise refusals.NoOfficeArea()
    if request.clear and not actor.may(UNMASK):
        raise refusals.ExportClearForbidden()
    filters = request.model_dump(include={"within", *storage.FILTERED}, exclude_none=True)
    area = filters.get("within", actor.scope[0])
    require_in_scope(actor, area)
    households, people = await storage.counted(session, actor, filters)
    if not households:
        raise refusals.ExportEmpty()
    if request.format == "xlsx" and people > XLSX_PEOPLE:
        raise refusals.ExportTooLongForXlsx(at_most=XLSX_PEOPLE)
    now = clock.now()
    free = int((await parameters.value(session, WITHOUT_APPROVAL, area, clock.office_today())).value)
    row = await storage.add(session, {
        "id": new_id(), "office": actor.office, "division_code": area, "filters": filters, "layout": request.layout,
        "format": request.format, "clear": request.clear, "purpose": request.purpose,
        "state": "waiting" if people > free else "ready", "households": households, "people": people,
        "created_at": now, "created_by": actor.account, "created_person": actor.person,
        "expires_at": None if people > free else now + FETCHED_WITHIN,
    })  # fmt: skip
    audit.record(session, actor, "household_export.ask", str(row.id), people=people, clear=request.clear, area=area)
    return view(row)


async def approve(session: AsyncSession, actor: Actor, export_id: UUID) -> HouseholdExport:
    """Let a long export leave. Whoever asked for it does not approve it, under whatever account."""
    row = await storage.lock(session, actor, export_id)
    if row is None:
        raise NotFound()
    if row.state != "waiting":
        raise refusals.ExportNotWaiting(state=row.state)
    if row.created_person == actor.person:
        raise refusals.ExportOwnApproval()
    if row.clear and not actor.may(UNMASK):
        raise refusals.ExportClearForbidden()
    now = clock.now()
    row.state, row.approved_at, row.expires_at = "ready", now, now + FETCHED_WITHIN
    row.approved_by, row.approved_person = actor.account, actor.person
    audit.record(session, actor, "household_export.approve", str(row.id), people=row.people)
    return view(row)


async def fetch(session: AsyncSession, trail: Trail, seals: Seals, export_id: UUID) -> ExportFile:
    """The file, once, for whoever asked for it; noted on the trail and in the audit before its first byte."""
    actor = trail.actor
    row = await _visible(session, actor, export_id)
    if row.created_by != actor.account or (row.clear and not actor.may(UNMASK)):
        raise NotFound()
    now = clock.now()
    if row.state == "fetched":
        raise refusals.ExportFetched()
    if row.state != "ready" or row.expires_at is None:
        raise refusals.ExportNotReady()
    if row.expires_at < now:
        raise refusals.ExportExpired()
    about = [export_id, row.division_code, f"households:{row.households}"]
    await trail.note(session, "household_export.fetch", about, CLEAR if row.clear else MASKED, row.purpose)
    if not await storage.take(session, export_id, now):
        raise refusals.ExportFetched()
    audit.record(session, actor, "household_export.fetch", str(export_id), people=row.people, clear=row.clear)
    return file_of(trail.database, actor, seals, row, now)


async def _visible(session: AsyncSession, actor: Actor, export_id: UUID) -> Row:
    row = await storage.visible(session, actor, export_id)
    if row is None:
        raise NotFound()
    return row


async def get(session: AsyncSession, actor: Actor, export_id: UUID) -> HouseholdExport:
    return view(await _visible(session, actor, export_id))


async def list_exports(session: AsyncSession, actor: Actor, cursor: str | None, limit: int) -> Page[HouseholdExport]:
    """Exports of the actor's area, newest first."""
    rows = await storage.list_exports(session, actor, paging.decode_id(cursor), limit + 1)
    items = [view(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(rows) > limit else None)


def view(row: Row) -> HouseholdExport:
    same = ("state", "layout", "format", "clear", "purpose", "filters", "households", "people")
    return HouseholdExport.model_validate(
        {name: getattr(row, name) for name in (*same, "created_by", "approved_by")}
        | {
            name: clock.written(getattr(row, name))
            for name in ("created_at", "approved_at", "expires_at", "fetched_at")
        }
        | {"id": str(row.id), "number": str(row.number)}
    )
