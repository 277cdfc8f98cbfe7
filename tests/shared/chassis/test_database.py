"""Connections: kept once opened, and replaced when the server has closed them."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.chassis import deadlines
from shared.chassis.database import Database, hurry, took_too_long
from tests.shared.chassis.test_events import resting

PID = text("select pg_backend_pid()")
LIMIT = text("show statement_timeout")


async def held_at_once(database: Database, count: int) -> set[int]:
    """The server processes of so many connections that are lent at the same time."""
    all_lent = asyncio.Barrier(count)

    async def hold() -> int:
        async with database.session(read_only=True) as session:
            pid = int(await session.scalar(PID) or 0)
            await all_lent.wait()
            return pid

    return set(await asyncio.gather(*(hold() for _ in range(count))))


async def test_connections_opened_under_load_are_kept() -> None:
    async with resting() as harness:
        database = harness.fastapi.state.database
        first = await held_at_once(database, 8)
        assert len(first) == 8
        assert await held_at_once(database, 8) == first


async def test_a_kept_connection_that_the_server_closed_is_replaced() -> None:
    async with resting() as harness:
        database = harness.fastapi.state.database
        before = await held_at_once(database, 2)
        async with database.session() as session:
            gone = (before - {await session.scalar(PID)}).pop()
            await session.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": gone})
        after = await held_at_once(database, 2)
        assert (len(after), gone in after, len(after & before)) == (2, False, 1)


async def test_one_statement_can_be_a_transaction_of_its_own() -> None:
    async with resting() as harness:
        database = harness.fastapi.state.database
        made = text("insert into inbox_events values ('x', :id, 's', 1, now()) returning event_id")
        assert (await database.at_once(made, {"id": "one"})).scalar_one() == "one"
        async with database.session(read_only=True) as session:
            assert await session.scalar(text("select count(*) from inbox_events")) == 1


async def test_a_statement_may_be_held_to_what_the_asker_still_waits() -> None:
    async with resting() as harness:
        database = harness.fastapi.state.database
        async with database.session(read_only=True) as session:
            usual = await session.scalar(LIMIT)

        async def long_read() -> None:
            async with database.session(read_only=True) as session:
                await hurry(session)
                await session.execute(text("select pg_sleep(4)"))

        deadlines.begin("700")
        with pytest.raises(DBAPIError) as ended:
            await long_read()
        assert took_too_long(ended.value)
        deadlines.begin(None)
        async with database.session(read_only=True) as session:
            assert await session.scalar(LIMIT) == usual, "what was held, was so for its own transaction"
            await hurry(session)
            assert await session.scalar(LIMIT) == "4500ms"
