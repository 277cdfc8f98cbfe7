"""SQL of divisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import Division
from shared.chassis.scope import within


async def get(session: AsyncSession, code: str) -> Division | None:
    return await session.get(Division, code)


async def list_below(
    session: AsyncSession, area: str, parent: str | None, level: str | None, after: str | None, limit: int
) -> Sequence[Division]:
    """Divisions inside `area` by code, at most `limit`, behind code `after`."""
    query = select(Division).where(within(Division.code, area)).order_by(Division.code).limit(limit)
    if parent is not None:
        query = query.where(Division.parent_code == parent)
    if level is not None:
        query = query.where(Division.level == level)
    if after is not None:
        query = query.where(Division.code > after)
    return (await session.scalars(query)).all()


async def known(session: AsyncSession, codes: set[str]) -> set[str]:
    """Those of `codes` that exist."""
    return set(await session.scalars(select(Division.code).where(Division.code.in_(codes))))


async def put(session: AsyncSession, rows: list[dict[str, Any]], valid_from: date, source: str) -> int:
    """Insert what is new; rows that exist stay as they are. Returns how many were inserted."""
    inserted = 0
    for start in range(0, len(rows), 2_000):
        chunk = [row | {"valid_from": valid_from, "source": source} for row in rows[start : start + 2_000]]
        result = await session.execute(insert(Division).values(chunk).on_conflict_do_nothing().returning(Division.code))
        inserted += len(result.all())
    return inserted
