"""SQL of unspent money of all fund years on a day: from transfers by their effective day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.book_imports import undone
from services.funds.storage.tables import Receipt
from shared.chassis.scope import within


async def receipts(session: AsyncSession, area: str, fund_year: int) -> Sequence[Receipt]:
    """The area's receipts of one fund year."""
    query = select(Receipt).where(within(Receipt.division_code, area), Receipt.fund_year == fund_year)
    return (await session.scalars(query.where(~undone("receipt", Receipt.id)).order_by(Receipt.id))).all()


async def fund_years(session: AsyncSession, area: str, as_of: date) -> Sequence[int]:
    """The fund years of which the area had received money by the day."""
    query = select(Receipt.fund_year).where(within(Receipt.division_code, area), Receipt.received_on <= as_of)
    query = query.where(~undone("receipt", Receipt.id))
    return (await session.scalars(query.distinct().order_by(Receipt.fund_year))).all()
