"""SQL of the management fee: what its base is made of, and what was taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import and_, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.funds.domain.uses import MANAGEMENT_FEE
from services.funds.storage.book_imports import undone
from services.funds.storage.tables import Allocation, Recall, Receipt


async def hold(session: AsyncSession, county_code: str, fund_year: int, fund_kind: str) -> None:
    """Let one request at a time draw on a county's fee of one kind and year."""
    key = f"management_fee:{county_code}:{fund_year}:{fund_kind}"
    await session.execute(text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


async def received(session: AsyncSession, division_code: str, fund_year: int, fund_kind: str) -> dict[str, int]:
    """By direction: fen a division received of one kind and year, less what was called back."""
    mine = (
        Receipt.division_code == division_code, Receipt.fund_year == fund_year, Receipt.fund_kind == fund_kind,
        ~undone("receipt", Receipt.id),
    )  # fmt: skip
    brought = select(Receipt.direction, func.sum(Receipt.amount_fen)).where(*mine).group_by(Receipt.direction)
    recalled = (
        select(Receipt.direction, func.sum(-Recall.amount_fen))
        .join(Recall, Recall.receipt_id == Receipt.id)
        .where(*mine, Recall.taken_from == "receipt", Recall.state == "approved")
        .group_by(Receipt.direction)
    )
    sums: dict[str, int] = defaultdict(int)
    for query in (brought, recalled):
        for direction, amount in await session.execute(query):
            sums[direction] += int(amount)
    return sums


async def used(session: AsyncSession, county_code: str, fund_year: int, fund_kind: str) -> int:
    """Fen proposed or allocated as management fee and not taken back.

    What is proposed to be moved from a fee is still counted where it comes from.
    """
    origin = aliased(Allocation)
    moving = and_(Allocation.state == "proposed", origin.use_code == MANAGEMENT_FEE)
    total = await session.scalar(
        select(func.coalesce(func.sum(Allocation.amount_fen - Allocation.reduced_fen), 0))
        .outerjoin(origin, origin.id == Allocation.moved_from_id)
        .where(
            Allocation.county_code == county_code,
            Allocation.fund_year == fund_year,
            Allocation.fund_kind == fund_kind,
            Allocation.use_code == MANAGEMENT_FEE,
            Allocation.state != "refused",
            moving.is_not(True),
        )
    )
    return int(total or 0)


async def is_fee(session: AsyncSession, allocation_id: int) -> bool:
    row = await session.get(Allocation, allocation_id)
    return row is not None and row.use_code == MANAGEMENT_FEE


async def kinds(session: AsyncSession, division_code: str, fund_year: int) -> Sequence[str]:
    """The kinds of money a division received in a year."""
    query = (
        select(Receipt.fund_kind)
        .where(Receipt.division_code == division_code, Receipt.fund_year == fund_year, ~undone("receipt", Receipt.id))
        .distinct()
        .order_by(Receipt.fund_kind)
    )
    return (await session.scalars(query)).all()
