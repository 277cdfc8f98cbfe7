"""Undoing imports: a small one at once, a large one in the background of the service.

Either way it is one transaction. A worker that dies leaves nothing half undone, and the next one begins again.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import refusals
from services.registry.domain.refusals.register_years import ImportInClosedYear
from services.registry.operations import household_imports
from services.registry.operations.closed_years import hold_years, require_years_open
from services.registry.storage import import_staging, imports
from services.registry.storage import import_undoing as storage
from services.registry.storage.tables import HouseholdImport as Row
from shared.chassis import audit, clock, jobs
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.row_security import widened
from shared.refusals import NotFound
from shared.schemas.registry_imports import HouseholdImport

PAUSE_S = 1.0
AT_ONCE = 4_000
"""Up to so many people are taken off within the request: a second or two."""


async def undo(session: AsyncSession, actor: Actor, import_id: UUID) -> HouseholdImport:
    """Take every file an import brought in off the register, as entered in error. Refused as soon as somebody has
    built upon one of them, or a year was closed with them. A large one is `undoing` until that is done."""
    row = await imports.lock(session, actor, import_id)
    if row is None:
        raise NotFound()
    if row.state != "done" or row.dry_run or not row.households_ok:
        raise refusals.ImportNotUndoable(state=row.state)
    await import_staging.allow_long(session)
    if row.people_ok > AT_ONCE:
        async with widened(session):
            await _require_undoable(session, import_id)
        row.state, row.undo_actor, row.failure = "undoing", actor.claims(), None
        audit.record(session, actor, "household_import.ask_undo", str(import_id), files=row.households_ok)
    else:
        await _take_off(session, actor, row)
    return household_imports.view(row)


async def _take_off(session: AsyncSession, actor: Actor, row: Row) -> None:
    """The undoing itself. Raises ImportBuiltUpon, ImportInClosedYear, YearBeingClosed."""
    async with widened(session):  # one that moved to another county is built upon, too
        await hold_years(session, await storage.villages_of(session, row.id))
        await storage.lock_files(session, row.id)
        await _require_undoable(session, row.id)
    row.state, row.undone_at, row.failure = "undone", clock.now(), None
    files = await storage.take_off(session, actor, row.id, clock.now(), clock.office_today())
    audit.record(session, actor, "household_import.undo", str(row.id), files=files)


async def _require_undoable(session: AsyncSession, import_id: UUID) -> None:
    """Nobody built upon a file, and none is true from a day of a closed year: the undoing is true from that day too."""
    built_upon = await storage.built_upon(session, import_id)
    if built_upon:
        raise refusals.ImportBuiltUpon(files=built_upon)
    for day, villages in await storage.opened(session, import_id):
        await require_years_open(session, villages, day, ImportInClosedYear)


async def run_forever(database: Database) -> None:
    """Carry out what was asked for until cancelled. A fault leaves it to be begun again, after the others' turn."""
    tried: set[UUID] = set()
    await jobs.forever(lambda: run_one(database, tried), PAUSE_S, "undoing_waits")


async def run_one(database: Database, tried: set[UUID]) -> bool:
    """Undo the oldest import that waits for it and was not `tried` in this round, on the rights of whoever asked.
    False when there is nothing to do: then the next round begins."""
    async with database.session(read_only=True) as session:
        waiting = await storage.next_undoing(session, tried)
    if waiting is None:
        tried.clear()
        return False
    import_id, actor = waiting[0], Actor.of(waiting[1])
    tried.add(import_id)
    try:
        async with database.session(areas=actor.scope) as session:
            row = await storage.hold(session, import_id)
            if row is None:
                return False
            await storage.allow_very_long(session)
            await _take_off(session, actor, row)
    except (refusals.ImportBuiltUpon, ImportInClosedYear) as refusal:
        await _give_up(database, import_id, refusal.code)
    return True


async def _give_up(database: Database, import_id: UUID, code: str) -> None:
    """Somebody built upon a file, or closed its year, since it was asked for: the import stays, and says why."""
    async with database.session() as session:
        row = await storage.hold(session, import_id)
        if row is not None:
            row.state, row.failure = "done", code
