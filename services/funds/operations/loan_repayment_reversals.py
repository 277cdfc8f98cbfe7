"""A repayment that should not have been entered: its undoing is asked for by one person of a bank, done by another."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import loans as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.spending import AlreadyDecided
from services.funds.operations.loans import require_lender
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import decisions, ledger, pages, period_closes
from services.funds.storage.tables import Loan, LoanRepayment, LoanRepaymentReversal
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds as common_wire
from shared.schemas import funds_loans as wire
from shared.schemas.wire import Page


async def propose(
    session: AsyncSession, actor: Actor, loan_id: int, repayment_id: int, request: wire.NewRepaymentReversal
) -> wire.LoanRepaymentReversal:
    """Ask for a repayment to be undone; nothing moves yet, and it is asked for once."""
    rules.require_bank(actor.level, actor.sector)
    loan = await _locked_loan(session, actor, loan_id)
    repayment = await session.get(LoanRepayment, repayment_id)
    if repayment is None or repayment.loan_id != loan.id:
        raise NotFound()
    row = LoanRepaymentReversal(
        loan_id=loan.id, repayment_id=repayment.id, division_code=loan.division_code, reason=request.reason,
        state="proposed",
    )  # fmt: skip
    decisions.sign(actor, row)
    await pages.add(session, row)
    audit.record(session, actor, "loan.ask_reversal", f"loan:{loan.id}", repayment_id=repayment.id)
    return _answer(row)


async def _locked_loan(session: AsyncSession, actor: Actor, loan_id: int) -> Loan:
    loan = await pages.visible(session, Loan, actor, loan_id, lock=True)
    if loan is None:
        raise NotFound()
    require_lender(actor, loan)
    return loan


async def decide(
    session: AsyncSession, actor: Actor, reversal_id: int, request: common_wire.NewDecision
) -> wire.LoanRepaymentReversal:
    """Undo it, and the loan is owed again as if it had never been entered; or leave it as it is."""
    rules.require_bank(actor.level, actor.sector)
    seen = await pages.visible(session, LoanRepaymentReversal, actor, reversal_id)
    if seen is None:
        raise NotFound()
    loan = await _locked_loan(session, actor, seen.loan_id)
    row = await pages.visible(session, LoanRepaymentReversal, actor, reversal_id, lock=True)
    if row is None or row.state != "proposed":
        raise AlreadyDecided()
    repayment = await session.get_one(LoanRepayment, row.repayment_id)
    require_other_person(actor.person, row.entered_person)
    require_order(request.decided_on, today=clock.office_today(), not_before=repayment.repaid_on, pointer="/decided_on")
    await period_closes.require_open(session, loan.county_code, request.decided_on)
    row.state = "approved" if request.outcome == "approve" else "refused"
    decisions.record(
        session, actor, row, ("loan_repayment_reversal", row.id), "decide",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    if row.state == "approved":
        await _undo(session, actor, loan, row)
    audit.record(session, actor, "loan.decide_reversal", f"loan:{loan.id}", outcome=request.outcome)
    return _answer(row)


async def _undo(session: AsyncSession, actor: Actor, loan: Loan, row: LoanRepaymentReversal) -> None:
    """The ledger's correction, with effect from the wrong entry's own day, so that the right one can be entered for it.

    Where that day's period is closed, it is corrected on the first open day after it. A loan that counted as paid back
    is owed again.
    """
    wrong = await ledger.last_transfer(session, "repay", "loan_repayment", row.repayment_id)
    reason = " ".join(row.reason.split())
    on = await period_closes.first_open_day(session, loan.county_code, wrong.effective_on)
    await ledger.correct(session, actor, wrong.book, wrong.id, reason, on)
    if loan.state == "repaid":
        loan.state = "disbursed"
        await session.flush()


async def list_reversals(
    session: AsyncSession, actor: Actor, area: str, state: str | None, cursor: str | None, limit: int
) -> Page[wire.LoanRepaymentReversal]:
    wanted = [] if state is None else [LoanRepaymentReversal.state == state]
    rows = await pages.newest(session, LoanRepaymentReversal, actor, area, wanted, before_of(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, [_answer(row) for row in rows[:limit]])


def _answer(row: LoanRepaymentReversal) -> wire.LoanRepaymentReversal:
    return shaped(wire.LoanRepaymentReversal, row, reversal_id=row.id)
