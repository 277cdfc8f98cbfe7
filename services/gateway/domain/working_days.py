"""Working days: Monday to Friday, but for the days a notice states otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta


def is_working(day: date, exceptions: Mapping[date, bool]) -> bool:
    """Whether offices work that day; `exceptions` are holidays (false) and weekends worked (true)."""
    return exceptions.get(day, day.weekday() < 5)


def after(day: date, working_days: int, exceptions: Mapping[date, bool]) -> date:
    """The day on which so many working days after `day` end; the day itself does not count."""
    while working_days > 0:
        day += timedelta(days=1)
        if is_working(day, exceptions):
            working_days -= 1
    return day
