"""SQL of natural change: files locked together, events and their decisions, who is away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.natural_changes import DEATH, DONE, REQUESTED, RETURN, Filters
from services.registry.storage.tables import (
    Household,
    HouseholdMember,
    MemberAbsence,
    NaturalChange,
    NaturalChangeDecision,
)
from shared.chassis.identity import Actor
from shared.chassis.row_security import widened
from shared.chassis.scope import in_scope, within

Found = Row[NaturalChange, NaturalChangeDecision | None]


async def lock_files(session: AsyncSession, actor: Actor, ids: Sequence[UUID]) -> dict[UUID, Household]:
    """Those of `ids` in the actor's scope, locked in one order so that two events cannot block each other."""
    rows = await session.scalars(
        select(Household)
        .where(Household.id == func.any(list(ids)), in_scope(Household.village_code, actor))
        .order_by(Household.id)
        .with_for_update()
    )
    return {row.id: row for row in rows}


async def lock_file(session: AsyncSession, household_id: UUID) -> Household:
    """A file wherever it lies: the receiving village decides on a household that is not yet in its scope."""
    async with widened(session):
        return await session.get_one(Household, household_id, with_for_update=True)


async def former_rows(session: AsyncSession, index: bytes) -> Sequence[HouseholdMember]:
    """The rows of a person on the files they left, anywhere, the last one first."""
    async with widened(session):
        rows = await session.scalars(
            select(HouseholdMember)
            .where(HouseholdMember.identity_index == index, ~HouseholdMember.active)
            .order_by(HouseholdMember.departed_on.desc(), HouseholdMember.id.desc())
        )
        return rows.all()


async def dead_of_merged(session: AsyncSession, household_id: UUID, member_id: UUID) -> HouseholdMember | None:
    """The row of somebody recorded as dead on a file that became part of this household, by one merge or several."""
    query = select(HouseholdMember).where(
        HouseholdMember.id == member_id, ~HouseholdMember.active, HouseholdMember.departure == DEATH
    )
    async with widened(session):
        row = await session.scalar(query)
    if row is None:
        return None
    into = select(Household.id, Household.merged_into).where(Household.id == row.household_id).cte(recursive=True)
    into = into.union(select(Household.id, Household.merged_into).where(Household.id == into.c.merged_into))
    async with widened(session):
        reached = await session.scalar(select(exists().where(into.c.id == household_id)))
    return row if reached else None


async def household_and_people(
    session: AsyncSession, household_id: UUID
) -> tuple[Household, Sequence[HouseholdMember]]:
    """A household wherever it lies, with those who are of it."""
    async with widened(session):
        people = await session.scalars(
            select(HouseholdMember)
            .where(HouseholdMember.household_id == household_id, HouseholdMember.active)
            .order_by(HouseholdMember.position)
        )
        return await session.get_one(Household, household_id), people.all()


async def end_absences(session: AsyncSession, members: Sequence[UUID], on: date, change_id: UUID) -> None:
    """Whoever of these is away is so no longer."""
    await session.execute(
        update(MemberAbsence)
        .where(MemberAbsence.member_id == func.any(list(members)), MemberAbsence.to_on.is_(None))
        .values(to_on=on, ended_by=change_id)
        .execution_options(synchronize_session=False)
    )


async def end_absence_unasked(session: AsyncSession, member_id: UUID, on: date) -> None:
    """Somebody who is away was taken off the file by a change of it; entered in error, they were never away."""
    await session.execute(
        update(MemberAbsence)
        .where(MemberAbsence.member_id == member_id, MemberAbsence.to_on.is_(None))
        .values(to_on=func.greatest(MemberAbsence.from_on, on))
        .execution_options(synchronize_session=False)
    )


async def is_open(session: AsyncSession, household_id: UUID, kind: str) -> bool:
    """Whether an event of this kind waits for its decision, wherever the household lived when it was asked for. The
    household is locked by the caller."""
    query = _decided().where(
        NaturalChange.household_id == household_id,
        NaturalChange.kind == kind,
        NaturalChange.requested,
        NaturalChangeDecision.change_id.is_(None),
    )
    async with widened(session):
        return (await session.execute(query.limit(1))).first() is not None


async def visible(session: AsyncSession, actor: Actor, change_id: UUID) -> Found | None:
    """An event that one of its two sides lies in the actor's scope, or a return asked for of a household that does."""
    query = _decided().where(NaturalChange.id == change_id, or_(_either_side(actor), _returns_here(actor)))
    async with widened(session):
        return (await session.execute(query)).first()


async def decision(session: AsyncSession, change_id: UUID) -> NaturalChangeDecision | None:
    async with widened(session):
        return await session.get(NaturalChangeDecision, change_id)


async def list_changes(
    session: AsyncSession, actor: Actor, filters: Filters, before: UUID | None, limit: int
) -> Sequence[Found]:
    """Events of the actor's scope, on either side, the last recorded first. A return that waits is where the household
    lives by now: there it is decided."""
    waits = filters.state == REQUESTED
    mine = _waits_here(actor) if waits else _either_side(actor)
    query = _decided().where(mine, *_narrowed(filters))
    if before is not None:
        query = query.where(NaturalChange.id < before)
    query = query.order_by(NaturalChange.id.desc()).limit(limit)
    if not waits:
        return (await session.execute(query)).all()
    async with widened(session):
        return (await session.execute(query)).all()


def _decided() -> Select[NaturalChange, NaturalChangeDecision | None]:
    return select(NaturalChange, NaturalChangeDecision).outerjoin(
        NaturalChangeDecision, NaturalChangeDecision.change_id == NaturalChange.id
    )


def _either_side(actor: Actor) -> ColumnElement[bool]:
    return or_(in_scope(NaturalChange.village_code, actor), in_scope(NaturalChange.other_village_code, actor))


def _returns_here(actor: Actor) -> ColumnElement[bool]:
    """A return that is or was asked for, of a household that lives in the actor's scope."""
    lives = exists().where(Household.id == NaturalChange.household_id, in_scope(Household.village_code, actor))
    return and_(NaturalChange.requested, NaturalChange.kind == RETURN, lives)


def _waits_here(actor: Actor) -> ColumnElement[bool]:
    return or_(and_(NaturalChange.kind != RETURN, _either_side(actor)), _returns_here(actor))


def _narrowed(filters: Filters) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if filters.household_id is not None:
        one = filters.household_id
        clauses.append(or_(NaturalChange.household_id == one, NaturalChange.other_household_id == one))
    if filters.area is not None:
        sides = (NaturalChange.village_code, NaturalChange.other_village_code)
        near = [within(side, filters.area) for side in sides]
        if filters.state == REQUESTED:
            lives = within(Household.village_code, filters.area)
            near.append(exists().where(Household.id == NaturalChange.household_id, lives))
        clauses.append(or_(*near))
    if filters.kind is not None:
        clauses.append(NaturalChange.kind == filters.kind)
    if filters.state is not None:
        clauses.append(_in_state(filters.state))
    if filters.first is not None:
        clauses.append(NaturalChange.on >= filters.first)
    if filters.last is not None:
        clauses.append(NaturalChange.on <= filters.last)
    if filters.flagged is not None:
        flagged = func.cardinality(NaturalChange.flags) > 0
        clauses.append(flagged if filters.flagged else ~flagged)
    return clauses


def _in_state(state: str) -> ColumnElement[bool]:
    if state == DONE:
        return ~NaturalChange.requested
    if state == REQUESTED:
        return and_(NaturalChange.requested, NaturalChangeDecision.change_id.is_(None))
    return NaturalChangeDecision.outcome == state
