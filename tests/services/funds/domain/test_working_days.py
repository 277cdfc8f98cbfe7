"""Offices work Monday to Friday, save holidays and the weekends worked instead of them."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain.working_days import Calendar

FILE = Path(__file__).resolve().parents[4] / "services/funds/data/calendar_days.csv"
DAY = st.dates(min_value=date(2024, 1, 1), max_value=date(2027, 12, 31))
CALENDARS = st.builds(Calendar, st.dictionaries(DAY, st.booleans(), max_size=40))


def real() -> Calendar:
    with FILE.open(encoding="utf-8", newline="") as file:
        return Calendar({date.fromisoformat(row["day"]): row["working"] == "true" for row in csv.DictReader(file)})


@given(CALENDARS, DAY, st.integers(0, 90))
def test_the_day_found_lies_so_many_working_days_ahead(calendar: Calendar, start: date, count: int) -> None:
    found = calendar.add(start, count)
    assert calendar.is_working(found)
    assert calendar.between(start, found) == count or (count == 0 and found == calendar.next_working(start))


@given(CALENDARS, DAY, st.integers(-5, 120))
def test_days_between_are_counted_one_by_one(calendar: Calendar, start: date, length: int) -> None:
    days = (start + timedelta(days=step) for step in range(1, length + 1))
    assert calendar.between(start, start + timedelta(days=length)) == sum(calendar.is_working(day) for day in days)


def test_the_spring_festival_of_2026_ends_on_the_day_before_the_24th_and_a_saturday_is_worked() -> None:
    calendar = real()
    assert calendar.next_working(date(2026, 2, 15)) == date(2026, 2, 24)
    assert calendar.is_working(date(2026, 2, 14))
    assert calendar.is_working(date(2026, 2, 28))
    assert not calendar.is_working(date(2026, 2, 22))
    assert calendar.add(date(2026, 2, 13), 2) == date(2026, 2, 24)
    assert calendar.between(date(2026, 2, 13), date(2026, 3, 2)) == 7


def test_each_year_has_its_eleven_to_thirteen_legal_holidays_and_every_day_its_notice() -> None:
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["day"][:4] for row in rows} == {str(year) for year in range(2018, 2027)}
    assert len({row["day"] for row in rows}) == len(rows)
    for row in rows:
        assert row["source"].startswith("国务院办公厅关于")
        assert row["known_on"] < row["day"]
        assert row["working"] == "false" or date.fromisoformat(row["day"]).weekday() >= 5
