"""Telling funds of deaths, in the transaction that records them, so that nobody dead is paid for long."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage import eligibility as storage
from shared.chassis import events

DIED, WITHDRAWN = "person.died", "person.death_withdrawn"


async def tell(session: AsyncSession, identity_index: bytes, on: date, kind: str = DIED) -> None:
    """Tell the day of a death, or that a recorded one is taken back, by the id funds know the person by.

    The caller holds the lock of the person's household.
    """
    person_id = (await storage.first_ids(session, [identity_index]))[identity_index]
    await events.emit(session, kind, person_id, {"person_id": person_id, "died_on": on.isoformat()})
