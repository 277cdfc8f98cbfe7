"""What is asked of the books: whose money, of which year, as of which day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Question:
    """Which money is asked about: an area's, of one fund year, as of a day, maybe of one kind or batch."""

    area: str
    fund_year: int
    as_of: date
    batch: str | None = None
    fund_kind: str | None = None
    special: bool | None = None
    known_until: datetime | None = None
    """As the books knew it before this moment; None for all they know."""
    source_level: str | None = None
    """Only money that comes from this level of finance."""
    allocations: frozenset[int] | None = None
    """Only money of these allocations: a project's, or an office's projects'."""

    @property
    def books(self) -> str:
        """The area whose books hold the money: below a county it is the county's."""
        return self.area[:6]

    @property
    def open_month(self) -> date:
        """The first day of the month the next day is in: the months before it are over."""
        return (self.as_of + timedelta(days=1)).replace(day=1)
