"""SQL of household files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.household_files import Filters
from services.registry.storage.tables import Household, HouseholdEvent, HouseholdMember, HouseholdVersion
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within

SelectT = TypeVar("SelectT", bound="Select[*tuple[Any, ...]]")


@dataclass(frozen=True, slots=True)
class Record:
    """The rows of one new household file."""

    household: dict[str, Any]
    members: list[dict[str, Any]]
    version: dict[str, Any]
    event: dict[str, Any]


async def insert_many(session: AsyncSession, records: Sequence[Record]) -> None:
    """Insert whole files, table by table."""
    await session.execute(insert(Household), [record.household for record in records])
    await session.execute(insert(HouseholdMember), [row for record in records for row in record.members])
    await session.execute(insert(HouseholdVersion), [record.version for record in records])
    await session.execute(insert(HouseholdEvent), [record.event for record in records])


async def visible(session: AsyncSession, actor: Actor, household_id: UUID) -> Household | None:
    """The household if it lies in the actor's scope."""
    return await session.scalar(
        select(Household).where(Household.id == household_id, in_scope(Household.village_code, actor))
    )


async def lock(session: AsyncSession, actor: Actor, household_id: UUID) -> Household | None:
    """As visible, and nobody else decides on it until this transaction ends."""
    return await session.scalar(
        select(Household).where(Household.id == household_id, in_scope(Household.village_code, actor)).with_for_update()
    )


async def version(session: AsyncSession, household_id: UUID, number: int) -> HouseholdVersion:
    return await session.get_one(HouseholdVersion, (household_id, number))


async def contents(session: AsyncSession, household_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """What these files state now, by household."""
    rows = await session.execute(
        select(Household.id, HouseholdVersion.content)
        .join(
            HouseholdVersion,
            and_(HouseholdVersion.household_id == Household.id, HouseholdVersion.version == Household.version),
        )
        .where(Household.id.in_(household_ids))
    )
    return {row[0]: row[1] for row in rows}


async def version_on(session: AsyncSession, household_id: UUID, day: date) -> HouseholdVersion | None:
    """The version known at the end of an office day."""
    return await session.scalar(
        select(HouseholdVersion)
        .where(HouseholdVersion.household_id == household_id, HouseholdVersion.recorded_on <= day)
        .order_by(HouseholdVersion.version.desc())
        .limit(1)
    )


async def members(session: AsyncSession, household_id: UUID) -> Sequence[HouseholdMember]:
    """Everybody who is or was of the household."""
    return (
        await session.scalars(
            select(HouseholdMember)
            .where(HouseholdMember.household_id == household_id)
            .order_by(HouseholdMember.position)
        )
    ).all()


async def events(session: AsyncSession, household_id: UUID) -> Sequence[HouseholdEvent]:
    return (
        await session.scalars(
            select(HouseholdEvent).where(HouseholdEvent.household_id == household_id).order_by(HouseholdEvent.id)
        )
    ).all()


async def holders(session: AsyncSession, indexes: Sequence[bytes]) -> dict[bytes, UUID]:
    """For those of these blind indexes that are on an active file, anywhere: the member that holds it."""
    rows = await session.execute(
        select(HouseholdMember.identity_index, HouseholdMember.id).where(
            HouseholdMember.active, HouseholdMember.identity_index == func.any(list(indexes))
        )
    )
    return {row[0]: row[1] for row in rows}


async def find_person(session: AsyncSession, actor: Actor, index: bytes) -> Sequence[Household]:
    """The household in the actor's scope whose active member has this blind index."""
    return (
        await session.scalars(
            select(Household)
            .join(HouseholdMember, HouseholdMember.household_id == Household.id)
            .where(
                HouseholdMember.active,
                HouseholdMember.identity_index == index,
                in_scope(Household.village_code, actor),
            )
        )
    ).all()


async def list_now(
    session: AsyncSession, actor: Actor, filters: Filters, after: tuple[str, int] | None, limit: int
) -> Sequence[Household]:
    """Households as they stand, by village and household number."""
    query = select(Household).where(*_filters_now(actor, filters))
    return (await session.scalars(_page(query, after, limit))).all()


async def count_now(session: AsyncSession, actor: Actor, filters: Filters) -> int:
    query = select(func.count()).select_from(Household).where(*_filters_now(actor, filters))
    return await session.scalar(query) or 0


async def list_on(
    session: AsyncSession, actor: Actor, filters: Filters, day: date, after: tuple[str, int] | None, limit: int
) -> Sequence[Row[Household, HouseholdVersion]]:
    """Households with the version known at the end of `day`. Scope is that of the village they belong to now."""
    query = _with_version_on(actor, filters, day)
    return (await session.execute(_page(query, after, limit))).all()


async def count_on(session: AsyncSession, actor: Actor, filters: Filters, day: date) -> int:
    query = _with_version_on(actor, filters, day).with_only_columns(func.count(), maintain_column_froms=True)
    return await session.scalar(query) or 0


def _page(query: SelectT, after: tuple[str, int] | None, limit: int) -> SelectT:
    if after is not None:
        query = query.where(tuple_(Household.village_code, Household.household_no) > after)
    return query.order_by(Household.village_code, Household.household_no).limit(limit)


def _filters_now(actor: Actor, filters: Filters) -> list[ColumnElement[bool]]:
    clauses = [in_scope(Household.village_code, actor)]
    if filters.area is not None:
        clauses.append(within(Household.village_code, filters.area))
    for column, value in (
        (Household.status, filters.status),
        (Household.attribute, filters.attribute),
        (Household.main_cause, filters.main_cause),
    ):
        if value is not None:
            clauses.append(column == value)
    if filters.name is not None:
        # The array condition is what the index on single characters serves; LIKE alone would read every row.
        clauses.append(
            exists().where(
                HouseholdMember.household_id == Household.id,
                HouseholdMember.active,
                func.string_to_array(HouseholdMember.name, None).op("@>")(func.string_to_array(filters.name, None)),
                HouseholdMember.name.contains(filters.name, autoescape=True),
            )
        )
    return clauses


def _with_version_on(actor: Actor, filters: Filters, day: date) -> Select[Household, HouseholdVersion]:
    content = HouseholdVersion.content
    later = HouseholdVersion.__table__.alias("later")
    query = (
        select(Household, HouseholdVersion)
        .join(HouseholdVersion, HouseholdVersion.household_id == Household.id)
        .where(
            in_scope(Household.village_code, actor),
            HouseholdVersion.recorded_on <= day,
            ~exists().where(
                and_(
                    later.c.household_id == HouseholdVersion.household_id,
                    later.c.recorded_on <= day,
                    later.c.version > HouseholdVersion.version,
                )
            ),
        )
    )
    if filters.area is not None:
        query = query.where(within(HouseholdVersion.village_code, filters.area))
    if filters.status is not None:
        query = query.where(HouseholdVersion.status == filters.status)
    if filters.attribute is not None:
        query = query.where(content["attribute"].astext == filters.attribute)
    if filters.main_cause is not None:
        query = query.where(content["main_cause"].astext == filters.main_cause)
    if filters.name is not None:
        member = func.jsonb_array_elements(content["members"]).table_valued("value").alias("member")
        query = query.where(
            exists(select(1).select_from(member).where(
                member.c.value.op("->>")("name").contains(filters.name, autoescape=True),
                member.c.value.op("->>")("active") == "true",
            ))
        )  # fmt: skip
    return query
