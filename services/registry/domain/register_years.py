"""The yearly slice of the register (分区年度): when a year may be closed, and which changes a closed year holds off.

A year is closed through the day of its closing, or through its 31 December where it is closed later. What is true from
a later day belongs to the next year, so that a county goes on working after it has closed in November.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.registry.domain import refusals
from services.registry.domain.refusals.register_years import YearClosed

COUNTY_DIGITS = 6
CLOSE_FROM = "register_year_close_from"
"""Parameter: month and day from which on a county may close the running year."""


def county_of(division_code: str) -> str:
    """The county a village or township lies in."""
    return division_code[:COUNTY_DIGITS]


def closed_through(year: int, closed_on: date) -> date:
    """The last day that belongs to a year closed on this day."""
    return min(closed_on, date(year, 12, 31))


def require_closable(
    year: int, today: date, close_from: str, first_opened: date | None, closed: Mapping[int, date]
) -> None:
    """Refuse to close a year twice, too early (`close_from` is MM-DD), before there were files, or before the years
    before it. `closed` gives the last day of each closed year, `first_opened` the day the first file was opened. A
    county that closed the year before closes this one though nothing is left to freeze."""
    if year in closed:
        raise refusals.YearClosedAlready()
    if today < date.fromisoformat(f"{year}-{close_from}"):
        raise refusals.YearTooEarly(close_from=close_from)
    if year - 1 in closed:
        return
    if first_opened is None or first_opened.year > year:
        raise refusals.YearWithoutFiles()
    if first_opened.year < year:
        raise refusals.YearBeforeOpen(year=year - 1)


def closed_year_of(day: date, closed: Mapping[int, date]) -> int | None:
    """The first closed year that a fact true from this day falls into; None where no closed year is touched."""
    held = [year for year, through in closed.items() if day <= through]
    return min(held, default=None)


def require_open(day: date, closed: Mapping[int, date], refusal: type[YearClosed] = YearClosed) -> None:
    """Refuse what is true from a day of a closed year."""
    year = closed_year_of(day, closed)
    if year is not None:
        raise refusal(year=year, closed_through=closed[year].isoformat())


def earliest_day(before: Mapping[str, Any], after: Mapping[str, Any], true_from: date) -> date:
    """The earliest day a change between two contents speaks of: the day it is true from, or that of a departure it
    states, which falls into its year whatever day the change names."""
    known = {member["id"]: member.get("departed_on") for member in before["members"]}
    days = [
        date.fromisoformat(member["departed_on"])
        for member in after["members"]
        if member.get("departed_on") and known.get(member["id"]) != member["departed_on"]
    ]
    return min([true_from, *days])
