"""SQL of loading a file of divisions: COPY into a table of lines, checks over the whole of it, one insert per province.

It works as the app role on a connection of its own, because a load takes longer than a request may.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import date
from itertools import islice
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

from services.registry.domain.division_lists import Line, ListFacts
from services.registry.domain.refusals import DivisionListOrphans, DivisionListTwice, DivisionLoadRunning
from shared.chassis import clock

_LOCK = 7411
_LINES_AT_ONCE = 25_000
_ATTEMPTS = 5
_COLUMNS = ("code", "line", "level", "name", "parent_code", "name_pinyin", "name_initials")

_ROOM = "set local work_mem = '64MB'; set local gin_pending_list_limit = '64MB'"
"""Lets the indexes on names take their entries in large sorted lots."""

_INSERT = """
    with closed as materialized (
        select code from divisions where valid_to is not null and code >= $1 and code < $1 || ':'
    )
    insert into divisions
        (code, level, name, name_pinyin, name_initials, named_from, parent_code, valid_from, source)
    select code, level, name, name_pinyin, name_initials, $2::date, parent_code, $2::date, $3
    from division_load_lines l
    where code >= $1 and code < $1 || ':' and not exists (select from divisions d where d.code = l.code)
      and left(code, 2) not in (select code from closed) and left(code, 4) not in (select code from closed)
      and left(code, 6) not in (select code from closed) and left(code, 9) not in (select code from closed)
      and left(code, 12) not in (select code from closed)
    order by code
"""


@asynccontextmanager
async def connected(where: str | Any) -> AsyncIterator[Any]:
    """A connection without the limits of a request: a new one for a DSN, the given one otherwise; held by one load."""
    connect: Any = asyncpg.connect
    given = not isinstance(where, str)
    connection: Any
    limits = {"statement_timeout": "0", "idle_in_transaction_session_timeout": "0", "timezone": "UTC"}
    connection = where if given else await connect(_plain(where), server_settings=limits)
    try:
        if not await connection.fetchval("select pg_try_advisory_lock($1)", _LOCK):
            raise DivisionLoadRunning()
        try:
            yield connection
        finally:
            await connection.execute("select pg_advisory_unlock($1)", _LOCK)
    finally:
        if not given:
            await connection.close()


def _plain(dsn: str) -> str:
    return make_url(dsn).set(drivername="postgresql").render_as_string(hide_password=False)


async def stage(connection: Any, lines: Iterable[Line], staged: Callable[[int], None]) -> None:
    """Put the file's lines beside the divisions, and check them as a whole; nothing is kept when they are wrong."""
    async with connection.transaction():
        await connection.execute("delete from division_load_lines")
        source = iter(lines)
        while batch := list(islice(source, _LINES_AT_ONCE)):
            await connection.copy_records_to_table("division_load_lines", records=batch, columns=_COLUMNS)
            staged(len(batch))
        await _require_once(connection)
        await _require_parents(connection)


async def _require_once(connection: Any) -> None:
    line = await connection.fetchval(
        "select min(last) from (select max(line) as last from division_load_lines group by code having count(*) > 1) x"
    )
    if line is not None:
        raise DivisionListTwice(line=line)


async def _require_parents(connection: Any) -> None:
    """Every parent is in the file or known."""
    row = await connection.fetchrow(
        """
        select min(l.line) as line, sum(l.lines)::bigint as lines
        from (
            select parent_code, min(line) as line, count(*) as lines from division_load_lines
            where parent_code <> '' group by parent_code
        ) l
        where not exists (select from division_load_lines p where p.code = l.parent_code)
          and not exists (select from divisions d where d.code = l.parent_code)
        """
    )
    if row["lines"]:
        raise DivisionListOrphans(line=row["line"], lines=row["lines"])


async def provinces(connection: Any) -> list[tuple[str, int]]:
    """The provinces of the staged lines, each with its number of lines."""
    rows = await connection.fetch(
        "select left(code, 2) as area, count(*) from division_load_lines group by 1 order by 1"
    )
    return [(row[0], row[1]) for row in rows]


async def insert_new(connection: Any, province: str, facts: ListFacts) -> int:
    """Insert the staged divisions of a province that are new, in one transaction; returns how many.

    What exists stays as it is, and nothing is put below what an office has closed. When an office adds one of them at
    the same moment, the province is tried again: then it is there. (ON CONFLICT would cost every row of every load.)
    """
    for _ in range(_ATTEMPTS):
        try:
            async with connection.transaction():
                await connection.execute(_ROOM)
                done: str = await connection.execute(_INSERT, province, facts.valid_from, facts.source)
            return int(done.rsplit(" ", 1)[1])
        except asyncpg.UniqueViolationError:
            continue
    raise DivisionLoadRunning()


async def finish(connection: Any, details: dict[str, Any]) -> int:
    """Count what stayed out because it lies below something closed, empty the table of lines, note who did what."""
    async with connection.transaction():
        left_out: int = await connection.fetchval(
            "select count(*) from division_load_lines l"
            " where not exists (select from divisions d where d.code = l.code)"
        )
        await connection.execute("delete from division_load_lines")
        await connection.execute(
            "insert into audit_entries (at, actor, office, action, subject, details, trace_id)"
            " values ($1, 'command', '', 'division.load_list', '00', $2::jsonb, '')",
            clock.now(),
            json.dumps(details | {"left_out": left_out}, default=date.isoformat),
        )
    return left_out
