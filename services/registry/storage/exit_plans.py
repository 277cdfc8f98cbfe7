"""SQL of exit plans."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import ExitPlan


async def latest(session: AsyncSession, division_code: str) -> ExitPlan | None:
    """The plan of an area: its highest version."""
    return await session.scalar(
        select(ExitPlan).where(ExitPlan.division_code == division_code).order_by(ExitPlan.version.desc()).limit(1)
    )
