"""Money entered by a bank's reference, and the undoing of an entry that should not have been made.

Whoever may make an entry may ask for it to be undone; another person, who may decide on such money, undoes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.giving import EntryOfBooks, EntrySettled
from services.funds.domain.refusals.grants import NotEnoughOnThatDay
from services.funds.domain.refusals.spending import AlreadyDecided
from services.funds.operations import claw_backs, grant_returns, pool_lendings, risk_compensations
from services.funds.operations.loans import require_lender
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import bank_entries as storage
from services.funds.storage import (
    claims,
    decisions,
    grant_batches,
    ledger,
    pages,
    payments,
    period_closes,
    pools,
    risk_funds,
)
from services.funds.storage.bank_entries import KINDS
from services.funds.storage.outside_books import COUNTY_DIGITS
from services.funds.storage.tables import BankEntryReversal, Claim, LedgerTransfer, Loan, Payment
from shared.chassis import audit, clock
from shared.chassis.identity import Actor, require_declared
from shared.refusals import NotFound
from shared.schemas import funds as common_wire
from shared.schemas import funds_bank_entries as wire
from shared.schemas.wire import Page


@dataclass(frozen=True, slots=True)
class Rights:
    """Who may make, undo and read entries of a kind."""

    make: str
    decide: str
    read: str


RIGHTS = {
    "payment_return": Rights("payment.confirm", "payment.confirm", "fund.read"),
    "grant_return": Rights("payment.confirm", "payment.confirm", "grant.read"),
    "dividend_payment": Rights("dividend.pay", "dividend.decide", "dividend.read"),
    "pool_contribution": Rights("pool.manage", "pool.decide", "pool.read"),
    "pool_repayment": Rights("pool.manage", "pool.decide", "pool.read"),
    "risk_fund_deposit": Rights("risk_fund.manage", "risk_fund.decide", "risk_fund.read"),
    "risk_recovery": Rights("risk_fund.claim", "risk_fund.decide", "risk_fund.read"),
}


async def list_entries(
    session: AsyncSession, actor: Actor, kind: wire.EntryKind, owner_id: int, cursor: str | None, limit: int
) -> Page[wire.BankEntry]:
    """Entries of one share, pool, lending, risk fund or compensation, the newest first."""
    require_declared(actor, RIGHTS[kind].read)
    of = KINDS[kind]
    if await pages.visible(session, of.owner_table, actor, owner_id) is None:
        raise NotFound(pointer="/owner_id")
    rows = await storage.of_owner(session, kind, owner_id, before_of(cursor), limit + 1)
    items = [
        shaped(
            wire.BankEntry, row, kind=kind, entry_id=row.id, owner_id=owner_id, entered_for=getattr(row, of.day),
            undone_on=undone_on,
        )
        for row, undone_on in rows[:limit]
    ]  # fmt: skip
    return page_of(rows, limit, lambda pair: int(pair[0].id), items)


async def propose(session: AsyncSession, actor: Actor, request: wire.NewBankEntryReversal) -> wire.BankEntryReversal:
    """Ask for an entry to be undone; nothing moves yet, and it is asked for once."""
    require_declared(actor, RIGHTS[request.kind].make)
    of = KINDS[request.kind]
    entry = await session.get(of.table, request.entry_id)
    owner_id = 0 if entry is None else getattr(entry, of.owner)
    owner = await pages.visible(session, of.owner_table, actor, owner_id)
    if entry is None or owner is None:
        raise NotFound(pointer="/entry_id")
    if request.kind == "risk_recovery":
        require_lender(actor, await session.get_one(Loan, owner.loan_id))
    if not await _transfers(session, request.kind, entry.id):
        raise EntryOfBooks()
    row = BankEntryReversal(
        kind=request.kind, entry_id=entry.id, owner_id=owner_id, division_code=owner.division_code,
        amount_fen=entry.amount_fen, reason=request.reason, state="proposed",
    )  # fmt: skip
    decisions.sign(actor, row)
    await pages.add(session, row)
    audit.record(session, actor, "bank_entry.ask_reversal", f"{row.kind}:{row.entry_id}")
    return _answer(row)


async def decide(
    session: AsyncSession, actor: Actor, reversal_id: int, request: common_wire.NewDecision
) -> wire.BankEntryReversal:
    """Undo it, and everything is as if it had never been entered; or leave it as it is.

    The correction has effect from the entry's own day, or the first open day after a closed period. The ledger refuses
    what was lent, claimed or paid out since.
    """
    seen = await pages.visible(session, BankEntryReversal, actor, reversal_id)
    if seen is None:
        raise NotFound()
    require_declared(actor, RIGHTS[seen.kind].decide)
    owner = await _locked(session, actor, seen)
    row = await pages.visible(session, BankEntryReversal, actor, reversal_id, lock=True)
    if row is None or row.state != "proposed":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    of = KINDS[row.kind]
    entry = await session.get_one(of.table, row.entry_id)
    day = getattr(entry, of.day)
    require_order(request.decided_on, today=clock.office_today(), not_before=day, pointer="/decided_on")
    wrong = await _transfers(session, row.kind, row.entry_id)
    county = wrong[0].book[:COUNTY_DIGITS]
    await period_closes.require_open(session, county, request.decided_on)
    row.state = "approved" if request.outcome == "approve" else "refused"
    decisions.record(
        session, actor, row, ("bank_entry_reversal", row.id), "decide",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    if row.state == "approved":
        await _require_unsettled(session, row.kind, owner, entry)
        await session.flush()
        on = await period_closes.first_open_day(session, county, wrong[0].effective_on)
        await _correct(session, actor, wrong, row, on)
        await _stand_again(session, row.kind, owner)
    audit.record(session, actor, "bank_entry.decide_reversal", f"{row.kind}:{row.entry_id}", outcome=request.outcome)
    return _answer(row)


async def _locked(session: AsyncSession, actor: Actor, row: BankEntryReversal) -> Any:
    """What the entry is of, with all that its own requests hold, in their order."""
    if row.kind == "pool_repayment":
        return await pool_lendings.locked_lending(session, actor, row.owner_id)
    if row.kind == "payment_return":
        return await _locked_payment(session, actor, row.owner_id)
    if row.kind == "grant_return":
        return (await grant_batches.of_line(session, row.owner_id))[1]
    if row.kind == "risk_recovery":
        return await risk_compensations.locked_with_loan(session, actor, row.owner_id)
    owner = await pages.visible(session, KINDS[row.kind].owner_table, actor, row.owner_id, lock=True)
    if owner is None:
        raise NotFound()
    return owner


async def _locked_payment(session: AsyncSession, actor: Actor, payment_id: int) -> Payment:
    payment = await payments.visible(session, actor, payment_id, lock=True)
    if payment is None or await claims.visible(session, actor, payment.claim_id, lock=True) is None:
        raise NotFound()
    return payment


async def _require_unsettled(session: AsyncSession, kind: str, owner: Any, entry: Any) -> None:
    """Refuse to undo what a departure or another claim was settled on since. Raises EntrySettled."""
    if kind == "payment_return":
        settled = await claims.is_claimed_again(session, owner.claim_id)
    elif kind == "grant_return":
        settled = await grant_returns.is_given_again(session, owner)
    elif kind == "risk_recovery":
        settled = await risk_funds.claimed_after(session, owner)
    elif kind == "pool_contribution":
        settled = await _has_left(session, owner.id, entry.member_id)
    elif kind == "pool_repayment":
        settled = await _has_left(session, owner.pool_id, owner.member_id)
    else:
        settled = False
    if settled:
        raise EntrySettled()


async def _has_left(session: AsyncSession, pool_id: int, member_id: int | None) -> bool:
    return member_id is not None and await pools.present_member(session, pool_id, member_id) is None


async def _correct(
    session: AsyncSession, actor: Actor, wrong: Sequence[LedgerTransfer], row: BankEntryReversal, on: date
) -> None:
    """The ledger's corrections with effect from a day; from the day of the decision, where the money was elsewhere in
    between."""
    assert row.decided_on is not None
    reason = " ".join(row.reason.split())
    for transfer in wrong:
        try:
            await ledger.correct(session, actor, transfer.book, transfer.id, reason, on)
        except NotEnoughOnThatDay:
            await ledger.correct(session, actor, transfer.book, transfer.id, reason, row.decided_on)


async def _stand_again(session: AsyncSession, kind: str, owner: Any) -> None:
    """A lending that counted as paid back is owed again, a payment or grant that came back whole is paid again.

    Whoever had died before a grant was paid has a case once more.
    """
    if kind == "pool_repayment" and owner.state == "repaid":
        owner.state = "lent"
    elif kind == "payment_return" and owner.state == "returned":
        owner.state = "paid"
        (await session.get_one(Claim, owner.claim_id)).state = "paid"
    elif kind == "grant_return":
        await grant_returns.pay_again(session, owner)
        await claw_backs.of_results(session, [owner], owner.settled_on)
    await session.flush()


async def _transfers(session: AsyncSession, kind: str, entry_id: int) -> Sequence[LedgerTransfer]:
    return await ledger.transfers_of(session, KINDS[kind].transfer, kind, entry_id)


async def list_reversals(
    session: AsyncSession, actor: Actor, area: str, state: str | None, cursor: str | None, limit: int
) -> Page[wire.BankEntryReversal]:
    """Those of the kinds whose entries the actor may read."""
    readable = [kind for kind, rights in RIGHTS.items() if actor.may(rights.read)]
    wanted = [
        BankEntryReversal.kind.in_(readable),
        *([] if state is None else [BankEntryReversal.state == state]),
    ]
    rows = await pages.newest(session, BankEntryReversal, actor, area, wanted, before_of(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, [_answer(row) for row in rows[:limit]])


def _answer(row: BankEntryReversal) -> wire.BankEntryReversal:
    return shaped(wire.BankEntryReversal, row, reversal_id=row.id)
