"""Areas looked at for alerts: who asks for many of them locks them in the order of their codes."""

from __future__ import annotations

import asyncio

import asyncpg

from services.funds.storage import alert_areas
from shared.chassis import clock
from tests.services.funds.world import World
from tests.support import server

CODES = ("341623", "341622", "341621")


async def waits(connection: asyncpg.Connection) -> None:
    """Until another session waits for a lock of this one."""
    query = "select 1 from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))"
    for _ in range(2000):
        if await connection.fetchval(query) is not None:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


async def test_many_areas_are_locked_in_order_so_that_two_who_ask_never_wait_for_each_other(world: World) -> None:
    database = world.funds.fastapi.state.database
    connection = await asyncpg.connect(server.dsn("funds", "app", world.funds.database))

    async def ask() -> list[str]:
        async with database.session() as session:
            return sorted(await alert_areas.ask_for(session, "34", clock.now()))

    try:
        for code in CODES:
            await connection.execute("insert into alert_areas (division_code, next_at) values ($1, now())", code)
        async with connection.transaction():
            await connection.execute("select 1 from alert_areas where division_code = '341621' for update")
            asking = asyncio.create_task(ask())
            await waits(connection)
            rest = "select division_code from alert_areas where division_code > '341621' for update nowait"
            assert len(await connection.fetch(rest)) == 2, "whoever waits for the first holds none of the others"
        assert await asking == sorted(CODES)
    finally:
        await connection.close()
