"""SQL of eligibility.

A person has a new row in every file they ever were on. Whoever asks is given the id of the first of them, wherever
it lies, so that a move to another household makes nobody a new person to be paid again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import Household, HouseholdMember
from shared.chassis import row_security
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope


async def persons(session: AsyncSession, actor: Actor, indexes: Sequence[bytes]) -> dict[bytes, Any]:
    """For each blind index found in the actor's scope: the person and their household, active files first."""
    rows = await session.execute(_standings(actor).where(_on_any_file(indexes)))
    return {row.identity_index: row for row in rows}


async def indexes_of(session: AsyncSession, ids: Sequence[UUID]) -> dict[str, bytes]:
    """The blind indexes of people by an id this register gave out before."""
    query = select(HouseholdMember.id, HouseholdMember.identity_index).where(HouseholdMember.id.in_(ids))
    async with row_security.widened(session):
        rows = (await session.execute(query)).all()
    return {str(row.id): row.identity_index for row in rows}


async def first_ids(session: AsyncSession, indexes: Sequence[bytes]) -> dict[bytes, str]:
    """The id each of these people got on the first file they were on; ids grow with time."""
    query = (
        select(HouseholdMember.identity_index, HouseholdMember.id)
        .where(_on_any_file(indexes))
        .order_by(HouseholdMember.id.desc())
    )
    async with row_security.widened(session):
        rows = (await session.execute(query)).all()
    return {row.identity_index: str(row.id) for row in rows}


def _on_any_file(indexes: Sequence[bytes]) -> ColumnElement[bool]:
    """On an active file or on one they left: asked apart, because an index serves each of the two."""
    found = HouseholdMember.identity_index == func.any(list(indexes))
    return or_(and_(HouseholdMember.active, found), and_(~HouseholdMember.active, found))


def _standings(actor: Actor) -> Select[*tuple[Any, ...]]:
    """People in the actor's scope with their household; of several files of one person the active one comes last."""
    return (
        select(
            HouseholdMember.identity_index,
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
