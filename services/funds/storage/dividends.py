"""SQL of dividends: shares on one origin, what was paid by year, priority groups."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.bank_entries import stands
from services.funds.storage.tables import DividendPayment, DividendShare, PriorityGroup
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within

Days = tuple[date, date]
"""The first and the last day of a share."""


async def shares_on(
    session: AsyncSession, allocation_id: int | None, loan_id: int | None, states: Sequence[str], days: Days
) -> int:
    """Fen of shares in these states on an allocation or a loan that are held on some of these days. The caller holds
    the origin's row."""
    column = DividendShare.loan_id if allocation_id is None else DividendShare.allocation_id
    total = await session.scalar(
        select(func.coalesce(func.sum(DividendShare.principal_fen), 0)).where(
            column == (loan_id if allocation_id is None else allocation_id),
            DividendShare.state.in_(states),
            _held_on(days),
        )
    )
    return int(total or 0)


def _held_on(days: Days) -> ColumnElement[bool]:
    first, last = days
    ends_on = func.coalesce(DividendShare.ended_on, DividendShare.ends_on)
    return and_(DividendShare.starts_on <= last, ends_on >= first)


async def held_under(session: AsyncSession, agreement_id: int, days: Days) -> int:
    """Fen of shares under an agreement that were not refused and are held on some of these days. The caller holds the
    agreement's row."""
    total = await session.scalar(
        select(func.coalesce(func.sum(DividendShare.principal_fen), 0)).where(
            DividendShare.agreement_id == agreement_id, DividendShare.state != "refused", _held_on(days)
        )
    )
    return int(total or 0)


async def paid_by_year(session: AsyncSession, share_ids: Sequence[int], by: date) -> dict[int, dict[int, int]]:
    """By share and year: fen paid by the day."""
    rows = await session.execute(
        select(DividendPayment.share_id, DividendPayment.year_number, func.sum(DividendPayment.amount_fen))
        .where(DividendPayment.share_id.in_(share_ids), DividendPayment.paid_on <= by)
        .where(stands("dividend_payment"))
        .group_by(DividendPayment.share_id, DividendPayment.year_number)
    )
    found: dict[int, dict[int, int]] = {}
    for share_id, year_number, amount in rows:
        found.setdefault(share_id, {})[year_number] = int(amount)
    return found


async def held_in(session: AsyncSession, actor: Actor, area: str, by: date) -> Sequence[DividendShare]:
    """Shares of an area that are held and had begun by the day."""
    query = (
        select(DividendShare)
        .where(
            DividendShare.state == "held",
            DividendShare.starts_on <= by,
            in_scope(DividendShare.division_code, actor),
            within(DividendShare.division_code, area),
        )
        .order_by(DividendShare.id)
    )
    return (await session.scalars(query)).all()


async def groups(session: AsyncSession) -> Sequence[PriorityGroup]:
    return (await session.scalars(select(PriorityGroup).order_by(PriorityGroup.rank))).all()
