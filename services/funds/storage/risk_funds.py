"""SQL of risk funds: what their loans owe, what was recovered."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.bank_entries import stands
from services.funds.storage.tables import LedgerAccount, Loan, RiskCompensation, RiskRecovery


async def supported(session: AsyncSession, fund_ids: Sequence[int]) -> dict[int, int]:
    """By fund: principal owed on the loans it supports."""
    rows = await session.execute(
        select(Loan.risk_fund_id, func.sum(LedgerAccount.balance_fen))
        .join(LedgerAccount, and_(LedgerAccount.kind == "loan", LedgerAccount.owner_id == Loan.id))
        .where(Loan.risk_fund_id.in_(fund_ids))
        .group_by(Loan.risk_fund_id)
    )
    return {fund_id: int(amount) for fund_id, amount in rows if fund_id is not None}


async def compensated(session: AsyncSession, loan_id: int) -> int:
    """Fen claimed for a loan and not refused, less what the fund has back. The caller holds the loan's row."""
    rows = await session.execute(
        select(RiskCompensation.id, RiskCompensation.amount_fen).where(
            RiskCompensation.loan_id == loan_id, RiskCompensation.state != "refused"
        )
    )
    amounts = {compensation_id: int(amount) for compensation_id, amount in rows}
    back = await recovered(session, list(amounts))
    return sum(amounts.values()) - sum(back.values())


async def recovered(session: AsyncSession, compensation_ids: Sequence[int]) -> dict[int, int]:
    """By compensation: fen recovered."""
    rows = await session.execute(
        select(RiskRecovery.compensation_id, func.sum(RiskRecovery.amount_fen))
        .where(RiskRecovery.compensation_id.in_(compensation_ids), stands("risk_recovery"))
        .group_by(RiskRecovery.compensation_id)
    )
    return {compensation_id: int(amount) for compensation_id, amount in rows}


async def claimed_after(session: AsyncSession, row: RiskCompensation) -> bool:
    """Whether the loan of a compensation was claimed for once more after it. The caller holds the loan's row."""
    later = select(RiskCompensation.id).where(
        RiskCompensation.loan_id == row.loan_id, RiskCompensation.id > row.id, RiskCompensation.state != "refused"
    )
    return await session.scalar(later.limit(1)) is not None
