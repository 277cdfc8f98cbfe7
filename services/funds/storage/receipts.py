"""SQL of receipts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import LedgerAccount, Receipt
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def add(session: AsyncSession, receipt: Receipt) -> None:
    session.add(receipt)
    await session.flush()


async def registered(session: AsyncSession, document_line_id: int) -> bool:
    """Whether a document's line was registered by the division it is for."""
    return bool(await session.scalar(select(exists().where(Receipt.document_line_id == document_line_id))))


async def visible(session: AsyncSession, actor: Actor, receipt_id: int) -> Receipt | None:
    query = select(Receipt).where(Receipt.id == receipt_id, in_scope(Receipt.division_code, actor))
    return (await session.scalars(query)).first()


async def get(session: AsyncSession, receipt_id: int) -> Receipt:
    """A receipt that is known to be there."""
    return (await session.scalars(select(Receipt).where(Receipt.id == receipt_id))).one()


async def list_visible(
    session: AsyncSession, actor: Actor, area: str, fund_year: int | None, before_id: int | None, limit: int
) -> Sequence[tuple[Receipt, int]]:
    """Receipts of the area with what is left of each, newest first."""
    query = (
        select(Receipt, LedgerAccount.balance_fen)
        .join(LedgerAccount, (LedgerAccount.owner_id == Receipt.id) & (LedgerAccount.kind == "receipt"))
        .where(in_scope(Receipt.division_code, actor), within(Receipt.division_code, area))
        .order_by(Receipt.id.desc())
        .limit(limit)
    )
    if fund_year is not None:
        query = query.where(Receipt.fund_year == fund_year)
    if before_id is not None:
        query = query.where(Receipt.id < before_id)
    return [(receipt, balance) for receipt, balance in await session.execute(query)]
