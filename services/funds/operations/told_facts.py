"""Which fact is taken from whom: each service tells of what it owns, and of nothing else."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.refusals.grants import EventUnknown
from services.funds.operations import deaths, project_grants
from shared.chassis.identity import Actor
from shared.schemas.wire import Event


async def accept(session: AsyncSession, actor: Actor, event: Event) -> bool:
    """Apply a fact once; False when it was told before. Raises EventUnknown for a fact that is not the teller's."""
    if event.source != actor.issuer:
        raise EventUnknown(pointer="/source")
    if event.source == "registry":
        if event.type not in deaths.TYPES:
            raise EventUnknown()
        return await deaths.accept(session, actor, event)
    return await project_grants.accept(session, event)
