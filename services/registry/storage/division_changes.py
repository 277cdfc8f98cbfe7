"""SQL of what becomes of divisions: changes, who follows whom, former names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.division_changes import Plan
from services.registry.domain.division_names import read_name
from services.registry.storage import divisions
from services.registry.storage.tables import (
    Division,
    DivisionChange,
    DivisionChanged,
    DivisionFormerName,
    DivisionSuccession,
)

_FARTHEST = 50
"""Changes in a row that are followed; more than a division sees in a century."""

_BEFORE = text(
    """
    with recursive walk (code, change_id, "on", steps) as (
        select s.predecessor_code, c.id, c."on", 1 from division_successions s
        join division_changes c on c.id = s.change_id where s.successor_code = :code and c."on" <= :until
        union
        select s.predecessor_code, c.id, c."on", walk.steps + 1 from walk
        join division_successions s on s.successor_code = walk.code
        join division_changes c on c.id = s.change_id and c."on" <= walk."on" where walk.steps < :farthest
    )
    select distinct on (walk.code, c.id) walk.code, d.name, c.kind, c."on", walk.steps = 1 as direct
    from walk join divisions d on d.code = walk.code join division_changes c on c.id = walk.change_id
    where walk.code <> :code order by walk.code, c.id, walk.steps
    """
)
_AFTER = text(
    """
    with recursive walk (code, change_id, "on", steps) as (
        select s.successor_code, c.id, c."on", 1 from division_successions s
        join division_changes c on c.id = s.change_id
        where s.predecessor_code = :code and c."on" <= :until and c."on" >= :since
        union
        select s.successor_code, c.id, c."on", walk.steps + 1 from walk
        join division_successions s on s.predecessor_code = walk.code
        join division_changes c on c.id = s.change_id and c."on" >= walk."on" and c."on" <= :until
        where walk.steps < :farthest
    )
    select distinct on (walk.code, c.id) walk.code, d.name, c.kind, c."on", walk.steps = 1 as direct
    from walk join divisions d on d.code = walk.code join division_changes c on c.id = walk.change_id
    where walk.code <> :code order by walk.code, c.id, walk.steps
    """
)


async def predecessors(session: AsyncSession, code: str, until: date) -> Sequence[Row[Any]]:
    """code, name, kind, on, direct of all that a division came from by changes up to a day."""
    return (await session.execute(_BEFORE, {"code": code, "until": until, "farthest": _FARTHEST})).all()


async def successors(session: AsyncSession, code: str, until: date, since: date = date.min) -> Sequence[Row[Any]]:
    """The same of all that followed it by changes from `since` to `until`."""
    days = {"code": code, "until": until, "since": since, "farthest": _FARTHEST}
    return (await session.execute(_AFTER, days)).all()


async def changes_of(session: AsyncSession, code: str, until: date) -> Sequence[DivisionChange]:
    """The changes that speak of a division, up to a day."""
    return (
        await session.scalars(
            select(DivisionChange)
            .join(DivisionChanged, DivisionChanged.change_id == DivisionChange.id)
            .where(DivisionChanged.division_code == code, DivisionChange.on <= until)
            .order_by(DivisionChange.on, DivisionChange.id)
        )
    ).all()


async def former_names(session: AsyncSession, codes: Sequence[str]) -> Sequence[DivisionFormerName]:
    """Former names of these divisions, the oldest first."""
    query = select(DivisionFormerName).where(DivisionFormerName.division_code.in_(codes))
    return (await session.scalars(query.order_by(DivisionFormerName.valid_from))).all()


async def write(
    session: AsyncSession, plan: Plan, change: DivisionChange, present: Mapping[str, Division]
) -> list[str]:
    """Write a change that is possible; returns the codes it made."""
    session.add(change)
    await session.flush()
    last_day = plan.on - timedelta(days=1)
    await _rename(session, plan, change, present, last_day)
    made = _made(plan, change.source, present)
    if made:
        await divisions.put(session, made)
    leaving = [*plan.closed, *(move.code for move in plan.moves)]
    if leaving:
        await session.execute(update(Division).where(Division.code.in_(leaving)).values(valid_to=last_day))
    if plan.links:
        links = [{"predecessor_code": old, "successor_code": new, "change_id": change.id} for old, new in plan.links]
        await session.execute(insert(DivisionSuccession), links)
    spoken_of = [{"division_code": code, "change_id": change.id} for code in sorted(plan.codes())]
    await session.execute(insert(DivisionChanged), spoken_of)
    return [row["code"] for row in made]


def _made(plan: Plan, source: str, present: Mapping[str, Division]) -> list[dict[str, Any]]:
    """Rows of the divisions that the change creates; what moves keeps its name unless it gets one."""
    new = {one.code: one.name for one in plan.successors if one.code not in present}
    new |= {move.new_code: move.name or present[move.code].name for move in plan.moves}
    return [divisions.new_row(code, name, plan.on, source) for code, name in sorted(new.items()) if name is not None]


async def _rename(
    session: AsyncSession, plan: Plan, change: DivisionChange, present: Mapping[str, Division], last_day: date
) -> None:
    for code, name in plan.renamed.items():
        row = present[code]
        former = DivisionFormerName(
            division_code=code, valid_from=row.named_from, valid_to=last_day, name=row.name, change_id=change.id
        )
        session.add(former)
        read = read_name(name)
        row.name, row.name_pinyin, row.name_initials = name, read.pinyin, read.initials
        row.named_from = plan.on
    await session.flush()
