"""SQL of eligibility."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import Household, HouseholdMember
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope


async def persons(session: AsyncSession, actor: Actor, indexes: Sequence[bytes]) -> dict[bytes, Any]:
    """For each blind index found in the actor's scope: the person and their household, active files first."""
    rows = await session.execute(_standings(actor).where(HouseholdMember.identity_index == func.any(list(indexes))))
    return {row.identity_index: row for row in rows}


async def persons_by_id(session: AsyncSession, actor: Actor, ids: Sequence[str]) -> dict[str, Any]:
    """The same for ids this register gave out before."""
    rows = await session.execute(_standings(actor).where(HouseholdMember.id.in_([UUID(one) for one in ids])))
    return {str(row.person_id): row for row in rows}


def _standings(actor: Actor) -> Select[*tuple[Any, ...]]:
    """People in the actor's scope with their household; of several files of one person the active one comes last."""
    return (
        select(
            HouseholdMember.identity_index,
            HouseholdMember.id.label("person_id"),
            HouseholdMember.name,
            HouseholdMember.departure,
            HouseholdMember.departed_on,
            Household.id.label("household_id"),
            Household.village_code,
            Household.version,
            Household.status,
            Household.registered_on,
            Household.closed_on,
        )
        .join(Household, Household.id == HouseholdMember.household_id)
        .where(in_scope(Household.village_code, actor))
        .order_by(HouseholdMember.active, HouseholdMember.departed_on, HouseholdMember.id)
    )
