"""Shares held for households: entered on an allocation or a loan, decided on, the dividends paid on them, and their end
before the agreed day.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import dividends as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.shares import (
    AgreementNotFitting,
    EndNotAsked,
    OriginNotReady,
    OriginOfOthers,
    PriorityGroupUnknown,
)
from services.funds.domain.refusals.spending import AlreadyDecided, StepNotDue
from services.funds.domain.uscc import require_uscc
from services.funds.operations.dividend_views import answers, years_of
from services.funds.operations.registered import FORMERLY, Household, household_of
from services.funds.storage import allocations as allocation_storage
from services.funds.storage import (
    bank_entries,
    decisions,
    ledger,
    outside_books,
    pages,
    parameters,
    period_closes,
    project_grants,
)
from services.funds.storage import dividends as storage
from services.funds.storage.outside_books import Cause
from services.funds.storage.tables import Agreement, AgreementParty, DividendPayment, DividendShare, Loan
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds as common_wire
from shared.schemas import funds_dividends as wire

BESIDES = ("absorbed", FORMERLY)
"""What the register is asked besides: what was a household's is that of the one it merged into, and what was a place's
that of its people."""
_END = "end"
"""The step of asking for a share to end early."""


async def enter(session: AsyncSession, actor: Actor, peer: Peer, request: wire.NewDividendShare) -> wire.DividendShare:
    """Enter a share held for a household on the register, at a rate not below the floor of its first day."""
    rules.require_origin(request.allocation_id, request.loan_id)
    require_order(request.starts_on, today=clock.office_today(), pointer="/starts_on")
    require_uscc(request.enterprise_uscc, "/enterprise_uscc")
    household = await household_of(peer, actor, request.starts_on, request.identity_number, BESIDES)
    values = await parameters.load(session, household.county_code, request.starts_on)
    floor = values.get("dividend_floor")
    rules.require_terms(request.annual_rate, floor.value, request.starts_on, request.ends_on)
    await _require_group(session, request.priority_group)
    await _require_agreement(session, actor, request, household)
    origin_fen = await _origin(session, actor, request, household)
    days = request.starts_on, request.ends_on
    taken = await storage.shares_on(session, request.allocation_id, request.loan_id, ("entered", "held"), days)
    rules.require_principal(request.principal_fen, taken, origin_fen)
    row = DividendShare(
        county_code=household.county_code, division_code=household.division_code,
        household_id=household.household_id, person_id=household.person_id,
        household_version=household.household_version, name_masked=household.name_masked, floor_rate=floor.value,
        floor_source=floor.source, state="entered", **request.model_dump(exclude={"identity_number"}),
    )  # fmt: skip
    decisions.sign(actor, row)
    await pages.add(session, row)
    audit.record(session, actor, "dividend.enter", f"dividend_share:{row.id}", principal_fen=row.principal_fen)
    return (await answers(session, [row]))[0]


async def _require_group(session: AsyncSession, code: str | None) -> None:
    if code is not None and code not in {group.code for group in await storage.groups(session)}:
        raise PriorityGroupUnknown()


async def _require_agreement(
    session: AsyncSession, actor: Actor, request: wire.NewDividendShare, household: Household
) -> None:
    """The agreement a share names is the household's with this enterprise, for these days and not for less money.

    Its row is held until the request ends.
    """
    if request.agreement_id is None:
        return
    found = await pages.visible(session, Agreement, actor, request.agreement_id, lock=True)
    if found is None or found.state != "in_force" or not household.has(found):
        raise AgreementNotFitting()
    enterprise = await session.get(AgreementParty, (found.id, "enterprise"))
    if enterprise is None or enterprise.uscc != request.enterprise_uscc:
        raise AgreementNotFitting(pointer="/enterprise_uscc")
    if not found.valid_from <= request.starts_on < request.ends_on <= found.valid_to:
        raise AgreementNotFitting(pointer="/ends_on")
    under = await storage.held_under(session, found.id, (request.starts_on, request.ends_on))
    rules.require_principal(request.principal_fen, under, found.amount_fen)


async def _origin(
    session: AsyncSession,
    actor: Actor,
    share: wire.NewDividendShare | DividendShare,
    household: Household | None = None,
) -> int:
    """Fen of the allocation or loan the principal comes from; its row is held until the request ends.

    What was called back of an allocation, or moved to another project, is no longer its own; of a project that was
    stopped nothing is. A household it is entered for is of the allocation's county, or the loan is its own.
    """
    if share.allocation_id is not None:
        seen = await allocation_storage.visible(session, actor, share.allocation_id)
        if seen is not None and seen.project_code is not None:
            await project_grants.require_going_on(session, seen.project_code)
        allocation = await allocation_storage.visible(session, actor, share.allocation_id, lock=True)
        if allocation is None:
            raise NotFound(pointer="/allocation_id")
        if allocation.state != "approved":
            raise OriginNotReady()
        if household is not None and not household.is_of(allocation.county_code):
            raise OriginOfOthers()
        return allocation.amount_fen - allocation.reduced_fen
    loan = await pages.visible(session, Loan, actor, share.loan_id or 0, lock=True)
    if loan is None:
        raise NotFound(pointer="/loan_id")
    if loan.state != "disbursed":
        raise OriginNotReady()
    if household is not None and not household.has(loan):
        raise OriginOfOthers()
    return loan.amount_fen


async def decide(
    session: AsyncSession, actor: Actor, share_id: int, request: common_wire.NewDecision
) -> wire.DividendShare:
    """Hold a share or refuse it: another person than the one who entered it.

    Held is only what the allocation or loan still carries: it may have been called back since.
    """
    row = await _locked(session, actor, share_id)
    if row.state != "entered":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    require_order(request.decided_on, today=clock.office_today(), not_before=row.starts_on, pointer="/decided_on")
    await period_closes.require_open(session, row.county_code, request.decided_on)
    if request.outcome == "approve":
        origin_fen = await _origin(session, actor, row)
        held = await storage.shares_on(session, row.allocation_id, row.loan_id, ("held",), (row.starts_on, row.ends_on))
        rules.require_principal(row.principal_fen, held, origin_fen, "/outcome")
    row.state = "held" if request.outcome == "approve" else "refused"
    decisions.record(
        session, actor, row, ("dividend_share", row.id), "decide",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    if row.state == "held":
        await outside_books.open_account(session, "share", "dividend_paid", row.id, row.county_code, row.starts_on.year)
    audit.record(session, actor, "dividend.decide", f"dividend_share:{row.id}", outcome=request.outcome)
    return (await answers(session, [row]))[0]


async def _locked(session: AsyncSession, actor: Actor, share_id: int) -> DividendShare:
    row = await pages.visible(session, DividendShare, actor, share_id, lock=True)
    if row is None:
        raise NotFound()
    return row


async def pay(
    session: AsyncSession, actor: Actor, share_id: int, request: wire.NewDividendPayment
) -> wire.DividendShare:
    """Enter what a household received for one year of its share; more than the floor asks for is welcome."""
    row = await _locked(session, actor, share_id)
    if row.state != "held":
        raise StepNotDue(state=row.state)
    require_order(request.paid_on, today=clock.office_today(), not_before=row.starts_on, pointer="/paid_on")
    rules.require_year(years_of(row), request.year_number)
    entry = await bank_entries.next_entry(session, "dividend_payment", row.county_code, request.bank_reference)
    payment = DividendPayment(share_id=row.id, county_code=row.county_code, entry=entry, **request.model_dump())
    decisions.sign(actor, payment)
    await pages.add(session, payment)
    account = await ledger.account_of(session, "dividend_paid", row.id)
    cause = Cause("pay_dividend", "dividend_payment", payment.id, payment.paid_on)
    await outside_books.bring_in(session, actor, "share", account, payment.amount_fen, cause)
    audit.record(session, actor, "dividend.pay", f"dividend_share:{row.id}", amount_fen=payment.amount_fen)
    return (await answers(session, [row]))[0]


async def ask_to_end(
    session: AsyncSession, actor: Actor, share_id: int, request: wire.NewShareEndRequest
) -> wire.DividendShare:
    """Ask for a share to end before its agreed last day; asked again, the newest holds. Nothing ends yet."""
    row = await _going_on(session, actor, share_id)
    _require_early(row, request.ended_on)
    await decisions.record_turn(
        session, actor, ("dividend_share", row.id), _END,
        outcome="ask", opinion=request.reason, decided_on=request.ended_on,
    )  # fmt: skip
    audit.record(session, actor, "dividend.ask_to_end", f"dividend_share:{row.id}", ended_on=str(request.ended_on))
    return (await answers(session, [row]))[0]


async def end(session: AsyncSession, actor: Actor, share_id: int, request: wire.NewShareEnd) -> wire.DividendShare:
    """End a share as another person asked: its last year counts by its days, and from the next day on its principal may
    be held for others."""
    row = await _going_on(session, actor, share_id)
    _require_early(row, request.ended_on)
    asked = await decisions.turns(session, ("dividend_share", row.id), _END)
    if not asked or asked[-1].decided_on != request.ended_on:
        raise EndNotAsked()
    require_other_person(actor.person, asked[-1].decided_person)
    await period_closes.require_open(session, row.county_code, request.ended_on)
    row.ended_on = request.ended_on
    await session.flush()
    audit.record(session, actor, "dividend.end", f"dividend_share:{row.id}", ended_on=str(request.ended_on))
    return (await answers(session, [row]))[0]


async def _going_on(session: AsyncSession, actor: Actor, share_id: int) -> DividendShare:
    row = await _locked(session, actor, share_id)
    if row.state != "held":
        raise StepNotDue(state=row.state)
    if row.ended_on is not None:
        raise AlreadyDecided()
    return row


def _require_early(row: DividendShare, ended_on: date) -> None:
    require_order(ended_on, today=clock.office_today(), not_before=row.starts_on, pointer="/ended_on")
    rules.require_early(ended_on, row.ends_on)
