"""The interest subsidy of a county's loans by quarter: computed by one person, decided on by another."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import interest as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.credit import NothingToSubsidise, QuarterNotOver, QuarterSubsidised
from services.funds.domain.refusals.spending import AlreadyDecided
from services.funds.operations.risk_funds import require_county
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import decisions, ledger, outside_books, pages, period_closes
from services.funds.storage import interest_subsidies as storage
from services.funds.storage import loans as loan_storage
from services.funds.storage.outside_books import Cause
from services.funds.storage.tables import InterestSubsidy, InterestSubsidyLine, Loan, LoanRepayment
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound
from shared.schemas import funds as common_wire
from shared.schemas import funds_loans as wire
from shared.schemas.wire import Page


async def prepare(session: AsyncSession, actor: Actor, request: wire.NewInterestSubsidy) -> wire.InterestSubsidy:
    """Compute a quarter that is over for every loan of the county; a county and quarter are computed once."""
    require_in_scope(actor, request.county_code)
    require_county(request.county_code)
    prepared_on = request.prepared_on or clock.office_today()
    require_order(prepared_on, today=clock.office_today(), pointer="/prepared_on")
    ends_on = rules.quarter_end(request.quarter)
    if ends_on is None or ends_on >= prepared_on:
        raise QuarterNotOver()
    lines = await _lines(session, request.county_code, ends_on)
    if await storage.computed(session, request.county_code, request.quarter):
        raise QuarterSubsidised()
    if not any(line.amount_fen for line in lines):
        raise NothingToSubsidise()
    row = InterestSubsidy(
        county_code=request.county_code, division_code=request.county_code, quarter=request.quarter, ends_on=ends_on,
        total_fen=sum(line.amount_fen for line in lines), state="prepared", prepared_on=prepared_on,
    )  # fmt: skip
    decisions.sign(actor, row)
    await pages.add(session, row)
    for line in lines:
        line.subsidy_id = row.id
    await pages.add(session, *lines)
    audit.record(session, actor, "loan.subsidise", f"interest_subsidy:{row.id}", total_fen=row.total_fen)
    return _answer(row)


async def _lines(session: AsyncSession, county_code: str, ends_on: date) -> list[InterestSubsidyLine]:
    """A line for every loan, what is due to date less what was granted; nothing where more was granted than is due."""
    loans = await storage.loans_of(session, county_code, ends_on)
    ids = [loan.id for loan in loans]
    repayments = await loan_storage.repayments_of(session, ids)
    granted = await storage.granted(session, ids)
    return [_line(loan, repayments.get(loan.id, []), granted.get(loan.id, 0), ends_on) for loan in loans]


def _line(loan: Loan, repayments: Sequence[LoanRepayment], granted_fen: int, ends_on: date) -> InterestSubsidyLine:
    subsidised = subsidised_of(loan, repayments)
    through = rules.last_day(subsidised, ends_on)
    days = rules.fen_days(subsidised.changes, through)
    due = rules.due_to_date(subsidised, days)
    return InterestSubsidyLine(
        loan_id=loan.id, through_on=through, fen_days=days, annual_rate=loan.annual_rate,
        day_count=subsidised.day_count, subsidy_share=subsidised.subsidy_share, due_to_date_fen=due,
        granted_before_fen=granted_fen, amount_fen=max(due - granted_fen, 0),
    )  # fmt: skip


def subsidised_of(loan: Loan, repayments: Sequence[LoanRepayment]) -> rules.Subsidised:
    """A disbursed loan as its subsidy sees it."""
    assert loan.disbursed_on is not None
    assert loan.due_on is not None
    assert loan.day_count is not None
    assert loan.subsidy_share is not None
    back = tuple((one.repaid_on, -one.amount_fen) for one in repayments)
    changes = ((loan.disbursed_on, loan.amount_fen), *back)
    ends_on = loan.subsidy_ends_on or loan.due_on
    return rules.Subsidised(changes, ends_on, loan.overdue_on, loan.annual_rate, loan.day_count, loan.subsidy_share)


def due_by(loan: Loan, repayments: Sequence[LoanRepayment], day: date) -> int:
    """Fen of subsidy due on a disbursed loan from its first day to the end of `day`."""
    subsidised = subsidised_of(loan, repayments)
    return rules.due_to_date(subsidised, rules.fen_days(subsidised.changes, rules.last_day(subsidised, day)))


async def decide(
    session: AsyncSession, actor: Actor, subsidy_id: int, request: common_wire.NewDecision
) -> wire.InterestSubsidy:
    """Approve a quarter, and every loan has its subsidy in the books; or refuse it, and it may be computed anew."""
    row = await pages.visible(session, InterestSubsidy, actor, subsidy_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state != "prepared":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    require_order(request.decided_on, today=clock.office_today(), not_before=row.prepared_on, pointer="/decided_on")
    await period_closes.require_open(session, row.county_code, request.decided_on)
    row.state = "approved" if request.outcome == "approve" else "refused"
    decisions.record(
        session, actor, row, ("interest_subsidy", row.id), "decide",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    if row.state == "approved":
        await _grant(session, actor, row, request.decided_on)
    audit.record(session, actor, "loan.decide_subsidy", f"interest_subsidy:{row.id}", outcome=request.outcome)
    return _answer(row)


async def _grant(session: AsyncSession, actor: Actor, row: InterestSubsidy, on: date) -> None:
    lines = [line for line in await storage.lines_of(session, row.id, 0, None) if line.amount_fen]
    accounts = await ledger.accounts_of(session, "loan_subsidy", [line.loan_id for line in lines])
    cause = Cause("subsidise", "interest_subsidy", row.id, on)
    shares = [(accounts[line.loan_id], line.amount_fen) for line in lines]
    await outside_books.bring_in_many(session, actor, "loan", shares, cause)


async def get(session: AsyncSession, actor: Actor, subsidy_id: int) -> wire.InterestSubsidy:
    row = await pages.visible(session, InterestSubsidy, actor, subsidy_id)
    if row is None:
        raise NotFound()
    return _answer(row)


async def list_lines(
    session: AsyncSession, actor: Actor, subsidy_id: int, cursor: str | None, limit: int
) -> Page[wire.InterestSubsidyLine]:
    """The loans of a quarter with the figures each amount follows from."""
    row = await pages.visible(session, InterestSubsidy, actor, subsidy_id)
    if row is None:
        raise NotFound()
    after = paging.decode(cursor, int)
    found = await storage.lines_of(session, row.id, int(after[0]) if after else 0, limit + 1)
    items = [shaped(wire.InterestSubsidyLine, line, line_id=line.id) for line in found[:limit]]
    return page_of(found, limit, lambda line: line.id, items)


async def list_subsidies(
    session: AsyncSession, actor: Actor, area: str, quarter: str | None, cursor: str | None, limit: int
) -> Page[wire.InterestSubsidy]:
    wanted = [] if quarter is None else [InterestSubsidy.quarter == quarter]
    rows = await pages.newest(session, InterestSubsidy, actor, area, wanted, before_of(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, [_answer(row) for row in rows[:limit]])


def _answer(row: InterestSubsidy) -> wire.InterestSubsidy:
    return shaped(wire.InterestSubsidy, row, subsidy_id=row.id, prepared_by=row.entered_by)
