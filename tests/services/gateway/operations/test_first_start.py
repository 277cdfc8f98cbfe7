"""The first start: accounts out of nothing, once, and no secret in what is printed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.services.gateway.people import PASSWORD, Town
from tests.support import server
from tests.support.harness import Harness, running

ROOT = Path(__file__).parents[4]


async def start(harness: Harness, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | server.settings_environment("gateway")
    environment["LIKA_GATEWAY_DATABASE_URL"] = server.dsn("gateway", "app", harness.database)
    command = [sys.executable, "-m", "services.gateway.bootstrap", *arguments]
    return await asyncio.to_thread(
        subprocess.run, command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )


async def test_the_first_start_makes_two_accounts_once(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text(PASSWORD + "\n")
    given = ["--username", "administrator", "--password-file", str(password)]
    given += ["--operator-username", "operator", "--operator-password-file", str(password)]
    async with running("gateway") as harness:
        first, again = await start(harness, *given), await start(harness, *given)
        assert (first.returncode, again.returncode) == (0, 0), first.stderr
        assert PASSWORD not in first.stdout + first.stderr + again.stdout
        town = Town(harness)
        async with await town.as_("administrator") as client:
            me = (await client.get("/api/v1/auth/me")).json()
            shut = await client.get("/api/v1/auth/accounts")
            await town.own_password("administrator")
            listed = (await client.get("/api/v1/auth/accounts")).json()["items"]
    assert me["must_change_password"] is True, "the installer's password is somebody else's too"
    assert shut.json()["code"] == "gateway.password_change_required"
    assert (me["office"], me["scope"], me["level"]) == ("00-administration", ["00"], "nation")
    assert sorted((row["username"], row["roles"]) for row in listed) == [
        ("administrator", ["account_admin"]),
        ("operator", ["operator"]),
    ]


async def test_a_weak_first_password_is_refused_and_nothing_is_made(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("password1234")
    async with running("gateway") as harness:
        done = await start(harness, "--username", "administrator", "--password-file", str(password))
        async with harness.app.state.database.session(read_only=True) as session:
            assert (await session.execute(text("select count(*) from accounts"))).scalar_one() == 0
    assert done.returncode == 1
    assert "password1234" not in done.stdout + done.stderr


@pytest.mark.parametrize("table", ["sign_ins", "account_versions"])
async def test_the_trail_and_the_versions_cannot_be_rewritten_by_the_service(town: Town, table: str) -> None:
    await town.sign_in("root-admin")
    for statement in (f"delete from {table}", f"update {table} set at = now()"):
        with pytest.raises(Exception, match="permission denied"):
            async with town.harness.app.state.database.session() as session:
                await session.execute(text(statement))
