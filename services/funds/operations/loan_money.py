"""The money of a loan: the bank pays it out, the household pays it back, the bank says when it is overdue."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import loans as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.credit import LoanLossClaimed, LoanNotNoticed, LoanOverCap, LoanOverdueKnown
from services.funds.domain.refusals.spending import StepNotDue
from services.funds.operations import risk_funds
from services.funds.operations.loans import answers, limits_of, owed_by, persons_of, require_lender
from services.funds.operations.registered import require_still
from services.funds.storage import decisions, ledger, outside_books, pages, parameters, period_closes, sessions
from services.funds.storage import loans as storage
from services.funds.storage import risk_funds as risk_storage
from services.funds.storage.outside_books import Cause
from services.funds.storage.tables import Loan, LoanRepayment
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds_loans as wire

_NOTICE = "overdue"
"""The step of a bank's notice; it may be given again after it was withdrawn."""


async def disburse(
    session: AsyncSession, actor: Actor, peer: Peer, loan_id: int, request: wire.NewDisbursement
) -> wire.Loan:
    """Pay an approved loan out: a person of a bank who took no step before, after asking the register once more."""
    rules.require_bank(actor.level, actor.sector)
    seen = await pages.visible(session, Loan, actor, loan_id)
    if seen is None:
        raise NotFound()
    person_id = seen.person_id
    await sessions.let_go(session)
    await require_still(peer, actor, clock.office_today(), person_id)
    row = await _locked(session, actor, loan_id, "approved")
    require_other_person(actor.person, *persons_of(row))
    require_order(
        request.disbursed_on, today=clock.office_today(), not_before=row.last_step_on, pointer="/disbursed_on"
    )
    await _require_cap(session, row)
    await _require_use_and_rate(session, row, request.disbursed_on)
    await _write(session, actor, row, request)
    await _pay_out(session, actor, row)
    audit.record(session, actor, "loan.disburse", f"loan:{row.id}", amount_fen=row.amount_fen)
    return (await answers(session, [row]))[0]


async def _require_cap(session: AsyncSession, row: Loan) -> None:
    """Refuse what takes the household above the cap it was judged by: a repayment may have been undone since."""
    cap = row.facts["cap_fen"]
    kin = rules.kin_asked_with(row.facts)
    owed = await owed_by(session, row.county_code, row.household_id, kin, row.person_id) - row.amount_fen
    if owed + row.amount_fen > cap:
        raise LoanOverCap(pointer="", cap_fen=cap, left_fen=max(cap - owed, 0))


async def _require_use_and_rate(session: AsyncSession, row: Loan, on: date) -> None:
    """A loan is new on the day it is paid out: its use and its rate are judged by that day as well."""
    values = await parameters.load(session, row.county_code, on)
    rules.require_rate(row.annual_rate, limits_of(values, row.term_months).rate_cap)
    rules.require_use(await storage.uses_on(session, on), row.use_code, row.purpose)


async def _locked(session: AsyncSession, actor: Actor, loan_id: int, *states: str) -> Loan:
    row = await pages.visible(session, Loan, actor, loan_id, lock=True)
    if row is None:
        raise NotFound()
    require_lender(actor, row)
    if row.state not in states:
        raise StepNotDue(state=row.state)
    return row


async def _write(session: AsyncSession, actor: Actor, row: Loan, request: wire.NewDisbursement) -> None:
    """The day, the due day, the share of interest subsidised from that day's parameter, the fund behind the loan."""
    values = await parameters.load(session, row.county_code, request.disbursed_on)
    if request.risk_fund_id is not None:
        await risk_funds.require_room(session, actor, request.risk_fund_id, row, request.disbursed_on)
    row.state, row.risk_fund_id = "disbursed", request.risk_fund_id
    row.disbursed_on = row.last_step_on = request.disbursed_on
    row.disbursed_at, row.disbursed_by, row.disbursed_person = clock.now(), actor.account, actor.person
    row.disbursement_no, row.bank_office = request.disbursement_no, actor.office
    row.due_on = rules.due_day(request.disbursed_on, row.term_months)
    row.subsidy_share = values.get("microcredit_subsidy_share").value
    row.day_count = values.days("microcredit_day_count")
    decisions.record(
        session, actor, None, ("loan", row.id), "disburse",
        outcome="disburse", opinion="", decided_on=request.disbursed_on,
    )  # fmt: skip
    await session.flush()


async def _pay_out(session: AsyncSession, actor: Actor, row: Loan) -> None:
    assert row.disbursed_on is not None
    year = row.disbursed_on.year
    owed = await outside_books.open_account(session, "loan", "loan", row.id, row.county_code, year)
    await outside_books.open_account(session, "loan", "loan_subsidy", row.id, row.county_code, year)
    cause = Cause("disburse", "loan", row.id, row.disbursed_on)
    await outside_books.bring_in(session, actor, "loan", owed, row.amount_fen, cause)


async def repay(session: AsyncSession, actor: Actor, loan_id: int, request: wire.NewLoanRepayment) -> wire.Loan:
    """Enter principal paid back; more than is owed is refused. The last fen settles the loan."""
    rules.require_bank(actor.level, actor.sector)
    row = await _locked(session, actor, loan_id, "disbursed")
    require_order(request.repaid_on, today=clock.office_today(), not_before=row.disbursed_on, pointer="/repaid_on")
    assert row.bank_office is not None
    entry = await storage.next_entry(session, row.bank_office, request.bank_reference)
    back = LoanRepayment(loan_id=row.id, bank_office=row.bank_office, entry=entry, **request.model_dump())
    decisions.sign(actor, back)
    await pages.add(session, back)
    owed = await ledger.account_of(session, "loan", row.id)
    cause = Cause("repay", "loan_repayment", back.id, back.repaid_on)
    await outside_books.take_out(session, actor, "loan", owed, back.amount_fen, cause)
    if await outside_books.balance(session, "loan", row.id) == 0:
        row.state, row.last_step_on = "repaid", back.repaid_on
        await session.flush()
    audit.record(session, actor, "loan.repay", f"loan:{row.id}", amount_fen=back.amount_fen)
    return (await answers(session, [row]))[0]


async def notice_overdue(
    session: AsyncSession, actor: Actor, loan_id: int, request: wire.NewOverdueNotice
) -> wire.Loan:
    """The bank's notice that a loan was overdue before it fell due: from that day on no interest is subsidised.

    It may come late, even after the due day; a day on which the loan was known to be overdue says nothing new.
    """
    rules.require_bank(actor.level, actor.sector)
    row = await _locked(session, actor, loan_id, "disbursed")
    today = clock.office_today()
    require_order(request.overdue_on, today=today, not_before=row.disbursed_on, pointer="/overdue_on")
    owed = await outside_books.balance(session, "loan", row.id)
    known = rules.overdue_since(row.due_on, row.overdue_on, owed, today)
    if row.overdue_on is not None or (known is not None and request.overdue_on >= known):
        raise LoanOverdueKnown()
    row.overdue_on = request.overdue_on
    await decisions.record_turn(
        session, actor, ("loan", row.id), _NOTICE,
        outcome="overdue", opinion=request.reason, decided_on=request.overdue_on,
    )  # fmt: skip
    audit.record(session, actor, "loan.overdue", f"loan:{row.id}", overdue_on=request.overdue_on.isoformat())
    return (await answers(session, [row]))[0]


async def withdraw_notice(
    session: AsyncSession, actor: Actor, loan_id: int, request: wire.NewNoticeWithdrawal
) -> wire.Loan:
    """Take a wrong notice back, by another person of the bank than who gave it: the loan is overdue by its due day
    again, and the next quarter's subsidy makes good what the notice had stopped.

    Raises LoanNotNoticed without one, LoanLossClaimed while the bank claims or keeps money of the risk fund for it.
    """
    rules.require_bank(actor.level, actor.sector)
    row = await _locked(session, actor, loan_id, "disbursed", "repaid")
    if row.overdue_on is None:
        raise LoanNotNoticed()
    notices = await decisions.turns(session, ("loan", row.id), _NOTICE)
    require_other_person(actor.person, notices[-1].decided_person)
    require_order(request.withdrawn_on, today=clock.office_today(), not_before=row.overdue_on, pointer="/withdrawn_on")
    await period_closes.require_open(session, row.county_code, request.withdrawn_on)
    if await risk_storage.compensated(session, row.id):
        raise LoanLossClaimed()
    noticed, row.overdue_on = row.overdue_on, None
    await decisions.record_turn(
        session, actor, ("loan", row.id), "overdue_withdrawn",
        outcome="withdraw", opinion=request.reason, decided_on=request.withdrawn_on,
    )  # fmt: skip
    audit.record(session, actor, "loan.withdraw_notice", f"loan:{row.id}", overdue_on=noticed.isoformat())
    return (await answers(session, [row]))[0]
