"""SQL of money received and spent: sums by day, and what is not added to them yet, in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache, partial
from typing import Any, Literal

from sqlalchemy import ColumnElement, Date, Select, Subquery, column, func, literal, select, table, text, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.divisions import length_below
from services.funds.domain.progress import Totals
from services.funds.domain.questions import Question
from services.funds.storage.asked_money import only
from services.funds.storage.asked_statements import Run, built_once
from services.funds.storage.tables import Allocation, FundKind, HoldingDay, SpendingDay, SpendingMonth
from services.funds.storage.trace import one_of
from shared.chassis.scope import within

MEASURES = ("received_fen", "allocated_fen", "paid_fen", "returned_fen", "withheld_fen")
KEYS = ("fund_year", "held_in", "fund_kind", "batch", "allocation_id", "effective_on")
EFFECTS = table("spending_effects", *(column(name) for name in ("transfer_id", "recorded_at", *KEYS, *MEASURES)))
"""The view that says what each transfer changes (migrations/sql/spending_facts.sql)."""
WAITS = text("spending_effects.transfer_id = any (array(select transfer_id from spending_tail))")
"""As an array, so that the few that wait are looked up and the ledger is not read."""
COUNTY = 6
"""Digits of a county's code: sums by county serve the counties and the areas above."""


async def grouped(
    session: AsyncSession, question: Question, by: Literal["division", "county", "fund_kind", "level", "batch"]
) -> dict[str, Totals]:
    """An area's money on a day by area right below (its own under its own code), kind, level of origin, or batch."""
    below = len(question.area) == COUNTY and by == "division"
    detailed = below or _detailed(question)
    found: Sequence[Any]
    if question.allocations is not None:
        found = (await session.execute(_grouped(question, by, detailed, length_below(question.area)))).all()
    else:
        found = await _built(by, detailed, length_below(question.area))(session, question)
    return {key: _totals(sums) for key, *sums in sorted(found)}


@cache
def _built(by: str, by_allocation: bool, digits: int) -> Run:
    return built_once(partial(_grouped, by=by, by_allocation=by_allocation, digits=digits))


def _grouped(question: Question, by: str, by_allocation: bool, digits: int) -> Select[Any]:
    source = _source(question, by_allocation=by_allocation)
    keys: dict[str, Any] = {
        "division": func.left(source.c.held_in, digits),
        "fund_kind": source.c.fund_kind,
        "county": func.left(source.c.held_in, COUNTY),
        "level": FundKind.source_level,
        "batch": source.c.batch,
    }
    query = _summed(source, keys[by])
    return query.join(FundKind, FundKind.code == source.c.fund_kind) if by == "level" else query


async def by_day(session: AsyncSession, question: Question) -> list[tuple[date, Totals]]:
    """What changed in an area on each day up to the asked one, in the order of the days."""
    source = _changes(question)
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
    """How many of the sums, by holding, by day and by month, are not what the transfers say."""
    month = func.date_trunc("month", EFFECTS.c.effective_on).cast(Date)
    county = func.left(EFFECTS.c.held_in, COUNTY)
    kinds = (
        (HoldingDay, "held_in", ("allocation_id",), EFFECTS.c.held_in, (EFFECTS.c.allocation_id,), "effective_on"),
        (SpendingDay, "county_code", (), county, (), "effective_on"),
        (SpendingMonth, "county_code", (), county, (), "month"),
    )
    found = 0
    for kept, place, more, place_told, more_told, day in kinds:
        own = [getattr(kept, name) for name in ("fund_year", "fund_kind", "batch", day, place, *more)]
        day_told = month if day == "month" else EFFECTS.c.effective_on
        told = [EFFECTS.c.fund_year, EFFECTS.c.fund_kind, EFFECTS.c.batch, day_told, place_told, *more_told]
        waiting = select(*told, *(EFFECTS.c[name] for name in MEASURES)).where(WAITS)
        sums = union_all(select(*own, *(getattr(kept, name) for name in MEASURES)), waiting).subquery()
        whole = select(*told, *(EFFECTS.c[name] for name in MEASURES)).subquery()
        sides = [_moved(side, len(own)) for side in (sums, whole)]
        both = union_all(sides[0].except_all(sides[1]), sides[1].except_all(sides[0])).subquery()
        found += int(await session.scalar(select(func.count()).select_from(both)) or 0)
    return found


def _moved(side: Subquery, keys: int) -> Any:
    """A side's sums by its first columns, without those that came to nothing."""
    columns = list(side.c)
    sums = [func.sum(column) for column in columns[keys:]]
    return select(*columns[:keys], *sums).group_by(*columns[:keys]).having(func.greatest(*map(func.abs, sums)) > 0)


def _summed(source: Subquery, *keys: ColumnElement[Any]) -> Select[Any]:
    sums = [func.sum(source.c[name]).label(name) for name in MEASURES]
    return select(*keys, *sums).select_from(source).group_by(*keys)


def _totals(sums: Sequence[Any]) -> Totals:
    return Totals(*(int(value) for value in sums))


def _detailed(question: Question) -> bool:
    """Whether sums by county say too little."""
    return len(question.area) > COUNTY or question.allocations is not None


def _changes(question: Question) -> Subquery:
    """The rows by their own day: months do not do."""
    if question.known_until is not None or _detailed(question):
        return _source(question, by_allocation=True)
    days = _sums(SpendingDay, SpendingDay.county_code, literal(0), SpendingDay.effective_on, question)
    return union_all(days, _effects(question).where(WAITS)).subquery()


def _source(question: Question, *, by_allocation: bool) -> Subquery:
    """The rows to add up: the kept sums and what waits; or, as known at an earlier moment, the transfers of then."""
    if question.known_until is None:
        kept: Subquery = _kept(question, by_allocation=by_allocation).subquery()
        return kept
    return _effects(question).where(EFFECTS.c.recorded_at < question.known_until).subquery()


def _kept(question: Question, *, by_allocation: bool) -> Any:
    """The sums up to the asked day, and beside them what is not added to them yet."""
    if by_allocation:
        parts = [_sums(HoldingDay, HoldingDay.held_in, HoldingDay.allocation_id, HoldingDay.effective_on, question)]
    else:
        parts = [_months(question), _days(question)]
    return union_all(*parts, _effects(question).where(WAITS))


def _months(question: Question) -> Select[Any]:
    """The months that were over by the asked day."""
    kept = SpendingMonth
    sums = _sums(kept, kept.county_code, literal(0), kept.month, question)
    return sums.where(kept.month < question.open_month)


def _days(question: Question) -> Select[Any]:
    """The days of the month that was not over."""
    kept = SpendingDay
    sums = _sums(kept, kept.county_code, literal(0), kept.effective_on, question)
    return sums.where(kept.effective_on >= question.open_month)


def _sums(kept: Any, place: Any, given: Any, day: Any, question: Question | None) -> Select[Any]:
    keys = (kept.fund_year, place.label("held_in"), kept.fund_kind, kept.batch, given.label("allocation_id"))
    sums = select(*keys, day.label("effective_on"), *(getattr(kept, name) for name in MEASURES))
    return sums if question is None else sums.where(*_asked(question, kept, place, day))


def _effects(question: Question | None) -> Select[Any]:
    told = select(*(EFFECTS.c[name] for name in (*KEYS, *MEASURES)))
    if question is None:
        return told
    return told.where(*_asked(question, EFFECTS.c, EFFECTS.c.held_in, EFFECTS.c.effective_on))


def _asked(question: Question, columns: Any, place: Any, day: Any) -> list[ColumnElement[bool]]:
    kinds = only(question, columns.fund_year, columns.fund_kind, columns.batch)
    own = [] if question.allocations is None else [one_of(columns.allocation_id, question.allocations)]
    return [within(place, question.area), day <= question.as_of, *kinds, *own]
