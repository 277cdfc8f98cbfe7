"""SQL of yearly targets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import SpendingTarget
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def next_version(session: AsyncSession, division_code: str, fund_year: int, fund_kind: str) -> int:
    """The number of a target's next version; two who plan at once get two numbers."""
    key = f"spending_target:{division_code}:{fund_year}:{fund_kind}"
    await session.execute(text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    row = SpendingTarget
    same = (row.division_code == division_code, row.fund_year == fund_year, row.fund_kind == fund_kind)
    return (await session.scalar(select(func.max(row.version)).where(*same)) or 0) + 1


async def add(session: AsyncSession, row: SpendingTarget) -> None:
    session.add(row)
    await session.flush()


async def visible(session: AsyncSession, actor: Actor, row_id: int, *, lock: bool = False) -> SpendingTarget | None:
    query = select(SpendingTarget).where(SpendingTarget.id == row_id, in_scope(SpendingTarget.division_code, actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def list_visible(
    session: AsyncSession, actor: Actor, area: str, fund_year: int | None, before_id: int | None, limit: int
) -> Sequence[SpendingTarget]:
    """All versions of an area's targets, newest first."""
    row = SpendingTarget
    query = select(row).where(in_scope(row.division_code, actor), within(row.division_code, area))
    if fund_year is not None:
        query = query.where(row.fund_year == fund_year)
    if before_id is not None:
        query = query.where(row.id < before_id)
    return (await session.scalars(query.order_by(row.id.desc()).limit(limit))).all()


async def in_force(session: AsyncSession, division_code: str, fund_year: int, on: date) -> Sequence[SpendingTarget]:
    """By kind of money, the newest version approved by a day; that of all money first."""
    row = SpendingTarget
    query = (
        select(row)
        .where(row.division_code == division_code, row.fund_year == fund_year)
        .where(row.state == "approved", row.decided_on <= on)
        .order_by(row.fund_kind, row.version.desc())
        .ext(distinct_on(row.fund_kind))
    )
    return (await session.scalars(query)).all()
