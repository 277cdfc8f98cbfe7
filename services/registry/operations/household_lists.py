"""Lists of household files, and the file of a person by identity number."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import identity_numbers
from services.registry.domain.filters import Filters
from services.registry.domain.refusals import FilterNotOfThePast
from services.registry.operations import household_views as views
from services.registry.operations.household_history import require_past
from services.registry.operations.people import narrow_enough, noted_as
from services.registry.operations.trail import Trail
from services.registry.storage import household_lists as storage
from services.registry.storage import households
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import Household as Row
from services.registry.storage.tables import HouseholdVersion as Version
from shared.chassis import clock, paging
from shared.chassis.database import hurry
from shared.chassis.identity import Actor
from shared.schemas import registry_households as wire
from shared.schemas.wire import Page


async def list_files(
    session: AsyncSession,
    trail: Trail,
    filters: Filters,
    as_of: date | None,
    cursor: str | None,
    limit: int,
    counted: bool,
) -> Page[wire.HouseholdLine]:
    """Files of the actor's scope by village and number; with `as_of`, as known at the end of that office day."""
    if as_of is not None:
        require_past(as_of)
        _refuse_unknown_in_the_past(filters)
    after = paging.decode(cursor, str, int)
    key = None if after is None else (str(after[0]), int(after[1]))
    found: list[tuple[Row, Version | None]]
    with narrow_enough(trail.actor, filters):
        if as_of is None:
            rows = await storage.list_now(session, trail.actor, filters, clock.office_today(), key, limit + 1)
            found = [(row, None) for row in rows]
        else:
            dated = await storage.list_on(session, trail.actor, filters, as_of, key, limit + 1)
            found = [(row, version) for row, version in dated]
        count = await _count(session, trail.actor, filters, as_of) if counted else None
    items = [views.line(row, version) for row, version in found[:limit]]
    last = found[limit - 1][0] if len(found) > limit else None
    read = noted_as("household.list", trail.actor, filters)
    await trail.note(session, read.action, [item.id for item in items], read.fields, **read.more)
    next_cursor = None if last is None else paging.encode(last.village_code, last.household_no)
    return Page(items=items, next_cursor=next_cursor, count=count)


def _refuse_unknown_in_the_past(filters: Filters) -> None:
    for field in fields(filters):
        if field.name not in storage.OF_THE_PAST and getattr(filters, field.name) is not None:
            raise FilterNotOfThePast(pointer=f"/{field.name}")


async def _count(session: AsyncSession, actor: Actor, filters: Filters, as_of: date | None) -> int:
    await hurry(session)
    if as_of is None:
        return await storage.count_now(session, actor, filters, clock.office_today())
    return await storage.count_on(session, actor, filters, as_of)


async def search(session: AsyncSession, trail: Trail, seals: Seals, number: str) -> wire.HouseholdsFound:
    """The file of the person with this identity number, if it lies in the actor's scope."""
    broken = identity_numbers.fault_of(number, clock.office_today())
    if broken is not None:
        raise broken(pointer="/identity_number")
    rows = await households.find_person(session, trail.actor, seals.index(number))
    items = [views.line(row) for row in rows]
    await trail.note(session, "household.search", [item.id for item in items])
    return wire.HouseholdsFound(items=items)
