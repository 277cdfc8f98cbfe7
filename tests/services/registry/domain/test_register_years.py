"""When a year of the register may be closed, and which days a closed year holds off."""

from __future__ import annotations

from datetime import date

import pytest

from services.registry.domain import refusals, register_years

FROM = "11-01"
FIRST = date(2024, 5, 1)


@pytest.mark.parametrize(
    ("year", "today", "first", "closed", "refusal"),
    [
        (2026, date(2026, 10, 31), FIRST, {2024, 2025}, refusals.YearTooEarly),
        (2026, date(2025, 12, 31), FIRST, {2024, 2025}, refusals.YearTooEarly),
        (2026, date(2026, 11, 1), FIRST, {2024, 2025, 2026}, refusals.YearClosedAlready),
        (2026, date(2026, 11, 1), FIRST, {2024}, refusals.YearBeforeOpen),
        (2023, date(2026, 11, 1), FIRST, set[int](), refusals.YearWithoutFiles),
        (2026, date(2026, 11, 1), None, set[int](), refusals.YearWithoutFiles),
    ],
)
def test_a_year_is_closed_once_in_its_order_and_not_too_early(
    year: int, today: date, first: date | None, closed: set[int], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        register_years.require_closable(year, today, FROM, first, {one: date(one, 12, 31) for one in closed})


@pytest.mark.parametrize(
    ("year", "today", "closed"), [(2024, date(2024, 11, 1), set[int]()), (2025, date(2026, 2, 1), {2024})]
)
def test_a_year_may_be_closed_from_its_day_on_and_later(year: int, today: date, closed: set[int]) -> None:
    register_years.require_closable(year, today, FROM, FIRST, {one: date(one, 12, 31) for one in closed})


def test_a_year_is_closed_through_the_day_of_its_closing_and_never_beyond_its_end() -> None:
    assert register_years.closed_through(2026, date(2026, 11, 20)) == date(2026, 11, 20)
    assert register_years.closed_through(2025, date(2026, 2, 1)) == date(2025, 12, 31)


def test_a_day_belongs_to_the_first_closed_year_that_reaches_it() -> None:
    closed = {2024: date(2024, 11, 20), 2025: date(2025, 12, 31)}
    for day, year in (
        (date(2023, 1, 1), 2024), (date(2024, 11, 20), 2024), (date(2024, 11, 21), 2025), (date(2026, 1, 1), None),
    ):  # fmt: skip
        assert register_years.closed_year_of(day, closed) == year
    register_years.require_open(date(2026, 1, 1), closed)
    with pytest.raises(refusals.YearClosed):
        register_years.require_open(date(2024, 11, 21), closed)


def test_a_departure_newly_stated_falls_into_the_year_of_its_day() -> None:
    before = {"members": [{"id": "a"}, {"id": "b", "departed_on": "2024-01-01"}]}
    after = {"members": [{"id": "a", "departed_on": "2025-06-01"}, {"id": "b", "departed_on": "2024-01-01"}]}
    assert register_years.earliest_day(before, after, date(2026, 1, 1)) == date(2025, 6, 1)
    assert register_years.earliest_day(before, before, date(2026, 1, 1)) == date(2026, 1, 1)
