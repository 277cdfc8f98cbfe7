"""SQL of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import parameters as rules
from services.registry.domain.limits import KEYS, Limits
from services.registry.storage.tables import Parameter


async def of_keys(session: AsyncSession, keys: Sequence[str]) -> Sequence[Parameter]:
    """All rows of these keys, of every area and day: they are few."""
    return (await session.scalars(select(Parameter).where(Parameter.key.in_(keys)))).all()


async def value(session: AsyncSession, key: str, division_code: str, on: date) -> Parameter:
    """The row that speaks for a division on a day; ParameterMissing if none."""
    found = rules.resolve(await of_keys(session, [key]), key, division_code, on)
    assert isinstance(found, Parameter)
    return found


async def limits(session: AsyncSession, division_code: str, on: date) -> Limits:
    """The figures the rules of a household file need."""
    return limits_of(await of_keys(session, KEYS), division_code, on)


def limits_of(rows: Sequence[Parameter], division_code: str, on: date) -> Limits:
    return Limits(**{key: int(rules.resolve(rows, key, division_code, on).value) for key in KEYS})


async def list_rows(
    session: AsyncSession,
    key: str | None,
    division_code: str | None,
    on: date | None,
    after: tuple[str, str, date] | None,
    limit: int,
) -> Sequence[Parameter]:
    """Rows by key, area and first day; with `division_code`, of that area and those above it."""
    order = (Parameter.key, Parameter.division_code, Parameter.valid_from)
    query = select(Parameter).order_by(*order).limit(limit)
    if key is not None:
        query = query.where(Parameter.key == key)
    if division_code is not None:
        above = [rules.NATION, *(division_code[:length] for length in (2, 4, 6, 9, 12))]
        query = query.where(Parameter.division_code.in_(set(above)))
    if on is not None:
        query = query.where(Parameter.valid_from <= on, Parameter.valid_to.is_(None) | (Parameter.valid_to >= on))
    if after is not None:
        query = query.where(tuple_(*order) > after)
    return (await session.scalars(query)).all()


async def lock_open(session: AsyncSession, key: str, division_code: str) -> Parameter | None:
    """The open row of a key in exactly this area, locked."""
    return await session.scalar(
        select(Parameter)
        .where(Parameter.key == key, Parameter.division_code == division_code, Parameter.valid_to.is_(None))
        .with_for_update()
    )


def close(row: Parameter, next_from: date) -> None:
    """Let a row end the day before its follower begins."""
    row.valid_to = next_from - timedelta(days=1)
