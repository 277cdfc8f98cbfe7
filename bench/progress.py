"""Bars of the 90 % rule: progress of a county and of the province, sums made anew, and how they keep up with postings.

All of it upon a province's books (`progress_filling.py`), asked at the service over HTTP. Before anything is measured
the books are proven: every hash and balance, the tree, the sums by day, and the service's answer against balances.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from bench import asking
from bench.ground import connect
from bench.pairs import Pairs, against, interleaved, percentile
from bench.places import PROVINCE
from bench.progress_filling import FUND_YEAR, LAST_DAY, books
from bench.progress_ground import Books
from bench.results import Bar, Result
from bench.run import Run
from services.funds.domain import tree as tree_rules
from services.funds.domain.progress import Totals
from services.funds.domain.questions import Question
from services.funds.operations import spending_sums, tree
from services.funds.storage import ledger_proof, spending
from shared.chassis import clock
from shared.chassis.database import Database

AREA = Bar("progress_area", "ms p99", 10.0, higher_is_better=False)
AREA_MS = Bar("progress_area_ms", "ms p99", 1.0, higher_is_better=False)
WHOLE = Bar("progress_province", "ms p99", 50.0, higher_is_better=False)
WHOLE_MS = Bar("progress_province_ms", "ms p99", 1.0, higher_is_better=False)
REBUILD = Bar("progress_rebuild", "s", 1.0, higher_is_better=False)
REPORT = Bar("report_province", "ms", 1 / 40, higher_is_better=False)
FOLDING = Bar("progress_folding", "posts/s", None)
AREA_LIMIT_MS, WHOLE_LIMIT_MS, REBUILD_LIMIT_S = 50.0, 300.0, 60.0
REBUILDS = 2
FOLDED_AT_MOST = 150_000
"""Transfers that are added to the sums call by call; of larger books the sums are then made anew."""
PROGRESS = f"/api/v1/funds/progress?division_code={{}}&fund_year={FUND_YEAR}&as_of={LAST_DAY}"
OF_PROVINCE = PROGRESS.format(PROVINCE) + "&group_by=county&delays=none"
LIGHTEST = "/readyz"
"""The service's one endpoint that asks its database one row and nothing else: the other side of the two answers."""
_BALANCES = """
select left(case when a.kind = 'transit' then r.division_code else a.division_code end, 6) as area,
       sum(a.balance_fen)::bigint as received,
       coalesce(sum(a.balance_fen) filter (where a.kind not in ('transit', 'receipt', 'reserved')), 0)::bigint
           as allocated,
       coalesce(sum(a.balance_fen) filter (where a.kind = 'paid'), 0)::bigint as spent,
       coalesce(sum(a.balance_fen) filter (where a.kind = 'withheld'), 0)::bigint as withheld
  from ledger_accounts a
  left join document_lines l on a.kind = 'transit' and l.id = a.owner_id
  left join documents d on d.id = l.document_id
  left join receipts r on r.id = d.drawn_on_receipt_id
 where a.kind <> 'source' and (a.kind <> 'transit' or r.id is not null)
 group by 1"""


async def measure(run: Run) -> list[Result]:
    """The books filled and proven, then every bar."""
    made = await books(run)
    folding = await _folding(run, made)
    run.reporter.say("proving the books")
    await asyncio.to_thread(made.verify)
    made.start()
    await prove(made)
    area, whole = await _area(run, made), await _whole(run, made)
    return [
        Result(AREA, area),
        Result(AREA_MS, against(AREA_LIMIT_MS, *area.values)),
        Result(WHOLE, whole),
        Result(WHOLE_MS, against(WHOLE_LIMIT_MS, *whole.values)),
        Result(REPORT, await _report(run, made)),
        Result(REBUILD, await _rebuild(made)),
        folding,
    ]


async def _folding(run: Run, made: Books) -> Result:
    """Transfers per second that are added to the sums, beside those that were posted when the books were filled."""
    database = Database(made.app_dsn, 1)
    calls: list[tuple[int, float]] = []
    wanted = min(made.transfers, FOLDED_AT_MOST)
    try:
        with run.reporter.steps("transfers added to the sums", wanted) as bar:
            while sum(count for count, _ in calls) < wanted:
                began = time.perf_counter()
                calls.append((await spending_sums.fold_once(database), time.perf_counter() - began))
                bar.advance(calls[-1][0])
    finally:
        await database.close()
    await made.catch_up()
    parts = [calls[part :: run.size.pairs] for part in range(min(run.size.pairs, len(calls)))]
    rates = tuple(sum(count for count, _ in part) / sum(seconds for _, seconds in part) for part in parts)
    return Result(FOLDING, against(made.posted_per_second, *rates))


async def prove(made: Books) -> None:
    """What the service says of every county is what its accounts hold and what the transfers alone say."""
    held = await held_and_tied(made.app_dsn)
    answer = await _answer(made, OF_PROVINCE)
    groups = {row["key"]: row for row in answer["groups"]}
    told = {key: _shown(Totals(*(row[name] for name in spending.MEASURES))) for key, row in groups.items()}
    if told != held:
        raise RuntimeError(f"the service tells {told} where the accounts hold {held}")


async def held_and_tied(app_dsn: str) -> dict[str, tuple[int, ...]]:
    """By county what the accounts hold; RuntimeError unless the tree ties out and sums and transfers say the same."""
    database = Database(app_dsn, 1)
    try:
        async with database.session(read_only=True) as session:
            await ledger_proof.take_time(session)
            await session.execute(text("set local idle_in_transaction_session_timeout = 0"))
            cells = await tree.cells(session, _question())
            difference = tree_rules.difference_of(tree_rules.tree_of(cells, PROVINCE))
            live, kept = await _live(session), await spending.grouped(session, _question(), "county")
    finally:
        await database.close()
    connection = await connect(app_dsn)
    try:
        held = {row["area"]: tuple(row)[1:] for row in await connection.fetch(_BALANCES)}
    finally:
        await connection.close()
    if difference or live != kept or held != {key: _shown(totals) for key, totals in live.items()}:
        raise RuntimeError(f"the books do not tie out: {difference} fen in the tree; {live}, {kept}, {held}")
    return held


def _shown(totals: Totals) -> tuple[int, ...]:
    spent = totals.paid_fen - totals.returned_fen
    return totals.received_fen, totals.allocated_fen, spent, totals.withheld_fen


async def _answer(made: Books, path: str) -> Any:
    line = (await asking.opened(made.service.port, 1))[0]
    try:
        return json.loads(await line.ask(asking.get(path, made.token(PROVINCE))))
    finally:
        line.close()


async def _area(run: Run, made: Books) -> Pairs:
    """One county after another with all that waits there, beside an answer that asks the database for one row."""
    draw = random.Random(PROGRESS)
    await _p99(made, [PROGRESS.format(county) for county in made.counties])  # names are asked of the register once

    async def ask(_: int) -> float:
        return await _p99(made, [PROGRESS.format(draw.choice(made.counties)) for _ in range(run.size.asked)])

    return await interleaved(run.size.pairs, ask, lambda _: _lightest(run, made))


async def _whole(run: Run, made: Books) -> Pairs:
    """The province by county without what waits, beside the same."""
    await _p99(made, [OF_PROVINCE])
    asked = [OF_PROVINCE] * run.size.asked
    return await interleaved(run.size.pairs, lambda _: _p99(made, asked), lambda _: _lightest(run, made))


async def _lightest(run: Run, made: Books) -> float:
    return await _p99(made, [LIGHTEST] * run.size.asked)


async def _p99(made: Books, paths: Sequence[str]) -> float:
    """The 99th percentile of these requests one after another, in ms."""
    requests = (asking.get(path, made.token(PROVINCE)) for path in paths)
    times = await asking.one_by_one(made.service.port, requests)
    return percentile(times, 0.99) * 1000


def _question() -> Question:
    return Question(PROVINCE, FUND_YEAR, LAST_DAY)


async def _live(session: Any) -> dict[str, Totals]:
    """The same groups from the transfers alone: what the books knew by tomorrow is all they know."""
    known = replace(_question(), known_until=clock.now() + timedelta(days=1))
    return await spending.grouped(session, known, "county")


async def _report(run: Run, made: Books) -> Pairs:
    """The province's groups from the sums, beside the same question answered from the transfers."""
    database = Database(made.app_dsn, 1)
    try:
        async with database.session(read_only=True) as session:
            await ledger_proof.take_time(session)

            async def kept(_: int) -> float:
                began = time.perf_counter()
                await spending.grouped(session, _question(), "county")
                return (time.perf_counter() - began) * 1000

            async def live(_: int) -> float:
                began = time.perf_counter()
                await _live(session)
                return (time.perf_counter() - began) * 1000

            return await interleaved(run.size.pairs, kept, live)
    finally:
        await database.close()


async def _rebuild(made: Books) -> Pairs:
    """Seconds in which all sums are made anew; they are then what they were."""
    database = Database(made.app_dsn, 1)
    seconds = []
    try:
        for _ in itertools.repeat(None, REBUILDS):
            began = time.perf_counter()
            await spending_sums.rebuild(database)
            seconds.append(time.perf_counter() - began)
        if await spending_sums.differing(database):
            raise RuntimeError("the sums differ after they were made anew")
    finally:
        await database.close()
    return against(REBUILD_LIMIT_S, *seconds)
