"""HTTP of what anybody may read."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.projects.operations import public as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.projects_public import (
    PublishedCompletion,
    PublishedLibraryRow,
    PublishedNotice,
    PublishedPlanRow,
)
from shared.schemas.wire import DivisionCode, Page

router = new_router("/api/v1/public/projects", "public")


@router.get("/notices", operation_id="public_project_notice_list", **needs("public.read"))
async def public_project_notice_list(
    session: Session,
    within: DivisionCode = "00",
    running: bool | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PublishedNotice]:
    return await operations.notices(session, within, cursor, limit, running=running)


@router.get("/library", operation_id="public_project_library_list", **needs("public.read"))
async def public_project_library_list(
    session: Session,
    within: DivisionCode = "00",
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PublishedLibraryRow]:
    return await operations.library(session, within, year, cursor, limit)


@router.get("/plans", operation_id="public_project_plan_list", **needs("public.read"))
async def public_project_plan_list(
    session: Session,
    within: DivisionCode = "00",
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PublishedPlanRow]:
    return await operations.plans(session, within, year, cursor, limit)


@router.get("/completions", operation_id="public_project_completion_list", **needs("public.read"))
async def public_project_completion_list(
    session: Session,
    within: DivisionCode = "00",
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PublishedCompletion]:
    return await operations.completions(session, within, year, cursor, limit)
