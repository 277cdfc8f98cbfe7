"""SQL of the public's view of notices: only what the whitelist names is selected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import (
    Division,
    Household,
    HouseholdVersion,
    IdentificationHousehold,
    VillageNotice,
)
from shared.chassis.scope import within


async def list_notices(
    session: AsyncSession, area: str, running_on: date | None, after: tuple[date, UUID] | None, limit: int
) -> Sequence[Row[UUID, str, str, date, date, int]]:
    """Notices of an area, latest first: id, village and its name, days, and how many households they name."""
    size = (
        select(func.count())
        .where(IdentificationHousehold.identification_id == VillageNotice.identification_id)
        .scalar_subquery()
    )
    query = (
        select(
            VillageNotice.identification_id, VillageNotice.village_code, Division.name,
            VillageNotice.posted_on, VillageNotice.ends_on, size,
        )
        .join(Division, Division.code == VillageNotice.village_code)
        .where(within(VillageNotice.village_code, area))
        .order_by(VillageNotice.posted_on.desc(), VillageNotice.identification_id.desc())
        .limit(limit)
    )  # fmt: skip
    if running_on is not None:
        query = query.where(VillageNotice.posted_on <= running_on, VillageNotice.ends_on > running_on)
    if after is not None:
        query = query.where(tuple_(VillageNotice.posted_on, VillageNotice.identification_id) < after)
    return (await session.execute(query)).all()


async def households_of(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    """For each notice its households as proposed: number, head's name, people, attribute."""
    content = HouseholdVersion.content
    query = (
        select(
            IdentificationHousehold.identification_id,
            Household.household_no,
            content["head_name"].astext.label("head_name"),
            content["member_count"].as_integer().label("member_count"),
            content["attribute"].astext.label("attribute"),
        )
        .join(Household, Household.id == IdentificationHousehold.household_id)
        .join(
            HouseholdVersion,
            (HouseholdVersion.household_id == IdentificationHousehold.household_id)
            & (HouseholdVersion.version == IdentificationHousehold.version),
        )
        .where(IdentificationHousehold.identification_id == func.any(list(ids)))
        .order_by(Household.household_no)
    )
    found: dict[UUID, list[Any]] = {notice: [] for notice in ids}
    for row in await session.execute(query):
        found[row.identification_id].append(row)
    return found
