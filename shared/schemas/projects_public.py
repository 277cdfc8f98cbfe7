"""Wire vocabulary of projects: what is published."""

from __future__ import annotations

from datetime import date
from typing import Literal

from shared.schemas.projects import ProjectState
from shared.schemas.wire import FenOrZero, Wire


class PublishedTarget(Wire):
    level1: str
    level2: str
    level3: str
    operator: str
    value: str
    unit: str


class PublishedProject(Wire):
    """The fields the publicity rule names, and no others."""

    project_code: str
    name: str
    year: int
    category: str
    nature: str
    division_codes: list[str]
    place: str
    tasks: str
    amount_fen: FenOrZero
    funding_sources: list[str]
    planned_start_on: date
    planned_end_on: date
    office_name: str
    households: int
    people: int
    poor_people: int
    performance_targets: list[PublishedTarget]
    participation_mechanism: str


class PublishedPlanLine(Wire):
    project_code: str
    name: str
    amount_fen: int
    fund_source: str
    office_name: str


class PublishedPlan(Wire):
    county_code: str
    fund_year: int
    total_fen: int
    lines: list[PublishedPlanLine]


class PublishedNotice(Wire):
    """A notice as the public reads it; `hotline` is where objections go."""

    id: int
    kind: Literal["project", "plan"]
    level: str
    division_code: str
    posted_on: date
    ends_on: date
    place: str
    hotline: str
    project: PublishedProject | None
    plan: PublishedPlan | None


class PublishedLibraryRow(Wire):
    """A project of the library as the public reads it."""

    project: PublishedProject
    state: ProjectState
    plan_year: int | None
    plan_line_fen: int
    filed_on: date


class PublishedPlanRow(Wire):
    """A line of a county's approved annual plan (年度计划) with the fields the publicity rule names."""

    county_code: str
    fund_year: int
    approved_on: date
    fund_source: str
    amount_fen: int
    project: PublishedProject


class PublishedCompletion(Wire):
    """What became of a project (完成情况): what it cost, when it was finished, how the acceptance ended."""

    project: PublishedProject
    state: ProjectState
    plan_year: int | None
    plan_line_fen: int
    funded_fen: int
    contractor_name: str | None
    contract_fen: int | None
    completed_on: date | None
    accepted_on: date | None
    final_account_fen: int | None
    hotline: str
