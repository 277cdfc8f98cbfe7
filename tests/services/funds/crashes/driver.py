"""Crashes at every point where a coroutine waits: it is driven by hand and dropped there, its sockets aborted.

A dropped coroutine gets no chance to clean up, as in a process that was killed: it is kept and never resumed. Whatever
it had sent to the database by then may have arrived; nothing it would have sent later does.
"""

from __future__ import annotations

import asyncio
import gc
import re
import types
from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
from fastapi import FastAPI
from sqlalchemy import event, text

from shared.chassis import clock
from shared.chassis.database import Database
from tests.support import server
from tests.support.harness import Harness, build

Value = TypeVar("Value")
_dropped: list[Any] = []
"""What crashed. Kept for ever: collecting it would run the cleaning up that a crash leaves out."""


class Crashed(Exception):
    """The coroutine was dropped at the point asked for."""


Point = Callable[[Any], bool]
"""Whether a coroutine is to be dropped where it waits now."""


@dataclass
class At:
    """The n-th wait."""

    number: int

    def __call__(self, work: Any) -> bool:
        self.number -= 1
        return self.number == 0


@dataclass
class NewSite:
    """The first wait at a place of the code nobody crashed at before; `seen` are the places."""

    seen: set[str]

    def __call__(self, work: Any) -> bool:
        site = site_of(work)
        new = site not in self.seen
        self.seen.add(site)
        return new


def site_of(work: Any) -> str:
    """Where it waits: the lines of ours that called each other, and whether the database is asked to commit."""
    calls: list[str] = []
    while work is not None:
        frame, inner = _waiting(work)
        name = frame.f_code.co_filename if frame is not None else ""
        if _OURS.search(name):
            calls.append(f"{_OURS.split(name)[-1]}:{frame.f_lineno}:{frame.f_lasti}")
        elif name.endswith("asyncpg/transaction.py") and frame.f_code.co_name == "commit":
            calls.append("commit")
        work = inner
    return " ".join(calls)


def _waiting(work: Any) -> tuple[Any, Any]:
    """The frame of what waits, and what it waits for; what has no frame, as a step of a generator, is looked into."""
    for frame, inner in (("cr_frame", "cr_await"), ("ag_frame", "ag_await"), ("gi_frame", "gi_yieldfrom")):
        if hasattr(work, frame):
            return getattr(work, frame), getattr(work, inner)
    if isinstance(work, asyncio.Future):
        return None, None
    return None, next((part for part in gc.get_referents(work) if isinstance(part, _STEPS)), None)


_OURS = re.compile(r"(?<!/tests)/(?=(?:services|shared)/[a-z_/]+\.py$)")
_STEPS = (types.CoroutineType, types.AsyncGeneratorType, types.GeneratorType)


@types.coroutine
def _driven(work: Coroutine[Any, Any, Value], at: Point) -> Generator[Any, Any, Value]:
    while True:
        try:
            waiting_for = work.send(None)
        except StopIteration as end:
            result: Value = end.value
            return result
        if at(work):
            _dropped.append((work, waiting_for))
            raise Crashed
        yield waiting_for


async def drop(work: Coroutine[Any, Any, Value], at: Point) -> Value:
    """Run until the coroutine waits at the point, then drop it (Crashed); its result if it ends before."""

    async def run() -> Value:
        return await _driven(work, at)

    return await asyncio.create_task(run())


@dataclass
class Machine:
    """A service without its background jobs, whose process can be killed and started again."""

    harness: Harness
    observer: Database
    """The test's own connection, which outlives every crash."""
    connections: list[Any] = field(default_factory=list)
    _counting: str = ""

    @property
    def app(self) -> FastAPI:
        return self.harness.fastapi

    def watch(self) -> None:
        """Know every connection the service opens."""

        def opened(connection: Any, _: Any) -> None:
            self.connections.append(connection.driver_connection)

        event.listen(self.app.state.database.engine.sync_engine, "connect", opened)

    async def restart(self) -> None:
        """Abort all sockets, wait until the server has noticed, and start anew with an empty memory."""
        pids = [one.get_server_pid() for one in self.connections if not one.is_closed()]
        for one in self.connections:
            one.terminate()
        self.connections.clear()
        engine = self.app.state.database.engine
        _dropped.append(engine.pool)
        await engine.dispose(close=False)  # a new pool; what has been compiled is kept, which saves half the time
        await self._gone(pids)

    async def _gone(self, pids: list[int]) -> None:
        query = text("select count(*) from pg_stat_activity where pid = any(:pids)")
        for _ in range(500):
            async with self.observer.session() as session:
                if not await session.scalar(query, {"pids": pids}):
                    return
            await asyncio.sleep(0.005)
        raise AssertionError("the server still holds connections of a dead process")

    async def counts(self) -> dict[str, int]:
        """Rows of every table but the keys: what was done at all."""
        async with self.observer.session(read_only=True) as session:
            if not self._counting:
                tables = await session.scalars(text(_TABLES))
                self._counting = " union all ".join(f"select '{name}', count(*) from {name}" for name in tables)
            return {name: count for name, count in await session.execute(text(self._counting)) if count}

    async def close(self) -> None:
        """As `restart`, and for good."""
        await self.restart()
        await self.app.state.database.close()
        await self.observer.close()


_TABLES = (
    "select tablename from pg_tables where schemaname = 'public'"
    " and tablename not in ('idempotency_keys', 'alembic_version')"
    " and tablename not in ('read_trail', 'trail_seals', 'trail_checkpoints') order by 1"
)


async def machine(service: str, database: str, **settings: Any) -> Machine:
    """The service on an existing database; its jobs do not run by themselves."""
    observer = Database(server.dsn(service, "app", database), 1)
    made = Machine(build(service, database, {"pool_size": 5} | settings), observer)
    made.watch()
    return made


async def fresh_database(service: str) -> str:
    return await server.create_copy(service, await asyncio.to_thread(server.template, service))


MORNING_TO_MIDNIGHT = timedelta(hours=16)


class Shifted:
    """The clock of the services, which the test moves on: from the office's morning, so that it stays one day."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        now = clock.now
        self._by = clock.end_of(clock.office_today()) - MORNING_TO_MIDNIGHT - now()

        def shifted() -> datetime:
            return now() + self._by

        monkeypatch.setattr(clock, "now", shifted)

    def forward(self, seconds: float) -> None:
        self._by += timedelta(seconds=seconds)


def forget_dropped() -> None:
    """Let the closing loop leave alone the generators of what crashed: it would run their cleaning up."""
    loop: Any = asyncio.get_running_loop()
    loop._asyncgens.clear()
