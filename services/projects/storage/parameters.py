"""SQL of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.storage.tables import Parameter
from shared.chassis.scope import NATION


def _above(division_code: str) -> list[str]:
    return [NATION, *(division_code[:length] for length in (2, 4, 6, 9, 12) if length <= len(division_code))]


async def holding(session: AsyncSession, division_code: str, on: date, key: str | None = None) -> Sequence[Parameter]:
    """Rows valid on the day in the division or any above it."""
    query = (
        select(Parameter)
        .where(
            Parameter.division_code.in_(_above(division_code)),
            Parameter.valid_from <= on,
            or_(Parameter.valid_to.is_(None), Parameter.valid_to >= on),
        )
        .order_by(Parameter.key, Parameter.division_code)
    )
    if key is not None:
        query = query.where(Parameter.key == key)
    return (await session.scalars(query)).all()


async def open_row(session: AsyncSession, key: str, division_code: str) -> Parameter | None:
    """The division's own open row, locked."""
    return (
        await session.scalars(
            select(Parameter)
            .where(Parameter.key == key, Parameter.division_code == division_code, Parameter.valid_to.is_(None))
            .with_for_update()
        )
    ).one_or_none()
