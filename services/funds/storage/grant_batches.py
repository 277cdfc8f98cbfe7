"""SQL of grant batches and their lines."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, BigInteger, String, column, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.funds.domain.grants import ABOUT_ACCOUNT, Hold, Reason
from services.funds.storage import grant_holds
from services.funds.storage.tables import Allocation, Base, GrantBatch, GrantHold, GrantLine
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within

AT_ONCE = 2_500
"""Lines sent at once."""
_GAVE_WAY = (GrantLine.state == "stopped") & GrantLine.reason.in_(ABOUT_ACCOUNT)
"""Of a line another stands in the place of: it waited for its account till then."""


async def add(
    session: AsyncSession, batch: GrantBatch, lines: Sequence[dict[str, Any]], holds: Mapping[int, Sequence[Hold]]
) -> None:
    """Insert a batch with its lines and what they hold, by line number.

    A person granted the same elsewhere meanwhile violates uq_grant_lines_once or uq_grant_holds_once.
    """
    session.add(batch)
    await session.flush()
    table = Base.metadata.tables["grant_lines"]
    rows = [line | {"batch_id": batch.id} for line in lines]
    for start in range(0, len(rows), AT_ONCE):
        await session.execute(insert(table), rows[start : start + AT_ONCE])
    await grant_holds.add(session, batch.id, [(number, hold) for number, own in holds.items() for hold in own])


async def give_way(session: AsyncSession, line_ids: Sequence[int]) -> set[int]:
    """Waiting lines whose place another line takes hold nothing any more; which of these lines did wait."""
    waited = await _turn(session, line_ids, "waiting", state="stopped", live=False)
    await grant_holds.release(session, line_ids)
    return waited


async def wait_on(session: AsyncSession, line_ids: Sequence[int]) -> None:
    """Lines that gave way to one that was refused go on waiting, with all they held."""
    await _turn(session, line_ids, "stopped", state="waiting", live=True)
    await grant_holds.take_again(session, line_ids)


async def end_waiting(session: AsyncSession, line_ids: Sequence[int], reason: Reason) -> None:
    """Say of lines that gave way to one that was refused why they wait no more."""
    await _turn(session, line_ids, "stopped", reason=reason.code, reason_detail=reason.detail)


async def waited_before(session: AsyncSession, batch_id: int, state: str) -> dict[int, str]:
    """Lines that waited for their account till a line of the batch, in a state, took their place; whom each is for."""
    line = aliased(GrantLine)
    query = select(GrantLine.id, GrantLine.person_id).join(line, line.regrant_of == GrantLine.id)
    found = await session.execute(query.where(line.batch_id == batch_id, line.state == state, _GAVE_WAY))
    return {line_id: person or "" for line_id, person in found}


async def wait_again(session: AsyncSession, batch_id: int, line_ids: Collection[int]) -> None:
    """What gave way to lines of a batch, which is refused, waits on: for the account, and until the day, of these."""
    line = aliased(GrantLine)
    await session.execute(
        update(GrantLine)
        .where(GrantLine.id == line.regrant_of, GrantLine.id == func.any(sorted(line_ids)), line.batch_id == batch_id)
        .values(state="waiting", live=True, account_mark=line.account_mark, cool_until=line.cool_until)
        .execution_options(synchronize_session=False)
    )
    await grant_holds.take_again(session, sorted(line_ids))


async def _turn(session: AsyncSession, line_ids: Sequence[int], before: str, **values: object) -> set[int]:
    """Change those of the lines that are in a state; which they are."""
    if not line_ids:
        return set()
    found = await session.scalars(
        update(GrantLine)
        .where(GrantLine.id.in_(line_ids), GrantLine.state == before)
        .values(**values)
        .returning(GrantLine.id)
        .execution_options(synchronize_session=False)
    )
    return set(found)


async def regranted(session: AsyncSession, line_ids: Sequence[int]) -> bool:
    """Whether one of these lines has a live line in its place already."""
    query = select(GrantLine.id).where(GrantLine.regrant_of.in_(line_ids), GrantLine.live).limit(1)
    return await session.scalar(query) is not None


async def sum_of(session: AsyncSession, batch_id: int, state: str) -> int:
    """Fen of a batch's lines in a state."""
    query = select(func.coalesce(func.sum(GrantLine.amount_fen), 0))
    return int(await session.scalar(query.where(GrantLine.batch_id == batch_id, GrantLine.state == state)) or 0)


async def visible(session: AsyncSession, actor: Actor, batch_id: int, *, lock: bool = False) -> GrantBatch | None:
    query = select(GrantBatch).where(GrantBatch.id == batch_id, in_scope(GrantBatch.division_code, actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def of_line(session: AsyncSession, line_id: int) -> tuple[GrantBatch, GrantLine]:
    """A line with its batch, both locked, the batch first."""
    of = select(GrantLine.batch_id).where(GrantLine.id == line_id).scalar_subquery()
    fresh = {"populate_existing": True}
    batch = select(GrantBatch).where(GrantBatch.id == of).with_for_update().execution_options(**fresh)
    line = select(GrantLine).where(GrantLine.id == line_id).with_for_update().execution_options(**fresh)
    return (await session.scalars(batch)).one(), (await session.scalars(line)).one()


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
    for place, value in (
        (GrantBatch.fund_year, fund_year),
        (GrantBatch.programme, programme),
        (GrantBatch.state, state),
    ):
        if value is not None:
            query = query.where(place == value)
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
    if not live:
        ids = select(GrantLine.id).where(GrantLine.batch_id == batch_id, ~GrantLine.live)
        await session.execute(
            update(GrantHold)
            .where(GrantHold.line_id.in_(ids), GrantHold.live)
            .values(live=False)
            .execution_options(synchronize_session=False)
        )


async def set_results(session: AsyncSession, on: date, results: Sequence[tuple[int, str, str]]) -> None:
    """What the bank said of lines: id, `paid` or `returned`, and its reference."""
    ids, outcomes, references = zip(*results, strict=True)
    told = func.unnest(
        literal(list(ids), ARRAY(BigInteger)), literal(list(outcomes), ARRAY(String)),
        literal(list(references), ARRAY(String)),
    ).table_valued(column("id", BigInteger), column("outcome", String), column("reference", String))  # fmt: skip
    told = told.render_derived()
    await session.execute(
        update(GrantLine)
        .where(GrantLine.id == told.c.id)
        .values(state=told.c.outcome, live=told.c.outcome == "paid", settled_on=on, bank_reference=told.c.reference)
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


async def received(session: AsyncSession, actor: Actor, household_id: str) -> list[tuple[int, str, str, str, int, int]]:
    """What a household was paid in the actor's area, summed: year, programme, project, state, fen, count."""
    query = (
        select(
            GrantBatch.fund_year, GrantLine.programme, Allocation.project_code, GrantLine.state,
            func.sum(GrantLine.amount_fen), func.count(),
        )
        .join(GrantBatch, GrantBatch.id == GrantLine.batch_id)
        .join(Allocation, Allocation.id == GrantBatch.allocation_id)
        .where(in_scope(GrantLine.division_code, actor), GrantLine.household_id == household_id, GrantLine.live)
        .group_by(GrantBatch.fund_year, GrantLine.programme, Allocation.project_code, GrantLine.state)
        .order_by(GrantBatch.fund_year.desc(), GrantLine.programme, Allocation.project_code)
    )  # fmt: skip
    return [
        (year, programme, project, state, int(amount), count)
        for year, programme, project, state, amount, count in await session.execute(query)
    ]
