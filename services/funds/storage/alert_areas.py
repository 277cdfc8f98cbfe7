"""SQL of areas looked at for alerts: whose turn it is, and whether a reading is newer than the one applied last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import false, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import AlertArea
from shared.chassis.scope import within

_WITH_BOOKS = text(
    """
    insert into alert_areas (division_code, next_at)
    select distinct division_code, cast(:now as timestamptz) from document_lines
    order by division_code
    on conflict do nothing
    """
)


async def learn(session: AsyncSession, now: datetime) -> None:
    """Add the areas that were given money since."""
    await session.execute(_WITH_BOOKS, {"now": now})


class Turn(NamedTuple):
    """An area whose turn has come, and whether that was asked for before its time."""

    area: str
    asked: bool


async def take_due(session: AsyncSession, now: datetime, again_after: timedelta) -> Turn | None:
    """An area whose turn it is; until `again_after` no other worker takes it."""
    due = (
        select(AlertArea.division_code, AlertArea.next_at, AlertArea.evaluated_at)
        .where(AlertArea.next_at <= now)
        .order_by(AlertArea.next_at, AlertArea.division_code)
        .limit(1)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    early = due.c.next_at < due.c.evaluated_at + again_after / 2
    taken = (
        update(AlertArea)
        .where(AlertArea.division_code == due.c.division_code)
        .values(next_at=now + again_after)
        .returning(AlertArea.division_code, func.coalesce(early, false()))
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(taken)).one_or_none()
    return None if row is None else Turn(*row)


async def hold(session: AsyncSession, area: str, now: datetime) -> AlertArea:
    """The area's row, locked: one evaluation of an area is applied at a time."""
    await session.execute(insert(AlertArea).values(division_code=area, next_at=now).on_conflict_do_nothing())
    query = select(AlertArea).where(AlertArea.division_code == area).with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).one()


async def ask_for(session: AsyncSession, area: str, now: datetime) -> Sequence[str]:
    """Let the turn of every place in `area` come at once; the places, locked in order so that askers make no ring."""
    places = select(AlertArea.division_code).where(within(AlertArea.division_code, area))
    held = (await session.scalars(places.order_by(AlertArea.division_code).with_for_update())).all()
    asked = (
        update(AlertArea)
        .where(AlertArea.division_code.in_(held))
        .values(next_at=now)
        .returning(AlertArea.division_code)
        .execution_options(synchronize_session=False)
    )
    return (await session.scalars(asked)).all()
