"""Which days an office works: Monday to Friday, save the public holidays and the weekends worked instead of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

WORKING_WEEKDAYS = 5


class Calendar:
    """Working days of one area. `special` holds the days that differ from their weekday, and may hold others."""

    def __init__(self, special: Mapping[date, bool]) -> None:
        self._special = dict(special)
        self._off = _ordinals(day for day, working in special.items() if not working and _weekday(day))
        self._worked = _ordinals(day for day, working in special.items() if working and not _weekday(day))

    def is_working(self, day: date) -> bool:
        working = self._special.get(day)
        return _weekday(day) if working is None else working

    def next_working(self, day: date) -> date:
        """The day itself if offices work on it, else the first working day after it."""
        while not self.is_working(day):
            day += timedelta(days=1)
        return day

    def add(self, day: date, working_days: int) -> date:
        """The working day that is so many working days after `day`, which itself is not counted.

        With none to add it is `next_working(day)`.
        """
        if working_days <= 0:
            return self.next_working(day)
        found, missing = day, working_days
        while missing:
            found += timedelta(days=missing)
            missing = working_days - self.between(day, found)
        return found

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; 0 when `end` is not after `start`."""
        return max(self._until(end) - self._until(start), 0)

    def _until(self, day: date) -> int:
        """Working days from the beginning of the calendar up to and with `day`. Ordinal 1 was a Monday."""
        ordinal = day.toordinal()
        weeks, rest = divmod(ordinal, 7)
        ordinary = weeks * WORKING_WEEKDAYS + min(rest, WORKING_WEEKDAYS)
        return ordinary - bisect_right(self._off, ordinal) + bisect_right(self._worked, ordinal)


def _weekday(day: date) -> bool:
    return day.weekday() < WORKING_WEEKDAYS


def _ordinals(days: Iterable[date]) -> list[int]:
    return sorted(day.toordinal() for day in days)
