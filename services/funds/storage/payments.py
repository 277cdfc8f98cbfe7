"""SQL of payments and returns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Date, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.funds.storage.bank_entries import stands
from services.funds.storage.tables import Claim, Payment, PaymentReturn
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def add(session: AsyncSession, row: Payment | PaymentReturn) -> None:
    session.add(row)
    await session.flush()


async def visible(session: AsyncSession, actor: Actor, payment_id: int, *, lock: bool = False) -> Payment | None:
    query = select(Payment).where(Payment.id == payment_id, in_scope(Payment.division_code, actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def list_visible(
    session: AsyncSession,
    actor: Actor,
    area: str,
    *,
    fund_year: int | None,
    claim_id: int | None,
    state: str | None,
    before_id: int | None,
    limit: int,
) -> Sequence[Payment]:
    """Payments of the area, newest first."""
    query = (
        select(Payment)
        .where(in_scope(Payment.division_code, actor), within(Payment.division_code, area))
        .order_by(Payment.id.desc())
        .limit(limit)
    )
    for column, value in ((Payment.fund_year, fund_year), (Payment.claim_id, claim_id), (Payment.state, state)):
        if value is not None:
            query = query.where(column == value)
    if before_id is not None:
        query = query.where(Payment.id < before_id)
    return (await session.scalars(query)).all()


async def returned_of(session: AsyncSession, claim_id: int) -> Payment | None:
    """A claim's payment that came back whole."""
    query = select(Payment).where(Payment.claim_id == claim_id, Payment.state == "returned").order_by(Payment.id.desc())
    return (await session.scalars(query.limit(1))).first()


async def is_number_of_another(session: AsyncSession, row: Payment, bank_reference: str) -> bool:
    """Whether the bank named another order of the county so."""
    query = select(Payment.id).where(
        Payment.county_code == row.county_code, Payment.bank_reference == bank_reference, Payment.id != row.id
    )
    return await session.scalar(query) is not None


async def returns_of(session: AsyncSession, payment_ids: Sequence[int]) -> dict[int, list[PaymentReturn]]:
    """Returns by payment, oldest first, but for those that were undone."""
    wanted = select(PaymentReturn).where(PaymentReturn.payment_id.in_(payment_ids), stands("payment_return"))
    rows = await session.scalars(wanted.order_by(PaymentReturn.id))
    found: dict[int, list[PaymentReturn]] = {}
    for row in rows:
        found.setdefault(row.payment_id, []).append(row)
    return found


def waits_for_order_since() -> ColumnElement[date]:
    """The day since which a claim waited for this order: its review, or the bank's refusal of the order before."""
    before = aliased(Payment)
    refused_on = (
        select(func.max(before.settled_on))
        .where(before.claim_id == Claim.id, before.id < Payment.id)
        .correlate(Claim, Payment)
        .scalar_subquery()
    )
    return func.greatest(Claim.decided_on, refused_on, type_=Date)
