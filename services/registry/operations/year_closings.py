"""Carrying out closings of years (年度封存), one at a time, in the background of the service.

A county is frozen in one transaction, in which no file of it changes; how far it came is noted beside it, township by
township. Broken off, it has frozen nothing and is taken up again.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import register_years as rules
from services.registry.storage import register_years as years
from services.registry.storage import year_closings as storage
from services.registry.storage.tables import RegisterYear, RegisterYearClosing
from shared.chassis import audit, clock, jobs
from shared.chassis.database import Database
from shared.chassis.identity import Actor

PAUSE_S = 0.5
MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Closing:
    """One worker's hold on one closing."""

    database: Database
    worker: str
    id: UUID
    county: str
    year: int
    asked_on: date
    actor: Actor


async def run_forever(database: Database) -> None:
    """Carry out what is queued until cancelled. A fault leaves the closing to be taken up again."""
    worker = uuid.uuid4().hex
    await jobs.forever(lambda: run_one(database, worker), PAUSE_S, "year_closing_waits")


async def run_one(database: Database, worker: str) -> bool:
    """Carry out one closing, if any waits or was left behind. False when there is nothing to do."""
    async with database.session() as session:
        row = await storage.claim(session, worker, clock.now())
        if row is None:
            return False
        if row.attempts > MAX_ATTEMPTS:
            await storage.end(session, row.id, worker, clock.now(), "gave_up")
            return True
        closing = _held(database, worker, row)
    async with database.session(areas=(closing.county,)) as session:
        await _close(session, closing)
    return True


def _held(database: Database, worker: str, row: RegisterYearClosing) -> Closing:
    actor = Actor.of(row.actor)
    return Closing(database, worker, row.id, row.county_code, row.year, row.asked_on, actor)


async def _close(session: AsyncSession, closing: Closing) -> None:
    """Freeze the county as one: the year is closed, every file kept, the totals added up, or nothing of it."""
    await years.hold_still(session, closing.county)
    if closing.year not in (await years.years_closed(session, [closing.county]))[closing.county]:
        households, people = await _freeze(session, closing)
        details = {"households": households, "people": people}
        audit.record(session, closing.actor, "register_year.close", f"{closing.county}-{closing.year}", **details)
    await storage.end(session, closing.id, closing.worker, clock.now())


async def _freeze(session: AsyncSession, closing: Closing) -> tuple[int, int]:
    county, year, through = closing.county, closing.year, rules.closed_through(closing.year, closing.asked_on)
    session.add(
        RegisterYear(
            county_code=county,
            year=year,
            closed_through=through,
            closed_on=closing.asked_on,
            closed_at=clock.now(),
            closed_by=closing.actor.account,
            closed_person=closing.actor.person,
            closed_office=closing.actor.office,
        )
    )
    await session.flush()
    parts = await storage.parts_of(session, county)
    for done, part in enumerate(parts):
        await _tell(closing, done, len(parts))
        await years.freeze(session, county, part, year, through)
    await _tell(closing, len(parts), len(parts))
    await years.add_up(session, county, year)
    households, people = (await years.totals_by_year(session, closing.actor, [county])).get((county, year), (0, 0))
    return households, people


async def _tell(closing: Closing, done: int, total: int) -> None:
    async with closing.database.session() as beside:
        await storage.advance(beside, closing.id, closing.worker, clock.now(), done, total)
