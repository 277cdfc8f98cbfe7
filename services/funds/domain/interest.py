"""Interest and its subsidy, exact: principal times days as whole numbers, rounded down to the fen once.

The first day of a loan counts, the day of a repayment does not (算头不算尾). What is due to date is rounded, not what
is due for a quarter: the quarters of a loan add up to the fen, and a repayment entered late is made good by the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Subsidised:
    """A loan as its subsidy sees it. `changes` are days and fen: disbursed more, paid back less."""

    changes: tuple[tuple[date, int], ...]
    due_on: date
    overdue_on: date | None
    annual_rate: str
    day_count: int
    subsidy_share: str


def quarter_end(quarter: str) -> date | None:
    """The last day of a quarter written 2026Q1; None for anything else."""
    if not re.fullmatch(r"20[0-9]{2}Q[1-4]", quarter, re.ASCII):
        return None
    year, number = int(quarter[:4]), int(quarter[5])
    return date(year + number // 4, number % 4 * 3 + 1, 1) - timedelta(days=1)


def last_day(loan: Subsidised, ends_on: date) -> date:
    """The last day that is subsidised: the quarter's, or the one before the loan fell due or overdue."""
    stops = [loan.due_on] if loan.overdue_on is None else [loan.due_on, loan.overdue_on]
    return min(ends_on, *(day - timedelta(days=1) for day in stops))


def fen_days(changes: Iterable[tuple[date, int]], through: date) -> int:
    """Principal times days from the first change to the end of `through`."""
    return sum(change * ((through - day).days + 1) for day, change in changes if day <= through)


def due_to_date(loan: Subsidised, days: int) -> int:
    """Fen of subsidy due since disbursement for `days` fen-days, rounded down."""
    return int(Fraction(days) * Fraction(loan.annual_rate) * Fraction(loan.subsidy_share) / loan.day_count)
