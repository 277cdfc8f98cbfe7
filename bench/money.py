"""Bars of the ledger: postings by one call of the database, alone and in batches, and how fast it is proven.

Postings stand beside pgbench's TPC-B on the same server, from the same client program and as many connections. A
posting writes in its one transaction what a request does: the key and its answer, the audit row, the event.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from pathlib import Path

from bench.ground import connect
from bench.money_ground import ACCOUNTS, BATCH, BOOK, MANY, Books, books
from bench.pairs import Pairs, against, interleaved
from bench.results import Bar, Result
from bench.run import Run
from services.funds.operations.ledger import verified_whole
from shared.chassis.database import Database
from shared.chassis.scope import NATION

STORE = Bar("post_store", "posts/s", 1.2)
STORE_HOT = Bar("post_store_hot", "posts/s", None)
BATCHES = Bar("post_batch", "lines/s", 4.0)
VERIFY = Bar("verify_ledger", "entries/s", 0.05)
VERIFY_MILLION = Bar("verify_million", "s", 1.0, higher_is_better=False)
TPC_B = ("-b", "tpcb-like")
MILLION, MILLION_LIMIT_S = 1_000_000, 30.0
ENTRIES_PER_TRANSFER = 2
WRITERS = 2
"""Connections that post batches at once: as many as there are cores on the smallest machine."""
_POSTING = f"""\\set giving random(0, {{giving}})
\\set taking random(0, {ACCOUNTS - 1})
\\set key random(1, 9000000000000000000)
with key as (
    insert into idempotency_keys (
        office, operation, key, body_sha256, claim, claimed_at, status, headers, body, finished_at)
    values ('341622-finance', 'bench', (:key)::bigint::text, repeat('0', 64), repeat('0', 32), now(), 201, '{{{{}}}}',
            '{{{{}}}}', now())
), noted as (
    insert into audit_entries (at, actor, office, action, subject, details, trace_id)
    values (now(), 'bench', '341622-finance', 'payment.result', 'payment:' || (:key)::bigint, '{{{{}}}}',
            repeat('0', 32))
), told as (
    insert into outbox_events (event_id, type, subject, sequence, at, data, attempts)
    values ('event-' || (:key)::bigint, 'payment.made', 'payment:' || (:key)::bigint, 1, now(), '{{{{}}}}', 0)
)
select transfers, refusal from post_transfers(
    '{BOOK}', 'bench', now(), array[{{first_giving}} + (:giving)::bigint], array[{{first_taking}} + (:taking)::bigint],
    array[1::bigint], array['pay'], array[current_date], array['payment'], array[1::bigint], array[null::bigint],
    array[null::text]);
"""  # noqa: S608 - numbers of this file


async def measure(run: Run) -> list[Result]:
    """Postings and batches beside TPC-B, then the proof of all that was posted beside one sum over it."""
    made = await books(run.ground)
    anywhere, hot = (_script(run, made, giving) for giving in (ACCOUNTS, 1))
    results = [
        Result(STORE, await _beside_tpc_b(run, made, anywhere)),
        Result(STORE_HOT, await _beside_tpc_b(run, made, hot)),
        Result(BATCHES, await _batches(run, made)),
    ]
    return [*results, *await _proof(run, made)]


def _script(run: Run, made: Books, giving: int) -> str:
    """A pgbench script that posts from one of so many accounts to any other."""
    path = Path(run.ground.folder) / f"post_from_{giving}.sql"
    path.write_text(_POSTING.format(giving=giving - 1, first_giving=made.giving, first_taking=made.taking))
    return str(path)


async def _beside_tpc_b(run: Run, made: Books, script: str) -> Pairs:
    seconds = run.size.seconds * 3
    return await interleaved(
        run.size.pairs,
        lambda _: asyncio.to_thread(made.pgbench, seconds, "-f", script),
        lambda _: asyncio.to_thread(made.pgbench, seconds, *TPC_B),
    )


async def _batches(run: Run, made: Books) -> Pairs:
    """Lines per second of batches of 500, each from one account that all batches of its connection draw on."""
    seconds = run.size.seconds * 3
    return await interleaved(
        run.size.pairs,
        lambda _: _lines_per_second(made, seconds),
        lambda _: asyncio.to_thread(made.pgbench, seconds, *TPC_B),
    )


async def _lines_per_second(made: Books, seconds: float) -> float:
    began = time.perf_counter()
    counts = await asyncio.gather(*(_post_batches(made, writer, began + seconds) for writer in range(WRITERS)))
    return sum(counts) / (time.perf_counter() - began)


async def _post_batches(made: Books, writer: int, until: float) -> int:
    connection = await connect(made.app_dsn)
    try:
        for batch in itertools.count():
            if time.perf_counter() >= until:
                break
            takers = [made.taking + (batch * BATCH + n) * WRITERS % ACCOUNTS + writer for n in range(BATCH)]
            rows = await connection.fetch(MANY, made.giving + writer, takers, 1)
            if rows[0]["refusal"] is not None:
                raise RuntimeError("a batch was refused")
        return batch * BATCH
    finally:
        await connection.close()


async def _proof(run: Run, made: Books) -> list[Result]:
    """The books filled up to the size's transfers and verified, beside one sequential sum over the same table."""
    entries = await _fill(run, made)
    database = Database(made.app_dsn, 1)
    times: list[float] = []

    async def verify(_: int) -> float:
        began = time.perf_counter()
        done = await verified_whole(database, NATION)
        if not done.ok:
            raise RuntimeError(f"the ledger differs: {done.first_difference}")
        times.append(time.perf_counter() - began)
        return entries / times[-1]

    async def add_up(_: int) -> float:
        connection = await connect(made.app_dsn)
        try:
            await connection.execute("set max_parallel_workers_per_gather = 0")
            began = time.perf_counter()
            await connection.fetchval("select sum(amount_fen) from ledger_transfers")
            return entries / (time.perf_counter() - began)
        finally:
            await connection.close()

    try:
        pairs = await interleaved(run.size.pairs, verify, add_up)
    finally:
        await database.close()
    per_million = tuple(seconds * MILLION / entries for seconds in times)
    return [Result(VERIFY, pairs), Result(VERIFY_MILLION, against(MILLION_LIMIT_S, *per_million))]


async def _fill(run: Run, made: Books) -> int:
    """Post until there are as many transfers as the size has people, and put the table in order; entries there are."""
    connection = await connect(made.app_dsn)
    try:
        count = int(await connection.fetchval("select count(*) from ledger_transfers"))
        with run.reporter.steps("transfers to verify", max(count, min(MILLION, run.size.people))) as steps:
            steps.advance(count)
            for batch in itertools.count():
                if count >= min(MILLION, run.size.people):
                    break
                takers = [made.giving + (batch * BATCH + n) % ACCOUNTS for n in range(BATCH)]
                await connection.fetch(MANY, made.source, takers, 1)
                count += BATCH
                steps.advance(BATCH)
    finally:
        await connection.close()
    await _settle(run)
    return count * ENTRIES_PER_TRANSFER


async def _settle(run: Run) -> None:
    connection = await connect(run.ground.admin_dsn.rsplit("/", 1)[0] + "/lika_funds")
    try:
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()
