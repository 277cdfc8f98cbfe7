"""HTTP of facts other services tell funds: projects of their projects, the registry of deaths."""

from __future__ import annotations

from services.funds.operations import told_facts
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs_service
from shared.schemas.funds import EventAccepted
from shared.schemas.wire import Event

internal = new_router("/internal/events", "internal")


@internal.post("", operation_id="internal_funds_event_accept", **needs_service("projects", "registry"))
async def internal_funds_event_accept(body: Event, session: Session, actor: CurrentActor) -> EventAccepted:
    return EventAccepted(applied=await told_facts.accept(session, actor, body))
