"""One embedded PostgreSQL for a test run, shared by all workers; a fresh database for every test that asks."""

from __future__ import annotations

import asyncio
import base64
import os
import secrets
import subprocess
import sys
import uuid
from pathlib import Path

import asyncpg

from deploy import databases
from deploy.local.postgres import EmbeddedServer
from shared.chassis.identity import new_private_key, public_keys

RUN_DIR = "LIKA_TEST_RUN_DIR"
ADMIN_DSN = "LIKA_TEST_ADMIN_DSN"
SERVICES = databases.SERVICES


def start(folder: Path) -> EmbeddedServer:
    """Start the server, make roles, keys and the migrated template databases' lock folder."""
    server = EmbeddedServer(folder / "postgres", durable=False)
    os.environ[ADMIN_DSN] = server.start()
    os.environ[RUN_DIR] = str(folder)
    keys = folder / "keys"
    keys.mkdir()
    for service in SERVICES:
        (keys / f"{service}.pem").write_bytes(new_private_key())
    (keys / "jwks.json").write_text(public_keys({name: keys / f"{name}.pem" for name in SERVICES}))
    for name in ("seal", "index", "token"):
        (keys / name).write_text(base64.b64encode(secrets.token_bytes(32)).decode())
    (keys / "token.pem").write_bytes(new_private_key())
    asyncio.run(databases.ensure(os.environ[ADMIN_DSN], folder))
    return server


def run_dir() -> Path:
    return Path(os.environ[RUN_DIR])


def key_file(name: str) -> Path:
    """A key of this test run: `registry.pem`, `jwks.json`, `seal`, `index`, `token.pem`..."""
    return run_dir() / "keys" / name


def dsn(service: str, kind: str, database: str) -> str:
    """DSN of a service's owner or app role on one test database."""
    whole = databases.dsn_of(os.environ[ADMIN_DSN], service, kind, databases.password_of(run_dir(), service, kind))
    return whole.rsplit("/", 1)[0] + "/" + database


def migrate(service: str, database: str, *arguments: str) -> None:
    """Run the service's migration command against a database, as its owner."""
    environment = os.environ | {
        f"LIKA_{service.upper()}_DATABASE_URL": dsn(service, "app", database),
        f"LIKA_{service.upper()}_OWNER_DATABASE_URL": dsn(service, "owner", database),
    } | settings_environment(service)  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", f"services.{service}.migrations", *(arguments or ("upgrade",))],
        env=environment,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-3000:] + done.stdout[-1000:])


def settings_environment(service: str) -> dict[str, str]:
    """The variables besides the database that every service needs, with this run's keys."""
    prefix = f"LIKA_{service.upper()}_"
    return {
        prefix + "INNER_KEY_FILE": str(key_file(f"{service}.pem")),
        prefix + "INNER_JWKS_FILE": str(key_file("jwks.json")),
        prefix + "SEAL_KEY_FILE": str(key_file("seal")),
        prefix + "INDEX_KEY_FILE": str(key_file("index")),
        prefix + "TOKEN_KEY_FILE": str(key_file("token.pem")),
    }


def template(service: str) -> str:
    """Name of the service's migrated, empty template database; made once in a run."""
    import fcntl

    name = f"lika_{service}_template"
    with (run_dir() / f"{service}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run_dir() / f"{service}.migrated"
        if not done.exists():
            asyncio.run(_create_empty(service, name))
            migrate(service, name)
            done.touch()
    return name


async def _create_empty(service: str, name: str) -> None:
    admin = await asyncpg.connect(os.environ[ADMIN_DSN])
    await admin.execute(f"drop database if exists {name}")
    await admin.execute(
        f"create database {name} owner {databases.role(service, 'owner')} template template0 "
        "encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
    )
    await admin.close()
    url = os.environ[ADMIN_DSN].rsplit("/", 1)[0] + "/" + name
    connection = await asyncpg.connect(url)
    await connection.execute(f"grant usage, create on schema public to {databases.role(service, 'owner')}")
    await connection.execute(f"grant usage on schema public to {databases.role(service, 'app')}")
    await connection.close()


async def create_copy(service: str, source: str) -> str:
    """A fresh database copied from a template."""
    name = f"test_{service}_{uuid.uuid4().hex[:12]}"
    admin = await asyncpg.connect(os.environ[ADMIN_DSN])
    try:
        owner = databases.role(service, "owner")
        await admin.execute(f"create database {name} template {source} strategy file_copy owner {owner}")
    finally:
        await admin.close()
    return name


async def drop(name: str) -> None:
    admin = await asyncpg.connect(os.environ[ADMIN_DSN])
    try:
        await admin.execute(f"drop database if exists {name} with (force)")
    finally:
        await admin.close()
