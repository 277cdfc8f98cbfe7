"""Entries in the books of money that belongs to no receipt, and the undoing of one that should not have been made.

Whoever may make an entry may ask for it to be undone; another person, who may decide on such money, undoes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.giving import EntrySettled
from services.funds.domain.refusals.spending import AlreadyDecided
from services.funds.operations import pool_lendings, risk_compensations
from services.funds.operations.loans import require_lender
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import decisions, ledger, pages, period_closes, pools, risk_funds
from services.funds.storage import outside_entries as storage
from services.funds.storage.outside_entries import KINDS
from services.funds.storage.tables import Loan, OutsideEntryReversal
from shared.chassis import audit, clock
from shared.chassis.identity import Actor, require_declared
from shared.refusals import NotFound
from shared.schemas import funds as common_wire
from shared.schemas import funds_outside_entries as wire
from shared.schemas.wire import Page


@dataclass(frozen=True, slots=True)
class Rights:
    """Who may make, undo and read entries of a kind."""

    make: str
    decide: str
    read: str


RIGHTS = {
    "dividend_payment": Rights("dividend.pay", "dividend.decide", "dividend.read"),
    "pool_contribution": Rights("pool.manage", "pool.decide", "pool.read"),
    "pool_repayment": Rights("pool.manage", "pool.decide", "pool.read"),
    "risk_fund_deposit": Rights("risk_fund.manage", "risk_fund.decide", "risk_fund.read"),
    "risk_recovery": Rights("risk_fund.claim", "risk_fund.decide", "risk_fund.read"),
}


async def list_entries(
    session: AsyncSession, actor: Actor, kind: wire.EntryKind, owner_id: int, cursor: str | None, limit: int
) -> Page[wire.OutsideEntry]:
    """Entries of one share, pool, lending, risk fund or compensation, the newest first."""
    require_declared(actor, RIGHTS[kind].read)
    of = KINDS[kind]
    if await pages.visible(session, of.owner_table, actor, owner_id) is None:
        raise NotFound(pointer="/owner_id")
    rows = await storage.of_owner(session, kind, owner_id, before_of(cursor), limit + 1)
    items = [
        shaped(
            wire.OutsideEntry, row, kind=kind, entry_id=row.id, owner_id=owner_id, entered_for=getattr(row, of.day),
            undone_on=undone_on,
        )
        for row, undone_on in rows[:limit]
    ]  # fmt: skip
    return page_of(rows, limit, lambda pair: int(pair[0].id), items)


async def propose(
    session: AsyncSession, actor: Actor, request: wire.NewOutsideEntryReversal
) -> wire.OutsideEntryReversal:
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
    row = OutsideEntryReversal(
        kind=request.kind, entry_id=entry.id, owner_id=owner_id, division_code=owner.division_code,
        amount_fen=entry.amount_fen, reason=request.reason, state="proposed",
    )  # fmt: skip
    decisions.sign(actor, row)
    await pages.add(session, row)
    audit.record(session, actor, "outside_entry.ask_reversal", f"{row.kind}:{row.entry_id}")
    return _answer(row)


async def decide(
    session: AsyncSession, actor: Actor, reversal_id: int, request: common_wire.NewDecision
) -> wire.OutsideEntryReversal:
    """Undo it, and everything is as if it had never been entered; or leave it as it is.

    The ledger refuses what was lent, claimed or paid out since.
    """
    seen = await pages.visible(session, OutsideEntryReversal, actor, reversal_id)
    if seen is None:
        raise NotFound()
    require_declared(actor, RIGHTS[seen.kind].decide)
    owner = await _locked(session, actor, seen)
    row = await pages.visible(session, OutsideEntryReversal, actor, reversal_id, lock=True)
    if row is None or row.state != "proposed":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    of = KINDS[row.kind]
    entry = await session.get_one(of.table, row.entry_id)
    day = getattr(entry, of.day)
    require_order(request.decided_on, today=clock.office_today(), not_before=day, pointer="/decided_on")
    row.state = "approved" if request.outcome == "approve" else "refused"
    decisions.record(
        session, actor, row, ("outside_entry_reversal", row.id), "decide",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    if row.state == "approved":
        await _require_unsettled(session, row.kind, owner, entry)
        await session.flush()
        await _undo(session, actor, row, owner)
    audit.record(session, actor, "outside_entry.decide_reversal", f"{row.kind}:{row.entry_id}", outcome=request.outcome)
    return _answer(row)


async def _locked(session: AsyncSession, actor: Actor, row: OutsideEntryReversal) -> Any:
    """What the entry is of, with all that its own requests hold, in their order."""
    if row.kind == "pool_repayment":
        return await pool_lendings.locked_lending(session, actor, row.owner_id)
    if row.kind == "risk_recovery":
        return await risk_compensations.locked_with_loan(session, actor, row.owner_id)
    owner = await pages.visible(session, KINDS[row.kind].owner_table, actor, row.owner_id, lock=True)
    if owner is None:
        raise NotFound()
    return owner


async def _require_unsettled(session: AsyncSession, kind: str, owner: Any, entry: Any) -> None:
    """Refuse to undo what a departure or another claim was settled on since. Raises EntrySettled."""
    member_id, pool_id = None, 0
    if kind == "pool_contribution":
        member_id, pool_id = entry.member_id, owner.id
    elif kind == "pool_repayment":
        member_id, pool_id = owner.member_id, owner.pool_id
    elif kind == "risk_recovery" and await risk_funds.claimed_after(session, owner):
        raise EntrySettled()
    if member_id is not None and await pools.present_member(session, pool_id, member_id) is None:
        raise EntrySettled()


async def _undo(session: AsyncSession, actor: Actor, row: OutsideEntryReversal, owner: Any) -> None:
    """The ledger's correction, with effect from the entry's own day, or the first open day after a closed period.

    A lending that counted as paid back is owed again.
    """
    wrong = await ledger.last_transfer(session, KINDS[row.kind].transfer, row.kind, row.entry_id)
    on = await period_closes.first_open_day(session, owner.county_code, wrong.effective_on)
    await ledger.correct(session, actor, wrong.book, wrong.id, " ".join(row.reason.split()), on)
    if row.kind == "pool_repayment" and owner.state == "repaid":
        owner.state = "lent"
        await session.flush()


async def list_reversals(
    session: AsyncSession, actor: Actor, area: str, state: str | None, cursor: str | None, limit: int
) -> Page[wire.OutsideEntryReversal]:
    """Those of the kinds whose entries the actor may read."""
    readable = [kind for kind, rights in RIGHTS.items() if actor.may(rights.read)]
    wanted = [
        OutsideEntryReversal.kind.in_(readable),
        *([] if state is None else [OutsideEntryReversal.state == state]),
    ]
    rows = await pages.newest(session, OutsideEntryReversal, actor, area, wanted, before_of(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, [_answer(row) for row in rows[:limit]])


def _answer(row: OutsideEntryReversal) -> wire.OutsideEntryReversal:
    return shaped(wire.OutsideEntryReversal, row, reversal_id=row.id)
