"""Rules of allocation: money goes only to a project of the library and the plan, in its own county, within its line."""

from __future__ import annotations

from typing import Protocol

from services.funds.domain.refusals.distribution import ProjectNotNamed
from services.funds.domain.refusals.spending import (
    OtherCounty,
    OverPlanLine,
    ProjectNotInLibrary,
    ProjectNotInPlan,
    ProjectStopped,
)

ENDED = ("removed", "stopped", "refused", "returned")
"""States in which a project receives no more money."""


class Grant(Protocol):
    """What projects say of a project, as far as the rules of allocation read it."""

    @property
    def county_code(self) -> str: ...

    @property
    def state(self) -> str: ...

    @property
    def in_library(self) -> bool: ...

    @property
    def plan_year(self) -> int | None: ...

    @property
    def plan_line_fen(self) -> int: ...


def require_fundable(grant: Grant, county_code: str, fund_year: int) -> None:
    """Refuse a project that must not receive this county's money of this year.

    Raises ProjectStopped, ProjectNotInLibrary, ProjectNotInPlan, OtherCounty.
    """
    if grant.county_code != county_code:
        raise OtherCounty()
    if grant.state in ENDED:
        raise ProjectStopped()
    if not grant.in_library:
        raise ProjectNotInLibrary()
    if grant.plan_year != fund_year or grant.plan_line_fen < 1:
        raise ProjectNotInPlan()


def require_named(named: str, project_code: str) -> None:
    """Refuse another project than the one the document named; one that named none is a block grant (切块下达)."""
    if named and named != project_code:
        raise ProjectNotNamed()


def require_within_plan_line(amount_fen: int, allocated_fen: int, plan_line_fen: int) -> None:
    """Refuse more than what is left of the plan line. Raises OverPlanLine with what is left."""
    if allocated_fen + amount_fen > plan_line_fen:
        raise OverPlanLine(left_fen=max(plan_line_fen - allocated_fen, 0))
