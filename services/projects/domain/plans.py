"""What an annual plan may hold: projects of the county's library, each within its estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.projects.domain import code_lists
from services.projects.domain.refusals import FundSourceUnknown
from services.projects.domain.refusals_plans import (
    PlanLineTwice,
    PlannedInAnotherYear,
    PlanOverEstimate,
    PlanProjectNotInLibrary,
    PlanWrongCounty,
)

PLANNABLE = frozenset({"in_library", "planned", "tendered", "contracted", "under_way"})
"""States in which a project may get a line: before it is planned, and a supplement until its works are done."""


@dataclass(frozen=True, slots=True)
class Line:
    project_code: str
    fund_source: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A project as a plan sees it. `planned` are sums of live plan lines by year, in fen."""

    county_code: str
    state: str
    in_library: bool
    amount_fen: int
    planned: Mapping[int, int]


def check_line(index: int, line: Line, project: Candidate, county: str, year: int, in_this_plan: int) -> None:
    """Refuse a line; `in_this_plan` is what the lines before it give the same project, in fen."""
    pointer = f"/items/{index}"
    if line.fund_source not in code_lists.fund_sources():
        raise FundSourceUnknown(pointer=pointer + "/fund_source")
    if project.county_code != county:
        raise PlanWrongCounty(pointer=pointer + "/project_code")
    if not project.in_library or project.state not in PLANNABLE:
        raise PlanProjectNotInLibrary(pointer=pointer + "/project_code", state=project.state)
    if any(planned_year != year for planned_year in project.planned):
        raise PlannedInAnotherYear(pointer=pointer + "/project_code")
    room = project.amount_fen - project.planned.get(year, 0) - in_this_plan
    if line.amount_fen > room:
        raise PlanOverEstimate(pointer=pointer + "/amount_fen", room_fen=room)


def check_lines(lines: list[Line], projects: Mapping[str, Candidate], county: str, year: int) -> None:
    """Refuse the first line that may not stand in the plan. Every project is among `projects`."""
    seen: set[tuple[str, str]] = set()
    given: dict[str, int] = {}
    for index, line in enumerate(lines):
        if (line.project_code, line.fund_source) in seen:
            raise PlanLineTwice(pointer=f"/items/{index}/project_code")
        seen.add((line.project_code, line.fund_source))
        before = given.get(line.project_code, 0)
        check_line(index, line, projects[line.project_code], county, year, before)
        given[line.project_code] = before + line.amount_fen
