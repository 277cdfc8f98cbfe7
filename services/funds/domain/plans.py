"""Planned against actual, exactly: share reached, ahead or behind, what each remaining working day must bring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from services.funds.domain.refusals.progress_reports import (
    CampaignDaysWrong,
    CampaignGoalWrong,
    CampaignRateWrong,
    CampaignYearWrong,
    TargetEmpty,
    TargetReductionOfKind,
)

Standing = Literal["ahead", "even", "behind"]
Phase = Literal["not_begun", "running", "over"]


@dataclass(frozen=True, slots=True)
class Compared:
    """One planned figure beside the actual one. `expected` is what was due by the day, maybe no whole number."""

    planned: int
    actual: int
    expected: Fraction

    @property
    def share(self) -> Fraction | None:
        """Actual over planned; None when nothing was planned."""
        return Fraction(self.actual, self.planned) if self.planned else None

    @property
    def standing(self) -> Standing:
        if self.actual == self.expected:
            return "even"
        return "ahead" if self.actual > self.expected else "behind"

    @property
    def ahead(self) -> int:
        """Actual less expected, rounded half away from zero: for showing, the comparison above is exact."""
        return rounded(self.actual - self.expected)

    @property
    def missing(self) -> int:
        return max(self.planned - self.actual, 0)


def rounded(value: Fraction) -> int:
    """To the nearest whole number, halves away from zero."""
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def per_day(missing: int, days: int) -> int | None:
    """What each of the days must bring, rounded up; 0 when nothing is missing, None when no day is left for it."""
    if not missing:
        return 0
    return -(-missing // days) if days else None


def elapsed(starts_on: date, ends_on: date, as_of: date) -> Fraction:
    """Share of a campaign's days that have passed by the end of a day, both ends counted."""
    if as_of < starts_on:
        return Fraction(0)
    passed = (min(as_of, ends_on) - starts_on).days + 1
    return Fraction(passed, (ends_on - starts_on).days + 1)


def phase_of(starts_on: date, ends_on: date, as_of: date) -> Phase:
    if as_of < starts_on:
        return "not_begun"
    return "running" if as_of <= ends_on else "over"


def amount_of_rate(rate: Fraction, received_fen: int) -> int:
    """Fen to be spent so that exactly the rate of what was received is reached."""
    return -(-rate.numerator * received_fen // rate.denominator)


def require_campaign(
    fund_year: int, starts_on: date, ends_on: date, target_rate: str | None, target_fen: int | None
) -> None:
    """Raises CampaignDaysWrong, CampaignYearWrong, CampaignGoalWrong, CampaignRateWrong."""
    if ends_on < starts_on:
        raise CampaignDaysWrong()
    if starts_on < date(fund_year - 1, 1, 1):
        raise CampaignYearWrong()
    if (target_rate is None) == (target_fen is None):
        raise CampaignGoalWrong()
    if target_rate is not None and not 0 < Fraction(target_rate) <= 1:
        raise CampaignRateWrong()


def require_target(
    fund_kind: str, planned_fen: int | None, households: int | None, people: int | None, villages: int | None
) -> None:
    """Raises TargetEmpty, TargetReductionOfKind."""
    reduction = [figure for figure in (households, people, villages) if figure is not None]
    if planned_fen is None and not reduction:
        raise TargetEmpty()
    if fund_kind and reduction:
        raise TargetReductionOfKind()
