"""What of the register tells whether the keys at hand are those it was written with."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.sealed_places import IDENTITY, Place
from services.registry.storage.tables import HouseholdMember


async def sampled_people(session: AsyncSession) -> list[tuple[Place, str, bytes]]:
    """The first and the last person of the register: place, sealed number, blind index. Nobody of an empty one."""
    found = []
    for order in (HouseholdMember.id.asc(), HouseholdMember.id.desc()):
        row = await session.scalar(select(HouseholdMember).order_by(order).limit(1))
        if row is not None:
            found.append((IDENTITY.place(row.id), row.identity_sealed, row.identity_index))
    return found
