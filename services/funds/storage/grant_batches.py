"""SQL of grant batches and their lines."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import Allocation, GrantBatch, GrantLine
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def add(session: AsyncSession, batch: GrantBatch, lines: Sequence[GrantLine]) -> None:
    """Insert a batch with its lines; a person granted the same elsewhere violates uq_grant_lines_once."""
    session.add(batch)
    await session.flush()
    for line in lines:
        line.batch_id = batch.id
    session.add_all(lines)
    await session.flush()


async def visible(session: AsyncSession, actor: Actor, batch_id: int, *, lock: bool = False) -> GrantBatch | None:
    query = select(GrantBatch).where(GrantBatch.id == batch_id, in_scope(GrantBatch.division_code, actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def list_visible(
    session: AsyncSession,
    actor: Actor,
    area: str,
    *,
    fund_year: int | None,
    programme: str | None,
    state: str | None,
    before_id: int | None,
    limit: int,
) -> Sequence[GrantBatch]:
    """Batches of the area, newest first."""
    query = (
        select(GrantBatch)
        .where(in_scope(GrantBatch.division_code, actor), within(GrantBatch.division_code, area))
        .order_by(GrantBatch.id.desc())
        .limit(limit)
    )
    for column, value in (
        (GrantBatch.fund_year, fund_year),
        (GrantBatch.programme, programme),
        (GrantBatch.state, state),
    ):
        if value is not None:
            query = query.where(column == value)
    if before_id is not None:
        query = query.where(GrantBatch.id < before_id)
    return (await session.scalars(query)).all()


async def lines_of(session: AsyncSession, batch_id: int, state: str | None = None) -> Sequence[GrantLine]:
    """A batch's lines in order; those in one state if asked."""
    query = select(GrantLine).where(GrantLine.batch_id == batch_id).order_by(GrantLine.number)
    if state is not None:
        query = query.where(GrantLine.state == state)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def line_counts(session: AsyncSession, batch_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """By batch: lines accepted at preparation, and lines refused then."""
    refused = func.count().filter(GrantLine.state == "refused", GrantLine.reason != "batch_refused")
    rows = await session.execute(
        select(GrantLine.batch_id, func.count(), refused)
        .where(GrantLine.batch_id.in_(batch_ids))
        .group_by(GrantLine.batch_id)
    )
    return {batch_id: (total - out, out) for batch_id, total, out in rows}


async def already_given(session: AsyncSession, programme: str, period: str, person_ids: Sequence[str]) -> set[str]:
    """Those people who have a live line of the programme and period, wherever it is."""
    rows = await session.scalars(
        select(GrantLine.person_id).where(
            GrantLine.person_id.in_(person_ids),
            GrantLine.programme == programme,
            GrantLine.period == period,
            GrantLine.live,
        )
    )
    return {row for row in rows if row is not None}


async def set_lines(
    session: AsyncSession, batch_id: int, before: str, after: str, *, live: bool, reason: str | None = None
) -> None:
    """Move all lines of a batch from one state to another."""
    await session.execute(
        update(GrantLine)
        .where(GrantLine.batch_id == batch_id, GrantLine.state == before)
        .values(state=after, live=live, reason=reason)
        .execution_options(synchronize_session=False)
    )


async def grants_of(
    session: AsyncSession,
    actor: Actor,
    household_id: str | None,
    person_id: str | None,
    before_id: int | None,
    limit: int,
) -> Sequence[tuple[GrantLine, GrantBatch, str]]:
    """Grants of a household or person in the actor's area with batch and project, newest first."""
    query = (
        select(GrantLine, GrantBatch, Allocation.project_code)
        .join(GrantBatch, GrantBatch.id == GrantLine.batch_id)
        .join(Allocation, Allocation.id == GrantBatch.allocation_id)
        .where(in_scope(GrantLine.division_code, actor), GrantLine.state != "refused")
        .order_by(GrantLine.id.desc())
        .limit(limit)
    )
    if household_id is not None:
        query = query.where(GrantLine.household_id == household_id)
    if person_id is not None:
        query = query.where(GrantLine.person_id == person_id)
    if before_id is not None:
        query = query.where(GrantLine.id < before_id)
    return [(line, batch, code) for line, batch, code in await session.execute(query)]
