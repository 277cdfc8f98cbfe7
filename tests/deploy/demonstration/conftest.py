"""The invented town on several fixed days: new year, both sides of the school year, a leap day, year end."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from deploy.demonstration.household import Household
from deploy.demonstration.people import generate

DAYS = (date(2026, 1, 1), date(2026, 8, 31), date(2026, 9, 1), date(2028, 2, 29), date(2041, 12, 31))


@cache
def town_on(day: date) -> tuple[Household, ...]:
    return tuple(generate(day))


@pytest.fixture(params=DAYS, ids=str)
def day(request: pytest.FixtureRequest) -> date:
    found = request.param
    assert isinstance(found, date)
    return found


@pytest.fixture
def town(day: date) -> tuple[Household, ...]:
    return town_on(day)


@pytest.fixture
def leap_town() -> tuple[Household, ...]:
    return town_on(date(2028, 2, 29))
