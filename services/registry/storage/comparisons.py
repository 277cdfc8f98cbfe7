"""SQL of lists held against the register: the blind indexes of a list are sent as one value and looked up in their
order; whoever is found stands in a table of this transaction until doubts are made of it. Nothing else stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import ComparisonDoubt, ComparisonDoubtStep, ComparisonList
from shared.chassis.changes import in_areas
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within

LONG_MS = 60_000
_ALLOWED = text(f"select set_config('statement_timeout', '{LONG_MS}', true), set_config('work_mem', '64MB', true)")
_INDEX_BYTES = 32
# Sought by an array, the index is walked once from its first entry to its last, and pages nobody is on are passed by.
_FIND = (
    "create temp table found_people on commit drop as"  # noqa: S608 - a number of ours
    " select m.identity_index, m.household_id, m.id as member_id, m.village_code from household_members m"
    " join households h on h.id = m.household_id and h.status in ('registered', 'exited', 'proposed')"
    f" where m.active and m.identity_index = any(array(select substr(:indexes, n, {_INDEX_BYTES})"
    f" from generate_series(1, length(:indexes), {_INDEX_BYTES}) as n)) and "
)
_FOUND = text("select identity_index from found_people")
_ADD_DOUBTS = text(
    "insert into comparison_doubts"
    " (list_id, row, kind, household_id, member_id, village_code, fact, state, reply_by)"
    " select cast(:list_id as uuid), place, :kind, household_id, member_id, village_code, said.fact, 'open', :reply_by"
    " from unnest(cast(:people as bytea[]), cast(:places as bigint[]), cast(:facts as text[]))"
    " as said (identity_index, place, fact) join found_people using (identity_index) order by place"
)


async def take_turn(session: AsyncSession, office: str, kind: str) -> None:
    """One list of a kind and office after the other: whoever comes second waits as long as a long list takes."""
    await session.execute(text(f"set local lock_timeout = {LONG_MS}"))
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"comparison:{office}:{kind}", 0))))


async def by_batch(session: AsyncSession, office: str, kind: str, batch_key: str, sha256: str) -> ComparisonList | None:
    """The list this office sent under this key or with this content."""
    same_key = ComparisonList.batch_key == batch_key
    query = select(ComparisonList).where(ComparisonList.office == office, ComparisonList.kind == kind)
    query = query.where(same_key | (ComparisonList.content_sha256 == sha256))
    return await session.scalar(query.order_by(same_key.desc()).limit(1))


async def match(session: AsyncSession, areas: Sequence[str], indexes: Iterable[bytes]) -> list[bytes]:
    """Find everybody on a file of these areas who has one of these blind indexes; gives the indexes found."""
    await session.execute(_ALLOWED)
    binds: dict[str, Any] = {}
    find = text(_FIND + in_areas("m.village_code", areas, binds)).bindparams(bindparam("indexes", type_=LargeBinary))
    await session.execute(find, binds | {"indexes": b"".join(indexes)})
    return list(await session.scalars(_FOUND))


async def add_doubts(
    session: AsyncSession, row: ComparisonList, people: Sequence[bytes], places: Sequence[int], facts: Sequence[str]
) -> None:
    """A doubt for everybody found, with the row of the list and what it says; the three lie beside each other."""
    binds = {"list_id": row.id, "kind": row.kind, "reply_by": row.reply_by}
    said = {"people": list(people), "places": list(places), "facts": list(facts)}
    await session.execute(_ADD_DOUBTS, binds | said)


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
