"""SQL of whose a household's bank account is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import Household


@dataclass(frozen=True, slots=True)
class Holder:
    """In whose name and at which bank a household's account is."""

    head_name: str
    bank_name: str | None


async def of_households(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Holder]:
    """Of households the caller may see."""
    wanted = sorted(set(ids))
    rows = await session.execute(
        select(Household.id, Household.head_name, Household.bank_name).where(Household.id == func.any(wanted))
    )
    return {row.id: Holder(row.head_name, row.bank_name) for row in rows}
