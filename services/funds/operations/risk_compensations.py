"""Losses a risk fund shares (代偿与追偿): the bank claims for an overdue loan, finance decides, what is recovered
returns to the fund."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import loans as loan_rules
from services.funds.domain import risk_funds as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.credit import LoanOfOtherFund
from services.funds.domain.refusals.spending import AlreadyDecided, StepNotDue
from services.funds.operations.loans import require_lender
from services.funds.operations.risk_funds import locked
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import bank_entries, decisions, ledger, outside_books, pages, parameters
from services.funds.storage import risk_funds as storage
from services.funds.storage.outside_books import Cause
from services.funds.storage.tables import Loan, RiskCompensation, RiskFund, RiskRecovery
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds as common_wire
from shared.schemas import funds_risk as wire
from shared.schemas.wire import Page


async def claim(
    session: AsyncSession, actor: Actor, fund_id: int, request: wire.NewRiskCompensation
) -> wire.RiskCompensation:
    """The bank claims the fund's share of an overdue loan; the money is set aside until the decision.

    A loan is compensated once, and once more only for what is owed again since a repayment was undone.
    """
    loan_rules.require_bank(actor.level, actor.sector)
    fund = await locked(session, actor, fund_id)
    loan = await pages.visible(session, Loan, actor, request.loan_id, lock=True)
    if loan is None:
        raise NotFound(pointer="/loan_id")
    require_lender(actor, loan)
    if loan.risk_fund_id != fund.id:
        raise LoanOfOtherFund()
    require_order(request.claimed_on, today=clock.office_today(), not_before=loan.disbursed_on, pointer="/claimed_on")
    row = await _compensation(session, fund, loan, request)
    decisions.sign(actor, row)
    await pages.add(session, row)
    await _set_aside(session, actor, row)
    audit.record(session, actor, "risk_fund.claim", f"risk_compensation:{row.id}", amount_fen=row.amount_fen)
    return (await answers(session, [row]))[0]


async def _compensation(
    session: AsyncSession, fund: RiskFund, loan: Loan, request: wire.NewRiskCompensation
) -> RiskCompensation:
    owed = await outside_books.balance(session, "loan", loan.id)
    values = await parameters.load(session, fund.county_code, request.claimed_on)
    since = loan_rules.overdue_since(loan.due_on, loan.overdue_on, owed, request.claimed_on)
    since = rules.require_overdue(since, values.days("risk_compensation_wait"), request.claimed_on)
    before = await storage.compensated(session, loan.id)
    return RiskCompensation(
        risk_fund_id=fund.id, loan_id=loan.id, county_code=fund.county_code, division_code=fund.county_code,
        overdue_since=since, outstanding_fen=owed, fund_share=fund.fund_share,
        amount_fen=rules.compensation_of(owed, fund.fund_share, before), claimed_on=request.claimed_on, state="claimed",
    )  # fmt: skip


async def _set_aside(session: AsyncSession, actor: Actor, row: RiskCompensation) -> None:
    held = await ledger.account_of(session, "risk_fund", row.risk_fund_id)
    claimed = await ledger.account_of(session, "risk_claimed", row.risk_fund_id)
    await outside_books.open_account(session, "risk", "risk_compensated", row.id, row.county_code, row.claimed_on.year)
    cause = Cause("claim_loss", "risk_compensation", row.id, row.claimed_on, "/loan_id")
    await outside_books.move(session, actor, "risk", held, claimed, row.amount_fen, cause)


async def decide(
    session: AsyncSession, actor: Actor, compensation_id: int, request: common_wire.NewDecision
) -> wire.RiskCompensation:
    """Approve a claim, and the bank has the money; or refuse it, and the fund has it again."""
    row = await locked_with_loan(session, actor, compensation_id)
    if row.state != "claimed":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    require_order(request.decided_on, today=clock.office_today(), not_before=row.claimed_on, pointer="/decided_on")
    approved = request.outcome == "approve"
    if approved:
        rules.require_still_owed(await outside_books.balance(session, "loan", row.loan_id), row.outstanding_fen)
    row.state = "approved" if approved else "refused"
    decisions.record(
        session, actor, row, ("risk_compensation", row.id), "decide",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    claimed = await ledger.account_of(session, "risk_claimed", row.risk_fund_id)
    owner, kind = (row.id, "risk_compensated") if approved else (row.risk_fund_id, "risk_fund")
    into = await ledger.account_of(session, kind, owner)
    name = "compensate" if approved else "void_claim_loss"
    cause = Cause(name, "risk_compensation", row.id, request.decided_on)
    await outside_books.move(session, actor, "risk", claimed, into, row.amount_fen, cause)
    audit.record(session, actor, "risk_fund.decide", f"risk_compensation:{row.id}", outcome=request.outcome)
    return (await answers(session, [row]))[0]


async def locked_with_loan(session: AsyncSession, actor: Actor, compensation_id: int) -> RiskCompensation:
    """The compensation, and before it its loan, so that no repayment comes between what is owed and the decision."""
    seen = await pages.visible(session, RiskCompensation, actor, compensation_id)
    if seen is None:
        raise NotFound()
    await session.get_one(Loan, seen.loan_id, with_for_update=True)
    return await _locked(session, actor, compensation_id)


async def _locked(session: AsyncSession, actor: Actor, compensation_id: int) -> RiskCompensation:
    row = await pages.visible(session, RiskCompensation, actor, compensation_id, lock=True)
    if row is None:
        raise NotFound()
    return row


async def recover(
    session: AsyncSession, actor: Actor, compensation_id: int, request: wire.NewRiskRecovery
) -> wire.RiskCompensation:
    """Enter money recovered: it is the fund's again, never more than was compensated."""
    row = await _locked(session, actor, compensation_id)
    loan = await session.get_one(Loan, row.loan_id)
    require_lender(actor, loan)
    if row.state != "approved":
        raise StepNotDue(state=row.state)
    require_order(request.recovered_on, today=clock.office_today(), not_before=row.decided_on, pointer="/recovered_on")
    entry = await bank_entries.next_entry(session, "risk_recovery", loan.bank_office or "", request.bank_reference)
    back = RiskRecovery(compensation_id=row.id, bank_office=loan.bank_office, entry=entry, **request.model_dump())
    decisions.sign(actor, back)
    await pages.add(session, back)
    paid = await ledger.account_of(session, "risk_compensated", row.id)
    held = await ledger.account_of(session, "risk_fund", row.risk_fund_id)
    cause = Cause("recover", "risk_recovery", back.id, back.recovered_on)
    await outside_books.move(session, actor, "risk", paid, held, back.amount_fen, cause)
    audit.record(session, actor, "risk_fund.recover", f"risk_compensation:{row.id}", amount_fen=back.amount_fen)
    return (await answers(session, [row]))[0]


async def list_compensations(
    session: AsyncSession, actor: Actor, area: str, fund_id: int | None, cursor: str | None, limit: int
) -> Page[wire.RiskCompensation]:
    wanted = [] if fund_id is None else [RiskCompensation.risk_fund_id == fund_id]
    rows = await pages.newest(session, RiskCompensation, actor, area, wanted, before_of(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, await answers(session, list(rows[:limit])))


async def answers(session: AsyncSession, rows: list[RiskCompensation]) -> list[wire.RiskCompensation]:
    recovered = await storage.recovered(session, [row.id for row in rows])
    owed = await outside_books.balances(session, "loan", [row.loan_id for row in rows])
    return [
        shaped(
            wire.RiskCompensation, row, compensation_id=row.id, claimed_by=row.entered_by,
            recovered_fen=recovered.get(row.id, 0), to_return_fen=_to_return(row, owed, recovered.get(row.id, 0)),
        )
        for row in rows
    ]  # fmt: skip


def _to_return(row: RiskCompensation, owed: dict[int, int], recovered_fen: int) -> int:
    if row.state != "approved":
        return 0
    return rules.to_return(row.amount_fen, row.outstanding_fen, owed.get(row.loan_id, 0), row.fund_share, recovered_fen)
