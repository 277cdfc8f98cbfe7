"""One file as it stands: the read asked most, answered in one round trip to the database."""

from __future__ import annotations

from uuid import UUID

from services.registry.operations import household_views as views
from services.registry.storage import household_reads as storage
from services.registry.storage.sealing import Seals
from shared.chassis import clock
from shared.chassis.hot_reads import HotReads, Noted
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas.registry_households import Household


async def now(reads: HotReads, actor: Actor, seals: Seals, household_id: UUID) -> Household:
    """The file, absent outside the scope."""
    found = await storage.now(reads, Noted(actor, "household.get"), household_id)
    if found is None:
        raise NotFound()
    return views.whole(*found, seals, clock.office_today())
