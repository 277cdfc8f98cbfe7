"""Dividends by the year: never below the floor, a short last year by its days."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.funds.domain import dividends as rules


def test_a_year_ends_on_the_day_before_the_anniversary() -> None:
    years = rules.years_of(1_000_000, "0.08", date(2024, 2, 29), date(2027, 2, 28))
    assert [(year.number, year.due_on) for year in years] == [
        (1, date(2025, 2, 28)), (2, date(2026, 2, 28)), (3, date(2027, 2, 28)),
    ]  # fmt: skip


def test_a_last_year_that_is_cut_short_counts_by_its_days() -> None:
    """73 days of 365: a fifth of the year."""
    years = rules.years_of(1_000_000, "0.08", date(2025, 1, 1), date(2025, 3, 14))
    assert [(year.due_on, year.due_fen) for year in years] == [(date(2025, 3, 14), 16_000)]


@settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(principal=st.integers(1, 10**12), rate=st.integers(1, 9_999), years=st.integers(1, 30))
def test_nobody_receives_less_than_the_floor_and_at_most_a_fen_more_a_year(
    principal: int, rate: int, years: int
) -> None:
    text = f"0.{rate:04d}"
    due = rules.years_of(principal, text, date(2020, 1, 1), date(2020 + years - 1, 12, 31))
    exact = principal * Fraction(text) * years
    assert len(due) == years
    assert exact <= sum(year.due_fen for year in due) < exact + years


def test_a_year_that_is_not_due_lacks_nothing_and_too_much_is_no_debt() -> None:
    years = rules.years_of(1_000_000, "0.08", date(2025, 1, 1), date(2026, 12, 31))
    found = rules.standings(years, {1: 90_000}, date(2026, 6, 30))
    assert [(one.paid_fen, one.shortfall_fen) for one in found] == [(90_000, 0), (0, 0)]
    found = rules.standings(years, {1: 90_000}, date(2026, 12, 31))
    assert [one.shortfall_fen for one in found] == [0, 80_000]


def test_a_year_paid_before_the_share_ended_ahead_of_it_is_told_with_nothing_due() -> None:
    years = rules.years_of(1_000_000, "0.08", date(2025, 1, 1), date(2025, 3, 14))
    found = rules.standings(years, {1: 80_000, 3: 5}, date(2025, 12, 31))
    told = [(one.year.number, one.year.due_on, one.year.due_fen, one.paid_fen, one.shortfall_fen) for one in found]
    assert told == [(1, date(2025, 3, 14), 16_000, 80_000, 0), (3, date(2025, 3, 14), 0, 5, 0)]
