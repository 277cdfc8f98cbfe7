"""What changed since: rows in an order that nothing is ever committed into behind a reader's back.

A row carries the number of the transaction that wrote it last (`written_in`). Numbers are given out when transactions
begin to write, not when they commit, so a row may come to light behind one that was read already. A reader therefore
takes only rows whose transaction, and every one before it, is over (`Ground.first_open`): what is still under way comes
later, with a number the reader has not passed. Nothing is skipped, and no state of a row is given twice.

All databases of a server share the numbers, and one service's long transaction would hold up every other's readers.
A transaction of a process that serves another database can never write here: only those are passed over.

Numbers belong to one database of one server. A cursor says of which: one of a life before a restore is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.chassis import paging
from shared.chassis.scope import NATION
from shared.refusals import Conflict, Unavailable
from shared.schemas.exchange_records import Change, Changes

WRITTEN_IN = "(pg_current_xact_id()::text)::bigint"
"""SQL: the number of this transaction; the default of every `written_in`."""
NEXT = "(pg_snapshot_xmax(pg_current_snapshot())::text)::bigint"
FIRST_OPEN = f"""coalesce((
    select min(open::text::bigint) from pg_snapshot_xip(pg_current_snapshot()) as open
    where (open::text::bigint & 4294967295) not in (
        select locked.transactionid::text::bigint
        from pg_locks as locked join pg_stat_get_activity(null) as server_process using (pid)
        where locked.locktype = 'transactionid' and locked.mode = 'ExclusiveLock' and locked.granted
        and server_process.datid not in (0, (select oid from pg_database where datname = current_database())))
), {NEXT})"""  # noqa: S608 - texts of ours
"""SQL: the lowest number under way, as this statement sees it, that may still write in this database. Locks name the
lower 32 bits of a number. A transaction seen as open whose lock is gone by now stays in the way until the next look, so
that a later look may give less than an earlier one: one reading asks once (`ground`) and keeps to it."""
LIFE = (
    "(select abs(hashint8(s.system_identifier)::bigint * 1000003 + d.oid::bigint) % 1000000007"
    " from pg_control_system() s, pg_database d where d.datname = current_database())"
)


class CursorOutlived(Conflict):
    """The cursor is of a database that was since restored from a copy."""

    code = "cursor_outlived"
    zh = "数据库已从备份恢复,此游标不再有效,请从头读取"
    en = "The database was restored since this cursor was given: read again from the beginning"
    pointer = "/cursor"


class NumbersOutlived(Unavailable):
    """Rows carry numbers of the database they were copied from: the operator has to set them to 0 first."""

    code = "numbers_outlived"
    zh = "数据库恢复后尚未重置变更编号,暂停提供变更数据"
    en = "Change numbers were not reset after a restore; changes are withheld until they are"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a reading stands on: taken before the rows are read, so that it promises less than is there. Rows are read
    below `first_open` and the cursor goes no further."""

    life: int
    first_open: int


async def ground(session: AsyncSession, table: str) -> Ground:
    """Refuses, loudly, to read rows numbered by another database: they would be withheld in silence."""
    statement = f"select {LIFE}, {FIRST_OPEN}, {NEXT}, (select max(written_in) from {table})"  # noqa: S608 - our names
    life, first_open, next_one, last = (await session.execute(text(statement))).one()
    if last is not None and last >= next_one:
        raise NumbersOutlived()
    return Ground(life, first_open)


def require_life(ground: Ground, life: int) -> None:
    if life != ground.life:
        raise CursorOutlived()


@dataclass(frozen=True, slots=True)
class Feed:
    """A table of rows changed in place, as what is shared of it. All texts are SQL of ours."""

    table: str
    key: str
    area: str
    columns: tuple[str, ...]
    shared: str = "true"
    """Whether a row is shared as it stands."""
    gone: str = "false"
    """Whether a row that is not shared was, or may have been."""
    numbered: bool = False
    """Whether the key is a number."""


@dataclass(frozen=True, slots=True)
class Found:
    rows: Sequence[Any]
    """Each with `id`, `version`, `division_code`, `is_shared` and the columns asked for."""
    next_cursor: str
    more: bool


async def read(session: AsyncSession, feed: Feed, areas: Iterable[str], cursor: str | None, limit: int) -> Found:
    """The rows of these areas that changed behind the cursor, in the order of change."""
    kind = int if feed.numbered else str
    at = paging.decode_lasting(cursor, int, int, kind)
    standing = await ground(session, feed.table)
    first: str | int = 0 if feed.numbered else ""
    life, number, key = at if at is not None else (standing.life, -1, first)
    require_life(standing, int(life))
    binds = {"number": number, "key": key, "first_open": standing.first_open, "limit": limit + 1}
    inside = in_areas(feed.area, areas, binds)
    columns = "".join(f", {column}" for column in feed.columns)
    statement = (
        f"select {feed.key} as id, written_in as version, {feed.area} as division_code,"  # noqa: S608 - texts of ours
        f" ({feed.shared}) as is_shared{columns} from {feed.table}"
        f" where (written_in, {feed.key}) > (:number, :key) and written_in < :first_open and {inside}"
        f" and (({feed.shared}) or ({feed.gone})) order by written_in, {feed.key} limit :limit"
    )
    rows = (await session.execute(text(statement), binds)).all()
    if len(rows) > limit:
        last = rows[limit - 1]
        return Found(rows[:limit], paging.encode_lasting(standing.life, last.version, last.id), True)
    ends: list[tuple[Any, Any]] = [(number, key), (standing.first_open, first)]
    ends += [(row.version, row.id) for row in rows[-1:]]
    return Found(rows, paging.encode_lasting(standing.life, *max(ends)), False)


async def read_changes(
    session: AsyncSession, feed: Feed, areas: Iterable[str], cursor: str | None, limit: int
) -> Changes:
    """As `read`, with nothing of what the rows say; whoever begins is told what happens from now on."""
    if cursor is None:
        now = await ground(session, feed.table)
        cursor = paging.encode_lasting(now.life, now.first_open, 0 if feed.numbered else "")
    thin = Feed(feed.table, feed.key, feed.area, (), feed.shared, feed.gone, feed.numbered)
    found = await read(session, thin, areas, cursor, limit)
    told = [Change(id=str(row.id), version=row.version, division_code=row.division_code) for row in found.rows]
    return Changes(changes=told, next_cursor=found.next_cursor, more=found.more)


def in_areas(column: str, areas: Iterable[str], binds: dict[str, Any]) -> str:
    """SQL: the division code lies in one of the areas, which are bound; nothing does when there are none."""
    parts = ["false"]
    for place, area in enumerate(areas):
        if area == NATION:
            return "true"
        binds |= {f"area_{place}": area, f"end_{place}": area + ":"}
        parts.append(f"({column} >= :area_{place} and {column} < :end_{place})")
    return "(" + " or ".join(parts) + ")"


def keep_noted(table: str) -> list[str]:
    """SQL statements of a migration: `written_in` on a table whose rows are changed in place, filled from now on."""
    function = f"note_written_in_{table}"
    return [
        f"alter table {table} add column written_in bigint not null default 0",
        f"alter table {table} alter column written_in set default {WRITTEN_IN}",
        f"create function {function}() returns trigger language plpgsql as"
        f" $$ begin new.written_in := {WRITTEN_IN}; return new; end $$",
        f"create trigger note_written_in before update on {table} for each row execute function {function}()",
    ]


def drop_noted(table: str) -> list[str]:
    """The way back of `keep_noted`."""
    return [
        f"drop trigger note_written_in on {table}",
        f"drop function note_written_in_{table}()",
        f"alter table {table} drop column written_in",
    ]
