"""SQL of eligibility.

A person has a new row in every file they ever were on. Whoever asks is given the id of the first of them, wherever
it lies, so that a move to another household makes nobody a new person to be paid again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import eligibility as rules
from services.registry.domain.filters import born_between
from services.registry.storage.tables import Household, HouseholdMember
from shared.chassis import row_security
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


@dataclass(frozen=True, slots=True)
class Test:
    """What a fact must be: one of these values, or a number between two bounds."""

    fact: str
    values: tuple[str, ...]
    low: int | None
    high: int | None


async def persons(
    session: AsyncSession, actor: Actor, indexes: Sequence[bytes], facts: Iterable[str] = ()
) -> dict[bytes, Any]:
    """For each blind index found in the actor's scope: the person and their household, active files first."""
    rows = await session.execute(_standings(actor, facts).where(_on_any_file(indexes)).order_by(*_ACTIVE_LAST))
    return {row.identity_index: row for row in rows}


async def matching(
    session: AsyncSession,
    actor: Actor,
    area: str,
    tests: Sequence[Test],
    facts: Iterable[str],
    on: date,
    after: UUID | None,
    limit: int,
    statuses: Sequence[str],
) -> Sequence[Any]:
    """People of the area in the actor's scope who meet the tests, by their row's id; their households are on the
    register in one of these standings."""
    query = (
        _standings(actor, facts)
        .where(HouseholdMember.active, Household.status.in_(statuses), Household.registered_on <= on)
        .where(within(HouseholdMember.village_code, area), *(_meets(test, on) for test in tests))
        .order_by(HouseholdMember.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(HouseholdMember.id > after)
    return (await session.execute(query)).all()


async def indexes_of(session: AsyncSession, ids: Sequence[UUID]) -> dict[str, bytes]:
    """The blind indexes of people by an id this register gave out before."""
    query = select(HouseholdMember.id, HouseholdMember.identity_index).where(HouseholdMember.id.in_(ids))
    async with row_security.widened(session):
        rows = (await session.execute(query)).all()
    return {str(row.id): row.identity_index for row in rows}


async def first_ids(session: AsyncSession, indexes: Sequence[bytes]) -> dict[bytes, str]:
    """The id each of these people got on the first file they were on; ids grow with time."""
    query = (
        select(HouseholdMember.identity_index, HouseholdMember.id)
        .where(_on_any_file(indexes))
        .order_by(HouseholdMember.id.desc())
    )
    async with row_security.widened(session):
        rows = (await session.execute(query)).all()
    return {row.identity_index: str(row.id) for row in rows}


async def heads(session: AsyncSession, households: Iterable[UUID]) -> dict[UUID, bytes]:
    """The blind index of each household's head."""
    rows = await session.execute(
        select(HouseholdMember.household_id, HouseholdMember.identity_index).where(
            HouseholdMember.household_id == func.any(sorted(set(households))),
            HouseholdMember.active,
            HouseholdMember.relation == rules.HEAD_RELATION,
        )
    )
    return {row.household_id: row.identity_index for row in rows}


_KIN = text(
    """
    with recursive kin as (
        select h.id as root, h.id, 'infinity'::date as since, true as absorbed
        from unnest(cast(:households as uuid[])) h (id)
        union
        select k.root, n.id, least(k.since, n.day), k.absorbed and n.absorbed
        from kin k cross join lateral (
            select h.split_from as id, h.opened_on as day, false as absorbed
            from households h where h.id = k.id and h.split_from is not null
            union all
            select m.id, m.closed_on, true from households m where m.merged_into = k.id
        ) n
    )
    select root, id, max(since) as since, bool_or(absorbed) as absorbed
    from kin where id <> root group by root, id order by root, id
    """
)


async def kin(session: AsyncSession, households: Iterable[UUID]) -> Sequence[Any]:
    """Rows (root, id, since, absorbed): the households each of these came from, wherever they lie.

    A household comes from the one it split off from, on the day its file was opened, and from those that merged into
    it, on the day theirs ended; and from what these came from. `absorbed`: by mergers alone.
    """
    async with row_security.widened(session):
        return (await session.execute(_KIN, {"households": sorted(set(households))})).all()


_FORMERLY = text(
    """
    with recursive before as (
        select v.code as village, v.code from unnest(cast(:villages as text[])) v (code)
        union
        select b.village, s.predecessor_code from before b join division_successions s on s.successor_code = b.code
    )
    select village, array_agg(code order by code) as codes from before where code <> village group by village
    """
)


async def formerly(session: AsyncSession, villages: Iterable[str]) -> dict[str, list[str]]:
    """By village the codes of all divisions it followed, by changes of division."""
    rows = await session.execute(_FORMERLY, {"villages": sorted(set(villages))})
    return {row.village: list(row.codes) for row in rows}


def _on_any_file(indexes: Sequence[bytes]) -> ColumnElement[bool]:
    """On an active file or on one they left: asked apart, because an index serves each of the two."""
    found = HouseholdMember.identity_index == func.any(list(indexes))
    return or_(and_(HouseholdMember.active, found), and_(~HouseholdMember.active, found))


_ACTIVE_LAST = (HouseholdMember.active, HouseholdMember.departed_on, HouseholdMember.id)


def _standings(actor: Actor, facts: Iterable[str]) -> Select[*tuple[Any, ...]]:
    """People in the actor's scope with their household and the columns of these facts, under the facts' names."""
    return (
        select(
            HouseholdMember.id.label("member_id"),
            HouseholdMember.identity_index,
            HouseholdMember.name,
            HouseholdMember.birth_date,
            HouseholdMember.departure,
            HouseholdMember.departed_on,
            Household.id.label("household_id"),
            Household.village_code,
            Household.version,
            Household.status,
            Household.registered_on,
            Household.closed_on,
            Household.bank_account_sealed,
            *(_column(fact).label(f"fact_{fact}") for fact in sorted(facts) if fact not in rules.WORKED_OUT),
        )
        .join(Household, Household.id == HouseholdMember.household_id)
        .where(in_scope(Household.village_code, actor))
    )


def _column(fact: str) -> Any:
    return getattr(HouseholdMember if fact in rules.OF_MEMBER else Household, fact)


def _meets(test: Test, on: date) -> ColumnElement[bool]:
    """The test as SQL; a fact the file does not state meets none."""
    if test.fact == rules.AGE:
        first, last = born_between(test.low, test.high, on)
        return and_(*_between(HouseholdMember.birth_date, first, last))
    column = _column(test.fact)
    if test.values:
        kind = column.type.python_type
        if kind is list:
            return and_(column.overlap(list(test.values)))
        if kind is bool:
            return or_(*(column.is_(value == "true") for value in test.values))
        return and_(column.in_(test.values))
    return and_(column.is_not(None), *_between(column, test.low, test.high))


def _between(column: Any, low: Any, high: Any) -> list[ColumnElement[bool]]:
    bounds: list[ColumnElement[bool]] = [] if low is None else [column >= low]
    return bounds if high is None else [*bounds, column <= high]
