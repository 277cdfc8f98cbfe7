"""SQL of operations with projects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.funds.storage.tables import Allocation, Funding, FundingRelease
from shared.chassis.scope import within

_TOTALS = text(
    """
    with decided as (
        select f.county_code, f.asked_on, f.op, f.amount_fen, coalesce(r.released_fen, 0) as released_fen,
               case f.state when 'posted' then 'funded' when 'voided' then 'tombstone' else f.state end as state
        from fundings f
        left join (select op, sum(amount_fen) as released_fen from funding_releases group by op) r on r.op = f.op
        where f.state <> 'reserved' and f.asked_on between :first and :last and f.county_code like :area || '%'
    )
    select county_code, asked_on, count(*) as count,
           coalesce(sum(amount_fen) filter (where state = 'funded'), 0)::bigint as funded_fen,
           coalesce(sum(released_fen), 0)::bigint as released_fen,
           bit_xor(('x' || left(encode(sha256(convert_to(
               op || '|' || amount_fen || '|' || state || '|' || released_fen, 'UTF8')), 'hex'),
               16))::bit(64)::bigint)::text as hash
    from decided group by county_code, asked_on order by county_code, asked_on
    """
)


async def add(session: AsyncSession, row: Funding) -> None:
    session.add(row)
    await session.flush()


async def live(session: AsyncSession, allocation_id: int) -> Funding | None:
    """The operation on this allocation that is under way or was posted; the caller holds the allocation's row."""
    query = select(Funding).where(Funding.allocation_id == allocation_id, Funding.state.in_(("reserved", "posted")))
    return (await session.scalars(query)).one_or_none()


async def get(session: AsyncSession, op: str, *, lock: bool = False) -> Funding | None:
    query = select(Funding).where(Funding.op == op).execution_options(populate_existing=True)
    return (await session.scalars(query.with_for_update() if lock else query)).one_or_none()


async def lock_allocation(session: AsyncSession, allocation_id: int) -> Allocation:
    """The allocation of an operation, whoever ends it."""
    query = select(Allocation).where(Allocation.id == allocation_id).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def projects_of(session: AsyncSession, allocation_id: int) -> Sequence[str]:
    """The project of an allocation, and the one its money was moved from."""
    found = (await session.execute(_PROJECTS_OF, {"allocation": allocation_id})).one()
    return [code for code in found if code is not None]


_Origin = aliased(Allocation)
_PROJECTS_OF = (
    select(Allocation.project_code, _Origin.project_code)
    .outerjoin(_Origin, _Origin.id == Allocation.moved_from_id)
    .where(Allocation.id == bindparam("allocation"))
)
"""Built once: an alias costs as much to make as the question to ask, and every operation with projects asks it."""


async def take_due(session: AsyncSession, now: datetime, again_after: timedelta, limit: int) -> Sequence[Funding]:
    """Operations whose turn it is to be asked for; until `again_after` no other sweeper takes them."""
    due = (
        select(Funding.op)
        .where(Funding.state == "reserved", Funding.next_ask_at <= now)
        .order_by(Funding.next_ask_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(Funding)
        .where(Funding.op.in_(due.scalar_subquery()))
        .values(next_ask_at=now + again_after)
        .returning(Funding)
        .execution_options(synchronize_session=False)
    )
    return (await session.scalars(taken)).all()


async def unagreed(
    session: AsyncSession, area: str, *, refused_too: bool, after_id: int, limit: int
) -> Sequence[tuple[Allocation, str | None]]:
    """Approved allocations of the area with money of which projects have no word, by id; why they refused, if so."""
    agreed = exists().where(Funding.allocation_id == Allocation.id, Funding.state.in_(("reserved", "posted")))
    refused = (
        select(Funding.reason)
        .where(Funding.allocation_id == Allocation.id, Funding.state == "refused")
        .order_by(Funding.begun_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(Allocation, refused)
        .where(
            within(Allocation.county_code, area),
            Allocation.state == "approved",
            Allocation.amount_fen > Allocation.reduced_fen,
            Allocation.id > after_id,
            ~agreed,
        )
        .order_by(Allocation.id)
        .limit(limit)
    )
    if not refused_too:
        query = query.where(refused.is_(None))
    return [(row, reason) for row, reason in await session.execute(query)]


async def add_unless_live(session: AsyncSession, values: dict[str, Any]) -> Funding | None:
    """A new operation of an allocation; None when it has one under way or posted by now."""
    made = insert(Funding).values(**values).on_conflict_do_nothing().returning(Funding)
    return (await session.scalars(made)).one_or_none()


async def release_once(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Note what was taken back; False when it was noted before."""
    done = await session.execute(
        insert(FundingRelease).values(**values).on_conflict_do_nothing().returning(FundingRelease.op)
    )
    return done.first() is not None


async def totals(session: AsyncSession, area: str, first: date, last: date) -> Sequence[dict[str, Any]]:
    """Number, funded fen, released fen and hash of the area's ended operations by county and day of asking."""
    rows = await session.execute(_TOTALS, {"area": "" if area == "00" else area, "first": first, "last": last})
    return [dict(row) for row in rows.mappings()]


async def of_day(session: AsyncSession, county_code: str, asked_on: date) -> Sequence[tuple[Funding, int]]:
    """All operations of one county and day, with what was released of each."""
    released = (
        select(FundingRelease.op, func.sum(FundingRelease.amount_fen).label("fen"))
        .group_by(FundingRelease.op)
        .subquery()
    )
    query = (
        select(Funding, func.coalesce(released.c.fen, 0))
        .outerjoin(released, released.c.op == Funding.op)
        .where(Funding.county_code == county_code, Funding.asked_on == asked_on)
        .order_by(Funding.op)
    )
    return [(row, int(fen)) for row, fen in await session.execute(query)]
