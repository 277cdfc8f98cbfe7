"""Money that circulates: open a pool, take members in, put money in. Lending is in pool_lendings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import donations as places
from services.funds.domain import pools as rules
from services.funds.domain.days import require_order
from services.funds.domain.refusals.giving import MembersOfMutualAidOnly, MemberUnknown
from services.funds.operations.open_divisions import require_division
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import bank_entries, decisions, ledger, outside_books, pages, parameters
from services.funds.storage import pools as storage
from services.funds.storage.outside_books import Cause
from services.funds.storage.tables import Pool, PoolContribution, PoolMember
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound
from shared.schemas import funds_pools as wire
from shared.schemas.wire import Page


async def open_pool(session: AsyncSession, actor: Actor, peer: Peer, request: wire.NewPool) -> wire.Pool:
    """Open a pool with limits no higher than the area's."""
    county = places.require_place(request.division_code)
    require_in_scope(actor, request.division_code)
    require_order(request.opened_on, today=clock.office_today(), pointer="/opened_on")
    await require_division(peer, actor, request.division_code, request.opened_on)
    values = await parameters.load(session, county, request.opened_on)
    rules.require_limits(
        request.kind, request.lending_ceiling_fen, request.term_months, values.days("mutual_aid_ceiling"),
        values.days("pool_term_max"),
    )  # fmt: skip
    row = Pool(county_code=county, **request.model_dump())
    decisions.sign(actor, row)
    await pages.add(session, row)
    for kind in ("pool", "pool_reserved"):
        await outside_books.open_account(session, "pool", kind, row.id, county, row.opened_on.year)
    audit.record(session, actor, "pool.open", f"pool:{row.id}", kind=row.kind)
    return (await answers(session, [row]))[0]


async def locked(session: AsyncSession, actor: Actor, pool_id: int) -> Pool:
    """The pool, held until the request ends: whoever lends, pays in or leaves waits for the other."""
    row = await pages.visible(session, Pool, actor, pool_id, lock=True)
    if row is None:
        raise NotFound()
    return row


async def contribute(session: AsyncSession, actor: Actor, pool_id: int, request: wire.NewContribution) -> wire.Pool:
    """Enter money put into a pool, by a member or by somebody else."""
    row = await locked(session, actor, pool_id)
    require_order(
        request.contributed_on, today=clock.office_today(), not_before=row.opened_on, pointer="/contributed_on"
    )
    await _require_origin(session, row, request)
    entry = await bank_entries.next_entry(session, "pool_contribution", row.county_code, request.bank_reference)
    put = PoolContribution(pool_id=row.id, county_code=row.county_code, entry=entry, **request.model_dump())
    decisions.sign(actor, put)
    await pages.add(session, put)
    held = await ledger.account_of(session, "pool", row.id)
    cause = Cause("contribute", "pool_contribution", put.id, put.contributed_on)
    await outside_books.bring_in(session, actor, "pool", held, put.amount_fen, cause)
    audit.record(session, actor, "pool.contribute", f"pool:{row.id}", amount_fen=put.amount_fen, origin=put.origin)
    return (await answers(session, [row]))[0]


async def _require_origin(session: AsyncSession, row: Pool, request: wire.NewContribution) -> None:
    """A member's money names the member, nobody else's does."""
    if (request.origin == "member") != (request.member_id is not None):
        raise MemberUnknown()
    if request.member_id is None:
        return
    if row.kind != rules.MUTUAL_AID:
        raise MembersOfMutualAidOnly(pointer="/origin")
    await member_on(session, row, request.member_id, request.contributed_on, "/contributed_on")


async def member_on(session: AsyncSession, row: Pool, member_id: int, on: date, pointer: str) -> PoolMember:
    """A present member who had joined by the day. Raises MemberUnknown, DayBeforeStep."""
    member = await storage.present_member(session, row.id, member_id)
    if member is None:
        raise MemberUnknown()
    require_order(on, today=clock.office_today(), not_before=member.joined_on, pointer=pointer)
    return member


async def get(session: AsyncSession, actor: Actor, pool_id: int) -> wire.Pool:
    row = await pages.visible(session, Pool, actor, pool_id)
    if row is None:
        raise NotFound()
    return (await answers(session, [row]))[0]


async def list_pools(
    session: AsyncSession, actor: Actor, area: str, kind: str | None, cursor: str | None, limit: int
) -> Page[wire.Pool]:
    wanted = [] if kind is None else [Pool.kind == kind]
    rows = await pages.newest(session, Pool, actor, area, wanted, before_of(cursor), limit + 1)
    return page_of(rows, limit, lambda row: row.id, await answers(session, rows[:limit]))


async def answers(session: AsyncSession, rows: Sequence[Pool]) -> list[wire.Pool]:
    ids = [row.id for row in rows]
    free = await outside_books.balances(session, "pool", ids)
    reserved = await outside_books.balances(session, "pool_reserved", ids)
    lent = await storage.lent_by(session, ids)
    contributed = await storage.contributed_to(session, ids)
    return [
        shaped(
            wire.Pool, row, pool_id=row.id, balance_fen=free[row.id], reserved_fen=reserved[row.id],
            lent_fen=lent.get(row.id, 0), contributed_fen=contributed.get(row.id, 0),
        )
        for row in rows
    ]  # fmt: skip
