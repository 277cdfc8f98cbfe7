"""SQL of interest subsidies: the loans of a quarter, what was granted before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import InterestSubsidy, InterestSubsidyLine, Loan


async def loans_of(session: AsyncSession, county_code: str, ends_on: date) -> Sequence[Loan]:
    """Loans of a county that were disbursed by the quarter's end, held so that no repayment slips in between."""
    query = (
        select(Loan)
        .where(Loan.county_code == county_code, Loan.state.in_(("disbursed", "repaid")), Loan.disbursed_on <= ends_on)
        .order_by(Loan.id)
        .with_for_update()
    )
    return (await session.scalars(query)).all()


async def computed(session: AsyncSession, county_code: str, quarter: str) -> bool:
    """Whether a county's quarter was computed and not refused."""
    found = await session.scalar(
        select(InterestSubsidy.id).where(
            InterestSubsidy.county_code == county_code,
            InterestSubsidy.quarter == quarter,
            InterestSubsidy.state != "refused",
        )
    )
    return found is not None


async def granted(session: AsyncSession, loan_ids: Sequence[int]) -> dict[int, int]:
    """By loan: fen of subsidy granted or prepared so far."""
    rows = await session.execute(
        select(InterestSubsidyLine.loan_id, func.sum(InterestSubsidyLine.amount_fen))
        .join(InterestSubsidy, InterestSubsidy.id == InterestSubsidyLine.subsidy_id)
        .where(InterestSubsidyLine.loan_id.in_(loan_ids), InterestSubsidy.state != "refused")
        .group_by(InterestSubsidyLine.loan_id)
    )
    return {loan_id: int(amount) for loan_id, amount in rows}


async def lines_of(
    session: AsyncSession, subsidy_id: int, after_id: int, limit: int | None
) -> Sequence[InterestSubsidyLine]:
    """Lines of a quarter by loan."""
    query = (
        select(InterestSubsidyLine)
        .where(InterestSubsidyLine.subsidy_id == subsidy_id, InterestSubsidyLine.id > after_id)
        .order_by(InterestSubsidyLine.id)
    )
    return (await session.scalars(query if limit is None else query.limit(limit))).all()
