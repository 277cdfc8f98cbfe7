"""What offices do with the years of the register: close one, and read what was frozen with it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import refusals
from services.registry.domain import register_years as rules
from services.registry.operations import corrections
from services.registry.operations import household_views as views
from services.registry.operations.statistics import GroupBy, digits_below, labels_of
from services.registry.operations.trail import Trail
from services.registry.storage import parameters, statistics, year_closings
from services.registry.storage import register_years as storage
from services.registry.storage.ids import new_id
from services.registry.storage.tables import RegisterYear, RegisterYearClosing
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.scope import covers, require_in_scope
from shared.refusals import NotFound
from shared.schemas import registry_years as wire
from shared.schemas.registry import Figures, Statistics
from shared.schemas.wire import Page

UNSTATED = "未填"
"""Label of the files that stated nothing of the fact they are grouped by."""


async def close(session: AsyncSession, actor: Actor, year: int, request: wire.YearClosing) -> wire.RegisterYear:
    """Ask that a year of a county is closed and every file frozen as it stands: once, in the order of the years, by
    the county. It is carried out in the background (`year_closings`), since a county may have a million people."""
    county, today = request.division_code, clock.office_today()
    if actor.level != "county":
        raise refusals.WrongLevel(levels="county")
    if len(county) != rules.COUNTY_DIGITS:
        raise refusals.CountyNeeded()
    require_in_scope(actor, county)
    names = await statistics.names(session, [county])
    if county not in names:
        raise refusals.DivisionUnknown()
    closed = (await storage.years_closed(session, [county]))[county]
    from_day = await parameters.value(session, rules.CLOSE_FROM, county, today)
    rules.require_closable(year, today, from_day.value, await storage.first_opened(session, county), closed)
    closing = await year_closings.add(session, _asked(actor, county, year))
    audit.record(session, actor, "register_year.ask_closing", f"{county}-{year}")
    return _year(county, names[county], year, None, None, closing)


def _asked(actor: Actor, county: str, year: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "county_code": county,
        "year": year,
        "state": "queued",
        "actor": actor.claims(),
        "asked_on": clock.office_today(),
        "asked_at": clock.now(),
    } | dict.fromkeys(("parts_total", "parts_done", "attempts"), 0)


def _year(
    county: str,
    name: str,
    year: int,
    row: RegisterYear | None,
    frozen: tuple[int, int] | None,
    closing: RegisterYearClosing | None,
) -> wire.RegisterYear:
    if row is None:
        under_way = closing is not None and closing.state in ("queued", "running")
        return wire.RegisterYear(
            division_code=county,
            name=name,
            year=year,
            state="closing" if under_way else "open",
            closing=None if closing is None else _closing(closing),
        )
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


def _closing(row: RegisterYearClosing) -> wire.YearClosingState:
    names = ("state", "failure", "parts_total", "parts_done", "asked_on")
    return wire.YearClosingState.model_validate({name: getattr(row, name) for name in names})


async def list_years(
    session: AsyncSession, actor: Actor, area: str | None, cursor: str | None, limit: int
) -> Page[wire.RegisterYear]:
    """The years of the counties in the actor's scope, or above it: closed ones, those being closed, and open ones."""
    after = paging.decode(cursor, str, int)
    key = None if after is None else (str(after[0]), int(after[1]))
    found = await storage.list_years(session, actor, area, clock.office_today().year, key, limit + 1)
    page = found[:limit]
    counties = sorted({row[0] for row in page})
    frozen = await storage.totals_by_year(session, actor, counties)
    asked = await year_closings.latest(session, counties)
    items = [
        _year(county, name, year, row, frozen.get((county, year)), asked.get((county, year)))
        for county, name, year, row in page
    ]
    next_cursor = paging.encode(page[-1][0], page[-1][2]) if len(found) > limit else None
    return Page(items=items, next_cursor=next_cursor)


async def list_households(
    session: AsyncSession, trail: Trail, year: int, area: str | None, status: str | None, cursor: str | None, limit: int
) -> Page[wire.FrozenHousehold]:
    """The households frozen with a year in villages of the actor's scope, wherever they are now."""
    after = paging.decode(cursor, str, str)
    key = None if after is None else (str(after[0]), paging.id_of(after[1]))
    found = await storage.list_frozen(session, trail.actor, year, area, status, key, limit + 1)
    items = [
        wire.FrozenHousehold(
            **views.line(one.household, one.version).model_dump(),
            net_income_per_head=views.net_income_per_head(one.version.content),
        )
        for one in found[:limit]
    ]
    last = found[limit - 1].version if len(found) > limit else None
    await trail.note(session, "register_year.households", [item.id for item in items])
    next_cursor = None if last is None else paging.encode(last.village_code, str(last.household_id))
    return Page(items=items, next_cursor=next_cursor)


async def count(session: AsyncSession, actor: Actor, year: int, division_code: str, group_by: GroupBy) -> Statistics:
    """Counts of an area as frozen with a year. Absent where no county of the area closed the year."""
    require_in_scope(actor, division_code)
    rows = await storage.counts(session, actor, division_code, year, group_by, digits_below(division_code))
    if not rows and not await storage.any_closed(session, division_code, year):
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
    found = await storage.corrections_of(session, actor, year, area, paging.decode_id(cursor), limit + 1)
    items = [
        wire.FrozenCorrection(**corrections.line(row, decision, household), version_frozen=version)
        for row, decision, household, version in found[:limit]
    ]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(found) > limit else None)
