"""Interest subsidy: exact to the fen, day by day, and nothing once a loan is due or overdue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.funds.domain import interest as rules

LOAN = rules.Subsidised(
    changes=((date(2025, 1, 10), 5_000_000),), due_on=date(2026, 1, 10), overdue_on=None, annual_rate="0.0435",
    day_count=360, subsidy_share="1",
)  # fmt: skip


def due_by(loan: rules.Subsidised, ends_on: date) -> int:
    return rules.due_to_date(loan, rules.fen_days(loan.changes, rules.last_day(loan, ends_on)))


def slowly(loan: rules.Subsidised, ends_on: date) -> Fraction:
    """Each day's principal by itself."""
    total, day = Fraction(0), loan.changes[0][0]
    stop = min(ends_on, loan.due_on - timedelta(days=1))
    if loan.overdue_on is not None:
        stop = min(stop, loan.overdue_on - timedelta(days=1))
    while day <= stop:
        principal = sum(change for on, change in loan.changes if on <= day)
        total += principal * Fraction(loan.annual_rate) * Fraction(loan.subsidy_share) / loan.day_count
        day += timedelta(days=1)
    return total


def test_fifty_thousand_yuan_for_a_year_at_4_35_per_cent() -> None:
    """365 days of 360: 50,000 × 4.35 % × 365 / 360 = 2,205.2083… yuan."""
    assert due_by(LOAN, date(2026, 3, 31)) == 220_520


def test_the_first_day_counts_and_the_day_of_repayment_does_not() -> None:
    one_day = replace(LOAN, changes=((date(2025, 1, 10), 3_600_000), (date(2025, 1, 11), -3_600_000)))
    assert rules.fen_days(one_day.changes, date(2025, 3, 31)) == 3_600_000


def test_seventy_per_cent_is_seventy_per_cent_of_the_exact_interest() -> None:
    whole = Fraction(5_000_000) * Fraction("0.0435") * 365 / 360
    assert due_by(replace(LOAN, subsidy_share="0.70"), date(2026, 3, 31)) == int(whole * Fraction("0.7"))


def test_nothing_is_subsidised_from_the_day_a_loan_is_overdue() -> None:
    overdue = replace(LOAN, overdue_on=date(2025, 4, 1))
    assert due_by(overdue, date(2025, 3, 31)) == due_by(overdue, date(2026, 12, 31)) == due_by(LOAN, date(2025, 3, 31))


def test_nothing_is_subsidised_after_the_due_day() -> None:
    assert due_by(LOAN, date(2026, 1, 9)) == due_by(LOAN, date(2030, 12, 31))


@pytest.mark.parametrize(
    ("quarter", "last"),
    [("2025Q1", date(2025, 3, 31)), ("2025Q2", date(2025, 6, 30)), ("2025Q3", date(2025, 9, 30)),
     ("2025Q4", date(2025, 12, 31)), ("2025Q5", None), ("2025q1", None), ("１025Q1", None)],
)  # fmt: skip
def test_a_quarter_is_written_in_one_way(quarter: str, last: date | None) -> None:
    assert rules.quarter_end(quarter) == last


REPAYMENTS = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 500_000)), max_size=6)


@settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    repayments=REPAYMENTS,
    rate=st.integers(0, 1_000),
    share=st.sampled_from(["1", "0.70", "0.3333"]),
    basis=st.sampled_from([360, 365]),
    overdue_after=st.none() | st.integers(1, 500),
    quarters=st.integers(1, 6),
)
def test_quarters_add_up_to_the_exact_interest_rounded_down_once(
    repayments: list[tuple[int, int]], rate: int, share: str, basis: int, overdue_after: int | None, quarters: int
) -> None:
    start = date(2025, 1, 10)
    back = tuple((start + timedelta(days=days), -fen) for days, fen in repayments)
    overdue_on = None if overdue_after is None else start + timedelta(days=overdue_after)
    loan = rules.Subsidised(((start, 5_000_000), *back), date(2026, 1, 10), overdue_on, f"0.{rate:04d}", basis, share)
    ends = [date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31),
            date(2026, 6, 30)][:quarters]  # fmt: skip
    granted = 0
    for end in ends:
        granted += max(due_by(loan, end) - granted, 0)
    assert granted == int(slowly(loan, ends[-1]))
