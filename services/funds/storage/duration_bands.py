"""SQL of bands of days: how late money is, and how a finished hop is marked."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.stage_clocks import Band
from services.funds.storage.tables import DurationBand


async def load(session: AsyncSession, use: Literal["late_age", "hop_score"]) -> list[Band]:
    """The bands of one use, shortest first."""
    query = select(DurationBand).where(DurationBand.use == use).order_by(DurationBand.from_days)
    names = Band.__slots__
    return [Band(**{name: getattr(row, name) for name in names}) for row in await session.scalars(query)]
