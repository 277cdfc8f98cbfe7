"""SQL of the sign-in policy's parameters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.storage.tables import Parameter


async def list_all(session: AsyncSession) -> Sequence[Parameter]:
    """Every row ever valid, by key and first day."""
    return (await session.scalars(select(Parameter).order_by(Parameter.key, Parameter.valid_from))).all()


async def valid_on(session: AsyncSession, day: date) -> dict[str, int]:
    """The value of every parameter on a day."""
    rows = await session.scalars(
        select(Parameter)
        .where(Parameter.valid_from <= day, or_(Parameter.valid_to.is_(None), Parameter.valid_to >= day))
        .order_by(Parameter.valid_from)
    )
    return {row.key: row.value for row in rows}


async def lock_latest(session: AsyncSession, key: str) -> Parameter | None:
    """The row with the latest first day, locked, so that it is followed once."""
    return await session.scalar(
        select(Parameter).where(Parameter.key == key).order_by(Parameter.valid_from.desc()).limit(1).with_for_update()
    )


async def follow(session: AsyncSession, before: Parameter, after: Parameter) -> None:
    """Close the row before on the day before the new one's first."""
    before.valid_to = after.valid_from - timedelta(days=1)
    session.add(after)
    await session.flush()
