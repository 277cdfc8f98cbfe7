"""SQL of the versions and events of household files: what was known when, and who did what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import (
    ComparisonDoubt,
    Household,
    HouseholdEvent,
    HouseholdVersion,
    QualityFinding,
)


async def version(session: AsyncSession, household_id: UUID, number: int) -> HouseholdVersion:
    return await session.get_one(HouseholdVersion, (household_id, number))


async def contents(session: AsyncSession, household_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """What these files state now, by household."""
    rows = await session.execute(
        select(Household.id, HouseholdVersion.content)
        .join(
            HouseholdVersion,
            and_(HouseholdVersion.household_id == Household.id, HouseholdVersion.version == Household.version),
        )
        .where(Household.id.in_(household_ids))
    )
    return {row[0]: row[1] for row in rows}


async def version_on(session: AsyncSession, household_id: UUID, day: date) -> HouseholdVersion | None:
    """The version known at the end of an office day."""
    return await session.scalar(
        select(HouseholdVersion)
        .where(HouseholdVersion.household_id == household_id, HouseholdVersion.recorded_on <= day)
        .order_by(HouseholdVersion.version.desc())
        .limit(1)
    )


async def known_on(session: AsyncSession, household_id: UUID, day: date) -> Sequence[HouseholdVersion]:
    """Every version recorded by the end of an office day, oldest first."""
    return (
        await session.scalars(
            select(HouseholdVersion)
            .where(HouseholdVersion.household_id == household_id, HouseholdVersion.recorded_on <= day)
            .order_by(HouseholdVersion.version)
        )
    ).all()


async def of_each(session: AsyncSession, household_ids: Sequence[UUID]) -> dict[UUID, list[HouseholdVersion]]:
    """Every version of these files, oldest first, by household."""
    found: dict[UUID, list[HouseholdVersion]] = {}
    query = select(HouseholdVersion).where(HouseholdVersion.household_id == func.any(list(household_ids)))
    for row in await session.scalars(query.order_by(HouseholdVersion.version)):
        found.setdefault(row.household_id, []).append(row)
    return found


async def between(session: AsyncSession, household_id: UUID, first: int, last: int) -> dict[int, HouseholdVersion]:
    """The versions from one number to another, by number."""
    rows = await session.scalars(
        select(HouseholdVersion).where(
            HouseholdVersion.household_id == household_id, HouseholdVersion.version.between(first, last)
        )
    )
    return {row.version: row for row in rows}


async def events(session: AsyncSession, household_id: UUID, after: int, limit: int) -> Sequence[HouseholdEvent]:
    """Events of a file behind this one, oldest first."""
    return (
        await session.scalars(
            select(HouseholdEvent)
            .where(HouseholdEvent.household_id == household_id, HouseholdEvent.id > after)
            .order_by(HouseholdEvent.id)
            .limit(limit)
        )
    ).all()


async def take_along(session: AsyncSession, household_id: UUID, village_code: str) -> None:
    """What stands open about a household that moved, findings of data quality and doubts of comparisons, is from now
    on with the village it moved to."""
    finding, doubt = QualityFinding, ComparisonDoubt
    for table, is_open in ((finding, finding.closed_run.is_(None)), (doubt, doubt.state != "closed")):
        moving = update(table).where(table.household_id == household_id, is_open)
        await session.execute(moving.values(village_code=village_code).execution_options(synchronize_session=False))
