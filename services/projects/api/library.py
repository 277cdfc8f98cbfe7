"""HTTP of the library: entries and where they stand."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query, Response

from services.projects.api.peers import Registry
from services.projects.operations import chain, grants
from services.projects.operations import library as operations
from services.projects.storage.projects import Filter
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs, needs_service
from shared.chassis.paging import Cursor, Limit
from shared.chassis.versions import VersionRequired, etag
from shared.schemas.projects import (
    Project,
    ProjectEntry,
    ProjectGrant,
    ProjectHistory,
    ProjectRow,
    ProjectState,
    Submission,
)
from shared.schemas.wire import Code, DivisionCode, Page

router = new_router("/api/v1/projects/library", "library")
internal = new_router("/internal/projects", "internal")

ProjectCode = Annotated[str, Path(pattern=r"^[0-9]{6}-[0-9]{4}-[0-9]{4,9}$", examples=["341622-2026-0001"])]


@router.post("", operation_id="project_propose", status_code=201, **needs("project.propose"))
async def project_propose(
    body: ProjectEntry, response: Response, session: Session, actor: CurrentActor, registry: Registry
) -> Project:
    project = await operations.propose(session, registry, actor, body)
    response.headers["ETag"] = etag(project.version)
    return project


@router.get("", operation_id="project_list", **needs("project.read"))
async def project_list(
    session: Session,
    actor: CurrentActor,
    within: DivisionCode = "00",
    year: Annotated[int | None, Query(ge=2000, le=2100)] = None,
    status: ProjectState | None = None,
    category: Code | None = None,
    in_library: bool | None = None,
    in_plan: bool | None = None,
    count: Literal["exact"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ProjectRow]:
    wanted = Filter(within, year, status, category, in_library, in_plan)
    return await operations.list_projects(session, actor, wanted, cursor, limit, exact=count == "exact")


@router.get("/{code}", operation_id="project_get", **needs("project.read"))
async def project_get(code: ProjectCode, response: Response, session: Session, actor: CurrentActor) -> Project:
    project = await operations.get(session, actor, code)
    response.headers["ETag"] = etag(project.version)
    return project


@router.put("/{code}", operation_id="project_edit", **needs("project.propose"))
async def project_edit(
    code: ProjectCode,
    body: ProjectEntry,
    version: VersionRequired,
    response: Response,
    session: Session,
    actor: CurrentActor,
    registry: Registry,
) -> Project:
    project = await operations.edit(session, registry, actor, code, version, body)
    response.headers["ETag"] = etag(project.version)
    return project


@router.get("/{code}/history", operation_id="project_history", **needs("project.read"))
async def project_history(code: ProjectCode, session: Session, actor: CurrentActor) -> ProjectHistory:
    return await chain.history(session, actor, code)


@router.post("/{code}/submission", operation_id="project_submit", **needs("project.propose"))
async def project_submit(
    code: ProjectCode, session: Session, actor: CurrentActor, body: Submission | None = None
) -> Project:
    return await operations.submit(session, actor, code, body or Submission())


@internal.get("/{code}/grant", operation_id="internal_project_grant_get", **needs_service("funds"))
async def internal_project_grant_get(code: ProjectCode, session: Session, actor: CurrentActor) -> ProjectGrant:
    return await grants.get(session, actor, code)
