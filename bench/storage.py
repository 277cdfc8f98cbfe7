"""The bar of disk space: what indexes cost beside the people themselves."""

from __future__ import annotations

from bench.ground import connect
from bench.pairs import Pairs
from bench.results import Bar, Result
from bench.run import Run

BAR = Bar("index_bytes", "bytes", 0.80, higher_is_better=False)


async def measure(run: Run) -> list[Result]:
    """Bytes per person of all indexes on people, beside the bytes of their rows."""
    connection = await connect(run.whole.admin_dsn)
    try:
        indexes, heap, people = await connection.fetchrow(
            "select pg_indexes_size('household_members'), pg_relation_size('household_members'),"
            " (select count(*) from household_members)"
        )
    finally:
        await connection.close()
    return [Result(BAR, Pairs((indexes / people,), (heap / people,)))]
