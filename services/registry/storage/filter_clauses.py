"""What is filtered by, as SQL: the same conditions for lists of people and of households.

Where an index serves a filter, it is asked in the form the index knows: ranges and arrays, not LIKE.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

from services.registry.domain.filters import Filters, born_between
from services.registry.domain.names import readings_of

_BEHIND_LETTERS = "{"
"""Sorts behind every letter and blank: `zhang` up to `zhang{` is everything that begins with zhang."""
_LARGEST_NO = 2**63 - 1
_OF_HOUSEHOLD = {
    "status": "status = {}",
    "attribute": "attribute = {}",
    "main_cause": "main_cause = {}",
    "cause": "(main_cause = {0} or {0} = any(other_causes))",
    "key_group": "{} = any(key_groups)",
    "monitor_type": "monitor_type = {}",
    "housing_level": "housing_level = {}",
    "safe_water": "safe_water = {}",
}
_OF_PERSON = {
    "identity_index": "identity_index = {}",
    "sex": "sex = {}",
    "relation": "relation = {}",
    "ethnicity": "ethnicity = {}",
    "education": "education = {}",
    "schooling": "schooling = {}",
    "labour": "labour = {}",
    "left_behind": "left_behind = {}",
    "dibao": "dibao = {}",
    "tekun": "tekun = {}",
    "health": "{} = any(health)",
    "disability_grade": "disability_grade = {}",
    # Single characters are what the index holds; the second condition says that they stand beside each other.
    "name": "string_to_array(name, null) @> string_to_array({0}, null) and strpos(name, {0}) > 0",
}
# An array that holds a character twice is held by every name that bears it once: an index of its own has the names
# in which one stands doubled, such as 婷婷.
_DOUBLED = r"name ~ '(.)\1'"
_SEARCHED = ("name", "pinyin", "initials")


class Conditions:
    """SQL conditions and their values, which are numbered on: `$11`, or `:p11` for SQLAlchemy's texts."""

    def __init__(self, first: int, mark: str = "$") -> None:
        self.texts: list[str] = []
        self.values: list[Any] = []
        self._first = first
        self._mark = mark

    def value(self, value: Any) -> str:
        """The place of a value in the text."""
        self.values.append(value)
        return f"{self._mark}{self._first + len(self.values) - 1}"

    def add(self, template: str, *values: Any) -> None:
        self.texts.append(template.format(*[self.value(value) for value in values]))

    def lies_in(self, column: str, spans: list[tuple[str, str]]) -> None:
        """The division code lies in one of the ranges; in none if there are none."""
        parts = [f"{column} >= {self.value(first)} and {column} < {self.value(end)}" for first, end in spans]
        self.texts.append("(" + " or ".join(parts or ["false"]) + ")")

    def text(self) -> str:
        return " and ".join(self.texts) or "true"

    def named(self) -> dict[str, Any]:
        """The values by name, for SQLAlchemy."""
        return {f"p{self._first + number}": value for number, value in enumerate(self.values)}


def of_household(conditions: Conditions, filters: Filters) -> None:
    """What is said of the household itself; the area apart."""
    for name, template in _OF_HOUSEHOLD.items():
        value = getattr(filters, name)
        if value is not None:
            conditions.add(template, value)
    if filters.household_code is not None:
        _household_code(conditions, filters.household_code)


def _household_code(conditions: Conditions, code: str) -> None:
    if code.isascii() and code.isdigit() and int(code) <= _LARGEST_NO:
        conditions.add("(household_no = {} or national_household_no = {})", int(code), code)
    else:
        conditions.add("national_household_no = {}", code)


def of_person(conditions: Conditions, filters: Filters, today: date) -> None:
    """What is said of a person."""
    for name, template in _OF_PERSON.items():
        value = getattr(filters, name)
        if value is not None:
            conditions.add(template, value)
    if filters.name is not None and any(one == next_one for one, next_one in pairwise(filters.name)):
        conditions.texts.append(_DOUBLED)
    first, last = born_between(filters.age_from, filters.age_to, today)
    if first is not None:
        conditions.add("birth_date >= {}", first)
    if last is not None:
        conditions.add("birth_date <= {}", last)
    if filters.initials is not None:
        conditions.add("(name_initials >= {} and name_initials < {})", *_beginning(filters.initials))
    if filters.pinyin is not None:
        ways = [_beginning(reading) for reading in readings_of(filters.pinyin)]
        texts = " or ".join(["name_pinyin >= {} and name_pinyin < {}"] * len(ways))
        conditions.add(f"({texts})", *(bound for way in ways for bound in way))


def _beginning(letters: str) -> tuple[str, str]:
    return letters, letters + _BEHIND_LETTERS


def asks_of_person(filters: Filters) -> bool:
    """Whether anything is said of people, and not of their household alone."""
    names = (*_OF_PERSON, "age_from", "age_to", "initials", "pinyin")
    return any(getattr(filters, name) is not None for name in names)


def is_search(filters: Filters) -> bool:
    """Whether people are found by a part of the name: how, depends on how common it is."""
    return any(getattr(filters, name) is not None for name in _SEARCHED)
