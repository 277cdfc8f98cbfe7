"""SQL of pools: what a borrower owes, what members put in, what is lent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, case, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.bank_entries import stands
from services.funds.storage.tables import LedgerAccount, PoolContribution, PoolLending, PoolMember, PoolRepayment

LEFT = case(
    (PoolLending.state == "proposed", PoolLending.amount_fen),
    else_=func.coalesce(LedgerAccount.balance_fen, 0),
)
"""What a lending still takes of its borrower's ceiling: the whole while proposed, then what is not paid back."""
ITS_ACCOUNT = and_(LedgerAccount.kind == "pool_lent", LedgerAccount.owner_id == PoolLending.id)


async def owed_by_member(session: AsyncSession, member_ids: Sequence[int]) -> dict[int, int]:
    """By member: fen lent and not paid back, and proposed to be lent."""
    return await _owed(session, PoolLending.member_id, PoolLending.member_id.in_(member_ids))


async def hold_borrowers(session: AsyncSession, ids: Iterable[str]) -> None:
    """Let one request at a time lend to a household or a person, whatever association they ask."""
    for borrower in sorted(ids):
        key = f"mutual_aid:{borrower}"
        await session.execute(text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


async def owed_by(
    session: AsyncSession, households: Collection[str], person_id: str, pool_id: int | None = None
) -> int:
    """Fen these households, and the person as whatever household they joined, owe a pool, or all associations they
    belong to; or would owe them."""
    theirs = or_(PoolMember.household_id.in_(households), PoolMember.person_id == person_id)
    query = select(PoolMember.id).where(theirs, PoolMember.left_on.is_(None))
    if pool_id is not None:
        query = query.where(PoolMember.pool_id == pool_id)
    return sum((await owed_by_member(session, (await session.scalars(query)).all())).values())


async def last_days_of(session: AsyncSession, member_id: int) -> list[date]:
    """The days of a member's last contribution and of its last repayment, as far as there are any."""
    put_in = select(func.max(PoolContribution.contributed_on)).where(
        PoolContribution.member_id == member_id, stands("pool_contribution")
    )
    paid_back = (
        select(func.max(PoolRepayment.repaid_on))
        .join(PoolLending, PoolLending.id == PoolRepayment.lending_id)
        .where(PoolLending.member_id == member_id, stands("pool_repayment"))
    )
    return [day for query in (put_in, paid_back) if (day := await session.scalar(query)) is not None]


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
    query = select(by, func.sum(PoolContribution.amount_fen)).where(by.in_(ids), stands("pool_contribution"))
    rows = await session.execute(query.group_by(by))
    return {key: int(amount) for key, amount in rows}


async def present_member(session: AsyncSession, pool_id: int, member_id: int) -> PoolMember | None:
    """A member of the pool who has not left."""
    query = select(PoolMember).where(
        PoolMember.id == member_id, PoolMember.pool_id == pool_id, PoolMember.left_on.is_(None)
    )
    return (await session.scalars(query.execution_options(populate_existing=True))).first()
