"""SQL of closed years: which are closed, and what was frozen with them. `year_freezing` is how it is frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Uuid,
    and_,
    cast,
    column,
    exists,
    extract,
    func,
    literal,
    or_,
    select,
    table,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.registry.domain.natural_changes import ACCEPTED, VILLAGE_MOVE
from services.registry.domain.refusals import YearBeingClosed
from services.registry.domain.register_years import COUNTY_DIGITS, county_of
from services.registry.storage.tables import (
    Correction,
    CorrectionDecision,
    Division,
    Household,
    HouseholdSlice,
    HouseholdVersion,
    NaturalChange,
    NaturalChangeDecision,
    RegisterYear,
    RegisterYearTotal,
)
from shared.chassis.identity import Actor
from shared.chassis.row_security import widened
from shared.chassis.scope import in_scope, within

YEARS_LOCK = 7420
"""First key of the advisory locks of counties' years; the county's code is the second, 0 for closings as such."""
_LONG_MS = 120_000

_TOLD = ("household_no", "registered_on", "opened_on", "closed_on", "closing", "split_from", "merged_into")
_KEPT = ("year", "village_code", "version", "status", "closed_through", "year_closed_on", "composed")
_FILES_FROZEN = table(
    "household_files_frozen", column("household_id", Uuid()), column("content", JSONB()), *map(column, _KEPT + _TOLD)
)
"""The owner's view of what was frozen, behind the range by the frozen village: the household may have moved since."""


async def hold_still(session: AsyncSession, county_code: str) -> None:
    """Let no file of the county change until this transaction ends; waits for the changes that are under way."""
    await allow_long(session)
    await session.execute(select(func.pg_advisory_xact_lock(YEARS_LOCK, int(county_code))))


async def closed_of(session: AsyncSession, county_codes: Sequence[str]) -> dict[str, dict[int, date]]:
    """The closed years of these counties with their last days. Until this transaction ends none of them is closed.

    YearBeingClosed while one is: never waits, since the closing may wait for rows this transaction holds.
    """
    for code in sorted(set(county_codes)):
        if not await session.scalar(select(func.pg_try_advisory_xact_lock_shared(YEARS_LOCK, int(code)))):
            raise YearBeingClosed()
    return await years_closed(session, county_codes)


async def await_closed_of(session: AsyncSession, county_codes: Sequence[str]) -> dict[str, dict[int, date]]:
    """As closed_of, but waits for a closing under way. For work in the background that holds no row of a file a
    closing may wait for."""
    for code in county_codes:
        await session.execute(select(func.pg_advisory_xact_lock_shared(YEARS_LOCK, int(code))))
    return await years_closed(session, county_codes)


async def allow_long(session: AsyncSession) -> None:
    await session.execute(text(f"set local statement_timeout = {_LONG_MS}"))


async def years_closed(session: AsyncSession, county_codes: Sequence[str]) -> dict[str, dict[int, date]]:
    """As closed_of, without holding anything."""
    found: dict[str, dict[int, date]] = {code: {} for code in county_codes}
    rows = await session.execute(
        select(RegisterYear.county_code, RegisterYear.year, RegisterYear.closed_through).where(
            RegisterYear.county_code.in_(county_codes)
        )
    )
    for county, year, through in rows:
        found[county][year] = through
    return found


async def frozen_of(session: AsyncSession, household_id: UUID) -> dict[str, dict[int, date]]:
    """The closed years a household was frozen with, with their last days, by the county that closed them: it may have
    gone to another since."""
    found: dict[str, dict[int, date]] = {}
    rows = await session.execute(
        select(RegisterYear.county_code, RegisterYear.year, RegisterYear.closed_through)
        .join(
            HouseholdSlice,
            and_(HouseholdSlice.county_code == RegisterYear.county_code, HouseholdSlice.year == RegisterYear.year),
        )
        .where(HouseholdSlice.household_id == household_id)
    )
    for county, year, through in rows:
        found.setdefault(county, {})[year] = through
    return found


async def first_opened(session: AsyncSession, county_code: str) -> date | None:
    """The day the first file was opened of those the county has, and of those that left it."""
    async with widened(session):
        return await session.scalar(select(_first_opened(literal(county_code))))


def _first_opened(county: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[date]:
    first, change = func.min(Household.opened_on), NaturalChange
    has = select(first).where(Household.village_code >= county, Household.village_code < func.concat(county, ":"))
    left = (
        select(first)
        .join(change, change.household_id == Household.id)
        .join(NaturalChangeDecision, NaturalChangeDecision.change_id == change.id)
        .where(
            change.kind == VILLAGE_MOVE, NaturalChangeDecision.outcome == ACCEPTED,
            change.village_code >= county, change.village_code < func.concat(county, ":"),
        )
    )  # fmt: skip
    subqueries = [one.correlate(Division).scalar_subquery() for one in (has, left)]
    return func.least(*subqueries)


async def any_closed(session: AsyncSession, area: str, year: int) -> bool:
    """Whether a county of the area, or the one it lies in, closed the year."""
    code = RegisterYear.county_code
    here = code == county_of(area) if len(area) >= COUNTY_DIGITS else within(code, area)
    return bool(await session.scalar(select(exists().where(RegisterYear.year == year, here))))


async def year_row(session: AsyncSession, county_code: str, year: int) -> RegisterYear | None:
    return await session.get(RegisterYear, (county_code, year))


def _counties(actor: Actor, area: str | None) -> list[ColumnElement[bool]]:
    """Counties that lie in the actor's scope, or that it lies in; narrowed to an area or the county above it."""
    own = {county_of(code) for code in actor.scope if len(code) > COUNTY_DIGITS}
    clauses = [func.length(Division.code) == COUNTY_DIGITS, or_(in_scope(Division.code, actor), Division.code.in_(own))]
    if area is not None:
        clauses.append(Division.code == county_of(area) if len(area) >= COUNTY_DIGITS else within(Division.code, area))
    return clauses


async def list_years(
    session: AsyncSession,
    actor: Actor,
    area: str | None,
    present: int,
    after: tuple[str, int] | None,
    limit: int,
) -> Sequence[Row[str, str, int, RegisterYear | None]]:
    """County code, name, year and closing, by county and year: every closed year and those open up to the present."""
    code = Division.code
    closed = select(func.min(RegisterYear.year)).where(RegisterYear.county_code == code)
    opened = cast(extract("year", _first_opened(code)), Integer)
    first = func.coalesce(closed.correlate(Division).scalar_subquery(), opened)
    begin = cast(func.least(func.coalesce(first, present), present), Integer)
    years = func.generate_series(begin, present).table_valued("year").render_derived("years")
    query = (
        select(Division.code, Division.name, years.c.year, RegisterYear)
        .select_from(Division)
        .join(years, true())
        .outerjoin(RegisterYear, and_(RegisterYear.county_code == code, RegisterYear.year == years.c.year))
        .where(*_counties(actor, area))
        .order_by(Division.code, years.c.year)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(Division.code, years.c.year) > after)
    async with widened(session):  # for the day of the first file of each county that left it
        return (await session.execute(query)).all()


async def totals_by_year(session: AsyncSession, actor: Actor, counties: Sequence[str]) -> dict[tuple[str, int], Any]:
    """Households and people frozen within the actor's scope, by county and year; not who was struck off."""
    total = RegisterYearTotal
    rows = await session.execute(
        select(total.county_code, total.year, func.sum(total.households), func.sum(total.people))
        .where(total.county_code.in_(counties), in_scope(total.village_code, actor), total.status != "removed")
        .group_by(total.county_code, total.year)
    )
    return {(county, year): (int(households), int(people)) for county, year, households, people in rows}


async def counts(
    session: AsyncSession, actor: Actor, area: str, year: int, group_by: str, digits: int
) -> Sequence[Row[str, int, int]]:
    """Frozen households and people of an area by the areas one level down (codes of `digits`) or by a fact.

    As in `statistics.counts`, a file that was struck off counts no more.
    """
    total = RegisterYearTotal
    key = {
        "division": func.left(total.village_code, digits),
        "status": total.status,
        "attribute": total.attribute,
        "main_cause": total.main_cause,
    }[group_by]
    query = (
        select(key, func.sum(total.households), func.sum(total.people))
        .where(
            total.year == year,
            within(total.village_code, area),
            in_scope(total.village_code, actor),
            total.status != "removed",
        )
        .group_by(key)
        .order_by(key)
    )
    return (await session.execute(query)).all()


@dataclass(frozen=True, slots=True)
class Frozen:
    """A file as frozen with a year. Read by its frozen village, `household` knows nothing that came later. Where no
    version is what was so on the last day, `version` is `composed` for it and stands nowhere."""

    household: Household
    version: HouseholdVersion
    closed_through: date
    closed_on: date
    composed: bool


async def list_frozen(
    session: AsyncSession,
    actor: Actor,
    year: int,
    area: str | None,
    status: str | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> Sequence[Frozen]:
    """Files as frozen with a year, by village and id. Scope is that of the village they were frozen in."""
    file = _FILES_FROZEN.c
    query = (
        select(_FILES_FROZEN)
        .where(file.year == year, in_scope(file.village_code, actor))
        .order_by(file.village_code, file.household_id)
        .limit(limit)
    )
    if area is not None:
        query = query.where(within(file.village_code, area))
    if status is not None:
        query = query.where(file.status == status)
    if after is not None:
        query = query.where(tuple_(file.village_code, file.household_id) > after)
    return [_seen_here(row) for row in await session.execute(query)]


async def frozen_here(session: AsyncSession, actor: Actor, household_id: UUID, year: int) -> Frozen | None:
    """A file as frozen with a year in a village of the actor's scope, wherever the household is now."""
    file = _FILES_FROZEN.c
    query = (
        select(_FILES_FROZEN)
        .where(file.household_id == household_id, file.year == year, in_scope(file.village_code, actor))
        .order_by(file.closed_through.desc())
        .limit(1)
    )
    row = (await session.execute(query)).first()
    return None if row is None else _seen_here(row)


def _seen_here(row: Row[*tuple[Any, ...]]) -> Frozen:
    household = Household(id=row.household_id, version=row.version, **{name: getattr(row, name) for name in _TOLD})
    return Frozen(household, _version(row), row.closed_through, row.year_closed_on, row.composed)


def _version(row: Row[*tuple[Any, ...]]) -> HouseholdVersion:
    stated = ("household_id", "version", "status", "village_code", "content")
    return HouseholdVersion(**{name: getattr(row, name) for name in stated})


async def frozen(session: AsyncSession, household: Household, year: int) -> Frozen | None:
    """A file in the actor's scope as frozen with a year, in whichever county it lay then."""
    kept, version = HouseholdSlice, HouseholdVersion
    query = (
        select(
            kept.household_id, kept.version, kept.status, kept.village_code,
            func.coalesce(kept.content, version.content).label("content"), kept.content.is_not(None).label("composed"),
            RegisterYear.closed_through, RegisterYear.closed_on.label("year_closed_on"),
        )
        .join(version, and_(version.household_id == kept.household_id, version.version == kept.version))
        .join(RegisterYear, and_(RegisterYear.county_code == kept.county_code, RegisterYear.year == kept.year))
        .where(kept.household_id == household.id, kept.year == year)
        .order_by(RegisterYear.closed_through.desc())
        .limit(1)
    )  # fmt: skip
    row = (await session.execute(query)).first()
    if row is None:
        return None
    return Frozen(household, _version(row), row.closed_through, row.year_closed_on, row.composed)


async def corrections_of(
    session: AsyncSession, actor: Actor, year: int, area: str | None, after: UUID | None, limit: int
) -> Sequence[Row[Correction, CorrectionDecision, Household, int]]:
    """Corrections consented to of what a year froze, newest last, with the version frozen.

    What a correction speaks of begins with the day it is true from, or with a departure in its own year, the first
    closed one it reaches. Scope is that of the village it was frozen in, wherever the household is now.
    """
    correction = Correction
    reaches = or_(
        correction.true_from <= RegisterYear.closed_through,
        correction.year < year,
        and_(correction.year == year, correction.county_code == HouseholdSlice.county_code),
    )
    query = (
        select(correction, CorrectionDecision, Household, HouseholdSlice.version)
        .join(CorrectionDecision, CorrectionDecision.correction_id == correction.id)
        .join(Household, Household.id == correction.household_id)
        .join(
            HouseholdSlice,
            and_(HouseholdSlice.household_id == correction.household_id, HouseholdSlice.year == year),
        )
        .join(
            RegisterYear,
            and_(RegisterYear.county_code == HouseholdSlice.county_code, RegisterYear.year == year),
        )
        .where(
            correction.version_after > HouseholdSlice.version,
            reaches,
            in_scope(HouseholdSlice.village_code, actor),
        )
        .order_by(correction.id)
        .limit(limit)
    )
    if area is not None:
        query = query.where(within(HouseholdSlice.village_code, area))
    if after is not None:
        query = query.where(correction.id > after)
    async with widened(session):
        return (await session.execute(query)).all()
