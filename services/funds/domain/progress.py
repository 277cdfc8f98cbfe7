"""Spending progress and the 90 % rule. Whole fen and Fractions: nothing is rounded before it is compared.

Numerator: money the payee has, less what came back (河南: 年度支出进度; 重庆 2019-07-12: 实际支出). Money with a
department or a township and withheld retention are not spent. Denominator: money the area received.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Literal

Verdict = Literal["met", "on_pace", "behind", "failed"]
Over = Literal["received", "allocated"]


@dataclass(frozen=True, slots=True)
class Totals:
    """Where an area's money stands, in fen."""

    received_fen: int = 0
    allocated_fen: int = 0
    paid_fen: int = 0
    returned_fen: int = 0
    withheld_fen: int = 0

    @property
    def numerator_fen(self) -> int:
        """What counts as spent."""
        return self.paid_fen - self.returned_fen

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.received_fen + other.received_fen,
            self.allocated_fen + other.allocated_fen,
            self.paid_fen + other.paid_fen,
            self.returned_fen + other.returned_fen,
            self.withheld_fen + other.withheld_fen,
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts as spent, and over which money. Usually final payments less returns over what was received."""

    withheld: bool = False
    over: Over = "received"

    def spent_fen(self, totals: Totals) -> int:
        """The numerator: retention held back counts only where a definition says so."""
        return totals.numerator_fen + (totals.withheld_fen if self.withheld else 0)

    def whole_fen(self, totals: Totals) -> int:
        """The denominator."""
        return totals.received_fen if self.over == "received" else totals.allocated_fen


STRICT = Counted()


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule an area is measured by in one fund year."""

    target: Fraction
    cut_off: date
    pace_basis: str
    counted: Counted = STRICT


def progress_of(totals: Totals, counted: Counted = STRICT) -> Fraction | None:
    """Spent over received, or as `counted` says; None when the denominator is zero: 0/0 is no figure."""
    whole = counted.whole_fen(totals)
    return Fraction(counted.spent_fen(totals), whole) if whole else None


def pace_of(fund_year: int, as_of: date, rule: Rule) -> Fraction:
    """Share of the fund year that has passed (序时进度), 1 from the cut-off day on.

    By day: elapsed days over the days up to the cut-off. By month: the month's number over twelve.
    """
    if as_of < date(fund_year, 1, 1):
        return Fraction(0)
    if as_of >= rule.cut_off:
        return Fraction(1)
    if rule.pace_basis == "month":
        return min(Fraction(as_of.month, 12), Fraction(1))
    before = date(fund_year, 1, 1) - timedelta(days=1)
    return Fraction((as_of - before).days, (rule.cut_off - before).days)


def verdict_of(totals: Totals, fund_year: int, as_of: date, rule: Rule) -> Verdict | None:
    """Met, on pace, behind or failed; None when the denominator is zero.

    预拨专项扶贫资金年度支出进度要达到90%以上: exactly 90 % is met, one fen less is not.
    """
    progress = progress_of(totals, rule.counted)
    if progress is None:
        return None
    if progress >= rule.target:
        return "met"
    if as_of >= rule.cut_off:
        return "failed"
    return "on_pace" if progress >= pace_of(fund_year, as_of, rule) else "behind"


def gap_of(totals: Totals, target: Fraction, counted: Counted = STRICT) -> int:
    """Fen still to be paid until the target is met; 0 when it is."""
    needed = -(-target.numerator * counted.whole_fen(totals) // target.denominator)
    return max(needed - counted.spent_fen(totals), 0)


def decimal_text(value: Fraction) -> str:
    """A fraction as a decimal string: half up at 18 places, trailing zeros cut down to six."""
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        text = format(exact.quantize(Decimal(1).scaleb(-18), ROUND_HALF_UP), "f")
    whole, places = text.split(".")
    return f"{whole}.{places.rstrip('0').ljust(6, '0')}"


def percent_text(value: Fraction, places: int = 2) -> str:
    """A fraction as per cent for showing, half up; never compared."""
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(100 * value.numerator) / Decimal(value.denominator)
        return format(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP), "f")


def points_ahead_text(progress: Fraction, pace: Fraction, places: int = 2) -> str:
    """Percentage points ahead of pace, the difference taken before rounding (张掖: 42.0170-33.3333=8.68)."""
    return percent_text(progress - pace, places)
