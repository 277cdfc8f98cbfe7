"""Members of a mutual-aid association: they join, and they leave with what they put in once they owe nothing.

One person asks for a member to leave, another lets it go: that is when money goes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import pools as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.giving import (
    DepartureNotAsked,
    MemberOutsidePlace,
    MemberOwes,
    MembersOfMutualAidOnly,
)
from services.funds.domain.refusals.spending import AlreadyDecided
from services.funds.operations.pools import locked
from services.funds.operations.registered import FORMERLY, household_of
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import decisions, ledger, outside_books, pages, sessions
from services.funds.storage import pools as storage
from services.funds.storage.outside_books import Cause
from services.funds.storage.tables import Pool, PoolMember
from shared.chassis import audit, clock
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds_pools as wire
from shared.schemas.wire import Page

_MEMBER, _LEAVE = "pool_member", "leave"
"""What is decided on, and the step of asking for it to leave."""


async def join(
    session: AsyncSession, actor: Actor, peer: Peer, pool_id: int, request: wire.NewPoolMember
) -> wire.PoolMember:
    """Take a household on the register in; it lives where the association works, or in what followed that place."""
    require_order(request.joined_on, today=clock.office_today(), pointer="/joined_on")
    household = await household_of(peer, actor, request.joined_on, request.identity_number, (FORMERLY,))
    pool = await locked(session, actor, pool_id)
    if pool.kind != rules.MUTUAL_AID:
        raise MembersOfMutualAidOnly()
    if not household.is_of(pool.division_code):
        raise MemberOutsidePlace()
    require_order(request.joined_on, today=clock.office_today(), not_before=pool.opened_on, pointer="/joined_on")
    row = PoolMember(
        pool_id=pool.id, division_code=household.division_code, household_id=household.household_id,
        person_id=household.person_id, household_version=household.household_version,
        name_masked=household.name_masked, joined_on=request.joined_on,
    )  # fmt: skip
    decisions.sign(actor, row)
    await pages.add(session, row)
    audit.record(session, actor, "pool.join", f"pool_member:{row.id}", pool_id=pool.id)
    return (await answers(session, [row]))[0]


async def ask_to_leave(
    session: AsyncSession, actor: Actor, member_id: int, request: wire.NewDepartureRequest
) -> wire.PoolMember:
    """Ask for a member to leave on a day; asked again, the newest holds. Nothing moves yet."""
    pool, row = await _present(session, actor, member_id)
    await _require_free(session, row, request.left_on)
    await decisions.record_turn(
        session, actor, (_MEMBER, row.id), _LEAVE,
        outcome="ask", opinion=request.reason, decided_on=request.left_on,
    )  # fmt: skip
    audit.record(session, actor, "pool.ask_to_leave", f"pool_member:{row.id}", pool_id=pool.id)
    return (await answers(session, [row]))[0]


async def leave(session: AsyncSession, actor: Actor, member_id: int, request: wire.NewDeparture) -> wire.PoolMember:
    """Let a member go with what it put in, as another person asked. Who owes something stays."""
    pool, row = await _present(session, actor, member_id)
    await _require_free(session, row, request.left_on)
    asked = await decisions.turns(session, (_MEMBER, row.id), _LEAVE)
    if not asked or asked[-1].decided_on != request.left_on:
        raise DepartureNotAsked(pointer="/left_on")
    require_other_person(actor.person, asked[-1].decided_person)
    row.left_on = request.left_on
    await session.flush()
    await _pay_out(session, actor, pool, row)
    audit.record(session, actor, "pool.leave", f"pool_member:{row.id}", pool_id=pool.id)
    return (await answers(session, [row]))[0]


async def _present(session: AsyncSession, actor: Actor, member_id: int) -> tuple[Pool, PoolMember]:
    """A pool, locked, and one who is its member still."""
    seen = await pages.visible(session, PoolMember, actor, member_id)
    if seen is None:
        raise NotFound()
    pool = await locked(session, actor, seen.pool_id)
    row = await storage.present_member(session, pool.id, seen.id)
    if row is None:
        raise AlreadyDecided()
    return pool, row


async def _require_free(session: AsyncSession, row: PoolMember, left_on: date) -> None:
    """Refuse a day before the last of what the member did, and whoever owes something."""
    last_on = max([row.joined_on, *await storage.last_days_of(session, row.id)])
    require_order(left_on, today=clock.office_today(), not_before=last_on, pointer="/left_on")
    if (await storage.owed_by_member(session, [row.id])).get(row.id, 0):
        raise MemberOwes()


async def _pay_out(session: AsyncSession, actor: Actor, pool: Pool, row: PoolMember) -> None:
    put_in = (await storage.contributed_by(session, [row.id])).get(row.id, 0)
    if put_in and row.left_on is not None:
        held = await ledger.account_of(session, "pool", pool.id)
        cause = Cause("withdraw", "pool_member", row.id, row.left_on, "")
        await outside_books.take_out(session, actor, "pool", held, put_in, cause)


async def list_members(
    session: AsyncSession, actor: Actor, trail: Database, pool_id: int, cursor: str | None, limit: int
) -> Page[wire.PoolMember]:
    """Members of a pool, past and present, with what each put in and owes; the reading is noted."""
    if await pages.visible(session, Pool, actor, pool_id) is None:
        raise NotFound()
    wanted = [PoolMember.pool_id == pool_id]
    rows = await pages.newest(session, PoolMember, actor, "00", wanted, before_of(cursor), limit + 1)
    items = await answers(session, rows[:limit])
    page = page_of(rows, limit, lambda row: row.id, items)
    await sessions.let_go(session)
    subjects = sorted({item.person_id for item in items})
    await audit.record_read(trail, actor, "pool_member.read", subjects, "name_masked,contributed_fen,owed_fen")
    return page


async def answers(session: AsyncSession, rows: Sequence[PoolMember]) -> list[wire.PoolMember]:
    ids = [row.id for row in rows]
    put_in = await storage.contributed_by(session, ids)
    owed = await storage.owed_by_member(session, ids)
    leaving = await decisions.newest_of(session, _MEMBER, ids, _LEAVE)
    return [
        shaped(
            wire.PoolMember, row, member_id=row.id, contributed_fen=put_in.get(row.id, 0),
            owed_fen=owed.get(row.id, 0), leaves_on=leaving[row.id].decided_on if row.id in leaving else None,
        )
        for row in rows
    ]  # fmt: skip
