"""SQL of jobs in the background: one worker holds a job by a lease; one not heard of for a lease is taken up again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import HouseholdImport, QualityRun, RegisterYearClosing

Job = TypeVar("Job", HouseholdImport, QualityRun, RegisterYearClosing)


async def take(session: AsyncSession, kind: type[Job], worker: str, now: datetime, lease: timedelta) -> Job | None:
    """The oldest job that waits or was left behind, now this worker's; None when there is none."""
    abandoned = and_(kind.state == "running", kind.leased_until < now)
    row = await session.scalar(
        select(kind)
        .where(or_(kind.state == "queued", abandoned))
        .order_by(kind.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is not None:
        row.state, row.worker, row.leased_until = "running", worker, now + lease
        row.attempts += 1
        await session.flush()
    return row


async def hold(
    session: AsyncSession, kind: type[Job], job_id: UUID, worker: str, now: datetime, lease: timedelta
) -> Job | None:
    """The job, locked, with its lease renewed; None if another worker has taken it over."""
    held = select(kind).where(kind.id == job_id, kind.worker == worker, kind.state == "running")
    row = await session.scalar(held.with_for_update())
    if row is not None:
        row.leased_until = now + lease
    return row
