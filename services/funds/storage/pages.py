"""SQL every noun with an area shares: one row in the actor's scope, and a page of rows, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import Base
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within

Row = TypeVar("Row", bound=Base)


async def add(session: AsyncSession, *rows: Base) -> None:
    """Insert rows and learn their ids; a violated constraint is its refusal."""
    session.add_all(rows)
    await session.flush()


async def visible(
    session: AsyncSession, table: type[Row], actor: Actor, row_id: int, *, lock: bool = False
) -> Row | None:
    """The row if the actor's scope covers its division; locked for a decision if asked."""
    columns: Any = table
    query = select(table).where(columns.id == row_id, in_scope(columns.division_code, actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def newest(
    session: AsyncSession,
    table: type[Row],
    actor: Actor | None,
    area: str,
    wanted: Sequence[ColumnElement[bool]],
    before_id: int | None,
    limit: int,
) -> Sequence[Row]:
    """Rows of the area, newest first. Without an actor: what anybody may see, as `wanted` says."""
    columns: Any = table
    query = select(table).where(within(columns.division_code, area), *wanted).order_by(columns.id.desc()).limit(limit)
    if actor is not None:
        query = query.where(in_scope(columns.division_code, actor))
    if before_id is not None:
        query = query.where(columns.id < before_id)
    return (await session.scalars(query)).all()


async def owned(session: AsyncSession, table: type[Row], column: Any, owner_id: int, order: Any) -> Sequence[Row]:
    """The rows that belong to one thing, in an order."""
    return (await session.scalars(select(table).where(column == owner_id).order_by(order))).all()
