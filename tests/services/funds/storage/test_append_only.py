"""What was written stays: the app role may neither change nor remove a row of an append-only table."""

from __future__ import annotations

import asyncpg
import pytest

from services.funds.storage.tables import APPEND_ONLY, Base
from shared.chassis.tables import APPEND_ONLY as CHASSIS_APPEND_ONLY
from tests.services.funds.world import World
from tests.support import server


async def test_the_app_role_cannot_change_history(world: World) -> None:
    await world.paid(await world.allocation(await world.money(1_000), 1_000), 500)
    connection = await asyncpg.connect(server.dsn("funds", "app", world.funds.database))
    try:
        for table in sorted(APPEND_ONLY | CHASSIS_APPEND_ONLY):
            column = await connection.fetchval(
                "select column_name from information_schema.columns"
                " where table_name = $1 and is_identity = 'NO' limit 1",
                table,
            )
            for statement in (
                f'update {table} set "{column}" = "{column}"',
                f"delete from {table}",
                f"truncate {table}",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
            assert await connection.fetchval(f"select count(*) from {table}") >= 0
    finally:
        await connection.close()


async def test_every_append_only_table_exists() -> None:
    assert set(Base.metadata.tables) >= APPEND_ONLY
