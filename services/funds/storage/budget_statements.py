"""SQL of budget statements."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import BudgetStatement
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def next_version(session: AsyncSession, division_code: str, fund_year: int) -> int:
    """The number of the next version of a place's statement; two who state at once get two numbers."""
    key = f"budget_statement:{division_code}:{fund_year}"
    await session.execute(text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    last = await session.scalar(
        select(func.max(BudgetStatement.version)).where(
            BudgetStatement.division_code == division_code, BudgetStatement.fund_year == fund_year
        )
    )
    return (last or 0) + 1


async def add(session: AsyncSession, row: BudgetStatement) -> None:
    session.add(row)
    await session.flush()


async def newest(session: AsyncSession, actor: Actor, area: str, fund_year: int) -> Sequence[BudgetStatement]:
    """The newest version of every place of the area, by code."""
    query = (
        select(BudgetStatement)
        .where(in_scope(BudgetStatement.division_code, actor), within(BudgetStatement.division_code, area))
        .where(BudgetStatement.fund_year == fund_year)
        .order_by(BudgetStatement.division_code, BudgetStatement.version.desc())
        .ext(distinct_on(BudgetStatement.division_code))
    )
    return (await session.scalars(query)).all()
