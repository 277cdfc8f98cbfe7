"""SQL of closed periods. That nothing is posted into one is the database's to hold (trigger `follow_transfer`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.refusals.claim_checks import PeriodClosed
from services.funds.storage.tables import PeriodClose
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within


async def hold_back_postings(session: AsyncSession, division_code: str) -> None:
    """Wait for postings into every book of the division that are under way; later ones wait for this transaction.

    The trigger `follow_transfer` takes the same lock, by the division's code before the `-` of a book.
    """
    await session.execute(text("select pg_advisory_xact_lock(7421, hashtext(:code))"), {"code": division_code})


async def require_open(session: AsyncSession, division_code: str, on: date) -> None:
    """Refuse a day of a closed period where the ledger does not: nothing moves, or not in the division's own book.

    Nobody closes the period before this transaction ends. Raises PeriodClosed.
    """
    if await _closed(session, division_code, on):
        raise PeriodClosed()


async def open_day(session: AsyncSession, division_code: str, on: date) -> date:
    """The day; or today, where its period was closed since somebody decided on it."""
    return clock.office_today() if await _closed(session, division_code, on) else on


async def first_open_day(session: AsyncSession, division_code: str, on: date) -> date:
    """The day; or where its period was closed since, the first after it that is open, and today if none before is."""
    today = clock.office_today()
    while on < today and await _closed(session, division_code, on):
        on = await _last_day(session, division_code, on) + timedelta(days=1)
    return min(on, today)


async def _last_day(session: AsyncSession, division_code: str, on: date) -> date:
    """The last day of the longest closed period this day lies in."""
    query = select(func.max(PeriodClose.last_on)).where(
        PeriodClose.division_code == division_code,
        PeriodClose.state != "reopened",
        PeriodClose.first_on <= on,
        PeriodClose.last_on >= on,
    )
    found = await session.scalar(query)
    return on if found is None else found


async def _closed(session: AsyncSession, division_code: str, on: date) -> bool:
    await session.execute(text("select pg_advisory_xact_lock_shared(7421, hashtext(:code))"), {"code": division_code})
    closed = exists().where(
        PeriodClose.division_code == division_code,
        PeriodClose.state != "reopened",
        PeriodClose.first_on <= on,
        PeriodClose.last_on >= on,
    )
    return bool(await session.scalar(select(closed)))


async def add(session: AsyncSession, row: PeriodClose) -> None:
    session.add(row)
    await session.flush()


async def visible(session: AsyncSession, actor: Actor, row_id: int, *, lock: bool = False) -> PeriodClose | None:
    query = select(PeriodClose).where(PeriodClose.id == row_id, in_scope(PeriodClose.division_code, actor))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(query)).first()


async def list_visible(
    session: AsyncSession, actor: Actor, area: str, before_id: int | None, limit: int
) -> Sequence[PeriodClose]:
    """Closed and reopened periods of the area's books, newest first."""
    query = (
        select(PeriodClose)
        .where(in_scope(PeriodClose.division_code, actor), within(PeriodClose.division_code, area))
        .order_by(PeriodClose.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(PeriodClose.id < before_id)
    return (await session.scalars(query)).all()
