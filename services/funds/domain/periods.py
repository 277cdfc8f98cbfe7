"""Months and years of the books that can be closed."""

from __future__ import annotations

import calendar
from datetime import date

from services.funds.domain.divisions import COUNTY_DIGITS, NATION
from services.funds.domain.refusals.claim_checks import PeriodNotOver, PeriodOfNoBooks, SuperiorConsents


def days_of(period: str) -> tuple[date, date]:
    """First and last day of `2025` or `2025-03`."""
    year = int(period[:4])
    if len(period) == 4:
        return date(year, 1, 1), date(year, 12, 31)
    month = int(period[5:])
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def require_books(division_code: str) -> None:
    """Refuse a division below the county: no book is kept under its code. Raises PeriodOfNoBooks."""
    if len(division_code) > COUNTY_DIGITS:
        raise PeriodOfNoBooks()


def require_over(last_on: date, today: date) -> None:
    """Refuse to close a period that is not over. Raises PeriodNotOver."""
    if last_on >= today:
        raise PeriodNotOver(last_on=last_on.isoformat())


def is_above(scope: tuple[str, ...], division_code: str) -> bool:
    """Whether an area of the scope begins above the division."""
    return any(area == NATION or (division_code.startswith(area) and area != division_code) for area in scope)


def require_superior(scope: tuple[str, ...], division_code: str) -> None:
    """Refuse whoever's area does not begin above the division. Raises SuperiorConsents."""
    if not is_above(scope, division_code):
        raise SuperiorConsents()
