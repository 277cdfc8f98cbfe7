"""Rules of days: nothing in the future, nothing before the step before it."""

from __future__ import annotations

from datetime import date

from services.funds.domain.refusals.documents import DayBeforeStep, DayInFuture


def require_order(day: date, *, today: date, not_before: date | None = None, pointer: str) -> None:
    """Refuse a day after today or before the step before.

    Raises DayInFuture, DayBeforeStep with `not_before` as its fact.
    """
    if day > today:
        raise DayInFuture(pointer=pointer)
    if not_before is not None and day < not_before:
        raise DayBeforeStep(pointer=pointer, not_before=not_before.isoformat())
