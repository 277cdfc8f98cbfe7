"""What happens to a loan: a household applies, four offices decide in order, or it is withdrawn.

What comes after is in loan_money.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import loans as rules
from services.funds.domain.days import require_order
from services.funds.domain.households import kin_of
from services.funds.domain.parameters import Parameters
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.credit import LoanOfOtherBank
from services.funds.domain.refusals.spending import StepNotDue
from services.funds.operations import interest_subsidies
from services.funds.operations.registered import Household, household_of
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import decisions, outside_books, pages, parameters, period_closes, sessions
from services.funds.storage import loans as storage
from services.funds.storage.tables import Loan, LoanExtension
from shared.chassis import audit, clock
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds as common_wire
from shared.schemas import funds_loans as wire
from shared.schemas.wire import Page

KIN = ("kin",)
"""What the register is asked besides: a household split off lately has no cap of its own, nor one more by a merger."""


async def apply(session: AsyncSession, actor: Actor, peer: Peer, request: wire.NewLoan) -> wire.Loan:
    """Enter a household's application. The registry's answer and the limits of the day are frozen with it."""
    applied_on = request.applied_on or clock.office_today()
    require_order(applied_on, today=clock.office_today(), pointer="/applied_on")
    household = await household_of(peer, actor, applied_on, request.identity_number, KIN)
    values = await parameters.load(session, household.county_code, applied_on)
    limits = limits_of(values, request.term_months)
    age = rules.require_age(rules.age_on(request.identity_number, applied_on), limits)
    rules.require_use(await storage.uses_on(session, applied_on), request.use_code, request.purpose)
    kin = kin_of(household.facts, applied_on - timedelta(days=values.days("household_split_watch")))
    owed = await owed_by(session, household.county_code, household.household_id, kin, household.person_id)
    rules.require_terms(request.amount_fen, owed, request.term_months, request.annual_rate, limits)
    row = _row(household, request, applied_on, _facts(values, limits, age, owed, request.term_months, kin))
    decisions.sign(actor, row)
    await pages.add(session, row)
    audit.record(session, actor, "loan.apply", f"loan:{row.id}", amount_fen=row.amount_fen)
    return (await answers(session, [row]))[0]


async def owed_by(
    session: AsyncSession, county_code: str, household_id: str, kin: Iterable[str], person_id: str
) -> int:
    """What counts towards a household's cap; its row, and those of the ones it lately came from, are held."""
    households = {household_id, *kin}
    await storage.lock_households(session, households, county_code)
    return await storage.owed_by(session, households, person_id)


def limits_of(values: Parameters, term_months: int) -> rules.Limits:
    """Those of the stated day; of cap and term those of today, where they are lower."""
    today = clock.office_today()
    return rules.Limits(
        cap_fen=int(values.lowest("microcredit_cap", today).value),
        term_months=int(values.lowest("microcredit_term_max", today).value),
        age_from=values.days("microcredit_age_from"),
        age_to=values.days("microcredit_age_to"),
        rate_cap=values.get(_rate_key(term_months)).value,
    )


def _rate_key(term_months: int) -> str:
    return "microcredit_rate_cap_year" if term_months <= rules.SHORT_TERM_MONTHS else "microcredit_rate_cap_longer"


def _facts(
    values: Parameters, limits: rules.Limits, age: int, owed_fen: int, term_months: int, kin: Sequence[str]
) -> dict[str, object]:
    """What the application was judged by: the answer of the register, the age, the limits and where they are from."""
    return {
        "status": "eligible",
        "asked_on": clock.office_today().isoformat(),
        "age": age,
        "owed_fen": owed_fen,
        "kin": list(kin),
        "cap_fen": limits.cap_fen,
        "cap_source": values.lowest("microcredit_cap", clock.office_today()).source,
        "rate_cap": limits.rate_cap,
        "rate_cap_source": values.get(_rate_key(term_months)).source,
    }


def _row(household: Household, request: wire.NewLoan, applied_on: date, facts: dict[str, object]) -> Loan:
    return Loan(
        county_code=household.county_code, division_code=household.division_code,
        household_id=household.household_id, person_id=household.person_id,
        household_version=household.household_version, name_masked=household.name_masked, facts=facts,
        amount_fen=request.amount_fen, term_months=request.term_months, annual_rate=request.annual_rate,
        use_code=request.use_code, purpose=request.purpose, applied_on=applied_on, state="applied",
        last_step_on=applied_on,
    )  # fmt: skip


async def step(
    session: AsyncSession, actor: Actor, name: str, loan_id: int, request: common_wire.NewDecision
) -> wire.Loan:
    """Take one of the steps: the right office, another person than any before, in order, not before the last day."""
    due = rules.STEPS[name]
    rules.require_office(due, actor.level, actor.sector)
    row = await pages.visible(session, Loan, actor, loan_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state != due.before:
        raise StepNotDue(state=row.state)
    require_other_person(actor.person, *persons_of(row))
    require_order(request.decided_on, today=clock.office_today(), not_before=row.last_step_on, pointer="/decided_on")
    await period_closes.require_open(session, row.county_code, request.decided_on)
    row.state = due.after if request.outcome == "approve" else "refused"
    row.last_step_on = request.decided_on
    setattr(row, due.person, actor.person)
    if due.sector == rules.BANK:
        row.bank_office = actor.office
    decisions.record(
        session, actor, None, ("loan", row.id), due.name,
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    audit.record(session, actor, f"loan.{due.name}", f"loan:{row.id}", outcome=request.outcome)
    return (await answers(session, [row]))[0]


async def withdraw(session: AsyncSession, actor: Actor, loan_id: int, request: wire.NewLoanWithdrawal) -> wire.Loan:
    """End an application before it is paid out: it takes nothing of the household's cap any longer."""
    row = await pages.visible(session, Loan, actor, loan_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state in rules.ENDED:
        raise StepNotDue(state=row.state)
    today = clock.office_today()
    require_order(request.withdrawn_on, today=today, not_before=row.last_step_on, pointer="/withdrawn_on")
    await period_closes.require_open(session, row.county_code, request.withdrawn_on)
    row.state, row.last_step_on = "withdrawn", request.withdrawn_on
    decisions.record(
        session, actor, None, ("loan", row.id), "withdraw",
        outcome="withdraw", opinion=request.reason, decided_on=request.withdrawn_on,
    )  # fmt: skip
    await session.flush()
    audit.record(session, actor, "loan.withdraw", f"loan:{row.id}", amount_fen=row.amount_fen)
    return (await answers(session, [row]))[0]


def require_lender(actor: Actor, row: Loan) -> None:
    """Refuse another bank than the one that decided on the loan and lent it. Raises LoanOfOtherBank."""
    if row.bank_office is not None and not actor.acts_for(row.bank_office):
        raise LoanOfOtherBank()


def persons_of(row: Loan) -> tuple[str | None, ...]:
    """Who took the steps so far, the application included."""
    return (row.entered_person, *(getattr(row, due.person) for due in rules.STEPS.values()))


async def get(session: AsyncSession, actor: Actor, trail: Database, loan_id: int) -> wire.LoanFile:
    """A loan with its repayments and extensions; the reading is noted before the answer leaves."""
    row = await pages.visible(session, Loan, actor, loan_id)
    if row is None:
        raise NotFound()
    (found,) = await answers(session, [row])
    paid = [
        shaped(wire.LoanRepayment, one, repayment_id=one.id, reversed_on=undone_on)
        for one, undone_on in await storage.all_repayments_of(session, [row.id])
    ]
    rows = await pages.owned(session, LoanExtension, LoanExtension.loan_id, row.id, LoanExtension.id)
    extensions = [shaped(wire.LoanExtension, one, extension_id=one.id) for one in rows]
    await _note(session, actor, trail, [found])
    return wire.LoanFile(**found.model_dump(), repayments=paid, extensions=extensions)


async def list_loans(
    session: AsyncSession,
    actor: Actor,
    trail: Database,
    area: str,
    *,
    state: str | None,
    household_id: str | None,
    overdue: bool,
    cursor: str | None,
    limit: int,
) -> Page[wire.Loan]:
    wanted = storage.wanted(state, household_id, clock.office_today() if overdue else None)
    rows = await pages.newest(session, Loan, actor, area, wanted, before_of(cursor), limit + 1)
    items = await answers(session, rows[:limit])
    page = page_of(rows, limit, lambda row: row.id, items)
    await _note(session, actor, trail, items)
    return page


async def _note(session: AsyncSession, actor: Actor, trail: Database, loans: list[wire.Loan]) -> None:
    await sessions.let_go(session)
    subjects = sorted({loan.person_id for loan in loans})
    await audit.record_read(trail, actor, "loan.read", subjects, "name_masked,amount_fen,purpose")


async def uses(session: AsyncSession) -> wire.LoanUses:
    return wire.LoanUses(items=[wire.LoanUse.model_validate(row) for row in await storage.uses(session)])


async def answers(session: AsyncSession, loans: Sequence[Loan]) -> list[wire.Loan]:
    """Loans with what is owed on each now, whether it is overdue today, and what was subsidised."""
    ids = [row.id for row in loans]
    owed = await outside_books.balances(session, "loan", ids)
    granted = await outside_books.balances(session, "loan_subsidy", ids)
    over = await _over_subsidised(session, loans, granted)
    today = clock.office_today()
    return [
        shaped(
            wire.Loan, row, loan_id=row.id, outstanding_fen=owed.get(row.id, 0),
            overdue_since=rules.overdue_since(row.due_on, row.overdue_on, owed.get(row.id, 0), today),
            subsidised_fen=granted.get(row.id, 0), over_subsidised_fen=over.get(row.id, 0),
        )
        for row in loans
    ]  # fmt: skip


async def _over_subsidised(session: AsyncSession, loans: Sequence[Loan], granted: dict[int, int]) -> dict[int, int]:
    """By loan: fen granted beyond what is due to date, as a repayment or an overdue notice entered late leaves it."""
    today = clock.office_today()
    subsidised = [row for row in loans if granted.get(row.id, 0)]
    repayments = await storage.repayments_of(session, [row.id for row in subsidised])
    due = {row.id: interest_subsidies.due_by(row, repayments.get(row.id, []), today) for row in subsidised}
    return {loan_id: max(granted[loan_id] - fen, 0) for loan_id, fen in due.items()}
