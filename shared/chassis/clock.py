"""The one clock. Instants are UTC; the office's day is the day in Asia/Shanghai."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def office_today() -> date:
    """The calendar day it is in the office."""
    return now().astimezone(OFFICE_ZONE).date()


def written(instant: datetime | None) -> str | None:
    """An instant as it stands on the wire (ISO 8601); nothing stays nothing."""
    return None if instant is None else instant.isoformat()


def office_day(instant: datetime) -> date:
    """The office's calendar day of an aware instant."""
    return instant.astimezone(OFFICE_ZONE).date()


def end_of(day: date) -> datetime:
    """The instant an office day is over: midnight in the office, aware."""
    return datetime.combine(day + timedelta(days=1), time(), OFFICE_ZONE)
