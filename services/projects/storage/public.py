"""SQL of what the public reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.storage.tables import Notice, Project, ProjectSite
from services.projects.storage.tables_plans import Plan, PlanDecision, PlanLine
from services.projects.storage.tables_works import Acceptance, WorksEvent
from shared.chassis.scope import within


async def notices(
    session: AsyncSession, area: str, running_on: date | None, before: int | None, limit: int
) -> Sequence[Notice]:
    """Notices of projects and plans in an area, the newest first."""
    query = select(Notice).where(within(Notice.division_code, area)).order_by(Notice.id.desc()).limit(limit)
    if running_on is not None:
        query = query.where(Notice.posted_on <= running_on, Notice.ends_on > running_on)
    if before is not None:
        query = query.where(Notice.id < before)
    return (await session.scalars(query)).all()


async def library(
    session: AsyncSession, area: str, year: int | None, after: str | None, limit: int
) -> Sequence[Project]:
    """Projects that are in the library, by code."""
    sites = select(ProjectSite.project_code).where(within(ProjectSite.division_code, area))
    query = (
        select(Project)
        .where(Project.in_library, Project.project_code.in_(sites))
        .order_by(Project.project_code)
        .limit(limit)
    )
    if year is not None:
        query = query.where(Project.year == year)
    if after is not None:
        query = query.where(Project.project_code > after)
    return (await session.scalars(query)).all()


async def plan_lines(
    session: AsyncSession, area: str, year: int | None, after: tuple[str, int] | None, limit: int
) -> Sequence[Any]:
    """Lines of approved plans with their plan, its decision and their project, by plan and line."""
    query: Any = (
        select(PlanLine, Plan, PlanDecision, Project)
        .join(Plan, Plan.id == PlanLine.plan_id)
        .join(PlanDecision, PlanDecision.plan_id == Plan.id)
        .join(Project, Project.project_code == PlanLine.project_code)
        .where(Plan.state == "approved", within(Plan.county_code, area))
        .order_by(PlanLine.plan_id, PlanLine.line)
        .limit(limit)
    )
    if year is not None:
        query = query.where(Plan.fund_year == year)
    if after is not None:
        query = query.where(tuple_(PlanLine.plan_id, PlanLine.line) > after)
    found: Sequence[Any] = (await session.execute(query)).all()
    return found


FINISHED = ("completed", "accepted", "handed_over")


async def finished(
    session: AsyncSession, area: str, year: int | None, after: str | None, limit: int
) -> Sequence[Project]:
    """Projects whose works are done, by code."""
    sites = select(ProjectSite.project_code).where(within(ProjectSite.division_code, area))
    query = (
        select(Project)
        .where(Project.state.in_(FINISHED), Project.project_code.in_(sites))
        .order_by(Project.project_code)
        .limit(limit)
    )
    if year is not None:
        query = query.where(Project.plan_year == year)
    if after is not None:
        query = query.where(Project.project_code > after)
    return (await session.scalars(query)).all()


async def completed_on(session: AsyncSession, codes: Sequence[str]) -> dict[str, date]:
    """By project: the last day its works were said to be completed."""
    query = (
        select(WorksEvent.project_code, func.max(WorksEvent.on_day))
        .where(WorksEvent.kind == "completion", WorksEvent.project_code.in_(codes))
        .group_by(WorksEvent.project_code)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def passed(session: AsyncSession, codes: Sequence[str]) -> dict[str, Acceptance]:
    """By project: the acceptance it passed."""
    query = select(Acceptance).where(Acceptance.outcome == "pass", Acceptance.project_code.in_(codes))
    return {row.project_code: row for row in await session.scalars(query.order_by(Acceptance.id))}
