"""SQL of mandates to receive another's grants."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import GrantMandate
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope


async def add(session: AsyncSession, row: GrantMandate) -> None:
    session.add(row)
    await session.flush()


async def visible(session: AsyncSession, actor: Actor, mandate_id: int) -> GrantMandate | None:
    """The mandate, locked, if it lies in the actor's scope."""
    query = select(GrantMandate).where(GrantMandate.id == mandate_id, in_scope(GrantMandate.division_code, actor))
    return (await session.scalars(query.with_for_update().execution_options(populate_existing=True))).first()


async def list_visible(
    session: AsyncSession, actor: Actor, person_id: str | None, before_id: int | None, limit: int
) -> Sequence[GrantMandate]:
    """Mandates of the actor's area, newest first; those for one person if asked."""
    query = (
        select(GrantMandate)
        .where(in_scope(GrantMandate.division_code, actor))
        .order_by(GrantMandate.id.desc())
        .limit(limit)
    )
    if person_id is not None:
        query = query.where(GrantMandate.person_id == person_id)
    if before_id is not None:
        query = query.where(GrantMandate.id < before_id)
    return (await session.scalars(query)).all()
