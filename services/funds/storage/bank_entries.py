"""SQL of money entered by a bank's reference: what each kind of entry is of, and the transfer it made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import (
    BankEntryReversal,
    DividendPayment,
    DividendShare,
    GrantLine,
    GrantReturn,
    Payment,
    PaymentReturn,
    Pool,
    PoolContribution,
    PoolLending,
    PoolRepayment,
    RiskCompensation,
    RiskFund,
    RiskFundDeposit,
    RiskRecovery,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A table of entries: which thing an entry is of, which day it happened, what its transfer in the ledger is called,
    and whose its bank reference is.

    The transfer's cause has the kind's own name.
    """

    table: Any
    owner_table: Any
    owner: str
    day: str
    transfer: str
    whose: str = "county_code"


KINDS = {
    "payment_return": Kind(PaymentReturn, Payment, "payment_id", "returned_on", "return"),
    "grant_return": Kind(GrantReturn, GrantLine, "line_id", "returned_on", "return"),
    "dividend_payment": Kind(DividendPayment, DividendShare, "share_id", "paid_on", "pay_dividend"),
    "pool_contribution": Kind(PoolContribution, Pool, "pool_id", "contributed_on", "contribute"),
    "pool_repayment": Kind(PoolRepayment, PoolLending, "lending_id", "repaid_on", "repay"),
    "risk_fund_deposit": Kind(RiskFundDeposit, RiskFund, "risk_fund_id", "deposited_on", "deposit"),
    "risk_recovery": Kind(RiskRecovery, RiskCompensation, "compensation_id", "recovered_on", "recover", "bank_office"),
}


def _undone(kind: str) -> ColumnElement[bool]:
    """Joins an entry of the kind with the decision that undid it."""
    back = BankEntryReversal
    return and_(back.kind == kind, back.entry_id == KINDS[kind].table.id, back.state == "approved")


def stands(kind: str) -> ColumnElement[bool]:
    """Of an entry of the kind: that it was not undone."""
    return ~select(BankEntryReversal.id).where(_undone(kind)).exists()


async def next_entry(session: AsyncSession, kind: str, whose: str, bank_reference: str) -> int:
    """The number of the next entry of a reference; one that stands keeps it, and the next is refused."""
    of = KINDS[kind]
    undone = await session.scalar(
        select(func.count())
        .select_from(of.table)
        .join(BankEntryReversal, _undone(kind))
        .where(getattr(of.table, of.whose) == whose, of.table.bank_reference == bank_reference)
    )
    return 1 + int(undone or 0)


async def of_owner(session: AsyncSession, kind: str, owner_id: int, before_id: int | None, limit: int) -> Sequence[Any]:
    """Entries of one thing, the newest first, each with the day it was undone."""
    of = KINDS[kind]
    query = (
        select(of.table, BankEntryReversal.decided_on)
        .outerjoin(BankEntryReversal, _undone(kind))
        .where(getattr(of.table, of.owner) == owner_id)
        .order_by(of.table.id.desc())
    )
    if before_id is not None:
        query = query.where(of.table.id < before_id)
    return (await session.execute(query.limit(limit))).all()
