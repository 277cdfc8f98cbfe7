"""SQL of exports of household files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import Household, HouseholdExport, HouseholdVersion
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within

FILTERED = {"status": Household.status, "attribute": Household.attribute, "main_cause": Household.main_cause}


def _matching(actor: Actor, filters: dict[str, str]) -> list[ColumnElement[bool]]:
    clauses = [in_scope(Household.village_code, actor)]
    if "within" in filters:
        clauses.append(within(Household.village_code, filters["within"]))
    return [*clauses, *(FILTERED[name] == value for name, value in filters.items() if name in FILTERED)]


_PEOPLE = case((Household.status == "removed", 0), else_=Household.member_count)
"""Who is written of a file: nobody of one that was struck off."""


async def counted(session: AsyncSession, actor: Actor, filters: dict[str, str]) -> tuple[int, int]:
    """How many households and people of the files that match will be written."""
    query = select(func.count(), func.coalesce(func.sum(_PEOPLE), 0)).where(*_matching(actor, filters), _PEOPLE > 0)
    row = (await session.execute(query)).one()
    return row[0], int(row[1])


async def page(
    session: AsyncSession, actor: Actor, filters: dict[str, str], after: tuple[str, int], limit: int
) -> Sequence[Row[Household, HouseholdVersion]]:
    """Matching files with what they state, by village and number."""
    key = tuple_(Household.village_code, Household.household_no)
    query = (
        select(Household, HouseholdVersion)
        .join(
            HouseholdVersion,
            and_(HouseholdVersion.household_id == Household.id, HouseholdVersion.version == Household.version),
        )
        .where(*_matching(actor, filters), key > after)
        .order_by(Household.village_code, Household.household_no)
        .limit(limit)
    )
    return (await session.execute(query)).all()


async def add(session: AsyncSession, values: dict[str, Any]) -> HouseholdExport:
    row: HouseholdExport | None = await session.scalar(
        insert(HouseholdExport).values(values).returning(HouseholdExport)
    )
    assert row is not None
    return row


async def visible(session: AsyncSession, actor: Actor, export_id: UUID) -> HouseholdExport | None:
    return await session.scalar(_seen(actor, export_id))


async def lock(session: AsyncSession, actor: Actor, export_id: UUID) -> HouseholdExport | None:
    """As visible, and nobody else decides on it until this transaction ends."""
    return await session.scalar(_seen(actor, export_id).with_for_update())


def _seen(actor: Actor, export_id: UUID) -> Select[HouseholdExport]:
    return select(HouseholdExport).where(
        HouseholdExport.id == export_id, in_scope(HouseholdExport.division_code, actor)
    )


async def list_exports(
    session: AsyncSession, actor: Actor, before: UUID | None, limit: int
) -> Sequence[HouseholdExport]:
    """Exports of the actor's area, newest first."""
    query = select(HouseholdExport).where(in_scope(HouseholdExport.division_code, actor))
    if before is not None:
        query = query.where(HouseholdExport.id < before)
    return (await session.scalars(query.order_by(HouseholdExport.id.desc()).limit(limit))).all()


async def take(session: AsyncSession, export_id: UUID, now: datetime) -> bool:
    """Mark an export as fetched; False if somebody else was faster."""
    taken = await session.scalar(
        update(HouseholdExport)
        .where(HouseholdExport.id == export_id, HouseholdExport.state == "ready")
        .values(state="fetched", fetched_at=now)
        .returning(HouseholdExport.id)
    )
    return taken is not None
