"""What offices do with the calendar of working days: read it, enter a year's days by its notice."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.divisions import rank_of
from services.funds.domain.refusals.responsibility import CalendarDayWrong, CalendarOfficeWrong
from services.funds.storage import calendars as storage
from services.funds.storage.tables import CalendarDay
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.schemas import funds_calendars as wire

PROVINCE_RANK = 1


async def list_days(session: AsyncSession, area: str, year: int) -> wire.CalendarDays:
    """A year's special days are public policy: anyone signed in sees them."""
    rows = await storage.of_year(session, area, year)
    return wire.CalendarDays(items=[wire.CalendarDay.model_validate(row) for row in rows])


async def enter_year(session: AsyncSession, actor: Actor, request: wire.NewCalendarYear) -> wire.CalendarDays:
    """Enter a year's days for one's province (or the nation). Earlier rows stay on file."""
    require_in_scope(actor, request.division_code)
    if rank_of(request.division_code) > PROVINCE_RANK:
        raise CalendarOfficeWrong()
    _require_days(request)
    today = clock.office_today()
    rows = [
        CalendarDay(
            **item.model_dump(),
            division_code=request.division_code,
            known_on=today,
            source=request.source,
            entered_by=actor.account,
        )
        for item in sorted(request.days, key=lambda item: item.day)
    ]
    await storage.add(session, rows)
    audit.record(
        session, actor, "calendar.enter_year", f"calendar:{request.division_code}-{request.year}", days=len(rows)
    )  # fmt: skip
    return wire.CalendarDays(items=[wire.CalendarDay.model_validate(row) for row in rows])


def _require_days(request: wire.NewCalendarYear) -> None:
    """Every day is of the year and named once. Raises CalendarDayWrong."""
    seen = set()
    for number, item in enumerate(request.days):
        if item.day.year != request.year or item.day in seen:
            raise CalendarDayWrong(pointer=f"/days/{number}/day")
        seen.add(item.day)
