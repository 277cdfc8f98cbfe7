"""SQL of claw-back cases, and of the lines a told death touches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import ClawBack, GrantBatch, GrantLine
from services.funds.storage.trace import one_of
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within

UNPAID = ("prepared", "approved", "waiting")
"""States of lines whose money has not gone to the bank."""


async def batches_of(session: AsyncSession, person_id: str) -> list[int]:
    """Batches in which this person has, or receives, a line that is not paid yet."""
    rows = await session.scalars(
        select(GrantLine.batch_id)
        .where(
            or_(GrantLine.person_id == person_id, GrantLine.payee_person_id == person_id),
            GrantLine.live,
            GrantLine.state.in_(UNPAID),
        )
        .distinct()
    )
    return sorted(rows.all())


async def lock_batches(session: AsyncSession, ids: Sequence[int]) -> Sequence[GrantBatch]:
    rows = await session.scalars(
        select(GrantBatch)
        .where(GrantBatch.id.in_(ids))
        .order_by(GrantBatch.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def unpaid_lines(session: AsyncSession, batch_id: int, person_id: str) -> Sequence[GrantLine]:
    rows = await session.scalars(
        select(GrantLine).where(
            GrantLine.batch_id == batch_id,
            or_(GrantLine.person_id == person_id, GrantLine.payee_person_id == person_id),
            GrantLine.live,
            GrantLine.state.in_(UNPAID),
        )
    )
    return rows.all()


async def anybody_left(session: AsyncSession, batch_id: int) -> bool:
    """Whether the batch has a line that may still be paid."""
    query = select(GrantLine.id).where(GrantLine.batch_id == batch_id, GrantLine.live).limit(1)
    return await session.scalar(query) is not None


async def paid_lines(session: AsyncSession, person_id: str) -> Sequence[GrantLine]:
    """Grants for this person, or received by them, that were paid, whenever."""
    whose = or_(GrantLine.person_id == person_id, GrantLine.payee_person_id == person_id)
    return (await session.scalars(select(GrantLine).where(whose, GrantLine.state == "paid"))).all()


async def open_cases(session: AsyncSession, cases: Sequence[ClawBack]) -> None:
    """Open a case for each line; one that was closed when the death was taken back is open again with its new day."""
    names = [column.name for column in ClawBack.__table__.columns if column.name != "id"]
    for case in cases:
        row = insert(ClawBack).values({name: getattr(case, name) for name in names})
        told = {name: row.excluded[name] for name in ("state", "person_id", "died_on", "note")}
        await session.execute(
            row.on_conflict_do_update(index_elements=["line_id"], set_=told, where=ClawBack.state != "recovered")
        )


async def close_paid_by(session: AsyncSession, person_id: str, died_on: date, note: str) -> None:
    """The day of death was corrected to a later one: what was paid up to that day is not to be got back."""
    await session.execute(
        update(ClawBack)
        .where(ClawBack.person_id == person_id, ClawBack.state == "open", ClawBack.paid_on <= died_on)
        .values(state="closed", note=note)
        .execution_options(synchronize_session=False)
    )


async def close_open(session: AsyncSession, person_id: str, note: str) -> None:
    """The death was withdrawn: nothing is to be got back."""
    rows = await session.scalars(
        select(ClawBack).where(ClawBack.person_id == person_id, ClawBack.state == "open").with_for_update()
    )
    for row in rows:
        row.state, row.note = "closed", note
    await session.flush()


async def visible(session: AsyncSession, actor: Actor, case_id: int, *, lock: bool = False) -> ClawBack | None:
    """The case if it lies in the actor's scope; its list is locked before it."""
    query = select(ClawBack).where(ClawBack.id == case_id, in_scope(ClawBack.division_code, actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def list_visible(
    session: AsyncSession, actor: Actor, area: str, state: str | None, before_id: int | None, limit: int
) -> Sequence[ClawBack]:
    """Cases of the area, newest first."""
    query = (
        select(ClawBack)
        .where(in_scope(ClawBack.division_code, actor), within(ClawBack.division_code, area))
        .order_by(ClawBack.id.desc())
        .limit(limit)
    )
    if state is not None:
        query = query.where(ClawBack.state == state)
    if before_id is not None:
        query = query.where(ClawBack.id < before_id)
    return (await session.scalars(query)).all()


async def open_of(session: AsyncSession, line_id: int) -> ClawBack | None:
    """The open case of a grant, locked."""
    query = select(ClawBack).where(ClawBack.line_id == line_id, ClawBack.state == "open").with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).first()


async def references_of(session: AsyncSession, line_ids: Iterable[int]) -> dict[int, str]:
    """By grant that was got back after a death: the bank's reference of that."""
    query = select(ClawBack.line_id, ClawBack.bank_reference).where(
        one_of(ClawBack.line_id, line_ids), ClawBack.state == "recovered"
    )
    return {line_id: reference for line_id, reference in await session.execute(query) if reference is not None}
