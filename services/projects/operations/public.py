"""What anybody may read: notices and the library, published fields only."""

from __future__ import annotations

from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.domain import code_lists
from services.projects.operations import published
from services.projects.storage import public as storage
from services.projects.storage.tables import Notice, Project
from shared.chassis import clock, paging
from shared.schemas.projects_public import (
    PublishedCompletion,
    PublishedLibraryRow,
    PublishedNotice,
    PublishedPlan,
    PublishedPlanRow,
    PublishedProject,
)
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


async def plans(
    session: AsyncSession, area: str, year: int | None, cursor: str | None, limit: int
) -> Page[PublishedPlanRow]:
    """Lines of approved annual plans, plan by plan."""
    key = paging.decode(cursor, str, int)
    after = None if key is None else (str(key[0]), int(key[1]))
    found = await storage.plan_lines(session, area, year, after, limit + 1)
    items = [
        PublishedPlanRow(
            county_code=plan.county_code,
            fund_year=plan.fund_year,
            approved_on=decision.decided_on,
            fund_source=published.fund_source(line.fund_source),
            amount_fen=line.amount_fen,
            project=published.project(project),
        )
        for line, plan, decision, project in found[:limit]
    ]
    last = found[limit - 1][0] if len(found) > limit else None
    return Page(items=items, next_cursor=None if last is None else paging.encode(last.plan_id, last.line))


async def completions(
    session: AsyncSession, area: str, year: int | None, cursor: str | None, limit: int
) -> Page[PublishedCompletion]:
    """What became of projects whose works are done, by code."""
    after = paging.decode(cursor, str)
    found = await storage.finished(session, area, year, str(after[0]) if after else None, limit + 1)
    codes = [row.project_code for row in found[:limit]]
    days, acceptances = await storage.completed_on(session, codes), await storage.passed(session, codes)
    finals = {code: row.final_account_fen for code, row in acceptances.items()}
    items = [
        PublishedCompletion.model_validate(
            {
                "project": published.project(row),
                "state": row.state,
                "plan_year": row.plan_year,
                "plan_line_fen": row.plan_line_fen,
                "funded_fen": row.funded_fen,
                "contractor_name": row.contractor_name,
                "contract_fen": row.contract_fen,
                "completed_on": days.get(row.project_code),
                "accepted_on": row.accepted_on,
                "final_account_fen": finals.get(row.project_code),
                "hotline": code_lists.hotline(),
            }
        )
        for row in found[:limit]
    ]
    return Page(items=items, next_cursor=paging.encode(items[-1].project.project_code) if len(found) > limit else None)
