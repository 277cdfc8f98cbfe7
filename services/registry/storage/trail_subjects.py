"""SQL of whose file stands under which id on the trails."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import Household, HouseholdMember
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope


async def members(session: AsyncSession, household_id: UUID) -> Sequence[UUID]:
    """Everybody who is or was on the file."""
    query = select(HouseholdMember.id).where(HouseholdMember.household_id == household_id).order_by(HouseholdMember.id)
    return (await session.scalars(query)).all()


async def visible(session: AsyncSession, actor: Actor, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these households and people that lie in the actor's scope."""
    households = select(Household.id).where(Household.id.in_(ids), in_scope(Household.village_code, actor))
    people = select(HouseholdMember.id).where(
        HouseholdMember.id.in_(ids), in_scope(HouseholdMember.village_code, actor)
    )
    return set(await session.scalars(union_all(households, people)))
