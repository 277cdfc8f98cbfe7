"""SQL of allocations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import Allocation, Document, LedgerAccount, Receipt
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def add(session: AsyncSession, allocation: Allocation) -> None:
    session.add(allocation)
    await session.flush()


async def visible(session: AsyncSession, actor: Actor, allocation_id: int, *, lock: bool = False) -> Allocation | None:
    """The allocation if the actor's scope covers the project's site; locked for a decision if asked."""
    query = select(Allocation).where(Allocation.id == allocation_id, in_scope(Allocation.division_code, actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def list_visible(
    session: AsyncSession,
    actor: Actor,
    area: str,
    *,
    fund_year: int | None,
    project_code: str | None,
    state: str | None,
    before_id: int | None,
    limit: int,
) -> Sequence[tuple[Allocation, int]]:
    """Allocations of the area with what each project may still claim, newest first."""
    query = (
        select(Allocation, func.coalesce(LedgerAccount.balance_fen, 0))
        .outerjoin(LedgerAccount, (LedgerAccount.owner_id == Allocation.id) & (LedgerAccount.kind == "allocation"))
        .where(in_scope(Allocation.division_code, actor), within(Allocation.division_code, area))
        .order_by(Allocation.id.desc())
        .limit(limit)
    )
    for column, value in (
        (Allocation.fund_year, fund_year),
        (Allocation.project_code, project_code),
        (Allocation.state, state),
    ):
        if value is not None:
            query = query.where(column == value)
    if before_id is not None:
        query = query.where(Allocation.id < before_id)
    return [(row, balance) for row, balance in await session.execute(query)]


async def allocated_to(session: AsyncSession, project_code: str, fund_year: int) -> int:
    """Fen proposed or approved for a project's plan line of one year and not taken back. The caller holds its row."""
    total = await session.scalar(
        select(func.coalesce(func.sum(Allocation.amount_fen - Allocation.reduced_fen), 0)).where(
            Allocation.project_code == project_code,
            Allocation.fund_year == fund_year,
            Allocation.state != "refused",
        )
    )
    return int(total or 0)


async def published(
    session: AsyncSession, area: str, fund_year: int | None, before_id: int | None, limit: int
) -> Sequence[tuple[Allocation, Document]]:
    """Approved allocations of an area with the document the money came by, newest first."""
    query = (
        select(Allocation, Document)
        .join(Receipt, Receipt.id == Allocation.receipt_id)
        .join(Document, Document.id == Receipt.document_id)
        .where(Allocation.state == "approved", within(Allocation.division_code, area))
        .order_by(Allocation.id.desc())
        .limit(limit)
    )
    if fund_year is not None:
        query = query.where(Allocation.fund_year == fund_year)
    if before_id is not None:
        query = query.where(Allocation.id < before_id)
    return [(allocation, document) for allocation, document in await session.execute(query)]
