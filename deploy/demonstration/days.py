"""Ages and birthdays, leap days included. A person born on 29 February turns on 1 March of a common year."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random


def age_on(birth: date, day: date) -> int:
    """Completed years of life; negative before birth."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def years_before(day: date, years: int) -> date:
    """The latest birthday of somebody who is that many years old on the day."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def birth_date(rng: Random, today: date, age: int) -> date:
    """Any birthday that makes the age right today."""
    first = years_before(today, age + 1) + timedelta(days=1)
    last = years_before(today, age)
    return first + timedelta(days=rng.randint(0, (last - first).days))


def school_age(birth: date, today: date) -> int:
    """Completed years on 31 August before the school year that runs today; six enter primary school."""
    begins = today.year if today >= date(today.year, 9, 1) else today.year - 1
    return age_on(birth, date(begins, 8, 31))
