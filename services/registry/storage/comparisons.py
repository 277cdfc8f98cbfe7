"""SQL of lists held against the register: the rows are copied into a table of this connection, matched set-based by
the blind index, and forgotten with the transaction. Only the matches stay, as doubts."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import ComparisonDoubt, ComparisonDoubtStep, ComparisonList
from shared.chassis.changes import in_areas
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within

LONG_MS = 60_000
_STAGED = "create temp table if not exists compared_rows (place bigint, identity_index bytea) on commit drop"
_REPEATED = text("select count(*) - count(distinct identity_index) from compared_rows")
_FOUND = text("select count(*) from found_people")
_ADD_DOUBTS = text(
    "insert into comparison_doubts"
    " (list_id, row, kind, household_id, member_id, village_code, fact, state, reply_by)"
    " select cast(:list_id as uuid), place, :kind, household_id, member_id, village_code, '', 'open', :reply_by"
    " from found_people order by place returning row"
)


async def take_turn(session: AsyncSession, office: str, kind: str) -> None:
    """One list of a kind and office after the other: whoever comes second waits as long as a long list takes."""
    await session.execute(text(f"set local lock_timeout = {LONG_MS}"))
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"comparison:{office}:{kind}", 0))))


async def by_batch(session: AsyncSession, office: str, kind: str, batch_key: str, sha256: str) -> ComparisonList | None:
    """The list this office sent under this key or with this content."""
    query = select(ComparisonList).where(ComparisonList.office == office, ComparisonList.kind == kind)
    same_key = await session.scalar(query.where(ComparisonList.batch_key == batch_key))
    return same_key or await session.scalar(query.where(ComparisonList.content_sha256 == sha256))


async def stage(session: AsyncSession, places: Sequence[int], indexes: Sequence[bytes]) -> int:
    """Copy the rows in; returns how many name somebody again."""
    await session.execute(text(f"set local statement_timeout = {LONG_MS}"))
    await session.execute(text("set local work_mem = '64MB'"))
    await session.execute(text(_STAGED))
    connection = await (await session.connection()).get_raw_connection()
    driver: Any = connection.driver_connection
    await driver.copy_to_table("compared_rows", source=_binary(places, indexes), format="binary")
    await driver.execute("analyze compared_rows")
    return int(await session.scalar(_REPEATED) or 0)


async def _binary(places: Sequence[int], indexes: Sequence[bytes]) -> Any:
    """The rows as COPY BINARY takes them: two fields, 8 and 32 bytes."""
    pack = struct.Struct(">hiqi32s").pack
    yield b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
    size = 20_000
    for start in range(0, len(places), size):
        lot = zip(places[start : start + size], indexes[start : start + size], strict=True)
        yield b"".join([pack(2, 8, place, 32, index) for place, index in lot])
    yield struct.pack(">h", -1)


async def match(session: AsyncSession, areas: Sequence[str]) -> int:
    """Find everybody on a file of these areas whom the staged rows name, once each; gives how many."""
    binds: dict[str, Any] = {}
    inside = in_areas("m.village_code", areas, binds)
    statement = (
        "create temp table found_people on commit drop as"  # noqa: S608 - texts of ours
        " select distinct on (m.id) s.place, m.household_id, m.id as member_id, m.village_code from compared_rows s"
        " join household_members m on m.identity_index = s.identity_index and m.active"
        " join households h on h.id = m.household_id and h.status in ('registered', 'exited', 'proposed')"
        f" where {inside} order by m.id, s.place"
    )
    await session.execute(text(statement), binds)
    return int(await session.scalar(_FOUND) or 0)


async def add_doubts(session: AsyncSession, list_id: UUID, kind: str, reply_by: date) -> list[int]:
    """A doubt for everybody found; gives the rows of the list that led to one."""
    binds = {"list_id": list_id, "kind": kind, "reply_by": reply_by}
    return list(await session.scalars(_ADD_DOUBTS, binds))


async def state_facts(session: AsyncSession, list_id: UUID, facts: dict[int, str]) -> None:
    """Write beside the doubts what the list says of those people."""
    statement = text(
        "update comparison_doubts d set fact = f.fact"
        " from unnest(cast(:places as bigint[]), cast(:facts as text[])) as f (place, fact)"
        " where d.list_id = :list_id and d.row = f.place"
    )
    if facts:
        binds = {"places": list(facts), "facts": list(facts.values()), "list_id": list_id}
        await session.execute(statement, binds)


async def add(session: AsyncSession, row: Any) -> None:
    session.add(row)
    await session.flush()


async def get_list(session: AsyncSession, actor: Actor, list_id: UUID) -> ComparisonList | None:
    """A list of the actor's own office, or about the actor's area."""
    query = select(ComparisonList).where(ComparisonList.id == list_id)
    own = ComparisonList.office == actor.office
    return await session.scalar(query.where(own | in_scope(ComparisonList.division_code, actor)))


async def own_list(session: AsyncSession, actor: Actor, kind: str, list_id: UUID) -> ComparisonList | None:
    """A list of this kind that the actor's own office sent."""
    return await session.scalar(
        select(ComparisonList).where(
            ComparisonList.id == list_id, ComparisonList.kind == kind, ComparisonList.office == actor.office
        )
    )


async def list_lists(
    session: AsyncSession, actor: Actor, kind: str | None, after: UUID | None, limit: int
) -> Sequence[ComparisonList]:
    own = ComparisonList.office == actor.office
    query = select(ComparisonList).where(own | in_scope(ComparisonList.division_code, actor))
    if kind is not None:
        query = query.where(ComparisonList.kind == kind)
    if after is not None:
        query = query.where(ComparisonList.id < after)
    return (await session.scalars(query.order_by(ComparisonList.id.desc()).limit(limit))).all()


async def counts(session: AsyncSession, list_ids: Sequence[UUID]) -> dict[UUID, dict[str, int]]:
    """By list: doubts by state, and closed ones by outcome."""
    rows = await session.execute(
        select(ComparisonDoubt.list_id, ComparisonDoubt.state, ComparisonDoubtStep.outcome, func.count())
        .outerjoin(
            ComparisonDoubtStep,
            (ComparisonDoubtStep.doubt_id == ComparisonDoubt.id) & (ComparisonDoubtStep.step == "close"),
        )
        .where(ComparisonDoubt.list_id.in_(list_ids))
        .group_by(ComparisonDoubt.list_id, ComparisonDoubt.state, ComparisonDoubtStep.outcome)
    )
    found: dict[UUID, dict[str, int]] = {list_id: {} for list_id in list_ids}
    for list_id, state, outcome, many in rows:
        found[list_id][state] = found[list_id].get(state, 0) + many
        if outcome is not None:
            found[list_id][outcome] = found[list_id].get(outcome, 0) + many
    return found


async def outcomes(session: AsyncSession, list_id: UUID, after: int, limit: int) -> Sequence[Any]:
    """Rows of a list that led to a doubt, with its state and how it was closed."""
    return (
        await session.execute(
            select(ComparisonDoubt.row, ComparisonDoubt.state, ComparisonDoubtStep.outcome)
            .outerjoin(
                ComparisonDoubtStep,
                (ComparisonDoubtStep.doubt_id == ComparisonDoubt.id) & (ComparisonDoubtStep.step == "close"),
            )
            .where(ComparisonDoubt.list_id == list_id, ComparisonDoubt.row > after)
            .order_by(ComparisonDoubt.row)
            .limit(limit)
        )
    ).all()


async def list_doubts(
    session: AsyncSession, actor: Actor, area: str, state: str | None, kind: str | None, after: int, limit: int
) -> Sequence[ComparisonDoubt]:
    query = select(ComparisonDoubt).where(
        in_scope(ComparisonDoubt.village_code, actor), within(ComparisonDoubt.village_code, area),
        ComparisonDoubt.id > after,
    )  # fmt: skip
    if state is not None:
        query = query.where(ComparisonDoubt.state == state)
    if kind is not None:
        query = query.where(ComparisonDoubt.kind == kind)
    return (await session.scalars(query.order_by(ComparisonDoubt.id).limit(limit))).all()


async def lock_doubt(session: AsyncSession, actor: Actor, doubt_id: int) -> ComparisonDoubt | None:
    query = select(ComparisonDoubt).where(ComparisonDoubt.id == doubt_id, in_scope(ComparisonDoubt.village_code, actor))
    return await session.scalar(query.with_for_update())


async def steps(session: AsyncSession, doubt_ids: Sequence[int]) -> dict[int, list[ComparisonDoubtStep]]:
    rows = await session.scalars(
        select(ComparisonDoubtStep)
        .where(ComparisonDoubtStep.doubt_id.in_(doubt_ids))
        .order_by(ComparisonDoubtStep.doubt_id, ComparisonDoubtStep.number)
    )
    found: dict[int, list[ComparisonDoubtStep]] = {doubt_id: [] for doubt_id in doubt_ids}
    for row in rows:
        found[row.doubt_id].append(row)
    return found
