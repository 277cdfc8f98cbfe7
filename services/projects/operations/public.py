"""What anybody may read: notices and the library, published fields only."""

from __future__ import annotations

from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.domain import code_lists
from services.projects.operations import published
from services.projects.storage import public as storage
from services.projects.storage.tables import Notice, Project
from shared.chassis import clock, paging
from shared.schemas.projects_public import PublishedLibraryRow, PublishedNotice, PublishedPlan, PublishedProject
from shared.schemas.wire import Page


async def notices(
    session: AsyncSession, area: str, cursor: str | None, limit: int, *, running: bool | None
) -> Page[PublishedNotice]:
    """Notices as they were put up, the newest first; only those running today with `running`."""
    before = paging.decode(cursor, int)
    today = clock.office_today() if running else None
    found = await storage.notices(session, area, today, int(before[0]) if before else None, limit + 1)
    items = [_notice(row) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(found) > limit else None)


def _notice(row: Notice) -> PublishedNotice:
    kind: Literal["project", "plan"] = "project" if row.project_code else "plan"
    return PublishedNotice(
        id=row.id,
        kind=kind,
        level=row.level,
        division_code=row.division_code,
        posted_on=row.posted_on,
        ends_on=row.ends_on,
        place=row.place,
        hotline=code_lists.hotline(),
        project=PublishedProject.model_validate(row.content) if kind == "project" else None,
        plan=PublishedPlan.model_validate(row.content) if kind == "plan" else None,
    )


async def library(
    session: AsyncSession, area: str, year: int | None, cursor: str | None, limit: int
) -> Page[PublishedLibraryRow]:
    """The library: projects on file, by code."""
    after = paging.decode(cursor, str)
    found = await storage.library(session, area, year, str(after[0]) if after else None, limit + 1)
    items = [_library_row(row) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].project.project_code) if len(found) > limit else None)


def _library_row(row: Project) -> PublishedLibraryRow:
    return PublishedLibraryRow.model_validate(
        {
            "project": published.project(row),
            "state": row.state,
            "plan_year": row.plan_year,
            "plan_line_fen": row.plan_line_fen,
            "filed_on": row.filed_on,
        }
    )
