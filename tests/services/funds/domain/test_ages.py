"""The age of carried-over money: begun years since the fund year's end, in buckets set by parameter."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain import ages

YEARS = ages.Years(1, 2)


@pytest.mark.parametrize(
    ("as_of", "bucket"),
    [
        (date(2022, 12, 31), "in_year"),
        (date(2023, 1, 1), "up_to_1"),
        (date(2023, 12, 31), "up_to_1"),
        (date(2024, 1, 1), "up_to_2"),
        (date(2024, 12, 31), "up_to_2"),
        (date(2025, 1, 1), "over_2"),
    ],
)
def test_money_of_2022_ages_from_the_first_day_of_2023(as_of: date, bucket: str) -> None:
    since = ages.carried_since(2022, (12, 31))
    assert YEARS.bucket_of(ages.carried_years(since, as_of)) == bucket


def test_buckets_follow_their_parameters() -> None:
    assert ages.Years(2, 3).buckets == ["in_year", "up_to_2", "up_to_3", "over_3"]
    assert ages.Years(2, 2).buckets == ["in_year", "up_to_2", "over_2"]
    assert ages.Years(2, 3).bucket_of(3) == "up_to_3"


@given(st.lists(st.tuples(st.integers(2015, 2026), st.integers(0, 10**10), st.integers(0, 10**10)), max_size=20))
def test_the_buckets_hold_all_unspent_money(rows: list[tuple[int, int, int]]) -> None:
    aged = []
    for number, (year, free, bound) in enumerate(rows):
        since = ages.carried_since(year, (12, 31))
        bucket = YEARS.bucket_of(ages.carried_years(since, date(2026, 6, 1)))
        aged.append((ages.Unspent(number, "341622", year, "loan", "advance", free, bound), bucket))
    sums = ages.sums_of(aged, YEARS)
    assert list(sums) == YEARS.buckets
    assert sum(fen for _, fen in sums.values()) == sum(free + bound for _, free, bound in rows)
