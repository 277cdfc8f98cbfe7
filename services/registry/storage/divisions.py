"""SQL of divisions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.registry.domain.division_names import Typed, read_name
from services.registry.domain.divisions import LEVELS, NATURAL_VILLAGE, Filters, level_of, parent_of
from services.registry.storage.tables import Division, DivisionFormerName, DivisionKind
from shared.chassis.scope import NATION, within

_BEHIND_LETTERS = "{"
"""Sorts behind every letter and digit: `zm` up to `zm{` is everything that begins with zm."""


async def get(session: AsyncSession, code: str) -> Division | None:
    return await session.get(Division, code)


async def list_below(
    session: AsyncSession, filters: Filters, today: date, after: tuple[str, ...] | None, limit: int
) -> Sequence[Division]:
    """Divisions by code or by pinyin and code, at most `limit`, behind the sort key `after`."""
    order = (Division.name_pinyin, Division.code) if filters.sort == "pinyin" else (Division.code,)
    clauses = [within(Division.code, filters.area), *_standing(filters)]
    clauses += await _named(session, filters.area, filters.name)
    if filters.parent is not None:
        clauses.append(Division.parent_code == filters.parent)
    if filters.level is not None:
        clauses.append(Division.level == filters.level)
    if filters.level == LEVELS[2]:
        clauses.append(Division.parent_code == "")  # what the index knows; the provinces lie far apart
    if filters.kind is not None:
        clauses.append(_of_kind(filters.kind, filters.on or today))
    if after is not None:
        clauses.append(tuple_(*order) > after)
    return (await session.scalars(select(Division).where(*clauses).order_by(*order).limit(limit))).all()


def _standing(filters: Filters) -> list[ColumnElement[bool]]:
    if filters.on is not None:
        return [Division.valid_from <= filters.on, or_(Division.valid_to.is_(None), Division.valid_to >= filters.on)]
    return [] if filters.closed else [Division.valid_to.is_(None)]


def _of_kind(kind: str, on: date) -> ColumnElement[bool]:
    return exists().where(
        DivisionKind.division_code == Division.code,
        DivisionKind.kind == kind,
        DivisionKind.valid_from <= on,
        or_(DivisionKind.valid_to.is_(None), DivisionKind.valid_to >= on),
    )


async def _named(session: AsyncSession, area: str, name: Typed | None) -> list[ColumnElement[bool]]:
    """Ranges and arrays, not LIKE alone: these are what the indexes on names serve, whatever the plan.

    Below the country the range of codes is the better index, and the arrays would only draw the planner away from it.
    """
    if name is None:
        return []
    wide = area == NATION
    if name.characters:
        now = Division.name.contains(name.characters, autoescape=True)
        if wide:
            characters = func.string_to_array(name.characters, None)
            now = and_(func.string_to_array(Division.name, None).op("@>")(characters), now)
        before = await _formerly(session, name.characters)
        return [or_(now, Division.code.in_(before))] if before else [now]
    if name.letters:
        begun = [_begins(Division.name_pinyin, reading) for reading in name.readings]
        if len(name.letters) > 1:  # one letter begins the initials exactly where it begins the pinyin
            begun.append(_begins(Division.name_initials, name.letters))
        return [or_(false(), *begun)]
    spoken = " ".join(name.syllables)
    whole = func.concat(" ", Division.name_pinyin, " ").contains(f" {spoken} ")
    if not wide:
        return [whole]
    blank = text("' '")
    holds = func.string_to_array(Division.name_pinyin, blank).op("@>")(func.string_to_array(spoken, blank))
    return [holds, whole]


def _begins(column: InstrumentedAttribute[str], letters: str) -> ColumnElement[bool]:
    return and_(column >= letters, column < letters + _BEHIND_LETTERS)


async def _formerly(session: AsyncSession, characters: str) -> Sequence[str]:
    """Divisions that once had a name with these characters: a short table."""
    query = select(DivisionFormerName.division_code).distinct().limit(1_000)
    return (await session.scalars(query.where(DivisionFormerName.name.contains(characters, autoescape=True)))).all()


async def known(session: AsyncSession, codes: Collection[str]) -> set[str]:
    """Those of `codes` that exist, closed ones too."""
    return set(await session.scalars(select(Division.code).where(Division.code.in_(codes))))


async def open_now(session: AsyncSession, codes: Collection[str]) -> set[str]:
    """Those of `codes` that exist and are not closed."""
    return set(
        await session.scalars(select(Division.code).where(Division.code.in_(codes), Division.valid_to.is_(None)))
    )


async def natural_villages_open(session: AsyncSession, codes: Collection[str], day: date) -> set[str]:
    """Those of `codes` that are natural villages begun by `day` and not closed."""
    standing = Division.valid_to.is_(None), Division.valid_from <= day, Division.level == NATURAL_VILLAGE
    return set(await session.scalars(select(Division.code).where(Division.code.in_(codes), *standing)))


async def hold_parents(session: AsyncSession, codes: Collection[str]) -> dict[str, bool]:
    """Which of `codes` exist, each with whether it is open; none of them closes before this transaction ends."""
    query = select(Division.code, Division.valid_to).where(Division.code.in_(codes)).order_by(Division.code)
    return {row[0]: row[1] is None for row in await session.execute(query.with_for_update(read=True))}


async def lock(session: AsyncSession, codes: Collection[str], above: Iterable[str] = ()) -> dict[str, Division]:
    """Those of `codes` that exist, locked together with all open divisions below `above`, in the order of codes."""
    below = [and_(within(Division.code, area), Division.valid_to.is_(None)) for area in above]
    query = select(Division).where(or_(Division.code.in_(codes), *below)).order_by(Division.code).with_for_update()
    return {row.code: row for row in await session.scalars(query)}


async def open_below(session: AsyncSession, areas: Sequence[str]) -> set[str]:
    """The open divisions below these, not these themselves."""
    if not areas:
        return set()
    inside = or_(*(within(Division.code, area) for area in areas))
    query = select(Division.code).where(inside, Division.code.not_in(areas), Division.valid_to.is_(None))
    return set(await session.scalars(query))


async def natural_villages(session: AsyncSession, village_code: str) -> Sequence[Division]:
    """Every natural village the village ever had."""
    return (await session.scalars(select(Division).where(Division.parent_code == village_code))).all()


def new_row(code: str, name: str, valid_from: date, source: str) -> dict[str, Any]:
    """The row of a new open division."""
    read = read_name(name)
    return {
        "code": code,
        "level": level_of(code),
        "name": name,
        "name_pinyin": read.pinyin,
        "name_initials": read.initials,
        "named_from": valid_from,
        "parent_code": parent_of(code),
        "valid_from": valid_from,
        "source": source,
    }


async def put(session: AsyncSession, rows: list[dict[str, Any]]) -> int:
    """Insert what is new; rows that exist stay as they are. Returns how many were inserted."""
    inserted = 0
    for start in range(0, len(rows), 2_000):
        new = insert(Division).values(rows[start : start + 2_000]).on_conflict_do_nothing().returning(Division.code)
        inserted += len((await session.execute(new)).all())
    return inserted
