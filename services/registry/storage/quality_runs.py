"""SQL of runs: asked for, claimed, held by a lease, gone through part by part, and what they counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage import leases
from services.registry.storage.tables import (
    Household,
    QualityCheckedVillage,
    QualityFinding,
    QualityRun,
)
from shared.chassis.identity import Actor
from shared.chassis.scope import NATION, in_scope, within

LEASE = timedelta(seconds=90)
PART_DIGITS = 9
"""A run goes through its area by townships."""
UNFINISHED = ("queued", "running")


async def add(session: AsyncSession, values: dict[str, Any]) -> QualityRun:
    """Queue a run; the constraint on unfinished runs refuses a second one of the same area."""
    row = QualityRun(**values)
    session.add(row)
    await session.flush()
    return row


async def unfinished_over(session: AsyncSession, area: str) -> bool:
    """Whether a run of this area, or of one above it, waits or runs."""
    above = [NATION, *(area[:length] for length in (2, 4, 6, 9, 12) if length <= len(area))]
    query = select(QualityRun.id).where(QualityRun.division_code.in_(above), QualityRun.state.in_(UNFINISHED)).limit(1)
    return await session.scalar(query) is not None


async def visible(session: AsyncSession, actor: Actor, run_id: UUID) -> QualityRun | None:
    return await session.scalar(
        select(QualityRun).where(QualityRun.id == run_id, in_scope(QualityRun.division_code, actor))
    )


async def list_runs(
    session: AsyncSession, actor: Actor, area: str | None, before: UUID | None, limit: int
) -> Sequence[QualityRun]:
    """Runs of areas in the actor's scope, newest first."""
    query = select(QualityRun).where(in_scope(QualityRun.division_code, actor))
    if area is not None:
        query = query.where(within(QualityRun.division_code, area))
    if before is not None:
        query = query.where(QualityRun.id < before)
    return (await session.scalars(query.order_by(QualityRun.id.desc()).limit(limit))).all()


async def claim(session: AsyncSession, worker: str, now: datetime, today: date) -> QualityRun | None:
    """Take the oldest run that waits, or whose worker has not been heard of for a lease."""
    row = await leases.take(session, QualityRun, worker, now, LEASE)
    if row is not None and row.started_at is None:
        row.started_at, row.on = now, today
        await session.flush()
    return row


async def hold(session: AsyncSession, run_id: UUID, worker: str, now: datetime) -> QualityRun | None:
    """The run, locked, with its lease renewed; None if another worker has taken it over."""
    return await leases.hold(session, QualityRun, run_id, worker, now, LEASE)


async def parts_of(session: AsyncSession, area: str) -> list[str]:
    """The parts of an area in their order: townships that have files, or had something found."""
    digits = PART_DIGITS if area == NATION else max(PART_DIGITS, len(area))
    cut = [
        select(func.left(column, digits).label("code")).where(within(column, area)).distinct()
        for column in (Household.village_code, QualityCheckedVillage.village_code)
    ]
    return sorted(await session.scalars(select(union(*cut).subquery().c.code)))


async def villages_of(session: AsyncSession, part: str) -> list[str]:
    """The villages of a part that have files or were checked before, or have findings left."""
    columns = (Household.village_code, QualityCheckedVillage.village_code, QualityFinding.village_code)
    found = union(*(select(column.label("code")).where(within(column, part)).distinct() for column in columns))
    return sorted(await session.scalars(select(found.subquery().c.code)))
