"""SQL of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.parameters import Parameters, Value
from services.funds.storage.tables import Parameter
from shared.chassis.plain_rows import PlainRows


async def list_all(
    session: AsyncSession, key: str | None = None, division_code: str | None = None
) -> Sequence[Parameter]:
    """All rows by key, area and day; those of one key or one area if asked."""
    query = select(Parameter).order_by(Parameter.key, Parameter.division_code, Parameter.valid_from)
    if key is not None:
        query = query.where(Parameter.key == key)
    if division_code is not None:
        query = query.where(Parameter.division_code == division_code)
    return (await session.scalars(query)).all()


def value_of(row: Parameter) -> Value:
    return Value._make(getattr(row, name) for name in Value._fields)


_ALL = PlainRows(select(*(getattr(Parameter, name) for name in Value._fields)))


async def load(session: AsyncSession, division_code: str, on: date) -> Parameters:
    """The parameters to answer for one area on one day."""
    return Parameters(map(Value._make, await _ALL.rows(session)), division_code, on)


async def open_row(session: AsyncSession, key: str, division_code: str) -> Parameter | None:
    """The area's open row of a key, locked against a second setter."""
    await session.execute(text("select pg_advisory_xact_lock(7420)"))
    return (
        await session.execute(
            select(Parameter)
            .where(Parameter.key == key, Parameter.division_code == division_code, Parameter.valid_to.is_(None))
            .with_for_update()
        )
    ).scalar_one_or_none()


async def put(session: AsyncSession, new: Parameter, before: Parameter | None) -> None:
    """Close the open row the day before the new one starts, and add the new one."""
    if before is not None:
        before.valid_to = new.valid_from - timedelta(days=1)
    session.add(new)
    await session.flush()
