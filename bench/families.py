"""Shapes of households: who lives together, how old, and what their file states besides names and numbers.

A run draws its households from some thousand shapes. Every shape keeps every rule of the register on the day it is
made for, so that a household is refused only where a fault was put in on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from bench import conditions, statements
from services.registry.domain.fields import FIELDS, HOUSEHOLD_FIELDS, MEMBER_FIELDS

SERIAL = "户序号"
HEADERS = (SERIAL, *(field.label for field in FIELDS))
"""The header row of the register's own people sheet."""
COLUMN = {(field.of, field.name): place for place, field in enumerate(FIELDS, start=1)}
"""The place of each field's cell in a row."""


GENERATIONS = (10, 35, 65)
"""An age of each generation that given names differ by."""


@dataclass(frozen=True, slots=True)
class PersonShape:
    """One person's row but for what differs between households of one shape. `births` are YYYYMMDD of that age."""

    cells: list[str]
    births: list[str]
    male: bool
    stock: tuple[bool, int]
    """Sex and generation: the given names to draw from."""
    married_in: bool
    certificate: str
    """What follows the identity number on a certificate of disability; empty for none."""
    away: bool
    phone: bool


@dataclass(frozen=True, slots=True)
class Someone:
    """Relation (code), sex and age of a person to be shaped."""

    relation: str
    male: bool
    age: int


def shapes(seed: str, on: date, count: int = 3_000) -> list[list[PersonShape]]:
    """`count` households, the head first; the same for the same seed and day."""
    rng = Random(seed)
    days = {age: _births(age, on) for age in range(101)}
    return [_household(rng, on, days) for _ in range(count)]


def _births(age: int, on: date) -> list[str]:
    """The birth dates of those who are `age` full years old on a day, without the edges of the year."""
    latest = on - timedelta(days=round(age * 365.25) + 10)
    return [f"{latest - timedelta(days=back):%Y%m%d}" for back in range(340)]


def _household(rng: Random, on: date, days: dict[int, list[str]]) -> list[PersonShape]:
    people = _people(rng)
    stated = statements.of_household(rng, on, [one.age for one in people])
    rows = []
    for one in people:
        row = _person(rng, on, one, days[one.age])
        if one.relation == "head":
            for name, value in stated.items():
                row.cells[COLUMN["household", name]] = value
        rows.append(row)
    return rows


def _people(rng: Random) -> list[Someone]:
    """A head, and who lives with them: three people on the average, seven at most."""
    head = Someone("head", rng.random() < 0.8, rng.randrange(28, 80))
    people = [head]
    if rng.random() < 0.68:
        people.append(Someone("spouse", not head.male, max(22, head.age + rng.randrange(-4, 3))))
    for _ in range(rng.choice((0, 0, 1, 1, 1, 2, 2))):
        child = rng.random() < 0.53
        age = rng.randrange(max(0, head.age - 42), head.age - 21)
        people.append(Someone("son" if child else "daughter", child, age))
    if head.age > 58 and rng.random() < 0.3:
        boy = rng.random() < 0.5
        people.append(Someone("grandson" if boy else "granddaughter", boy, rng.randrange(0, head.age - 50)))
    if head.age < 70 and rng.random() < 0.22:
        people.append(Someone("mother", False, min(100, head.age + rng.randrange(19, 32))))
    return people


def _person(rng: Random, on: date, one: Someone, births: list[str]) -> PersonShape:
    stated = conditions.of_person(rng, on, one.relation, one.male, one.age)
    cells = [""] * len(HEADERS)
    for name, value in stated.cells.items():
        cells[COLUMN["member", name]] = value
    grown = one.age >= 18
    return PersonShape(
        cells=cells,
        births=births,
        male=one.male,
        stock=(one.male, 0 if one.age < 22 else 1 if one.age < 50 else 2),
        married_in=one.relation in ("spouse", "mother"),
        certificate=stated.certificate,
        away=bool(stated.cells.get("away_months")),
        phone=grown and rng.random() < 0.6,
    )


assert len(set(HEADERS)) == 1 + len(HOUSEHOLD_FIELDS) + len(MEMBER_FIELDS)
