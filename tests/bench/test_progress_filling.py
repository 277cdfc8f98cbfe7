"""The province's books a bench measures with are good books: posted by the ledger, and everything ties out."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager

from bench.ground import connect
from bench.places import Province
from bench.progress import held_and_tied
from bench.progress_filling import AT_ONCE, PARTED, carry_out, fill, post, spans, steps_of
from deploy.local.progress import Reporter, Steps
from services.funds.operations import spending_sums
from services.funds.operations.ledger import verified_whole
from shared.chassis.database import Database
from shared.chassis.scope import NATION
from tests.support import server

PROVINCE = Province(counties=13, spare=0, townships_per_county=2, villages_per_county=2)
PROJECTS = 130


class Silent(Reporter):
    """Tells nobody; remembers how many steps were announced and taken."""

    def __init__(self) -> None:
        super().__init__()
        self.announced = self.taken = 0

    @contextmanager
    def steps(self, title: str, total: int) -> Iterator[Steps]:
        self.announced += total
        yield self

    def advance(self, steps: int = 1) -> None:
        self.taken += steps


async def test_the_books_tie_out_and_orders_on_top_of_them_too() -> None:
    template = await asyncio.to_thread(server.template, "funds")
    database = await server.create_copy("funds", template)
    admin = os.environ[server.ADMIN_DSN].rsplit("/", 1)[0] + "/" + database
    app = server.dsn("funds", "app", database)
    try:
        reporter = Silent()
        transfers, rate = await fill(admin, PROVINCE, PROJECTS, reporter)
        assert transfers > PROJECTS * 20
        assert rate > 0
        assert reporter.announced == reporter.taken
        whole = await _proven(app)
        assert whole == transfers
        held = await held_and_tied(app)
        assert {len(place) for place in held} == {2, 4, 6}  # the province, its cities and its counties
        await _order(admin, reporter)
        assert await _proven(app) == transfers + 3 * 5
    finally:
        await server.drop(database)


async def _proven(app: str) -> int:
    """How many transfers there are, all of them in the sums and every hash and balance right."""
    opened = Database(app, 1)
    try:
        while await spending_sums.fold_once(opened):
            pass
        assert await spending_sums.differing(opened) == 0
        done = await verified_whole(opened, NATION)
        assert done.ok, done.first_difference
        return done.transfers
    finally:
        await opened.close()


async def _order(admin: str, reporter: Reporter) -> None:
    """Five paid orders out of one allocation."""
    connection = await connect(admin)
    try:
        await connection.execute(
            "create schema bench_books; create table bench_books.wanted (orders int, fen bigint, rooms int, paid bool);"
            "insert into bench_books.wanted values (5, 1000, 1, true)"
        )
        await carry_out(connection, "orders.sql", reporter, "orders")
        with reporter.steps("transfers", 15) as bar:
            await post(connection, admin, 1, bar)
        assert await connection.fetchval("select count(distinct allocation_id) from bench_books.orders") == 1
    finally:
        await connection.close()


def test_every_movement_is_posted_once_and_the_books_of_a_writer_by_turns() -> None:
    wholes = [("680101", 1, 2 * AT_ONCE + 3), ("680102", 1, 5), ("680103", 7, 7 + AT_ONCE)]
    found = list(spans(wholes))
    assert [book for book, _, _ in found] == ["680101", "680102", "680103", "680101", "680103", "680101"]
    for book, first, last in wholes:
        numbers = [number for code, start, end in found if code == book for number in range(start, end + 1)]
        assert numbers == list(range(first, last + 1))
    assert max(last - first + 1 for _, first, last in found) == AT_ONCE
    assert list(spans([])) == []


def test_a_script_is_parted_at_its_lines_of_dashes() -> None:
    assert steps_of(f"select 1;\n-- a remark\n{PARTED}--- next\nselect 2;\n") == [
        "select 1;\n-- a remark\n",
        "select 2;\n",
    ]
