"""The demonstration's days, all relative to the day it is loaded, so that pace, verdict and delays are alive.

Loaded on 2 January everything has happened within two days; loaded in December it spreads over the year.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days around `today`, the office's day on which loading began."""

    today: date

    @property
    def fund_year(self) -> int:
        return self.today.year

    def at(self, share: float) -> date:
        """The day on which this share (0 to 1) of the fund year so far had passed; never after today."""
        first = date(self.fund_year, 1, 1)
        return first + timedelta(days=int((self.today - first).days * share))

    def year_before(self, month: int, day: int) -> date:
        """A day of the year before, when the library and the advance notice of money were made."""
        return date(self.fund_year - 1, month, day)

    def ago(self, days: int) -> date:
        """So many days before today."""
        return self.today - timedelta(days=days)
