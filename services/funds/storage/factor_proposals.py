"""SQL of factor proposals."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import FactorAdjustment, FactorProposal
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def add(session: AsyncSession, row: FactorProposal | FactorAdjustment) -> None:
    session.add(row)
    await session.flush()


async def visible(
    session: AsyncSession, actor: Actor, proposal_id: int, *, lock: bool = False
) -> FactorProposal | None:
    """The proposal if it is of the actor's area; locked for a change if asked."""
    query = select(FactorProposal).where(
        FactorProposal.id == proposal_id, in_scope(FactorProposal.division_code, actor)
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def list_visible(
    session: AsyncSession, actor: Actor, area: str, fund_year: int | None, before_id: int | None, limit: int
) -> Sequence[FactorProposal]:
    """Proposals of the area, newest first."""
    query = (
        select(FactorProposal)
        .where(in_scope(FactorProposal.division_code, actor), within(FactorProposal.division_code, area))
        .order_by(FactorProposal.id.desc())
        .limit(limit)
    )
    if fund_year is not None:
        query = query.where(FactorProposal.fund_year == fund_year)
    if before_id is not None:
        query = query.where(FactorProposal.id < before_id)
    return (await session.scalars(query)).all()


async def adjustments(session: AsyncSession, proposal_id: int) -> Sequence[FactorAdjustment]:
    query = select(FactorAdjustment).where(FactorAdjustment.proposal_id == proposal_id)
    return (await session.scalars(query.order_by(FactorAdjustment.number))).all()
