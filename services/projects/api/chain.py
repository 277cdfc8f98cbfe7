"""HTTP of the way into the library: notices, decisions, filing, removal."""

from __future__ import annotations

from services.projects.api.library import ProjectCode
from services.projects.operations import chain as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.projects import Decision, Filing, NewDecision, NewNotice, Notice, Project, Removal

router = new_router("/api/v1/projects/library", "library")


@router.post("/{code}/notices", operation_id="project_notice_post", status_code=201, **needs("project.notice"))
async def project_notice_post(code: ProjectCode, body: NewNotice, session: Session, actor: CurrentActor) -> Notice:
    return await operations.post_notice(session, actor, code, body)


@router.post("/{code}/decisions", operation_id="project_decide", status_code=201, **needs("project.read"))
async def project_decide(code: ProjectCode, body: NewDecision, session: Session, actor: CurrentActor) -> Decision:
    """Each step asks for its own permission besides: see the chains."""
    return await operations.decide(session, actor, code, body)


@router.post("/{code}/filing", operation_id="project_file", **needs("project.decide_county"))
async def project_file(code: ProjectCode, session: Session, actor: CurrentActor, body: Filing | None = None) -> Project:
    return await operations.file(session, actor, code, body or Filing())


@router.post("/{code}/removal", operation_id="project_remove", **needs("project.decide_county"))
async def project_remove(code: ProjectCode, body: Removal, session: Session, actor: CurrentActor) -> Project:
    return await operations.remove(session, actor, code, body)
