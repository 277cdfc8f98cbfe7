"""Extensions of loans (展期): asked for the household before the loan is due, decided by a bank.

Whether the added time is subsidised is a parameter of the day of the decision; once an extension is not, the subsidy
ends where the loan was due before it, whatever comes after.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import loans as rules
from services.funds.domain.days import require_order
from services.funds.domain.parameters import Parameters
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.spending import AlreadyDecided, StepNotDue
from services.funds.operations.loans import require_lender
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import decisions, pages, parameters, period_closes
from services.funds.storage.tables import Loan, LoanExtension
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds as common_wire
from shared.schemas import funds_loans as wire
from shared.schemas.wire import Page


async def ask(session: AsyncSession, actor: Actor, loan_id: int, request: wire.NewLoanExtension) -> wire.LoanExtension:
    """Ask for more time; a loan has one such question at a time.

    The paper may be of an earlier day, but it is today that must not be past the due day. Raises ExtensionTooLate.
    """
    asked_on = request.asked_on or clock.office_today()
    loan = await _locked_loan(session, actor, loan_id)
    assert loan.due_on is not None
    today = clock.office_today()
    require_order(asked_on, today=today, not_before=loan.disbursed_on, pointer="/asked_on")
    rules.require_in_time(today, loan.due_on, loan.overdue_on)
    values = await parameters.load(session, loan.county_code, asked_on)
    await _require_room(session, loan, request.months, values)
    row = LoanExtension(
        loan_id=loan.id, division_code=loan.division_code, months=request.months, reason=request.reason,
        asked_on=asked_on, state="asked", due_on_before=loan.due_on,
    )  # fmt: skip
    decisions.sign(actor, row)
    await pages.add(session, row)
    audit.record(session, actor, "loan.ask_extension", f"loan:{loan.id}", months=row.months)
    return _answer(row)


async def _locked_loan(session: AsyncSession, actor: Actor, loan_id: int, *, refusing: bool = False) -> Loan:
    """The loan, held; one that is paid back is extended no more, but the question may still be refused."""
    loan = await pages.visible(session, Loan, actor, loan_id, lock=True)
    if loan is None:
        raise NotFound()
    if loan.state != "disbursed" and not refusing:
        raise StepNotDue(state=loan.state)
    return loan


async def _require_room(session: AsyncSession, loan: Loan, months: int, values: Parameters) -> None:
    """By the limits of the stated day or of today, whichever are lower."""
    keys = ("microcredit_extension_max", "microcredit_extended_term_max", "microcredit_extension_times")
    today = clock.office_today()
    limits = rules.ExtensionLimits(*(int(values.lowest(key, today).value) for key in keys))
    approved = [row.months for row in await _of_loan(session, loan.id) if row.state == "approved"]
    rules.require_extension(months, loan.term_months + sum(approved), len(approved), limits)


async def _of_loan(session: AsyncSession, loan_id: int) -> Sequence[LoanExtension]:
    return await pages.owned(session, LoanExtension, LoanExtension.loan_id, loan_id, LoanExtension.id)


async def decide(
    session: AsyncSession, actor: Actor, extension_id: int, request: common_wire.NewDecision
) -> wire.LoanExtension:
    """The bank's word, of no day before the question was entered. An approval moves the due day, and comes while the
    loan is today neither past its due day nor overdue."""
    rules.require_bank(actor.level, actor.sector)
    seen = await pages.visible(session, LoanExtension, actor, extension_id)
    if seen is None:
        raise NotFound()
    if seen.state != "asked":
        raise AlreadyDecided()
    loan = await _locked_loan(session, actor, seen.loan_id, refusing=request.outcome == "refuse")
    require_lender(actor, loan)
    row = await pages.visible(session, LoanExtension, actor, extension_id, lock=True)
    if row is None or row.state != "asked":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    entered_on = clock.office_day(row.entered_at)
    require_order(request.decided_on, today=clock.office_today(), not_before=entered_on, pointer="/decided_on")
    await period_closes.require_open(session, loan.county_code, request.decided_on)
    row.state = "approved" if request.outcome == "approve" else "refused"
    if row.state == "approved":
        await _extend(session, loan, row, request)
    decisions.record(
        session, actor, row, ("loan_extension", row.id), "decide",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    audit.record(session, actor, "loan.decide_extension", f"loan:{loan.id}", outcome=request.outcome)
    return _answer(row)


async def _extend(session: AsyncSession, loan: Loan, row: LoanExtension, request: common_wire.NewDecision) -> None:
    rules.require_in_time(clock.office_today(), row.due_on_before, loan.overdue_on)
    values = await parameters.load(session, loan.county_code, request.decided_on)
    row.subsidised = values.get("microcredit_extension_subsidised").value == "yes"
    row.due_on_after = rules.due_day(row.due_on_before, row.months)
    if not row.subsidised and loan.subsidy_ends_on is None:
        loan.subsidy_ends_on = row.due_on_before
    loan.due_on = row.due_on_after


async def list_extensions(
    session: AsyncSession, actor: Actor, area: str, state: str | None, cursor: str | None, limit: int
) -> Page[wire.LoanExtension]:
    wanted = [] if state is None else [LoanExtension.state == state]
    rows = await pages.newest(session, LoanExtension, actor, area, wanted, before_of(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, [_answer(row) for row in rows[:limit]])


def _answer(row: LoanExtension) -> wire.LoanExtension:
    return shaped(wire.LoanExtension, row, extension_id=row.id)
