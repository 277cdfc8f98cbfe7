"""Where a run stands: a PostgreSQL of its own with durable commits, and registry services as processes upon it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from deploy import databases, secret_files
from deploy.local.postgres import EmbeddedServer, free_port
from deploy.local.processes import ROOT, Service, wait_ready
from services.registry.settings import Settings
from shared.chassis.identity import GATEWAY, Actor, InnerTokens

SERVICE = "registry"
TOKEN_LIFE_S = 40.0
"""A token is used for this long and then replaced: an inner token lives a minute."""
_PERMISSIONS = frozenset(
    {
        "household.read", "household.search", "household.write", "household_import.read", "household_import.write",
        "person.read", "division.read", "statistics.read", "quality.read", "quality.run", "comparison.push",
    }
)  # fmt: skip


@dataclass(slots=True)
class Ground:
    """One server and its secrets. Registers are made with `register`; all that was started ends with the ground."""

    folder: Path
    server: EmbeddedServer
    secrets: Path
    services: list[Service] = field(default_factory=list)

    @property
    def admin_dsn(self) -> str:
        return self.server.dsn

    def dsn(self, database: str, kind: str | None = None) -> str:
        """The DSN of a database as the service's `app` or `owner`; as administrator without a kind."""
        if kind is None:
            whole = self.admin_dsn
        else:
            password = databases.password_of(self.secrets, SERVICE, kind)
            whole = databases.dsn_of(self.admin_dsn, SERVICE, kind, password)
        return whole.rsplit("/", 1)[0] + "/" + database

    async def register(self, name: str) -> Register:
        """A fresh migrated database of this name, and the service upon it (not started)."""
        database = f"bench_{name}"
        await self._copy(database)
        port = free_port()
        environment = self.environment(database) | {"LIKA_REGISTRY_PORT": str(port)}
        service = Service(SERVICE, port, environment, self.folder / "logs" / f"{name}.log")
        self.services.append(service)
        return Register(self, database, service)

    async def empty(self, name: str) -> str:
        """The administrator's DSN of a fresh database with no tables at all."""
        database = f"bench_{name}"
        await self._copy(database, "template0")
        return self.dsn(database)

    def migrate(self) -> None:
        """Bring the database all registers are copied from to the newest schema."""
        done = subprocess.run(
            [sys.executable, "-m", f"services.{SERVICE}.migrations", "upgrade"],
            env=os.environ | self.environment(databases.database(SERVICE)),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"the migrations failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")

    async def _copy(self, database: str, template: str = databases.database(SERVICE)) -> None:
        connection = await connect(self.admin_dsn)
        try:
            await connection.execute(
                f"create database {database} template {template} owner {databases.role(SERVICE, 'owner')}"
                + (" encoding 'UTF8' locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
                   if template == "template0" else "")
            )  # fmt: skip
        finally:
            await connection.close()

    def environment(self, database: str) -> dict[str, str]:
        """The variables of a registry upon this database, without its port."""
        values = {
            "DATABASE_URL": self.dsn(database, "app"),
            "OWNER_DATABASE_URL": self.dsn(database, "owner"),
            "INNER_KEY_FILE": str(self.secrets / secret_files.inner_key(SERVICE)),
            "INNER_JWKS_FILE": str(self.secrets / secret_files.JWKS),
            "SEAL_KEY_FILE": str(self.secrets / "registry_seal_key"),
            "INDEX_KEY_FILE": str(self.secrets / "registry_index_key"),
        }
        return {f"LIKA_REGISTRY_{name}": value for name, value in values.items()}


@contextmanager
def ground() -> Iterator[Ground]:
    """A ground in a temporary folder; when the block ends, its processes and its data are gone."""
    with tempfile.TemporaryDirectory(prefix="lika-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        server = EmbeddedServer(folder / "postgres")
        made = Ground(folder, server, folder / "secrets")
        try:
            secret_files.ensure(made.secrets)
            asyncio.run(databases.ensure(server.start(), made.secrets))
            made.migrate()
            yield made
        finally:
            for service in made.services:
                service.stop()
            server.stop()


@dataclass(slots=True)
class Register:
    """One registry: its database, its service as a process of its own, and somebody to ask it."""

    ground: Ground
    database: str
    service: Service
    _signed: dict[str, tuple[float, str]] = field(default_factory=dict)

    @property
    def app_dsn(self) -> str:
        return self.ground.dsn(self.database, "app")

    @property
    def admin_dsn(self) -> str:
        return self.ground.dsn(self.database)

    def settings(self) -> Settings:
        """The settings the service has, for one built in this process."""
        prefix = "LIKA_REGISTRY_"
        environment = self.ground.environment(self.database)
        return Settings.model_validate(
            {name.removeprefix(prefix).lower(): value for name, value in environment.items()}
        )

    def start(self) -> None:
        self.service.start()
        wait_ready([self.service])

    def stop(self) -> None:
        self.service.stop()

    def token(self, area: str) -> str:
        """An inner token of an officer of this area, good for some seconds yet."""
        known = self._signed.get(area)
        if known is None or time.monotonic() - known[0] > TOKEN_LIFE_S:
            secrets = self.ground.secrets
            tokens = InnerTokens(GATEWAY, secrets / secret_files.inner_key(GATEWAY), secrets / secret_files.JWKS)
            known = self._signed[area] = (time.monotonic(), tokens.sign(officer(area), SERVICE))
        return known[1]


def officer(area: str) -> Actor:
    """An officer of the aid office of an area."""
    level = {2: "province", 4: "city", 6: "county"}.get(len(area), "township")
    return Actor(
        account=f"account-{area}",
        person=f"person-{area}",
        office=f"{area}-aid",
        office_name=f"{area} 帮扶办",
        level=level,
        sector="aid",
        roles=("county_aid_officer",),
        permissions=_PERMISSIONS,
        scope=(area,),
    )


async def connect(dsn: str, settings: dict[str, str] | None = None) -> Any:
    """A connection without the limits of a request unless `settings` have some."""
    opened: Any = asyncpg.connect
    return await opened(dsn, server_settings={"timezone": "UTC"} | (settings or {}))


def descendants(pid: int) -> set[int]:
    """A process and everything below it (Linux)."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue  # it has ended meanwhile
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = set(), [pid]
    while waiting:
        one = waiting.pop()
        found.add(one)
        waiting += children.get(one, [])
    return found
