"""What offices do with the years of the register: close one, and read what was frozen with it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import refusals
from services.registry.domain import register_years as rules
from services.registry.operations import corrections
from services.registry.operations import household_views as views
from services.registry.operations.statistics import GroupBy, digits_below, labels_of
from services.registry.operations.trail import Trail
from services.registry.storage import parameters, statistics
from services.registry.storage import register_years as storage
from services.registry.storage.tables import HouseholdSlice, RegisterYear
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.scope import covers, require_in_scope
from shared.refusals import Malformed, NotFound
from shared.schemas import registry_years as wire
from shared.schemas.registry import Figures, Statistics
from shared.schemas.registry_households import NetIncomePerHead
from shared.schemas.wire import Page

UNSTATED = "未填"
"""Label of the files that stated nothing of the fact they are grouped by."""


async def close(session: AsyncSession, actor: Actor, year: int, request: wire.YearClosing) -> wire.RegisterYear:
    """Close a year of a county and freeze every file as it stood: once, in the order of the years, by the county."""
    county, today = request.division_code, clock.office_today()
    if actor.level != "county":
        raise refusals.WrongLevel(levels="county")
    if len(county) != rules.COUNTY_DIGITS:
        raise refusals.CountyNeeded()
    require_in_scope(actor, county)
    names = await statistics.names(session, [county])
    if county not in names:
        raise refusals.DivisionUnknown()
    await storage.hold_still(session, county)
    closed = (await storage.years_closed(session, [county]))[county]
    from_day = await parameters.value(session, rules.CLOSE_FROM, county, today)
    rules.require_closable(year, today, from_day.value, await storage.first_opened(session, county), closed)
    row = RegisterYear(
        county_code=county,
        year=year,
        closed_through=rules.closed_through(year, today),
        closed_on=today,
        closed_at=clock.now(),
        closed_by=actor.account,
        closed_person=actor.person,
        closed_office=actor.office,
    )
    session.add(row)
    await session.flush()
    await storage.freeze(session, county, year, row.closed_through)
    households, people = (await storage.totals_by_year(session, actor, [county])).get((county, year), (0, 0))
    audit.record(session, actor, "register_year.close", f"{county}-{year}", households=households, people=people)
    return _year(county, names[county], year, row, (households, people))


def _year(
    county: str, name: str, year: int, row: RegisterYear | None, frozen: tuple[int, int] | None
) -> wire.RegisterYear:
    if row is None:
        return wire.RegisterYear(division_code=county, name=name, year=year, state="open")
    households, people = frozen or (0, 0)
    return wire.RegisterYear(
        division_code=county,
        name=name,
        year=year,
        state="closed",
        closed_through=row.closed_through,
        closed_on=row.closed_on,
        closed_by=row.closed_by,
        closed_office=row.closed_office,
        households=households,
        people=people,
    )


async def list_years(
    session: AsyncSession, actor: Actor, area: str | None, cursor: str | None, limit: int
) -> Page[wire.RegisterYear]:
    """The years of the counties in the actor's scope, or above it: closed ones and those still open."""
    after = paging.decode(cursor, str, int)
    key = None if after is None else (str(after[0]), int(after[1]))
    found = await storage.list_years(session, actor, area, clock.office_today().year, key, limit + 1)
    page = found[:limit]
    frozen = await storage.totals_by_year(session, actor, sorted({row[0] for row in page}))
    items = [_year(county, name, year, row, frozen.get((county, year))) for county, name, year, row in page]
    next_cursor = paging.encode(page[-1][0], page[-1][2]) if len(found) > limit else None
    return Page(items=items, next_cursor=next_cursor)


async def list_households(
    session: AsyncSession, trail: Trail, year: int, area: str | None, status: str | None, cursor: str | None, limit: int
) -> Page[wire.FrozenHousehold]:
    """The households of the actor's scope as frozen with a year."""
    after = paging.decode(cursor, str, str)
    try:
        key = None if after is None else (str(after[0]), UUID(str(after[1])))
    except ValueError as error:
        raise Malformed(pointer="/cursor") from error
    found = await storage.list_slices(session, trail.actor, year, area, status, key, limit + 1)
    items = [
        wire.FrozenHousehold(**views.line(row, version).model_dump(), net_income_per_head=_per_head(frozen))
        for frozen, row, version in found[:limit]
    ]
    last = found[limit - 1][0] if len(found) > limit else None
    await trail.note(session, "register_year.households", [item.id for item in items])
    next_cursor = None if last is None else paging.encode(last.village_code, str(last.household_id))
    return Page(items=items, next_cursor=next_cursor)


def _per_head(frozen: HouseholdSlice) -> NetIncomePerHead | None:
    if frozen.net_income_fen is None or frozen.member_count == 0:
        return None
    people = frozen.member_count
    return NetIncomePerHead(
        numerator_fen=frozen.net_income_fen, people=people, floor_fen=frozen.net_income_fen // people
    )


async def count(session: AsyncSession, actor: Actor, year: int, division_code: str, group_by: GroupBy) -> Statistics:
    """Counts of an area as frozen with a year. Absent where no county of the area closed the year."""
    require_in_scope(actor, division_code)
    rows = await storage.counts(session, actor, division_code, year, group_by, digits_below(division_code))
    if not rows:
        raise NotFound()
    labels = await labels_of(session, group_by, [row[0] for row in rows if row[0]])
    groups = [
        Figures(key=key, label=labels[key] if key else UNSTATED, households=int(households), people=int(people))
        for key, households, people in rows
    ]
    return Statistics(
        division_code=division_code,
        group_by=group_by,
        households=sum(group.households for group in groups),
        people=sum(group.people for group in groups),
        groups=groups,
    )


async def list_corrections(
    session: AsyncSession, actor: Actor, year: int, area: str | None, cursor: str | None, limit: int
) -> Page[wire.FrozenCorrection]:
    """The corrections consented to of what a year froze, in the order they were asked for."""
    if area is not None and not covers(actor.scope, area):
        raise NotFound()
    found = await storage.corrections_of(session, actor, year, area, corrections.place_of(cursor), limit + 1)
    items = [
        wire.FrozenCorrection(**corrections.line(row, decision, household), version_frozen=version)
        for row, decision, household, version in found[:limit]
    ]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(found) > limit else None)
