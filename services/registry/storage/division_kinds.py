"""SQL of kinds of divisions. A period is kept; only its end is set, once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import DivisionKind


async def of_division(session: AsyncSession, code: str) -> Sequence[DivisionKind]:
    """Every period of a division, the oldest first."""
    query = select(DivisionKind).where(DivisionKind.division_code == code)
    return (await session.scalars(query.order_by(DivisionKind.valid_from, DivisionKind.id))).all()


async def on_day(session: AsyncSession, codes: Collection[str], on: date) -> dict[str, list[str]]:
    """The kinds of these divisions on a day, by division."""
    found: dict[str, list[str]] = defaultdict(list)
    query = select(DivisionKind.division_code, DivisionKind.kind).where(
        DivisionKind.division_code.in_(codes), DivisionKind.valid_from <= on, _not_over(on)
    )
    for code, kind in await session.execute(query.order_by(DivisionKind.kind)):
        found[code].append(kind)
    return found


def _not_over(on: date) -> ColumnElement[bool]:
    return or_(DivisionKind.valid_to.is_(None), DivisionKind.valid_to >= on)


async def reach_into(session: AsyncSession, codes: Collection[str], on: date) -> bool:
    """Whether any of these divisions has a kind that began on this day or later, or was to end only then."""
    query = select(DivisionKind.id).where(
        DivisionKind.division_code.in_(codes), or_(DivisionKind.valid_from >= on, DivisionKind.valid_to >= on)
    )
    return (await session.scalar(query.limit(1))) is not None


async def hand_on(
    session: AsyncSession,
    closing: Collection[str],
    renumbered: Iterable[tuple[str, str]],
    *,
    on: date,
    last_day: date,
    source: str,
    by: str,
    at: datetime,
) -> None:
    """End the open kinds of what closes; where only the code changes, the new code is of the same kinds."""
    query = select(DivisionKind).where(DivisionKind.division_code.in_(closing), DivisionKind.valid_to.is_(None))
    open_kinds = (await session.scalars(query)).all()
    new_codes = dict(renumbered)
    ending = {"valid_to": last_day, "end_source": source, "ended_by": by, "ended_at": at}
    await session.execute(
        update(DivisionKind).where(DivisionKind.id.in_([row.id for row in open_kinds])).values(ending)
    )
    session.add_all(
        DivisionKind(
            division_code=new_codes[row.division_code],
            kind=row.kind,
            valid_from=on,
            source=row.source,
            set_by=by,
            set_at=at,
        )
        for row in open_kinds
        if row.division_code in new_codes
    )
    await session.flush()
