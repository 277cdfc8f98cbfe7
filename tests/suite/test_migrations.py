"""Every service's schema goes up, is what the code says, comes down, and goes up again."""

from __future__ import annotations

import asyncio
import os

import asyncpg
import pytest

from tests.support import server

SERVICES = ("registry", "projects", "funds", "gateway")


async def tables(database: str) -> set[str]:
    connection = await asyncpg.connect(os.environ[server.ADMIN_DSN].rsplit("/", 1)[0] + "/" + database)
    try:
        return {row[0] for row in await connection.fetch("select tablename from pg_tables where schemaname = 'public'")}
    finally:
        await connection.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_the_schema_goes_up_down_and_up_again(service: str) -> None:
    template = await asyncio.to_thread(server.template, service)
    database = await server.create_copy(service, template)
    try:
        await asyncio.to_thread(server.migrate, service, database, "check")
        full = await tables(database)
        await asyncio.to_thread(server.migrate, service, database, "downgrade", "base")
        assert await tables(database) == {"alembic_version"}
        await asyncio.to_thread(server.migrate, service, database, "upgrade")
        assert await tables(database) == full
        assert len(full) > 8
    finally:
        await server.drop(database)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_refuses_to_start_on_an_old_schema(service: str) -> None:
    from tests.support.harness import build

    template = await asyncio.to_thread(server.template, service)
    database = await server.create_copy(service, template)
    try:
        await asyncio.to_thread(server.migrate, service, database, "downgrade", "base")
        harness = build(service, database, {})
        with pytest.raises(RuntimeError, match="run migrations first"):
            async with harness.fastapi.router.lifespan_context(harness.fastapi):
                pass
        await harness.fastapi.state.database.close()
    finally:
        await server.drop(database)


@pytest.mark.parametrize("service", SERVICES)
async def test_the_app_role_owns_nothing_and_append_only_tables_stay_so(service: str) -> None:
    template = await asyncio.to_thread(server.template, service)
    database = await server.create_copy(service, template)
    connection = await asyncpg.connect(server.dsn(service, "app", database))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("create table mine (id int)")
        for table in ("audit_entries", "read_trail", "inbox_events"):
            column = "subject" if table != "read_trail" else "action"
            changes = f"update {table} set {column} = ''", f"delete from {table}", f"truncate {table}"
            for statement in changes:
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(statement)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("update alembic_version set version_num = 'x'")
    finally:
        await connection.close()
        await server.drop(database)
