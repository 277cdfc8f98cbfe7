"""Wire vocabulary of funds: the calendar of working days."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.schemas.wire import Day, DivisionCode, Flag, Text, Wire


class NewCalendarDay(Wire):
    day: Day
    working: Flag = Field(description="false for a holiday, true for a weekend worked instead of one")
    name: Text


class NewCalendarYear(Wire):
    """A year's holidays and shifted working days by its notice; other days follow their weekday."""

    division_code: DivisionCode
    year: Annotated[int, Field(strict=True, ge=2000, le=2100)]
    source: Text
    days: Annotated[list[NewCalendarDay], Field(min_length=1, max_length=366)]


class CalendarDay(Wire):
    division_code: str
    day: date
    working: bool
    name: str
    known_on: date = Field(description="answers as of earlier days do not count it")
    source: str


class CalendarDays(Wire):
    items: list[CalendarDay] = Field(description="by day; of several rows of a day the last one holds")
