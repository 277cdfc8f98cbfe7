"""What funds do with the facts projects tell: keep every version for ever."""

from __future__ import annotations

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.refusals.grants import EventUnknown
from services.funds.storage import project_grants as storage
from shared.chassis import events
from shared.schemas.projects import ProjectGrant
from shared.schemas.wire import Event

PROJECT_CHANGED = "project.changed"


async def accept(session: AsyncSession, event: Event) -> bool:
    """Keep the version an event tells; False when it was told before. Out of order is refused and told again."""
    if event.type != PROJECT_CHANGED:
        raise EventUnknown()
    try:
        grant = ProjectGrant.model_validate(event.data)
    except ValidationError as error:
        raise EventUnknown(pointer="/data") from error
    if not await events.accept(session, event):
        return False
    await storage.keep(session, grant, "event")
    return True
