"""SQL of household files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.natural_changes import DEATH
from services.registry.storage.tables import Household, HouseholdEvent, HouseholdMember, HouseholdVersion
from shared.chassis import row_security
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope

SelectT = TypeVar("SelectT", bound="Select[*tuple[Any, ...]]")


@dataclass(frozen=True, slots=True)
class Record:
    """The rows of one new household file."""

    household: dict[str, Any]
    members: list[dict[str, Any]]
    version: dict[str, Any]
    event: dict[str, Any]


async def insert_many(session: AsyncSession, records: Sequence[Record]) -> None:
    """Insert whole files, table by table."""
    await session.execute(insert(Household), [record.household for record in records])
    await session.execute(insert(HouseholdMember), [row for record in records for row in record.members])
    await session.execute(insert(HouseholdVersion), [record.version for record in records])
    await session.execute(insert(HouseholdEvent), [record.event for record in records])


async def visible(session: AsyncSession, actor: Actor, household_id: UUID) -> Household | None:
    """The household if it lies in the actor's scope."""
    return await session.scalar(
        select(Household).where(Household.id == household_id, in_scope(Household.village_code, actor))
    )


async def lock(session: AsyncSession, actor: Actor, household_id: UUID) -> Household | None:
    """As visible, and nobody else decides on it until this transaction ends."""
    return await session.scalar(
        select(Household).where(Household.id == household_id, in_scope(Household.village_code, actor)).with_for_update()
    )


async def members(session: AsyncSession, household_id: UUID) -> Sequence[HouseholdMember]:
    """Everybody who is or was of the household."""
    return (
        await session.scalars(
            select(HouseholdMember)
            .where(HouseholdMember.household_id == household_id)
            .order_by(HouseholdMember.position)
        )
    ).all()


async def move_departed(session: AsyncSession, household_id: UUID, village_code: str) -> None:
    """Those who left stay of the file wherever it goes: rows of another village would not be seen beside it."""
    async with row_security.widened(session):
        await session.execute(
            update(HouseholdMember)
            .where(HouseholdMember.household_id == household_id, ~HouseholdMember.active)
            .values(village_code=village_code)
            .execution_options(synchronize_session=False)
        )


async def correct_number(session: AsyncSession, member_id: UUID, columns: dict[str, Any]) -> None:
    """Put the number right in the row of somebody who left, wherever that file lies; its versions stay as written."""
    async with row_security.widened(session):
        await session.execute(
            update(HouseholdMember)
            .where(HouseholdMember.id == member_id, ~HouseholdMember.active)
            .values(columns)
            .execution_options(synchronize_session=False)
        )


async def holders(session: AsyncSession, indexes: Sequence[bytes]) -> dict[bytes, UUID]:
    """For those of these blind indexes that are on an active file, anywhere: the member that holds it."""
    query = select(HouseholdMember.identity_index, HouseholdMember.id).where(
        HouseholdMember.active, HouseholdMember.identity_index == func.any(list(indexes))
    )
    async with row_security.widened(session):
        rows = (await session.execute(query)).all()
    return {row[0]: row[1] for row in rows}


async def recorded_dead(session: AsyncSession, indexes: Sequence[bytes]) -> set[bytes]:
    """Those of these blind indexes whose person left a file, anywhere, by death."""
    query = select(HouseholdMember.identity_index).where(
        ~HouseholdMember.active,
        HouseholdMember.departure == DEATH,
        HouseholdMember.identity_index == func.any(list(indexes)),
    )
    async with row_security.widened(session):
        return set(await session.scalars(query))


async def find_person(session: AsyncSession, actor: Actor, index: bytes) -> Sequence[Household]:
    """The household in the actor's scope whose active member has this blind index."""
    return (
        await session.scalars(
            select(Household)
            .join(HouseholdMember, HouseholdMember.household_id == Household.id)
            .where(
                HouseholdMember.active,
                HouseholdMember.identity_index == index,
                in_scope(Household.village_code, actor),
            )
        )
    ).all()
