"""HTTP of the calendar of working days."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.funds.operations import calendars
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.funds_calendars import CalendarDays, NewCalendarYear
from shared.schemas.wire import DivisionCode

router = new_router("/api/v1/funds/calendar-days", "calendar")


@router.get("", operation_id="calendar_day_list", **needs("parameter.read"))
async def calendar_day_list(
    session: Session,
    year: Annotated[int, Query(ge=2000, le=2100)],
    division_code: DivisionCode = "00",
) -> CalendarDays:
    return await calendars.list_days(session, division_code, year)


@router.post("", operation_id="calendar_year_enter", status_code=201, **needs("parameter.set"))
async def calendar_year_enter(body: NewCalendarYear, session: Session, actor: CurrentActor) -> CalendarDays:
    return await calendars.enter_year(session, actor, body)
