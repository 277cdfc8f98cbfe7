"""HTTP of facts projects tell funds."""

from __future__ import annotations

from services.funds.operations import project_grants
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import needs_service
from shared.schemas.funds import EventAccepted
from shared.schemas.wire import Event

internal = new_router("/internal/events", "internal")


@internal.post("", operation_id="internal_funds_event_accept", **needs_service("projects"))
async def internal_funds_event_accept(body: Event, session: Session) -> EventAccepted:
    return EventAccepted(applied=await project_grants.accept(session, body))
