"""HTTP of whom the trails are about, for the gateway's search."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path

from services.registry.api.reading import asks
from services.registry.operations import trail_subjects as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs_service
from shared.schemas.trail import HouseholdSubjects, SubjectsAsked

internal = new_router("/internal/trail-subjects", "internal")


@internal.get("/{household_id}", operation_id="internal_household_subjects", **needs_service("gateway"))
async def internal_household_subjects(
    household_id: Annotated[UUID, Path()], session: Session, actor: CurrentActor
) -> HouseholdSubjects:
    return await operations.of_household(session, actor, household_id)


@internal.post("", operation_id="internal_visible_subjects", **asks(needs_service("gateway")))
async def internal_visible_subjects(body: SubjectsAsked, session: Session, actor: CurrentActor) -> list[str]:
    """Those of these ids that lie in the actor's area."""
    return await operations.visible(session, actor, body.subjects)
