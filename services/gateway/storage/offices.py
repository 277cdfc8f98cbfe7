"""SQL of offices."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.storage.tables import Office
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def get(session: AsyncSession, actor: Actor, code: str) -> Office | None:
    """The office, if it lies in the actor's scope."""
    return await session.scalar(select(Office).where(Office.code == code, in_scope(Office.division_code, actor)))


async def get_any(session: AsyncSession, code: str) -> Office | None:
    """The office wherever it lies; for the first start only."""
    return await session.get(Office, code)


async def list_in_scope(
    session: AsyncSession, actor: Actor, area: str, after: str | None, limit: int
) -> Sequence[Office]:
    """Offices of the actor's scope inside `area` by code, at most `limit`, behind code `after`."""
    query = (
        select(Office)
        .where(in_scope(Office.division_code, actor), within(Office.division_code, area))
        .order_by(Office.code)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Office.code > after)
    return (await session.scalars(query)).all()


async def add(session: AsyncSession, office: Office) -> None:
    session.add(office)
    await session.flush()
