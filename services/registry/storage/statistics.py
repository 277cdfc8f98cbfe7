"""SQL of counts: how many households and people, by what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Row, cast, func, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.filters import Filters
from services.registry.storage.household_lists import with_version_on
from services.registry.storage.tables import Division, Household, HouseholdVersion
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within

_COLUMNS: dict[str, ColumnElement[str] | ColumnElement[str | None]] = {
    "status": Household.status.expression,
    "attribute": Household.attribute.expression,
    "main_cause": Household.main_cause.expression,
}


async def counts(
    session: AsyncSession, actor: Actor, area: str, group_by: str, digits: int
) -> Sequence[Row[str, int, int]]:
    """Households and people of an area within the actor's scope, by group; divisions are cut to `digits`.

    A file that was struck off, or whose import was undone, counts no more.
    """
    key = func.left(Household.village_code, digits) if group_by == "division" else _COLUMNS[group_by]
    query = (
        select(key, func.count(), func.coalesce(func.sum(Household.member_count), 0))
        .where(
            within(Household.village_code, area), in_scope(Household.village_code, actor), Household.status != "removed"
        )
        .group_by(key)
        .order_by(key)
    )
    return (await session.execute(query)).all()


async def counts_on(
    session: AsyncSession, actor: Actor, area: str, group_by: str, digits: int, day: date
) -> Sequence[Row[str, int, int]]:
    """As `counts`, of the versions known at the end of `day`: area, facts and people are those of then."""
    content = HouseholdVersion.content
    keys: dict[str, ColumnElement[str]] = {
        "division": func.left(HouseholdVersion.village_code, digits),
        "status": HouseholdVersion.status.expression,
    }
    key = keys[group_by] if group_by in keys else content[group_by].astext
    here = func.jsonb_path_query_array(content, cast("$.members[*] ? (@.active == true)", JSONPATH))
    query = (
        with_version_on(actor, Filters(area=area), day)
        .with_only_columns(
            key.label("key"),
            func.count(),
            func.coalesce(func.sum(func.jsonb_array_length(here)), 0),
            maintain_column_froms=True,
        )
        .where(HouseholdVersion.status != "removed")
        .group_by("key")
        .order_by("key")
    )
    return (await session.execute(query)).all()


async def people_on_files(session: AsyncSession, area: str, statuses: Sequence[str]) -> int:
    """People of the area's households in these statuses."""
    query = select(func.coalesce(func.sum(Household.member_count), 0)).where(
        within(Household.village_code, area), Household.status.in_(statuses)
    )
    return int(await session.scalar(query) or 0)


async def names(session: AsyncSession, codes: Sequence[str]) -> dict[str, str]:
    rows = await session.execute(select(Division.code, Division.name).where(Division.code.in_(codes)))
    return {row[0]: row[1] for row in rows}
