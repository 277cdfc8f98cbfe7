"""SQL of campaigns."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import Campaign
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def add(session: AsyncSession, row: Campaign) -> None:
    session.add(row)
    await session.flush()


async def visible(session: AsyncSession, actor: Actor, row_id: int) -> Campaign | None:
    query = select(Campaign).where(Campaign.id == row_id, in_scope(Campaign.division_code, actor))
    return (await session.scalars(query)).first()


async def list_visible(
    session: AsyncSession, actor: Actor, area: str, fund_year: int | None, before_id: int | None, limit: int
) -> Sequence[Campaign]:
    """Campaigns of an area, newest first."""
    row = Campaign
    query = select(row).where(in_scope(row.division_code, actor), within(row.division_code, area))
    if fund_year is not None:
        query = query.where(row.fund_year == fund_year)
    if before_id is not None:
        query = query.where(row.id < before_id)
    return (await session.scalars(query.order_by(row.id.desc()).limit(limit))).all()
