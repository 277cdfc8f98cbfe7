"""SQL of the walk: rows of one table by the values of one column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.funds.storage.tables import Allocation, Base, GrantLine
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope

Row = TypeVar("Row", bound=Base)


async def rows(
    session: AsyncSession, table: type[Row], column: InstrumentedAttribute[Any], values: Iterable[Any]
) -> list[Row]:
    """Rows whose `column` is one of `values`, by that column."""
    wanted = sorted({value for value in values if value is not None})
    if not wanted:
        return []
    return list(await session.scalars(select(table).where(column.in_(wanted)).order_by(column)))


async def allocations_of_project(session: AsyncSession, actor: Actor, project_code: str) -> list[Allocation]:
    """A project's allocations the actor may see."""
    query = select(Allocation).where(Allocation.project_code == project_code, in_scope(Allocation.division_code, actor))
    return list(await session.scalars(query.order_by(Allocation.id)))


async def grants_of_household(session: AsyncSession, actor: Actor, household_id: str) -> list[GrantLine]:
    """A household's grants the actor may see, refused lines left out."""
    query = select(GrantLine).where(
        GrantLine.household_id == household_id,
        GrantLine.state != "refused",
        in_scope(GrantLine.division_code, actor),
    )
    return list(await session.scalars(query.order_by(GrantLine.id)))
