"""Carrying out closings of years (年度封存), one at a time, in the background of the service.

A county is frozen in one transaction, in which no file of it changes; how far it came is noted beside it, township by
township. Broken off, it has frozen nothing and is taken up again.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import household_history
from services.registry.domain import register_years as rules
from services.registry.operations import household_views as views
from services.registry.operations.field_changes import version_of
from services.registry.storage import household_versions
from services.registry.storage import register_years as years
from services.registry.storage import year_closings as storage
from services.registry.storage import year_freezing as freezing
from services.registry.storage.tables import HouseholdVersion, RegisterYear, RegisterYearClosing
from shared.chassis import audit, clock, jobs
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.row_security import see_from_now, widened

PAUSE_S = 0.5
MAX_ATTEMPTS = 5
AT_ONCE = 200
"""Files composed at once."""


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
    """Carry out one closing, if any waits or was left behind. False when there is nothing to do, or another worker is
    at one: each locks files that went to the other's county."""
    async with database.session() as session:
        if not await storage.alone(session):
            return False
        async with database.session() as beside:
            row = await storage.claim(beside, worker, clock.now())
            if row is None:
                return False
            if row.attempts > MAX_ATTEMPTS:
                await storage.end(beside, row.id, worker, clock.now(), "gave_up")
                return True
            closing = _held(database, worker, row)
        await see_from_now(session, (closing.county,))
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
        apart = await freezing.holding_later(session, part, year, through)
        await freezing.freeze(session, county, part, year, through, apart)
        await _freeze_apart(session, county, year, dict.fromkeys(apart, through))
    async with widened(session):  # who belongs to the county's year may stand in another since
        await _freeze_apart(session, county, year, await freezing.left(session, county, year, through))
        await _tell(closing, len(parts), len(parts))
        await freezing.add_up(session, county, year)
    households, people = (await years.totals_by_year(session, closing.actor, [county])).get((county, year), (0, 0))
    return households, people


async def _freeze_apart(session: AsyncSession, county: str, year: int, last_days: Mapping[UUID, date]) -> None:
    """Keep files one by one, as each was on its last day if it stood in the county then; few, so by portions."""
    households = list(last_days)
    for first in range(0, len(households), AT_ONCE):
        found = await household_versions.of_each(session, households[first : first + AT_ONCE])
        slices = [_slice(rows, last_days[household]) for household, rows in found.items()]
        here = [one for one in slices if one is not None and rules.county_of(one["village_code"]) == county]
        await freezing.keep(session, [one | {"county_code": county, "year": year} for one in here])


def _slice(rows: Sequence[HouseholdVersion], through: date) -> dict[str, Any] | None:
    """The slice of a file as all that is known says it was on a day; None where it was opened later. It keeps its
    content where something true later was recorded before the last version true by then."""
    versions = [version_of(row) for row in rows]
    made = household_history.whole(
        household_history.standing(versions, date.max, through), household_history.order_of(versions)
    )
    if made is None:
        return None
    status, content = made
    last = max(one.number for one in versions if one.true_from <= through)
    plain = all(one.true_from <= through for one in versions if one.number <= last)
    income = views.income_of(content)
    return {
        "household_id": rows[0].household_id,
        "version": last,
        "status": status,
        "net_income_fen": None if income is None else income.net_fen(),
        "content": None if plain else content,
    } | {name: content.get(name) for name in ("village_code", "attribute", "main_cause", "member_count")}


async def _tell(closing: Closing, done: int, total: int) -> None:
    async with closing.database.session() as beside:
        await storage.advance(beside, closing.id, closing.worker, clock.now(), done, total)
