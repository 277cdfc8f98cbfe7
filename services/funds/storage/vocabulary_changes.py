"""SQL of changes of the lists."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import ForbiddenUse, FundKindTerm, VocabularyChange
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def hold(session: AsyncSession) -> None:
    """One change of the lists at a time, so that two cannot lay their entries over each other."""
    await session.execute(text("select pg_advisory_xact_lock(7424)"))


async def add(session: AsyncSession, row: VocabularyChange | ForbiddenUse | FundKindTerm) -> None:
    session.add(row)
    await session.flush()


async def visible(session: AsyncSession, actor: Actor, row_id: int, *, lock: bool = False) -> VocabularyChange | None:
    query = select(VocabularyChange).where(
        VocabularyChange.id == row_id, in_scope(VocabularyChange.division_code, actor)
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def list_visible(
    session: AsyncSession, actor: Actor, area: str, before_id: int | None, limit: int
) -> Sequence[VocabularyChange]:
    """Changes of the area's lists, newest first."""
    query = (
        select(VocabularyChange)
        .where(in_scope(VocabularyChange.division_code, actor), within(VocabularyChange.division_code, area))
        .order_by(VocabularyChange.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(VocabularyChange.id < before_id)
    return (await session.scalars(query)).all()


async def bans_of(session: AsyncSession, division_code: str, fund_kind: str, use_code: str) -> Sequence[ForbiddenUse]:
    """What the area itself forbids of one kind and use, on whatever days."""
    query = select(ForbiddenUse).where(
        ForbiddenUse.division_code == division_code,
        ForbiddenUse.fund_kind == fund_kind,
        ForbiddenUse.use_code == use_code,
    )
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def terms_of(session: AsyncSession, division_code: str, fund_kind: str) -> Sequence[FundKindTerm]:
    """The area's own terms of one kind."""
    query = select(FundKindTerm).where(FundKindTerm.division_code == division_code, FundKindTerm.fund_kind == fund_kind)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()
