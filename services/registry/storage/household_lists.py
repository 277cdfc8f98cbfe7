"""SQL of lists of household files: as they stand, and as known at the end of a past day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, TextClause, and_, exists, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.filters import Filters, ranges
from services.registry.storage.filter_clauses import Conditions, asks_of_person, is_search, of_household, of_person
from services.registry.storage.tables import Household, HouseholdVersion
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within

SelectT = TypeVar("SelectT", bound="Select[*tuple[Any, ...]]")
OF_THE_PAST = frozenset({"area", "status", "name", "attribute", "main_cause"})
"""What a list as known on a past day can be narrowed to."""


async def list_now(
    session: AsyncSession, actor: Actor, filters: Filters, today: date, after: tuple[str, int] | None, limit: int
) -> Sequence[Household]:
    """Households as they stand, by village and household number."""
    query = select(Household).where(*_filters_now(actor, filters, today))
    return (await session.scalars(_page(query, after, limit))).all()


async def count_now(session: AsyncSession, actor: Actor, filters: Filters, today: date) -> int:
    query = select(func.count()).select_from(Household).where(*_filters_now(actor, filters, today))
    return await session.scalar(query) or 0


def _filters_now(actor: Actor, filters: Filters, today: date) -> list[ColumnElement[bool] | TextClause]:
    clauses: list[ColumnElement[bool] | TextClause] = [in_scope(Household.village_code, actor)]
    if filters.area is not None:
        clauses.append(within(Household.village_code, filters.area))
    conditions = Conditions(0, ":p")
    of_household(conditions, filters)
    if asks_of_person(filters):
        found = f"({_with_somebody(conditions, actor, filters, today)})"
        # By a part of the name people are found first, as in `people.page`.
        conditions.texts.append(f"households.id = any (array{found})" if filters.name else f"households.id in {found}")
    if conditions.texts:
        clauses.append(text(conditions.text()).bindparams(**conditions.named()))
    return clauses


def _with_somebody(conditions: Conditions, actor: Actor, filters: Filters, today: date) -> str:
    """The households of which one member meets all that is said of people."""
    inner = Conditions(len(conditions.values), ":p")
    inner.texts.append("m.active")
    inner.lies_in("m.village_code", ranges(actor.scope, filters.area))
    of_person(inner, filters, today)
    conditions.values += inner.values
    table = "people_searched" if is_search(filters) else "household_members"
    return f"select m.household_id from {table} as m where {inner.text()}"  # noqa: S608 - texts of this folder


async def list_on(
    session: AsyncSession, actor: Actor, filters: Filters, day: date, after: tuple[str, int] | None, limit: int
) -> Sequence[Row[Household, HouseholdVersion]]:
    """Households with the version known at the end of `day`. Scope is that of the village they belong to now, the
    area asked for that of the village they were known in then."""
    query = with_version_on(actor, filters, day)
    return (await session.execute(_page(query, after, limit))).all()


async def count_on(session: AsyncSession, actor: Actor, filters: Filters, day: date) -> int:
    query = with_version_on(actor, filters, day).with_only_columns(func.count(), maintain_column_froms=True)
    return await session.scalar(query) or 0


def with_version_on(actor: Actor, filters: Filters, day: date) -> Select[Household, HouseholdVersion]:
    """Each household of the filters, with its version known at the end of `day`."""
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


def _page(query: SelectT, after: tuple[str, int] | None, limit: int) -> SelectT:
    if after is not None:
        query = query.where(tuple_(Household.village_code, Household.household_no) > after)
    return query.order_by(Household.village_code, Household.household_no).limit(limit)
