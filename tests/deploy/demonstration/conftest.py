"""The invented town on several fixed days: the end of a school year, a leap day, a year end."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest

from deploy.demonstration.household import Household
from deploy.demonstration.people import generate

LEAP_DAY = date(2028, 2, 29)
DAYS = (date(2026, 8, 31), LEAP_DAY, date(2041, 12, 31))


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


@pytest.fixture(scope="session")
def leap_town() -> tuple[Household, ...]:
    return town_on(LEAP_DAY)


@pytest.fixture(scope="session")
def leap_town_again() -> tuple[Household, ...]:
    """The same day and seed, generated anew."""
    return tuple(generate(LEAP_DAY))
