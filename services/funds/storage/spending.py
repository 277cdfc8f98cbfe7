"""SQL of money received and spent: sums by day, and what is not added to them yet, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, Subquery, column, func, literal, select, table, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.divisions import length_below
from services.funds.domain.progress import Totals
from services.funds.domain.questions import Question
from services.funds.storage.asked_money import only
from services.funds.storage.tables import Allocation, FundKind, HoldingDay, SpendingDay, SpendingTail
from services.funds.storage.trace import one_of
from shared.chassis.scope import within

MEASURES = ("received_fen", "allocated_fen", "paid_fen", "returned_fen", "withheld_fen")
KEYS = ("fund_year", "held_in", "fund_kind", "batch", "allocation_id", "effective_on")
EFFECTS = table("spending_effects", *(column(name) for name in ("transfer_id", "recorded_at", *KEYS, *MEASURES)))
"""The view that says what each transfer changes (migrations/sql/spending_facts.sql)."""
COUNTY = 6
"""Digits of a county's code: sums by county serve the counties and the areas above."""


async def grouped(
    session: AsyncSession, question: Question, by: Literal["division", "fund_kind", "level", "batch"]
) -> dict[str, Totals]:
    """An area's money on a day by area right below (its own under its own code), kind, level of origin, or batch."""
    below = len(question.area) == COUNTY and by == "division"
    source = _source(question, by_allocation=below or _detailed(question))
    keys: dict[str, Any] = {
        "division": func.left(source.c.held_in, length_below(question.area)),
        "fund_kind": source.c.fund_kind,
        "level": FundKind.source_level,
        "batch": source.c.batch,
    }
    query = _summed(source, keys[by])
    if by == "level":
        query = query.join(FundKind, FundKind.code == source.c.fund_kind)
    return {key: _totals(sums) for key, *sums in sorted(await session.execute(query))}


async def by_day(session: AsyncSession, question: Question) -> list[tuple[date, Totals]]:
    """What changed in an area on each day up to the asked one, in the order of the days."""
    source = _source(question, by_allocation=_detailed(question))
    return [
        (day, _totals(sums)) for day, *sums in sorted(await session.execute(_summed(source, source.c.effective_on)))
    ]


async def by_allocation(session: AsyncSession, question: Question) -> list[tuple[Allocation | None, str, Totals]]:
    """An area's money on a day: each allocation (None for what no project has), the place that holds it, totals."""
    source = _source(question, by_allocation=True)
    sums = _summed(source, source.c.held_in, source.c.allocation_id).subquery()
    query = select(Allocation, *sums.c).outerjoin(Allocation, Allocation.id == sums.c.allocation_id)
    rows = await session.execute(query.order_by(sums.c.held_in, sums.c.allocation_id))
    return [(given, place, _totals(measures)) for given, place, _, *measures in rows]


async def fold(session: AsyncSession, most: int) -> int:
    """Add what waits to the sums; how many transfers that were. One caller at a time does it, others get 0."""
    return int(await session.scalar(text("select fold_spending(:most)"), {"most": most}) or 0)


async def rebuild(session: AsyncSession) -> int:
    """Make the sums anew from the transfers alone; how many those are. Postings wait meanwhile."""
    await session.execute(text("set local statement_timeout = 0"))
    await session.execute(text("set local work_mem = '256MB'"))
    return int(await session.scalar(text("select rebuild_spending()")) or 0)


async def differing(session: AsyncSession) -> int:
    """How many of the sums, by holding and by county, are not what the transfers say."""
    effects = _effects(None).subquery()
    return sum([await _differing(session, effects, by_allocation=detailed) for detailed in (True, False)])


async def _differing(session: AsyncSession, effects: Subquery, *, by_allocation: bool) -> int:
    kept = _kept(None, by_allocation=by_allocation).subquery()
    sides = [_moved(side, by_allocation=by_allocation) for side in (kept, effects)]
    both = union_all(sides[0].except_all(sides[1]), sides[1].except_all(sides[0])).subquery()
    return int(await session.scalar(select(func.count()).select_from(both)) or 0)


def _moved(side: Subquery, *, by_allocation: bool) -> Any:
    """A side's sums, without those that came to nothing."""
    keys: list[ColumnElement[Any]] = [side.c.fund_year, side.c.fund_kind, side.c.batch, side.c.effective_on]
    keys += [side.c.held_in, side.c.allocation_id] if by_allocation else [func.left(side.c.held_in, COUNTY)]
    moved = func.greatest(*(func.abs(func.sum(side.c[name])) for name in MEASURES)) > 0
    return _summed(side, *keys).having(moved)


def _summed(source: Subquery, *keys: ColumnElement[Any]) -> Select[Any]:
    sums = [func.sum(source.c[name]).label(name) for name in MEASURES]
    return select(*keys, *sums).select_from(source).group_by(*keys)


def _totals(sums: Sequence[Any]) -> Totals:
    return Totals(*(int(value) for value in sums))


def _detailed(question: Question) -> bool:
    """Whether sums by county say too little."""
    return len(question.area) > COUNTY or question.allocations is not None


def _source(question: Question, *, by_allocation: bool) -> Subquery:
    """The rows to add up: the kept sums and what waits; or, as known at an earlier moment, the transfers of then."""
    if question.known_until is None:
        kept: Subquery = _kept(question, by_allocation=by_allocation).subquery()
        return kept
    return _effects(question).where(EFFECTS.c.recorded_at < question.known_until).subquery()


def _kept(question: Question | None, *, by_allocation: bool) -> Any:
    kept: Any = HoldingDay if by_allocation else SpendingDay
    place = HoldingDay.held_in if by_allocation else SpendingDay.county_code
    given: Any = HoldingDay.allocation_id if by_allocation else literal(0)
    keys = (kept.fund_year, place.label("held_in"), kept.fund_kind, kept.batch, given.label("allocation_id"))
    sums = select(*keys, kept.effective_on, *(getattr(kept, name) for name in MEASURES))
    waiting = _effects(question).join(SpendingTail, SpendingTail.transfer_id == EFFECTS.c.transfer_id)
    return union_all(sums.where(*_asked(question, kept, place)), waiting)


def _effects(question: Question | None) -> Select[Any]:
    asked = _asked(question, EFFECTS.c, EFFECTS.c.held_in)
    return select(*(EFFECTS.c[name] for name in (*KEYS, *MEASURES))).where(*asked)


def _asked(question: Question | None, columns: Any, place: Any) -> list[ColumnElement[bool]]:
    if question is None:
        return []
    day = columns.effective_on <= question.as_of
    kinds = only(question, columns.fund_year, columns.fund_kind, columns.batch)
    own = [] if question.allocations is None else [one_of(columns.allocation_id, question.allocations)]
    return [within(place, question.area), day, *kinds, *own]
