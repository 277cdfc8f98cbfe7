"""A province's books, filled: files by SQL, money movement by movement, the same for every run of a size.

Files and the list of movements come from `province_books.sql`. Money moves as it does in the service: by the
database's `post_transfers`, with the ledger's locks, chains and triggers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bench.ground import connect
from bench.places import Province
from bench.progress_ground import Books, empty_books
from bench.run import Run
from deploy.local.progress import Reporter, Steps

FUND_YEAR, LAST_DAY = 2025, date(2025, 12, 19)
"""Of the made-up books. Asked as of their last day, so that no figure depends on the day it is measured on."""
WRITERS = 2
"""Connections that post at once: as many as there are cores on the smallest machine."""
AT_ONCE = 250
"""Movements of one call. Books are written by turns, so that no county's transfers lie all in one place."""
PARTED = "-" * 100
_BATCH = """
select posted.refusal from (
    select array_agg(debit order by number) as debits, array_agg(credit order by number) as credits,
           array_agg(fen order by number) as fens, array_agg(kind order by number) as kinds,
           array_agg(day order by number) as days, array_agg(cause_type order by number) as types,
           array_agg(cause_id order by number) as ids, array_agg(undone order by number) as undone,
           array_fill(null::text, array[count(*)::int]) as reasons, max(day) as last_day
      from bench_books.movements where book = $1 and number between $2 and $3) m
 cross join lateral post_transfers($1, 'bench-maker', (m.last_day + time '18:00') at time zone 'Asia/Shanghai',
    m.debits, m.credits, m.fens, m.kinds, m.days, m.types, m.ids, m.undone, m.reasons) posted"""
_FIND_UNDONE = """
update bench_books.movements m set undone = (
    select max(t.id) from ledger_transfers t
     where t.kind = m.undoes
       and t.cause_type = case m.cause_type when 'payment_return' then 'payment' else m.cause_type end
       and t.cause_id = case m.cause_type when 'payment_return'
            then (select payment_id from bench_books.returns r where r.id = m.cause_id) else m.cause_id end)
 where pass = 2"""
_PASSES = """
select book, min(number), max(number) from bench_books.movements where pass = $1
 group by book order by nullif(book, '00') nulls first"""
_SEQUENCES = (
    "documents", "document_lines", "receipts", "allocations", "claims", "payments", "payment_returns",
    "ledger_accounts",
)  # fmt: skip

Span = tuple[str, int, int]
"""A book, and the numbers of the first and last movement of one call."""


async def books(run: Run) -> Books:
    """The books of the run's size, made once: all of it posted, nothing added to the sums by day yet."""
    if run.books is None:
        made = await empty_books(run.ground, run.size.book_counties)
        done = await fill(made.admin_dsn, made.province, run.size.book_projects, run.reporter)
        made.transfers, made.posted_per_second = done
        run.books = made
    found: Books = run.books
    return found


async def fill(where: str, province: Province, projects: int, reporter: Reporter) -> tuple[int, float]:
    """Fill the empty tables of funds in the database of an administrator's DSN; transfers, and transfers per second."""
    connection = await connect(where)
    try:
        await _ask(connection, province, projects)
        await carry_out(connection, "province_books.sql", reporter, "files of a province's books")
        for table in _SEQUENCES:
            await connection.execute(f"select setval(pg_get_serial_sequence('{table}', 'id'), max(id)) from {table}")  # noqa: S608 - names of this file
        transfers = int(await connection.fetchval("select count(*) from bench_books.movements"))
        began = time.perf_counter()
        with reporter.steps("transfers of a province's books", transfers) as bar:
            await post(connection, where, 1, bar)
            await connection.execute("analyze ledger_transfers")
            await connection.execute(_FIND_UNDONE)
            await post(connection, where, 2, bar)
        rate = transfers / (time.perf_counter() - began)
        await connection.execute("drop schema bench_books cascade")
        await connection.execute("vacuum analyze")
        return transfers, rate
    finally:
        await connection.close()


async def carry_out(connection: Any, script: str, reporter: Reporter, title: str) -> None:
    """A script of this folder, step by step."""
    steps = steps_of(Path(__file__).with_name(script).read_text(encoding="utf-8"))
    with reporter.steps(title, len(steps)) as bar:
        for step in steps:
            await connection.execute(step)
            bar.advance()


def steps_of(script: str) -> list[str]:
    """The parts of the script that are carried out one after the other."""
    parts = [""]
    for line in script.splitlines():
        if line.startswith(PARTED):
            parts.append("")
        else:
            parts[-1] += line + "\n"
    return parts


async def _ask(connection: Any, province: Province, projects: int) -> None:
    """How much is wanted, and where: what the script begins with."""
    await connection.execute(
        "create schema bench_books;"
        "create table bench_books.asked (counties int, projects int, townships int);"
        "create table bench_books.places (number int primary key, county text, city text)"
    )
    asked = (province.counties, projects, province.townships_per_county)
    await connection.execute("insert into bench_books.asked values ($1, $2, $3)", *asked)
    counties = [(number, province.county(number)) for number in range(province.counties)]
    places = [(number, code, code[:4]) for number, code in counties]
    await connection.executemany("insert into bench_books.places values ($1, $2, $3)", places)
    names = [(code, name, level) for code, level, name, _ in province.lines() if len(code) <= 9]
    await connection.executemany(
        "insert into division_names (code, name, level, heard_at) values ($1, $2, $3, now())", names
    )


async def post(connection: Any, where: str, number: int, bar: Steps) -> None:
    """Post one pass of the listed movements: the levels above first, then all counties, each by one writer only."""
    found = [(book, int(first), int(last)) for book, first, last in await connection.fetch(_PASSES, number)]
    above = [whole for whole in found if len(whole[0]) < 6]
    for whole in above:
        await _post_spans(where, spans([whole]), bar)
    counties = [whole for whole in found if len(whole[0]) == 6]
    shares = [counties[writer::WRITERS] for writer in range(WRITERS)]
    await asyncio.gather(*(_post_spans(where, spans(share), bar) for share in shares))


def spans(wholes: Sequence[Span]) -> Iterator[Span]:
    """The calls that post these movements: a piece of each book by turns."""
    longest = max((last - first for _, first, last in wholes), default=-1)
    for start in range(0, longest + 1, AT_ONCE):
        for book, first, last in wholes:
            if first + start <= last:
                yield book, first + start, min(last, first + start + AT_ONCE - 1)


async def _post_spans(where: str, wanted: Iterator[Span], bar: Steps) -> None:
    connection = await connect(where)
    try:
        for book, first, last in wanted:
            refusal = await connection.fetchval(_BATCH, book, first, last)
            if refusal is not None:
                raise RuntimeError(f"movements {first} to {last} of book {book}: {refusal}")
            bar.advance(last - first + 1)
    finally:
        await connection.close()
