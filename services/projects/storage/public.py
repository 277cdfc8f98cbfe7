"""SQL of what the public reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.storage.tables import Notice, Project, ProjectSite
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
