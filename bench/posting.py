"""Bars of posting over HTTP: the bank's answers to payment orders beside TPC-B, and one hot account beside many.

Each request is one posting with all that goes with it: inner token, idempotency key and stored answer, locks, refusals,
decision, audit, the ledger's own call, the note for the sums. Upon a province's books (`progress_filling.py`).
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Iterator, Mapping, Sequence

import orjson

from bench import asking
from bench.ground import connect
from bench.money import TPC_B
from bench.money_ground import CLIENTS, pgbench, tpc_b
from bench.pairs import Pairs, interleaved
from bench.places import PROVINCE
from bench.progress_filling import books, carry_out, post
from bench.progress_ground import Books
from bench.results import Bar, Result
from bench.run import Run
from shared.chassis import clock

HTTP = Bar("post_http", "posts/s", 0.45)
HOT = Bar("post_hot", "posts/s", 0.70)
RESULT, RETURN = "/api/v1/funds/payments/{}/result", "/api/v1/funds/payments/{}/return"
ORDER_FEN = 1_000
HOT_PAYMENTS, HOT_FEN = 200, 20_000
"""Payments out of the one account, more than are asked for at a time, and what each may give back."""
ANYWHERE = 1_000_000
"""More allocations than there are: the orders are spread over all that hold enough."""
PAYMENTS = 2_000
_SOME_PAID = """
select min(id) from payments where state = 'paid' and settled_on < '2025-12-20' and amount_fen > 100000
 group by allocation_id order by hashint8extended(allocation_id, 2) limit $1"""


async def measure(run: Run) -> list[Result]:
    """Orders settled one by one beside TPC-B; returns into one allocation beside returns into any."""
    made = await books(run)
    orders = await _ordered(run, made, run.size.posts * run.size.pairs, ORDER_FEN, ANYWHERE, paid=False)
    hot = await _ordered(run, made, HOT_PAYMENTS, HOT_FEN, 1, paid=True)
    anywhere = await _some_paid(made)
    await made.catch_up()
    made.start()
    await tpc_b(run.ground)
    return [
        Result(HTTP, await _beside_tpc_b(run, made, orders)),
        Result(HOT, await _hot(run, made, hot, anywhere)),
    ]


async def _ordered(run: Run, made: Books, orders: int, fen: int, rooms: int, *, paid: bool) -> list[int]:
    """Ids of so many new payments of so many fen, out of so many allocations at most."""
    connection = await connect(made.admin_dsn)
    try:
        await connection.execute(
            "create schema bench_books; create table bench_books.wanted (orders int, fen bigint, rooms int, paid bool)"
        )
        await connection.execute("insert into bench_books.wanted values ($1, $2, $3, $4)", orders, fen, rooms, paid)
        await carry_out(connection, "orders.sql", run.reporter, "payment orders")
        movements = await connection.fetchval("select count(*) from bench_books.movements")
        with run.reporter.steps("transfers of payment orders", movements) as bar:
            await post(connection, made.admin_dsn, 1, bar)
        ids = [row[0] for row in await connection.fetch("select payment_id from bench_books.orders order by 1")]
        await connection.execute("drop schema bench_books cascade")
    finally:
        await connection.close()
    if len(ids) != orders:
        raise RuntimeError(f"{len(ids)} of {orders} payment orders could be made")
    return ids


async def _some_paid(made: Books) -> list[int]:
    """Payments of the books, each of another allocation."""
    connection = await connect(made.admin_dsn)
    try:
        return [row[0] for row in await connection.fetch(_SOME_PAID, PAYMENTS)]
    finally:
        await connection.close()


async def _beside_tpc_b(run: Run, made: Books, orders: Sequence[int]) -> Pairs:
    """Results of the bank, each for an order of its own."""
    waiting = iter(orders)
    today = clock.office_today().isoformat()

    def settling() -> Iterator[bytes]:
        for _, payment in zip(range(run.size.posts), waiting, strict=False):
            body = {"outcome": "paid", "settled_on": today, "bank_reference": f"B{payment}"}
            yield _posting(made, RESULT.format(payment), body)

    return await interleaved(
        run.size.pairs,
        lambda _: _rate(made, settling()),
        lambda _: asyncio.to_thread(pgbench, run.ground.admin_dsn, run.size.seconds * 3, *TPC_B),
    )


async def _hot(run: Run, made: Books, hot: Sequence[int], anywhere: Sequence[int]) -> Pairs:
    """Money that comes back fen by fen, all of it into one allocation, beside as much into any."""
    return await interleaved(
        run.size.pairs,
        lambda _: _rate(made, _giving_back(made, hot, run.size.posts)),
        lambda _: _rate(made, _giving_back(made, anywhere, run.size.posts)),
    )


def _giving_back(made: Books, payments: Sequence[int], count: int) -> Iterator[bytes]:
    today = clock.office_today().isoformat()
    turn = random.Random(count).sample(payments, len(payments))
    for number in range(count):
        body = {"amount_fen": 1, "returned_on": today, "reason": "账号不符", "bank_reference": uuid.uuid4().hex}
        yield _posting(made, RETURN.format(turn[number % len(turn)]), body)


def _posting(made: Books, path: str, body: Mapping[str, object]) -> bytes:
    return asking.post_json(path, made.token(PROVINCE), orjson.dumps(body), uuid.uuid4().hex)


async def _rate(made: Books, requests: Iterator[bytes]) -> float:
    """Requests per second from 16 connections; one that is refused ends the measuring."""
    return (await asking.all_of(made.service.port, CLIENTS, requests)).per_second
