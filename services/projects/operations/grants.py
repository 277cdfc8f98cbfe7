"""The facts of a project that funds decides on: read by funds, told to funds whenever they change."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.operations import recording
from services.projects.storage import projects as storage
from services.projects.storage.tables import Project, ProjectState
from shared.chassis import audit, clock, events
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas.projects import ProjectGrant

EVENT = "project.changed"


def of(project: Project) -> ProjectGrant:
    """The grant as it stands."""
    return ProjectGrant.model_validate(
        {
            "project_code": project.project_code,
            "version": project.grant_version,
            "name": project.name,
            "division_code": project.division_code,
            "county_code": project.county_code,
            "category": project.category or "",
            "nature": project.nature or "",
            "purpose": project.purpose,
            "office": project.office_code,
            "office_name": project.office_name_responsible,
            "state": project.state,
            "in_library": project.in_library,
            "plan_year": project.plan_year,
            "plan_line_fen": project.plan_line_fen,
            "state_since": project.state_since,
            "contractor_name": project.contractor_name,
            "contractor_uscc": project.contractor_uscc,
            "contract_fen": project.contract_fen,
            "retention_rate": project.retention_rate,
            "contracted_on": project.contracted_on,
            "accepted_on": project.accepted_on,
            "final_account_fen": project.final_account_fen,
            "planned_end_on": project.planned_end_on,
        }
    )


async def get(session: AsyncSession, actor: Actor, code: str) -> ProjectGrant:
    project = await storage.get(session, actor, code)
    if project is None:
        raise NotFound()
    return of(project)


def move(project: Project, state: str, on: date) -> None:
    """Bring the project to a state from a day on. Once submitted, no state begins before the one it follows."""
    if state == project.state:
        return
    project.state_since = on if project.state == "draft" else max(project.state_since, on)
    project.state = state


async def changed(
    session: AsyncSession, actor: Actor, project: Project, action: str, reason: str = "", **details: Any
) -> None:
    """Count the change, keep it in the history, audit it and tell it. The caller holds the project's row lock."""
    project.grant_version += 1
    session.add(state_row(actor, project, action, reason))
    audit.record(
        session, actor, action, project.project_code, state=project.state, version=project.grant_version, **details
    )
    await session.flush()
    await events.emit(session, EVENT, project.project_code, of(project).model_dump(mode="json"))


def state_row(actor: Actor, project: Project, action: str, reason: str = "") -> ProjectState:
    """The history row of the project's present facts."""
    return ProjectState(
        project_code=project.project_code,
        grant_version=project.grant_version,
        state=project.state,
        state_since=project.state_since,
        action=action,
        reason=reason,
        **recording.by(actor),
    )


def first_state(columns: dict[str, Any], action: str) -> dict[str, Any]:
    """The first history row of a project made from `columns`, without who wrote it."""
    return {
        "project_code": columns["project_code"],
        "grant_version": columns["grant_version"],
        "state": columns["state"],
        "state_since": columns["state_since"],
        "action": action,
        "reason": "",
    }


def first_event(columns: dict[str, Any]) -> dict[str, Any]:
    """The outbox row that tells of a new project: nothing was told of it before, so it is the first of its subject."""
    return {
        "event_id": uuid.uuid4().hex,
        "type": EVENT,
        "subject": columns["project_code"],
        "sequence": 1,
        "at": clock.now(),
        "data": of(Project(**columns)).model_dump(mode="json"),
        "attempts": 0,
    }
