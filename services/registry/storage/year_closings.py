"""SQL of closings of years: asked for, claimed, held by a lease, and how far they came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage import leases
from services.registry.storage.register_years import YEARS_LOCK
from services.registry.storage.tables import Household, RegisterYearClosing
from shared.chassis.scope import within

LEASE = timedelta(minutes=5)
"""Longer than a closing may wait for the changes under way in its county."""
PART_DIGITS = 9
"""A county is frozen township by township."""


async def add(session: AsyncSession, values: dict[str, Any]) -> RegisterYearClosing:
    """Queue a closing; the constraint on unfinished ones refuses a second one of the county."""
    row = RegisterYearClosing(**values)
    session.add(row)
    await session.flush()
    return row


async def latest(session: AsyncSession, counties: Sequence[str]) -> dict[tuple[str, int], RegisterYearClosing]:
    """The latest closing asked for of each year of these counties."""
    query = select(RegisterYearClosing).where(RegisterYearClosing.county_code.in_(counties))
    rows = await session.scalars(query.order_by(RegisterYearClosing.id))
    return {(row.county_code, row.year): row for row in rows}


async def alone(session: AsyncSession) -> bool:
    """Whether a closing is wanted and none is being carried out; until this transaction ends nobody else carries one
    out. Never waits."""
    wanted = exists().where(RegisterYearClosing.state.in_(("queued", "running")))
    return bool(await session.scalar(select(func.pg_try_advisory_xact_lock(YEARS_LOCK, 0)).where(wanted)))


async def claim(session: AsyncSession, worker: str, now: datetime) -> RegisterYearClosing | None:
    """Take the oldest closing that waits, or whose worker has not been heard of for a lease."""
    row = await leases.take(session, RegisterYearClosing, worker, now, LEASE)
    if row is not None:
        row.parts_done = 0
        await session.flush()
    return row


async def advance(session: AsyncSession, closing_id: UUID, worker: str, now: datetime, done: int, total: int) -> None:
    """Note how far it came, and hold it for another lease."""
    await session.execute(
        update(RegisterYearClosing)
        .where(RegisterYearClosing.id == closing_id, RegisterYearClosing.worker == worker)
        .values(parts_done=done, parts_total=total, leased_until=now + LEASE)
    )


async def end(session: AsyncSession, closing_id: UUID, worker: str, now: datetime, failure: str | None = None) -> None:
    """Note that it is done, or why it could not be."""
    await session.execute(
        update(RegisterYearClosing)
        .where(RegisterYearClosing.id == closing_id, RegisterYearClosing.worker == worker)
        .values(
            state="done" if failure is None else "failed", failure=failure, finished_at=now, worker=None,
            leased_until=None,
        )
    )  # fmt: skip


async def parts_of(session: AsyncSession, county_code: str) -> list[str]:
    """The townships of a county that files stand in."""
    query = select(func.left(Household.village_code, PART_DIGITS)).where(within(Household.village_code, county_code))
    return sorted(await session.scalars(query.distinct()))
