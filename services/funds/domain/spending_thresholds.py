"""What must be reached by when: thresholds of a definition, each judged by itself and exactly.

A threshold whose day has passed is judged by the money as it stood on that day: what is paid later comes too late.
The differences shown are taken between exact fractions and rounded afterwards (张掖: 42.0170-33.3333=8.68).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from services.funds.domain.progress import Rule, Totals, gap_of, pace_of, progress_of, verdict_of
from services.funds.domain.refusals.definitions import (
    ThresholdDaysWrong,
    ThresholdRepeated,
    ThresholdUnsourced,
    ThresholdValueMissing,
    ThresholdValueWrong,
)

Kind = Literal["year_end_rate", "balance_max", "quarter_rate", "pace"]
ThresholdVerdict = Literal["met", "on_pace", "behind", "failed", "not_due"]
ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Threshold:
    """One demand. `value` None: a year-end rate as the parameter says, a pace without allowance.

    year_end_rate: at least this share spent; balance_max: at most this share unspent; quarter_rate: at least this
    share by the due day; pace: at least this share of the time passed. `due_on` (MM-DD) None: the cut-off.
    """

    kind: Kind
    value: str | None
    due_on: str | None
    source: str
    valid_from: date
    valid_to: date | None = None
    priority: int = 0
    id: int | None = None

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Demand:
    """A threshold for one fund year, with the value, source and day that hold: its own or the parameters'."""

    threshold: Threshold
    value: str
    source: str
    due_on: date

    @property
    def rate(self) -> Fraction:
        """The share to be spent; the allowance of a pace."""
        return ONE - Fraction(self.value) if self.threshold.kind == "balance_max" else Fraction(self.value)

    def covers(self, other: Demand) -> bool:
        """Whether who meets this one has met the other: at least as much, and no later; a pace is kept as long."""
        if (self.threshold.kind == "pace") != (other.threshold.kind == "pace"):
            return False
        in_time = self.due_on >= other.due_on if self.threshold.kind == "pace" else self.due_on <= other.due_on
        return self.rate >= other.rate and in_time


def milder(own: Demand, above: Sequence[Demand]) -> Demand | None:
    """The demand from above an own one falls short of."""
    return next((item for item in above if item.covers(own) and not own.covers(item)), None)


def joined(own: Sequence[Demand], above: Sequence[Demand]) -> list[Demand]:
    """An area's own demands that are not milder than those from above, and those from above it does not cover.

    A year-end rate, which the area's verdict may be about, gives way to a year-end rate alone.
    """
    kept = [item for item in own if milder(item, above) is None]
    rates = [item for item in kept if item.threshold.kind == "year_end_rate"]
    return kept + [
        item
        for item in above
        if not any(one.covers(item) for one in (rates if item.threshold.kind == "year_end_rate" else kept))
    ]


@dataclass(frozen=True, slots=True)
class Judged:
    """A demand held against the money. Figure and verdict None: the denominator is zero or nothing is counted."""

    demand: Demand
    measured_on: date
    figure: Fraction | None
    target: Fraction
    pace: Fraction
    verdict: ThresholdVerdict | None
    gap_fen: int

    @property
    def ahead(self) -> Fraction | None:
        """How far the figure is on the right side of the target; negative when it is not."""
        if self.figure is None:
            return None
        lower_is_better = self.demand.threshold.kind == "balance_max"
        return self.target - self.figure if lower_is_better else self.figure - self.target


def ordered(thresholds: Iterable[Threshold], on: date) -> list[Threshold]:
    """Those that hold on a day: highest priority first, whatever order they come in."""
    return sorted((item for item in thresholds if item.holds(on)), key=_order)


def _order(item: Threshold) -> tuple[int, str, str, str, int]:
    return (-item.priority, item.kind, item.due_on or "99", item.value or "", item.id or 0)


def main_of(demands: Sequence[Demand]) -> Demand | None:
    """The demand the area's own verdict is about: the first year-end rate, the latest due of equal priority."""
    rates = [item for item in demands if item.threshold.kind == "year_end_rate"]
    return max(rates, key=lambda item: (item.threshold.priority, item.due_on, -(item.threshold.id or 0)), default=None)


def judge(demand: Demand, totals: Totals, fund_year: int, as_of: date, rule: Rule) -> Judged:
    """Judge a demand by the money as it stood on `as_of` or, once the demand is due, on its due day."""
    on = min(as_of, demand.due_on)
    own = replace(rule, target=demand.rate, cut_off=demand.due_on)
    progress = progress_of(totals, rule.counted)
    pace = pace_of(fund_year, on, rule if demand.threshold.kind == "pace" else own)
    target, needed = Fraction(demand.value), demand.rate
    if demand.threshold.kind == "pace":
        target = needed = pace * demand.rate
    figure = progress
    if progress is not None and demand.threshold.kind == "balance_max":
        figure = ONE - progress
    verdict = _verdict(demand.threshold.kind, progress, needed, totals, fund_year, on, own)
    return Judged(demand, on, figure, target, pace, verdict, gap_of(totals, needed, rule.counted))


def _verdict(
    kind: Kind, progress: Fraction | None, needed: Fraction, totals: Totals, fund_year: int, on: date, rule: Rule
) -> ThresholdVerdict | None:
    if progress is None:
        return None
    if kind == "year_end_rate":
        return verdict_of(totals, fund_year, on, rule)
    due, enough = on >= rule.cut_off, progress >= needed
    if kind == "pace":
        return ("met" if enough else "failed") if due else _while_time_runs(enough, fund_year, on)
    return "met" if enough else "failed" if due else "not_due"


def _while_time_runs(enough: bool, fund_year: int, on: date) -> ThresholdVerdict:
    if on < date(fund_year, 1, 1):
        return "not_due"
    return "on_pace" if enough else "behind"


def require_all(thresholds: Sequence[Threshold]) -> None:
    """Refuse thresholds nobody could judge by.

    Raises ThresholdUnsourced, ThresholdValueMissing, ThresholdValueWrong, ThresholdDaysWrong, ThresholdRepeated.
    """
    for place, item in enumerate(thresholds):
        _require_one(item, f"/thresholds/{place}")
        for earlier in thresholds[:place]:
            if _same_time(earlier, item):
                raise ThresholdRepeated(pointer=f"/thresholds/{place}")


def _require_one(item: Threshold, pointer: str) -> None:
    if not item.source:
        raise ThresholdUnsourced(pointer=f"{pointer}/source")
    if item.value is None and item.kind in ("balance_max", "quarter_rate"):
        raise ThresholdValueMissing(pointer=f"{pointer}/value")
    if item.kind == "quarter_rate" and item.due_on is None:
        raise ThresholdValueMissing(pointer=f"{pointer}/due_on")
    value = Fraction(item.value) if item.value is not None else ONE
    if not 0 < value <= 1 or (item.kind == "balance_max" and value == 1):
        raise ThresholdValueWrong(pointer=f"{pointer}/value")
    if item.valid_to is not None and item.valid_to < item.valid_from:
        raise ThresholdDaysWrong(pointer=f"{pointer}/valid_to")


def _same_time(one: Threshold, other: Threshold) -> bool:
    return (
        (one.kind, one.due_on, one.priority) == (other.kind, other.due_on, other.priority)
        and one.valid_from <= (other.valid_to or date.max)
        and other.valid_from <= (one.valid_to or date.max)
    )
