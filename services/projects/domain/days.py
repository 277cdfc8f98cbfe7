"""Days that people state: in order, not in the future, and on paper when they are recorded afterwards."""

from __future__ import annotations

from datetime import date, timedelta

from services.projects.domain.refusals import DayBeforeStepBefore, DayInFuture, PaperMissing


def check(day: date, not_before: date, today: date, pointer: str) -> None:
    """Refuse a day in the future or before the day of the step before."""
    if day > today:
        raise DayInFuture(pointer=pointer)
    if day < not_before:
        raise DayBeforeStepBefore(pointer=pointer, not_before=not_before.isoformat())


def require_paper(day: date, today: date, paper_sha256: str | None) -> bool:
    """Whether the day is recorded late; refuses a late record without its paper's digest."""
    if day < today and paper_sha256 is None:
        raise PaperMissing()
    return day < today


def last_day(posted_on: date, days: int) -> date:
    """The first day on which a notice put up on `posted_on` has run its `days` whole days."""
    return posted_on + timedelta(days=days)
