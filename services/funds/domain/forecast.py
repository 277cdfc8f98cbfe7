"""Where an area's spending will land at the cut-off: what is certain, what is likely, what can still be made.

Every received fen that is not spent is one `Piece`: what it is, where it stands, the day it is paid when all goes as
usual and the first day it can be paid. Low counts certain pieces, high all that can be paid in time; likely lies
between, weighed from the pieces and from how spending went so far. Whole fen and Fractions, no chance, no clock.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from typing import Literal

from services.funds.domain.lead_times import RELEASE, STEPS
from services.funds.domain.refusals.forecasts import AsOfAfterCutOff, CutOffOutside

Basis = Literal["earlier_years", "pace", "none"]
Bound = Literal["low", "likely", "high"]
CERTAIN = frozenset({"ordered", "claims_approved", "batches_approved"})
"""Components nobody has to decide on any more."""
_NEARNESS = {step: number for number, step in enumerate([*STEPS, *RELEASE[:1]])}


@dataclass(frozen=True, slots=True)
class Piece:
    """Unspent money at one step. `usual_on` and `first_on` are None for money that leads to no payment as it stands."""

    component: str
    reference: str
    step: str
    responsible: str
    office: str
    office_name: str
    division_code: str
    project_code: str
    project_name: str
    fund_kind: str
    amount_fen: int
    usual_on: date | None
    first_on: date | None

    @property
    def certain(self) -> bool:
        return self.component in CERTAIN


@dataclass(frozen=True, slots=True)
class EarlierYear:
    """What of an earlier fund year was spent by the same day of that year, and by its cut-off."""

    fund_year: int
    by_day_fen: int
    by_cut_off_fen: int


@dataclass(frozen=True, slots=True)
class History:
    """Where spending lands if it goes on as it went. `share`: how much of the year's spending is done by now."""

    basis: Basis
    share: Fraction | None
    landing_fen: int | None


@dataclass(frozen=True, slots=True)
class Component:
    """What is received and not spent, of one sort, and what of it each bound counts."""

    name: str
    items: int
    total_fen: int
    low_fen: int
    scheduled_fen: int
    high_fen: int


@dataclass(frozen=True, slots=True)
class ClosingPayment:
    """A payment that helps to close the gap, with the sum of all up to it."""

    piece: Piece
    cumulated_fen: int
    progress: Fraction


@dataclass(frozen=True, slots=True)
class Closing:
    """The nearest payments that together close a gap. `missing_fen` is what they all fall short by."""

    gap_fen: int
    payments: tuple[ClosingPayment, ...]
    missing_fen: int
    too_late_fen: int
    """Fen of pieces whose usual day lies after the cut-off."""
    stuck_fen: int
    """Fen of pieces that lead to no payment as they stand."""


class Curve:
    """Fen paid by a day, of pieces with a day each. Looked up, not added up, so that a line of days costs little."""

    def __init__(self, dated: Iterable[tuple[date | None, int]]) -> None:
        paid = sorted((day, fen) for day, fen in dated if day is not None)
        self._days = [day for day, _ in paid]
        self._sums = [0, *accumulate(fen for _, fen in paid)]

    def by(self, day: date) -> int:
        return self._sums[bisect_right(self._days, day)]


@dataclass(frozen=True)
class Forecast:
    """Everything a landing is computed from."""

    whole_fen: int
    """What spending is measured against: usually what was received."""
    spent_fen: int
    as_of: date
    cut_off: date
    pieces: tuple[Piece, ...]
    history: History
    history_weight: Fraction

    @cached_property
    def _certain(self) -> Curve:
        return Curve((one.usual_on, one.amount_fen) for one in self.pieces if one.certain)

    @cached_property
    def _usual(self) -> Curve:
        return Curve((one.usual_on, one.amount_fen) for one in self.pieces)

    @cached_property
    def _first(self) -> Curve:
        return Curve((one.first_on, one.amount_fen) for one in self.pieces)

    def low(self, day: date) -> int:
        """Spent by a day of what is certain."""
        return self.spent_fen + self._certain.by(day)

    def scheduled(self, day: date) -> int:
        """Spent by a day when every step takes its usual time."""
        return self.spent_fen + self._usual.by(day)

    def high(self, day: date) -> int:
        """Spent by a day when nothing takes longer than its deadline or its usual time."""
        return self.spent_fen + self._first.by(day)

    def likely(self, day: date) -> int:
        """The pieces' usual days and the way spending went so far, weighed; never outside low and high."""
        scheduled = self.scheduled(day)
        if self.history.landing_fen is None:
            return scheduled
        gone = Fraction((day - self.as_of).days, max((self.cut_off - self.as_of).days, 1))
        went = self.spent_fen + (self.history.landing_fen - self.spent_fen) * min(gone, Fraction(1))
        weighed = int(self.history_weight * went + (1 - self.history_weight) * scheduled)
        return min(max(weighed, self.low(day)), self.high(day))

    def at(self, bound: Bound, day: date) -> int:
        """Fen spent by a day under one bound."""
        by_bound = {"low": self.low, "likely": self.likely, "high": self.high}
        return by_bound[bound](day)


def require_days(fund_year: int, as_of: date, cut_off: date) -> None:
    """Refuse a cut-off outside the fund year or the one after it, and a day after the cut-off.

    Raises CutOffOutside, AsOfAfterCutOff.
    """
    if not date(fund_year, 1, 1) <= cut_off <= date(fund_year + 1, 12, 31):
        raise CutOffOutside(first=date(fund_year, 1, 1).isoformat(), last=date(fund_year + 1, 12, 31).isoformat())
    if as_of > cut_off:
        raise AsOfAfterCutOff(cut_off=cut_off.isoformat())


def same_day(day: date, years_before: int) -> date:
    """The same day of an earlier year; the last of February for the 29th."""
    year = day.year - years_before
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


def history_of(spent_fen: int, whole_fen: int, pace: Fraction, earlier: Sequence[EarlierYear]) -> History:
    """Where spending lands by its history: the earlier years' share by this day, else this year's pace by days.

    The earlier years count together, by their fen. Never more than the whole; nothing spent says nothing.
    """
    if spent_fen <= 0 or whole_fen <= 0:
        return History("none", None, None)
    whole = sum(year.by_cut_off_fen for year in earlier)
    share = Fraction(sum(year.by_day_fen for year in earlier), whole) if whole > 0 else Fraction(0)
    basis: Basis = "earlier_years"
    if share <= 0:
        share, basis = pace, "pace"
    if share <= 0:
        return History("none", None, None)
    share = min(share, Fraction(1))
    return History(basis, share, min(int(spent_fen / share), whole_fen))


def components_of(forecast: Forecast) -> list[Component]:
    """All pieces by what they are; together they are all that was received and is not spent."""
    by_name: dict[str, list[Piece]] = {}
    for piece in forecast.pieces:
        by_name.setdefault(piece.component, []).append(piece)
    return [_component(name, found, forecast.cut_off) for name, found in sorted(by_name.items())]


def _component(name: str, pieces: Sequence[Piece], cut_off: date) -> Component:
    usual = [one for one in pieces if _by(one.usual_on, cut_off)]
    return Component(
        name=name,
        items=len(pieces),
        total_fen=_sum(pieces),
        low_fen=_sum(one for one in usual if one.certain),
        scheduled_fen=_sum(usual),
        high_fen=_sum(one for one in pieces if _by(one.first_on, cut_off)),
    )


def closing_of(forecast: Forecast, gap_fen: int) -> Closing:
    """The payments that close a gap, nearest first, up to the one that closes it.

    Nearest is the earliest day, then the step nearest to the payee, then the larger amount.
    """
    in_time = sorted((one for one in forecast.pieces if _by(one.usual_on, forecast.cut_off)), key=_nearness)
    payments, cumulated = [], 0
    for piece in in_time:
        if cumulated >= gap_fen:
            break
        cumulated += piece.amount_fen
        progress = Fraction(forecast.spent_fen + cumulated, forecast.whole_fen)
        payments.append(ClosingPayment(piece, cumulated, progress))
    late = _sum(one for one in forecast.pieces if one.usual_on is not None and one.usual_on > forecast.cut_off)
    stuck = _sum(one for one in forecast.pieces if one.usual_on is None)
    return Closing(gap_fen, tuple(payments), max(gap_fen - cumulated, 0), late, stuck)


def _nearness(piece: Piece) -> tuple[date, int, int, str, str]:
    assert piece.usual_on is not None
    return (piece.usual_on, -_NEARNESS.get(piece.step, 0), -piece.amount_fen, piece.reference, piece.component)


def _by(day: date | None, last: date) -> bool:
    return day is not None and day <= last


def _sum(pieces: Iterable[Piece]) -> int:
    return sum(one.amount_fen for one in pieces)
