"""Wire vocabulary of the registry: areas, parameters, code lists, plans, figures.

What offices record of divisions is in `registry_divisions`, household files are in `registry_households`,
identification and imports in `registry_decisions`, what funds ask in `registry_eligibility`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.schemas.wire import Code, Count, Day, DivisionCode, Text, Wire

IdentityText = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=32)]
"""An identity number as sent; the registry's rules judge it (18 characters, real date, check digit)."""
PersonId = Annotated[str, StringConstraints(strict=True, pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
PlanYear = Annotated[int, Field(strict=True, ge=2000, le=2100)]


class Division(Wire):
    """A division of any level; `valid_to` is its last day once it is closed, null while it is open."""

    code: str
    level: str
    name: str
    parent_code: str
    valid_from: Day
    valid_to: Day | None = None
    source: str


class NewParameter(Wire):
    """A policy figure for one's own area from a day on; the one in force is closed the day before."""

    key: Code
    division_code: DivisionCode
    valid_from: Day
    value: Text
    source: Text


class Parameter(Wire):
    """A policy figure. `valid_to` is its last day, null while it is open."""

    key: str
    division_code: str
    valid_from: Day
    valid_to: Day | None
    value: str
    unit: str
    source: str


class CodeListName(Wire):
    name: str
    label: str
    english: str


class CodeValue(Wire):
    """One value; `facts` are what the list says of it, such as a required sex or an age range."""

    code: str
    label: str
    source: str
    facts: dict[str, str]


class CodeList(CodeListName):
    values: list[CodeValue]


class CodeLists(Wire):
    items: list[CodeListName]


class PlannedYear(Wire):
    year: PlanYear
    people: Count


class ExitPlanSet(Wire):
    years: Annotated[list[PlannedYear], Field(min_length=1, max_length=30)]
    source: Text


class ExitPlan(Wire):
    """Planned exits of an area by year, beside the people on its register now. `version` is the ETag."""

    division_code: str
    version: int
    years: list[PlannedYear]
    planned_total: int
    people_on_register: int
    source: str
    set_on: Day


class Figures(Wire):
    key: str
    label: str
    households: int
    people: int


class Statistics(Wire):
    """Counts of an area. The groups always add up to the total."""

    division_code: str
    group_by: Literal["division", "status", "attribute", "main_cause"]
    households: int
    people: int
    groups: list[Figures]
