"""Planned against actual without a database: exact shares, standing, what the days left must bring."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain import plans as rules
from services.funds.domain.refusals.progress_reports import (
    CampaignDaysWrong,
    CampaignGoalWrong,
    CampaignRateWrong,
    CampaignYearWrong,
    TargetEmpty,
    TargetReductionOfKind,
)

START, END = date(2025, 6, 1), date(2025, 9, 8)
"""一百天: 百日攻坚."""


def test_ahead_and_behind_are_compared_before_rounding() -> None:
    due = Fraction(100, 3)
    assert rules.Compared(100, 34, due).standing == "ahead"
    behind = rules.Compared(100, 33, due)
    assert (behind.standing, behind.ahead, behind.share, behind.missing) == ("behind", 0, Fraction(33, 100), 67)
    assert rules.Compared(99, 33, Fraction(33)).standing == "even"
    assert rules.Compared(0, 5, Fraction(0)).share is None


def test_what_each_day_must_bring_is_rounded_up() -> None:
    assert rules.per_day(100, 3) == 34
    assert rules.per_day(0, 0) == 0
    assert rules.per_day(1, 0) is None


@given(st.integers(0, 10**15), st.integers(1, 400))
def test_the_days_left_bring_what_is_missing_and_not_a_fen_a_day_too_much(missing: int, days: int) -> None:
    each = rules.per_day(missing, days)
    assert each is not None
    assert each * days >= missing
    assert each == 0 or (each - 1) * days < missing


def test_a_campaign_of_a_hundred_days_has_its_first_behind_it_in_the_evening() -> None:
    days = (date(2025, 5, 31), START, date(2025, 7, 20), END, date(2025, 12, 1))
    assert [rules.elapsed(START, END, day) for day in days] == [0, Fraction(1, 100), Fraction(1, 2), 1, 1]
    assert [rules.phase_of(START, END, day) for day in days] == ["not_begun", "running", "running", "running", "over"]


def test_the_amount_of_a_rate_is_the_least_that_reaches_it() -> None:
    assert rules.amount_of_rate(Fraction("0.9"), 100_003) == 90_003
    assert rules.amount_of_rate(Fraction("0.9"), 0) == 0


@pytest.mark.parametrize(
    ("refusal", "year", "starts", "ends", "rate", "fen"),
    [
        (CampaignDaysWrong, 2025, END, START, "0.9", None),
        (CampaignYearWrong, 2027, START, END, "0.9", None),
        (CampaignRateWrong, 2025, START, END, "1.01", None),
        (CampaignRateWrong, 2025, START, END, "0", None),
        (CampaignGoalWrong, 2025, START, END, None, None),
        (CampaignGoalWrong, 2025, START, END, "0.9", 5),
    ],
)
def test_a_campaign_that_contradicts_itself_is_refused(
    refusal: type[Exception], year: int, starts: date, ends: date, rate: str | None, fen: int | None
) -> None:
    with pytest.raises(refusal):
        rules.require_campaign(year, starts, ends, rate, fen)
    rules.require_campaign(2025, START, END, "1", None)
    rules.require_campaign(2025, START, START, None, 5)


def test_a_target_states_something_and_reduction_only_for_the_place() -> None:
    with pytest.raises(TargetEmpty):
        rules.require_target("", None, None, None, None)
    with pytest.raises(TargetReductionOfKind):
        rules.require_target("central_special", 5, 1, None, None)
    rules.require_target("", None, 0, None, None)
    rules.require_target("central_special", 5, None, None, None)
