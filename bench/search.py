"""Bars of searching: a part of a name anywhere in the province, an identity number, a page of a county."""

from __future__ import annotations

import random
import statistics
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bench import bare
from bench.ground import Register, connect
from bench.numbers import IdentityNumbers
from bench.pairs import Pairs, interleaved, percentile
from bench.places import ISSUING_PLACES, PROVINCE
from bench.recording import Recorded, Step, reading_only, record
from bench.results import Bar, Result
from bench.run import Run
from deploy.demonstration.names import GROWN_MEN, GROWN_WOMEN, SURNAMES

NAME = Bar("search_name", "ms p99", 0.12, higher_is_better=False)
NUMBER = Bar("search_number", "ms p99", 6, higher_is_better=False)
PAGE = Bar("search_page", "ms p99", 6, higher_is_better=False)
GROWTH = Bar("growth_search_name", "searches/s", 0.7)
PEOPLE, SEARCH = "/api/v1/registry/people", "/api/v1/registry/people/search"
ONE = (Step("select 1", ()),)
SCAN = "select count(*) from household_members where active and name like '%' || $1 || '%'"
EVERYTHING_SCANNED = (
    "set enable_indexscan = off", "set enable_bitmapscan = off", "set enable_indexonlyscan = off",
    "set min_parallel_table_scan_size = 0", "set parallel_setup_cost = 0", "set parallel_tuple_cost = 0",
    "set max_parallel_workers_per_gather = 2",
)  # fmt: skip
"""Have the planner read the whole table with all cores."""


@dataclass(frozen=True, slots=True)
class Searches:
    """Statements of searches in one register, without their trail, and how they were sent."""

    register: Register
    recorded: Recorded
    statements: list[tuple[Step, ...]]

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Any]:
        """A connection as the service has for them."""
        connection = await connect(self.register.app_dsn, self.recorded.settings)
        try:
            yield connection
        finally:
            await connection.close()


def name_parts(count: int, seed: str) -> list[str]:
    """Two neighbouring characters of names: of a family name and a given name, or of a given name."""
    rng = random.Random(seed)
    given = GROWN_MEN + GROWN_WOMEN
    return [rng.choice(SURNAMES if number % 2 else given) + rng.choice(given) for number in range(count)]


async def measure(run: Run) -> list[Result]:
    """Searches by the app role, one after the other, each beside its limit in the same database."""
    return [
        Result(NAME, await _names(run)),
        Result(NUMBER, await _beside_one(run, await _numbers(run))),
        Result(PAGE, await _beside_one(run, await _pages(run))),
        Result(GROWTH, await _growth(run)),
    ]


async def names_in(register: Register, count: int) -> Searches:
    """Searches for a part of a name in the whole province."""
    asked: dict[bool, tuple[str, Recorded]] = {}
    statements = []
    for part in name_parts(count, "searched"):
        kind = part[0] == part[1]  # a doubled character is asked for in another way
        if kind not in asked:
            asked[kind] = part, await record(register, PROVINCE, "GET", f"{PEOPLE}?name={quote(part)}")
        example, recorded = asked[kind]
        statements.append(reading_only(recorded.about(example, part)))
    return Searches(register, recorded, statements)


async def _names(run: Run) -> Pairs:
    searches = await names_in(run.whole, run.size.searches)
    scans = [(Step(SCAN, (part,)),) for part in name_parts(run.size.scans, "scanned")]
    scanner = await connect(run.whole.admin_dsn)
    try:
        async with searches.connected() as reader:
            for setting in EVERYTHING_SCANNED:
                await scanner.execute(setting)

            async def scanned(_number: int) -> float:
                return statistics.median(await bare.times(scanner, scans)) * 1000

            return await interleaved(run.size.pairs, lambda _: _p99(reader, searches.statements), scanned)
    finally:
        await scanner.close()


async def _numbers(run: Run) -> Searches:
    """Searches for the identity numbers of people of the register."""
    number = IdentityNumbers(ISSUING_PLACES[-1]).next("19700101", True)
    recorded = await record(run.whole, PROVINCE, "POST", SEARCH, {"identity_number": number})
    asked = next(value for step in recorded.steps for value in step.parameters if isinstance(value, bytes))
    connection = await connect(run.whole.admin_dsn)
    try:
        query = "select identity_index from household_members where active order by md5(id::text) limit $1"
        indexes = [row[0] for row in await connection.fetch(query, run.size.searches)]
    finally:
        await connection.close()
    return Searches(run.whole, recorded, [reading_only(recorded.about(asked, index)) for index in indexes])


async def _pages(run: Run) -> Searches:
    """The first page of fifty people of every county by turns."""
    counties = [run.province.county(number) for number in range(run.size.counties)]
    recorded = await record(run.whole, PROVINCE, "GET", f"{PEOPLE}?within={counties[0]}&limit=50")
    pages = [reading_only(recorded.about(counties[0], county)) for county in counties]
    return Searches(run.whole, recorded, [pages[number % len(pages)] for number in range(run.size.searches)])


async def _beside_one(run: Run, searches: Searches) -> Pairs:
    """The 99th percentile of searches beside that of `select 1` on the same connection, as the app role."""
    nothing = [ONE] * len(searches.statements)
    async with searches.connected() as connection:
        return await interleaved(
            run.size.pairs, lambda _: _p99(connection, searches.statements), lambda _: _p99(connection, nothing)
        )


async def _p99(connection: Any, searches: Sequence[Sequence[Step]]) -> float:
    """Milliseconds; each statement has been prepared before it is timed."""
    await bare.run(connection, searches[0])
    return percentile(await bare.times(connection, searches), 0.99) * 1000


async def _growth(run: Run) -> Pairs:
    """Searches for names per second in the whole register beside the tenth."""
    whole, tenth = [await names_in(register, run.size.searches) for register in (run.whole, run.tenth)]

    async def rate(connection: Any, searches: Searches) -> float:
        return len(searches.statements) / sum(await bare.times(connection, searches.statements))

    async with whole.connected() as one, tenth.connected() as other:
        return await interleaved(run.size.pairs, lambda _: rate(one, whole), lambda _: rate(other, tenth))
