"""SQL of fundings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.storage.tables import Project
from services.projects.storage.tables_fundings import Funding, FundingRelease

_TOTALS = text(
    """
    select f.county_code, f.asked_on, count(*) as count,
           coalesce(sum(f.amount_fen) filter (where f.state = 'funded'), 0)::bigint as funded_fen,
           coalesce(sum(r.released_fen), 0)::bigint as released_fen,
           bit_xor(('x' || left(encode(sha256(convert_to(
               f.op || '|' || f.amount_fen || '|' || f.state || '|' || coalesce(r.released_fen, 0), 'UTF8')), 'hex'),
               16))::bit(64)::bigint)::text as hash
    from fundings f
    left join (select op, sum(amount_fen) as released_fen from funding_releases group by op) r on r.op = f.op
    where f.asked_on between :first and :last and f.county_code like :area || '%'
    group by f.county_code, f.asked_on order by f.county_code, f.asked_on
    """
)


async def lock_project(session: AsyncSession, code: str) -> Project | None:
    """The project, locked, whoever asks: fundings of one project are decided one after the other."""
    query = (
        select(Project).where(Project.project_code == code).with_for_update().execution_options(populate_existing=True)
    )
    return (await session.scalars(query)).one_or_none()


async def get(session: AsyncSession, op: str) -> Funding | None:
    return (
        await session.scalars(select(Funding).where(Funding.op == op).execution_options(populate_existing=True))
    ).one_or_none()


async def decide_once(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert the decision; False when there is one already."""
    done = await session.execute(
        insert(Funding).values(**values).on_conflict_do_nothing(index_elements=[Funding.op]).returning(Funding.op)
    )
    return done.first() is not None


async def release_once(session: AsyncSession, values: dict[str, Any]) -> bool:
    """Insert a release; False when it was noted before."""
    done = await session.execute(
        insert(FundingRelease).values(**values).on_conflict_do_nothing().returning(FundingRelease.op)
    )
    return done.first() is not None


async def released_of(session: AsyncSession, op: str) -> int:
    """Fen that came back of one operation."""
    query = select(func.coalesce(func.sum(FundingRelease.amount_fen), 0)).where(FundingRelease.op == op)
    return int(await session.scalar(query) or 0)


async def totals(session: AsyncSession, area: str, first: date, last: date) -> Sequence[dict[str, Any]]:
    """Number, funded fen, released fen and hash of the area's operations by county and day of asking."""
    rows = await session.execute(_TOTALS, {"area": "" if area == "00" else area, "first": first, "last": last})
    return [dict(row) for row in rows.mappings()]


async def facts(session: AsyncSession, county_code: str, asked_on: date) -> Sequence[tuple[Funding, int]]:
    """The operations of one county and day with what was released of each."""
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
