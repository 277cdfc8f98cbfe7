"""SQL of pools: what a borrower owes, what members put in, what is lent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import LedgerAccount, PoolContribution, PoolLending, PoolMember

LEFT = case(
    (PoolLending.state == "proposed", PoolLending.amount_fen),
    else_=func.coalesce(LedgerAccount.balance_fen, 0),
)
"""What a lending still takes of its borrower's ceiling: the whole while proposed, then what is not paid back."""
ITS_ACCOUNT = and_(LedgerAccount.kind == "pool_lent", LedgerAccount.owner_id == PoolLending.id)


async def owed_by_member(session: AsyncSession, member_ids: Sequence[int]) -> dict[int, int]:
    """By member: fen lent and not paid back, and proposed to be lent."""
    return await _owed(session, PoolLending.member_id, PoolLending.member_id.in_(member_ids))


async def owed_by_enterprise(session: AsyncSession, pool_id: int, uscc: str) -> int:
    """Fen an enterprise owes a pool or would owe it."""
    wanted = and_(PoolLending.pool_id == pool_id, PoolLending.borrower_uscc == uscc)
    return (await _owed(session, PoolLending.borrower_uscc, wanted)).get(uscc, 0)


async def lent_by(session: AsyncSession, pool_ids: Sequence[int]) -> dict[int, int]:
    """By pool: fen lent and not paid back."""
    wanted = and_(PoolLending.pool_id.in_(pool_ids), PoolLending.state == "lent")
    return await _owed(session, PoolLending.pool_id, wanted)


async def _owed(session: AsyncSession, by: Any, wanted: Any) -> dict[Any, int]:
    rows = await session.execute(
        select(by, func.sum(LEFT)).outerjoin(LedgerAccount, ITS_ACCOUNT)
        .select_from(PoolLending).where(wanted, PoolLending.state.in_(("proposed", "lent"))).group_by(by)
    )  # fmt: skip
    return {key: int(amount) for key, amount in rows}


async def contributed_to(session: AsyncSession, pool_ids: Sequence[int]) -> dict[int, int]:
    """By pool: fen put in, whatever was taken away since."""
    return await _contributed(session, PoolContribution.pool_id, pool_ids)


async def contributed_by(session: AsyncSession, member_ids: Sequence[int]) -> dict[int, int]:
    """By member: fen put in."""
    return await _contributed(session, PoolContribution.member_id, member_ids)


async def _contributed(session: AsyncSession, by: Any, ids: Sequence[int]) -> dict[int, int]:
    rows = await session.execute(select(by, func.sum(PoolContribution.amount_fen)).where(by.in_(ids)).group_by(by))
    return {key: int(amount) for key, amount in rows}


async def present_member(session: AsyncSession, pool_id: int, member_id: int) -> PoolMember | None:
    """A member of the pool who has not left."""
    query = select(PoolMember).where(
        PoolMember.id == member_id, PoolMember.pool_id == pool_id, PoolMember.left_on.is_(None)
    )
    return (await session.scalars(query.execution_options(populate_existing=True))).first()
