"""SQL of moves between projects."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.funds.storage.tables import Allocation, Reallocation
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within

Found = tuple[Reallocation, Allocation, Allocation]
"""The move, the allocation it takes from, the allocation that holds its money."""
_From, _To = aliased(Allocation), aliased(Allocation)


async def add(session: AsyncSession, row: Reallocation) -> None:
    session.add(row)
    await session.flush()


def _moves(actor: Actor) -> Select[Reallocation, Allocation, Allocation]:
    return (
        select(Reallocation, _From, _To)
        .join(_From, _From.id == Reallocation.from_allocation_id)
        .join(_To, _To.id == Reallocation.to_allocation_id)
        .where(in_scope(Reallocation.county_code, actor))
    )


async def visible(session: AsyncSession, actor: Actor, reallocation_id: int) -> Found | None:
    found = (await session.execute(_moves(actor).where(Reallocation.id == reallocation_id))).first()
    return None if found is None else (found[0], found[1], found[2])


async def list_visible(
    session: AsyncSession, actor: Actor, area: str, fund_year: int | None, before_id: int | None, limit: int
) -> Sequence[Found]:
    """Moves of the area's counties, newest first."""
    query = _moves(actor).where(within(Reallocation.county_code, area)).order_by(Reallocation.id.desc()).limit(limit)
    if fund_year is not None:
        query = query.where(Reallocation.fund_year == fund_year)
    if before_id is not None:
        query = query.where(Reallocation.id < before_id)
    return [(move, origin, target) for move, origin, target in await session.execute(query)]
