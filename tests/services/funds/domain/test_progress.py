"""The 90 % rule as arithmetic: exact at the edge, never rounded before it is compared."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain import progress
from services.funds.domain.progress import Rule, Totals

NINETY = Rule(Fraction("0.90"), date(2025, 12, 31), "day")
LAST_DAY = date(2025, 12, 31)
FEN = st.integers(min_value=0, max_value=10**17)


def spent(paid: int, received: int) -> Totals:
    return Totals(received_fen=received, allocated_fen=received, paid_fen=paid)


@pytest.mark.parametrize(
    ("paid", "received", "verdict"),
    [
        (90, 100, "met"),
        (89_996, 100_000, "failed"),
        (89_999_999, 100_000_000, "failed"),
        (9 * 10**14, 10**15, "met"),
        (9 * 10**14 - 1, 10**15, "failed"),
        (100, 100, "met"),
        (0, 100, "failed"),
    ],
)
def test_exactly_ninety_per_cent_is_met_and_one_fen_less_is_not(paid: int, received: int, verdict: str) -> None:
    assert progress.verdict_of(spent(paid, received), 2025, LAST_DAY, NINETY) == verdict


def test_a_progress_just_below_ninety_never_shows_as_ninety() -> None:
    for received in (10**8, 10**15, 10**17):
        short = Fraction(received * 9 // 10 - 1, received)
        assert progress.decimal_text(short) < "0.9"
    assert progress.decimal_text(Fraction(89_996, 100_000)) == "0.899960"
    assert progress.decimal_text(Fraction(89_999_999, 100_000_000)) == "0.89999999"
    assert progress.decimal_text(Fraction(9, 10)) == "0.900000"


def test_money_that_came_back_is_spent_no_more() -> None:
    totals = Totals(received_fen=100, allocated_fen=100, paid_fen=95, returned_fen=10)
    assert totals.numerator_fen == 85
    assert progress.verdict_of(totals, 2025, LAST_DAY, NINETY) == "failed"
    assert progress.gap_of(totals, NINETY.target) == 5


def test_nothing_received_has_no_progress_and_no_verdict() -> None:
    assert progress.progress_of(Totals()) is None
    assert progress.verdict_of(Totals(), 2025, LAST_DAY, NINETY) is None
    assert progress.gap_of(Totals(), NINETY.target) == 0


def test_before_the_cut_off_an_area_is_on_pace_or_behind() -> None:
    half_year = date(2025, 6, 30)
    assert progress.pace_of(2025, half_year, NINETY) == Fraction(181, 365)
    assert progress.verdict_of(spent(50, 100), 2025, half_year, NINETY) == "on_pace"
    assert progress.verdict_of(spent(49, 100), 2025, half_year, NINETY) == "behind"


def test_the_pace_is_nothing_before_the_fund_year_and_whole_after_it() -> None:
    assert progress.pace_of(2025, date(2024, 12, 31), NINETY) == 0
    assert progress.pace_of(2025, LAST_DAY, NINETY) == 1
    assert progress.pace_of(2025, date(2026, 3, 1), NINETY) == 1
    assert progress.pace_of(2024, date(2024, 2, 29), Rule(NINETY.target, date(2024, 12, 31), "day")) == Fraction(
        60, 366
    )


def test_an_earlier_cut_off_ends_the_pace_earlier() -> None:
    rule = Rule(Fraction("0.9"), date(2025, 11, 30), "day")
    assert progress.pace_of(2025, date(2025, 11, 30), rule) == 1
    assert progress.verdict_of(spent(89, 100), 2025, date(2025, 11, 30), rule) == "failed"
    assert progress.verdict_of(spent(89, 100), 2025, date(2025, 11, 29), rule) == "behind"


def test_the_published_figures_of_zhangye_are_reproduced() -> None:
    """张掖市 2023-04-30: 50,422 万元 allocated, 21,185.83 spent: 42.02 %, 8.68 points ahead of 4/12 (市级通报)."""
    value = Fraction(Decimal("21185.83")) / 50_422
    pace = progress.pace_of(2023, date(2023, 4, 30), Rule(Fraction("0.9"), date(2023, 12, 31), "month"))
    assert progress.percent_text(value) == "42.02"
    assert pace == Fraction(4, 12)
    assert progress.points_ahead_text(value, pace) == "8.68"


@given(FEN, FEN)
def test_the_verdict_agrees_with_the_exact_comparison(paid: int, received: int) -> None:
    paid = min(paid, received)
    verdict = progress.verdict_of(spent(paid, received), 2025, LAST_DAY, NINETY)
    if received == 0:
        assert verdict is None
    else:
        assert (verdict == "met") == (paid * 100 >= received * 90)
        assert (progress.gap_of(spent(paid, received), NINETY.target) == 0) == (verdict == "met")


@given(FEN, FEN)
def test_paying_the_gap_meets_the_target_and_one_fen_less_does_not(paid: int, received: int) -> None:
    paid = min(paid, received)
    gap = progress.gap_of(spent(paid, received), NINETY.target)
    if received and gap:
        assert progress.verdict_of(spent(paid + gap, received), 2025, LAST_DAY, NINETY) == "met"
        assert progress.verdict_of(spent(paid + gap - 1, received), 2025, LAST_DAY, NINETY) != "met"


@given(st.fractions(min_value=0, max_value=1))
def test_a_decimal_text_is_within_half_a_unit_of_its_last_place(value: Fraction) -> None:
    text = progress.decimal_text(value)
    assert abs(Fraction(text) - value) <= Fraction(1, 2 * 10**18)
    assert 6 <= len(text.split(".")[1]) <= 18


@given(st.integers(min_value=-400, max_value=400), st.integers(min_value=-400, max_value=400))
def test_the_pace_never_goes_back(one: int, other: int) -> None:
    start = date(2025, 1, 1)
    first, second = sorted((start + timedelta(days=one), start + timedelta(days=other)))
    assert 0 <= progress.pace_of(2025, first, NINETY) <= progress.pace_of(2025, second, NINETY) <= 1
