"""The limit of a read: the same statements from a bare asyncpg loop, with a pool of the same size."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from bench.recording import Step

Encode = Callable[[Sequence[Any]], object]


@asynccontextmanager
async def pool(dsn: str, size: int, settings: dict[str, str] | None = None) -> AsyncIterator[Any]:
    """A pool of `size` open connections whose state nothing has to be reset in."""
    create: Any = asyncpg.create_pool
    made = create(
        dsn, min_size=size, max_size=size, server_settings={"timezone": "UTC"} | (settings or {}), reset=_nothing
    )
    async with made as opened:
        yield opened


async def _nothing(_connection: Any) -> None:
    return None


async def run(connection: Any, steps: Sequence[Step]) -> list[Any]:
    """The rows of the last step; several steps are one transaction, as in the service."""
    if len(steps) == 1:
        return list(await connection.fetch(steps[0].statement, *steps[0].parameters))
    rows: list[Any] = []
    async with connection.transaction():
        for step in steps:
            rows = list(await connection.fetch(step.statement, *step.parameters)) or rows
    return rows


async def load(
    opened: Any, tasks: int, request: Callable[[], Sequence[Step]], seconds: float, encode: Encode | None = None
) -> float:
    """Requests per second of so many tasks over a pool for so long."""
    began = time.perf_counter()
    until = began + seconds

    async def keep_busy() -> int:
        done = 0
        while time.perf_counter() < until:
            async with opened.acquire() as connection:
                rows = await run(connection, request())
            if encode is not None:
                encode(rows)
            done += 1
        return done

    counts = await asyncio.gather(*(keep_busy() for _ in range(tasks)))
    return sum(counts) / (time.perf_counter() - began)


async def times(connection: Any, requests: Sequence[Sequence[Step]]) -> list[float]:
    """The seconds of each request on one connection when nobody else asks."""
    found = []
    for steps in requests:
        began = time.perf_counter()
        await run(connection, steps)
        found.append(time.perf_counter() - began)
    return found
