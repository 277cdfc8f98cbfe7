"""Databases and roles on any server, by an administrator who need not be a superuser."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from deploy import databases
from deploy.local.postgres import EmbeddedServer

PASSWORD = "an-invented-long-password"


async def test_an_administrator_without_superuser_rights_sets_up_and_sets_up_again(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "server", durable=False)
    dsn = server.start()
    try:
        superuser = await asyncpg.connect(dsn)
        await superuser.execute(f"create role county_dba login createdb createrole password '{PASSWORD}'")
        await superuser.close()
        administrator = make_url(dsn).set(username="county_dba", password=PASSWORD)
        for _ in range(2):
            await databases.ensure(administrator.render_as_string(hide_password=False), tmp_path)
        funds = databases.dsn_of(dsn, "funds", "app", databases.password_of(tmp_path, "funds", "app"))
        connection = await asyncpg.connect(funds)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("create table mine (id int)")
        await connection.close()
        foreign = make_url(funds).set(database="lika_registry").render_as_string(hide_password=False)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(foreign)
    finally:
        server.stop()
