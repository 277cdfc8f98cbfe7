"""SQL of loans: the household's row, what it owes, uses, repayments."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.dialects.postgresql import array, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.loans import Use
from services.funds.storage.tables import (
    LedgerAccount,
    Loan,
    LoanHousehold,
    LoanRepayment,
    LoanRepaymentReversal,
    LoanUse,
)


async def lock_households(session: AsyncSession, households: Iterable[str], county_code: str) -> None:
    """Hold the households' rows, so that two applications of one cannot both be within the cap."""
    for household_id in sorted(households):
        row = {"household_id": household_id, "county_code": county_code}
        await session.execute(insert(LoanHousehold).values(row).on_conflict_do_nothing())
        await session.execute(
            select(LoanHousehold.household_id).where(LoanHousehold.household_id == household_id).with_for_update()
        )


async def owed_by(session: AsyncSession, households: Collection[str], person_id: str) -> int:
    """Fen owed or asked for: what is left of disbursed loans, the whole of those on their way.

    By any of the households, by one that had lately come from one of them when it asked, and by the person, whatever
    household it lived in.
    """
    theirs = or_(
        Loan.household_id.in_(households),
        Loan.facts["split_from"].astext.in_(households),
        Loan.facts["kin"].has_any(array(sorted(households))),
        Loan.person_id == person_id,
    )
    left = case((Loan.state == "disbursed", LedgerAccount.balance_fen), else_=Loan.amount_fen)
    total = await session.scalar(
        select(func.coalesce(func.sum(left), 0))
        .select_from(Loan)
        .outerjoin(LedgerAccount, and_(LedgerAccount.kind == "loan", LedgerAccount.owner_id == Loan.id))
        .where(theirs, Loan.state.not_in(("refused", "withdrawn", "repaid")))
    )
    return int(total or 0)


async def uses(session: AsyncSession) -> Sequence[LoanUse]:
    return (await session.scalars(select(LoanUse).order_by(LoanUse.allowed.desc(), LoanUse.code))).all()


async def uses_on(session: AsyncSession, day: date) -> list[Use]:
    """Uses that are in force on the day, allowed and forbidden."""
    rows = await session.scalars(
        select(LoanUse).where(LoanUse.valid_from <= day, or_(LoanUse.valid_to.is_(None), LoanUse.valid_to >= day))
    )
    return [Use(row.code, row.allowed, tuple(word for word in row.words.split(";") if word)) for row in rows]


async def repayments_of(session: AsyncSession, loan_ids: Sequence[int]) -> dict[int, list[LoanRepayment]]:
    """Repayments by loan, by day; those that were undone as wrongly entered left out."""
    found: dict[int, list[LoanRepayment]] = {}
    for row, undone_on in await all_repayments_of(session, loan_ids):
        if undone_on is None:
            found.setdefault(row.loan_id, []).append(row)
    return found


async def next_entry(session: AsyncSession, bank_office: str, bank_reference: str) -> int:
    """The number of the next repayment of a bank's reference; one that stands keeps it, and the next is refused."""
    undone = await session.scalar(
        select(func.count())
        .select_from(LoanRepaymentReversal)
        .join(LoanRepayment, LoanRepayment.id == LoanRepaymentReversal.repayment_id)
        .where(
            LoanRepayment.bank_office == bank_office,
            LoanRepayment.bank_reference == bank_reference,
            LoanRepaymentReversal.state == "approved",
        )
    )
    return 1 + int(undone or 0)


async def all_repayments_of(
    session: AsyncSession, loan_ids: Sequence[int]
) -> Sequence[tuple[LoanRepayment, date | None]]:
    """Every repayment ever entered, by day, and when it was undone."""
    undone = and_(LoanRepaymentReversal.repayment_id == LoanRepayment.id, LoanRepaymentReversal.state == "approved")
    rows = await session.execute(
        select(LoanRepayment, LoanRepaymentReversal.decided_on)
        .outerjoin(LoanRepaymentReversal, undone)
        .where(LoanRepayment.loan_id.in_(loan_ids))
        .order_by(LoanRepayment.repaid_on, LoanRepayment.id)
    )
    return [(row, undone_on) for row, undone_on in rows]


def wanted(state: str | None, household_id: str | None, overdue_before: date | None) -> list[ColumnElement[bool]]:
    """Conditions of a list; with `overdue_before` only loans not paid back that were due or noticed by then."""
    conditions: list[ColumnElement[bool]] = []
    if state is not None:
        conditions.append(Loan.state == state)
    if household_id is not None:
        conditions.append(Loan.household_id == household_id)
    if overdue_before is not None:
        late = or_(Loan.overdue_on.is_not(None), Loan.due_on < overdue_before)
        conditions.append(and_(Loan.state == "disbursed", late))
    return conditions
