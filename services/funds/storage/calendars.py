"""SQL of the calendar of working days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.divisions import NATION
from services.funds.domain.working_days import Calendar
from services.funds.storage.tables import CalendarDay


async def load(session: AsyncSession, area: str = NATION, on: date | None = None) -> Calendar:
    """The working days of an area, as known on a day (or now). A province's own day goes before the nation's."""
    query = (
        select(CalendarDay.day, CalendarDay.working)
        .where(CalendarDay.division_code.in_({NATION, area[:2]}))
        .order_by(CalendarDay.division_code, CalendarDay.id)
    )
    if on is not None:
        query = query.where(CalendarDay.known_on <= on)
    return Calendar({row.day: row.working for row in await session.execute(query)})


async def of_year(session: AsyncSession, area: str, year: int) -> Sequence[CalendarDay]:
    """All rows of a year's days for the nation and the area's province, by day, place and entry."""
    query = (
        select(CalendarDay)
        .where(CalendarDay.division_code.in_({NATION, area[:2]}))
        .where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(CalendarDay.day, CalendarDay.division_code, CalendarDay.id)
    )
    return (await session.scalars(query)).all()


async def add(session: AsyncSession, rows: Sequence[CalendarDay]) -> None:
    session.add_all(rows)
    await session.flush()
