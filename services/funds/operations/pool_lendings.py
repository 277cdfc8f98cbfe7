"""Lending from a pool: proposed by one person, which sets the money aside, decided on by another, paid back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import pools as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.spending import AlreadyDecided, StepNotDue
from services.funds.domain.uscc import require_uscc
from services.funds.operations.pools import locked, member_on
from services.funds.operations.registered import require_still
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import bank_entries, decisions, ledger, outside_books, pages, parameters, sessions
from services.funds.storage import pools as storage
from services.funds.storage.outside_books import Cause
from services.funds.storage.tables import Pool, PoolLending, PoolMember, PoolRepayment
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds as common_wire
from shared.schemas import funds_pools as wire
from shared.schemas.wire import Page


async def propose(
    session: AsyncSession, actor: Actor, peer: Peer, pool_id: int, request: wire.NewLending
) -> wire.Lending:
    """Set money of a pool aside for a borrower, within the ceiling and the term; a member is on the register still."""
    households = await _households_of(session, actor, peer, request.member_id)
    pool = await locked(session, actor, pool_id)
    rules.require_borrower(pool.kind, request.member_id is not None, request.borrower_name, request.borrower_uscc)
    require_order(request.proposed_on, today=clock.office_today(), not_before=pool.opened_on, pointer="/proposed_on")
    rules.require_due_day(request.proposed_on, request.due_on, pool.term_months)
    rules.require_ceiling(request.amount_fen, await _owed(session, pool, request, households), pool.lending_ceiling_fen)
    row = PoolLending(
        pool_id=pool.id, county_code=pool.county_code, division_code=pool.division_code, state="proposed",
        **request.model_dump(),
    )  # fmt: skip
    decisions.sign(actor, row)
    await pages.add(session, row)
    free = await ledger.account_of(session, "pool", pool.id)
    reserved = await ledger.account_of(session, "pool_reserved", pool.id)
    cause = Cause("reserve_lending", "pool_lending", row.id, row.proposed_on)
    await outside_books.move(session, actor, "pool", free, reserved, row.amount_fen, cause)
    audit.record(session, actor, "pool.propose", f"pool_lending:{row.id}", amount_fen=row.amount_fen)
    return (await answers(session, [row]))[0]


async def _households_of(session: AsyncSession, actor: Actor, peer: Peer, member_id: int | None) -> set[str]:
    """The household a member joined as, the one they are of by now, and those that merged into it; none of nobody.

    Asked before the request locks anything. Raises HouseholdNotRegistered, PeerUnavailable.
    """
    member = None if member_id is None else await pages.visible(session, PoolMember, actor, member_id)
    if member is None:
        return set()
    joined_as, person_id = member.household_id, member.person_id
    await sessions.let_go(session)
    return {joined_as, *await require_still(peer, actor, clock.office_today(), person_id, "/member_id")}


async def _owed(session: AsyncSession, pool: Pool, request: wire.NewLending, households: set[str]) -> int:
    """What the borrower owes the pool already. Raises MemberUnknown, UsccWrong."""
    if request.member_id is None:
        code = request.borrower_uscc or ""
        require_uscc(code, "/borrower_uscc")
        return await storage.owed_by_enterprise(session, pool.id, code)
    member = await member_on(session, pool, request.member_id, request.proposed_on, "/proposed_on")
    households = households | {member.household_id}
    await _require_room_of_household(session, pool, households, member.person_id, request)
    return await storage.owed_by(session, households, member.person_id, pool.id)


async def _require_room_of_household(
    session: AsyncSession, pool: Pool, households: set[str], person_id: str, request: wire.NewLending
) -> None:
    """The area's ceiling is a household's, however many associations it belongs to, whichever households merged into it
    and whichever the member was of before; one request at a time asks.

    That of the stated day or of today, whichever is lower.
    """
    await storage.hold_borrowers(session, {*households, person_id})
    values = await parameters.load(session, pool.county_code, request.proposed_on)
    owed = await storage.owed_by(session, households, person_id)
    ceiling = values.lowest("mutual_aid_ceiling", clock.office_today())
    rules.require_ceiling(request.amount_fen, owed, int(ceiling.value))


async def decide(
    session: AsyncSession, actor: Actor, peer: Peer, lending_id: int, request: common_wire.NewDecision
) -> wire.Lending:
    """Approve a lending, and the borrower has the money; or refuse it, and the pool has it again."""
    seen = await pages.visible(session, PoolLending, actor, lending_id)
    if seen is not None and seen.state == "proposed" and request.outcome == "approve":
        await _households_of(session, actor, peer, seen.member_id)
    row = await locked_lending(session, actor, lending_id)
    if row.state != "proposed":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    require_order(request.decided_on, today=clock.office_today(), not_before=row.proposed_on, pointer="/decided_on")
    lent = request.outcome == "approve"
    if lent:
        rules.require_not_due(request.decided_on, row.due_on)
    row.state = "lent" if lent else "refused"
    decisions.record(
        session, actor, row, ("pool_lending", row.id), "decide",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    await _release(session, actor, row, lent, request.decided_on)
    audit.record(session, actor, "pool.decide", f"pool_lending:{row.id}", outcome=request.outcome)
    return (await answers(session, [row]))[0]


async def locked_lending(session: AsyncSession, actor: Actor, lending_id: int) -> PoolLending:
    """The lending, and before it its pool: every request takes the two in this order."""
    seen = await pages.visible(session, PoolLending, actor, lending_id)
    if seen is None:
        raise NotFound()
    await locked(session, actor, seen.pool_id)
    row = await pages.visible(session, PoolLending, actor, lending_id, lock=True)
    if row is None:
        raise NotFound()
    return row


async def _release(session: AsyncSession, actor: Actor, row: PoolLending, lent: bool, on: date) -> None:
    reserved = await ledger.account_of(session, "pool_reserved", row.pool_id)
    if lent:
        into = await outside_books.open_account(session, "pool", "pool_lent", row.id, row.county_code, on.year)
    else:
        into = await ledger.account_of(session, "pool", row.pool_id)
    cause = Cause("lend" if lent else "void_reserve_lending", "pool_lending", row.id, on)
    await outside_books.move(session, actor, "pool", reserved, into, row.amount_fen, cause)


async def repay(session: AsyncSession, actor: Actor, lending_id: int, request: wire.NewPoolRepayment) -> wire.Lending:
    """Enter money that came back; more than is owed is refused. The last fen settles the lending."""
    row = await locked_lending(session, actor, lending_id)
    if row.state != "lent":
        raise StepNotDue(state=row.state)
    require_order(request.repaid_on, today=clock.office_today(), not_before=row.decided_on, pointer="/repaid_on")
    entry = await bank_entries.next_entry(session, "pool_repayment", row.county_code, request.bank_reference)
    back = PoolRepayment(lending_id=row.id, county_code=row.county_code, entry=entry, **request.model_dump())
    decisions.sign(actor, back)
    await pages.add(session, back)
    owed = await ledger.account_of(session, "pool_lent", row.id)
    free = await ledger.account_of(session, "pool", row.pool_id)
    cause = Cause("repay", "pool_repayment", back.id, back.repaid_on)
    await outside_books.move(session, actor, "pool", owed, free, back.amount_fen, cause)
    if await outside_books.balance(session, "pool_lent", row.id) == 0:
        row.state = "repaid"
        await session.flush()
    audit.record(session, actor, "pool.repay", f"pool_lending:{row.id}", amount_fen=back.amount_fen)
    return (await answers(session, [row]))[0]


async def list_lendings(
    session: AsyncSession, actor: Actor, area: str, pool_id: int | None, cursor: str | None, limit: int
) -> Page[wire.Lending]:
    wanted = [] if pool_id is None else [PoolLending.pool_id == pool_id]
    rows = await pages.newest(session, PoolLending, actor, area, wanted, before_of(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, await answers(session, rows[:limit]))


async def answers(session: AsyncSession, rows: Sequence[PoolLending]) -> list[wire.Lending]:
    owed = await outside_books.balances(session, "pool_lent", [row.id for row in rows])
    today = clock.office_today()
    return [
        shaped(
            wire.Lending, row, lending_id=row.id, outstanding_fen=owed.get(row.id, 0),
            overdue=owed.get(row.id, 0) > 0 and row.due_on < today,
        )
        for row in rows
    ]  # fmt: skip
