"""The whole suite as processes on this machine: database server, migrations, four services."""

from __future__ import annotations

import asyncio
import fcntl
import os
import subprocess
import sys
from pathlib import Path
from typing import IO

from deploy import databases, secret_files
from deploy.local.postgres import EmbeddedServer, free_port
from deploy.local.processes import ROOT, Service, wait_ready

START_ORDER = ("registry", "projects", "funds", "gateway")
PEERS = {
    "registry": ("funds",),
    "projects": ("registry", "funds"),
    "funds": ("registry", "projects"),
    "gateway": ("registry", "projects", "funds"),
}


class AlreadyRunning(RuntimeError):
    """Another launcher holds this data folder."""


class Suite:
    """Everything under one data folder. `start` brings it up, `stop` takes it down without leaving a process."""

    def __init__(
        self, folder: Path, gateway_port: int, database_url: str | None = None, *, durable: bool = True
    ) -> None:
        self.folder = folder.resolve()
        self.gateway_port = gateway_port
        self.secrets = self.folder / "secrets"
        self._given_dsn = database_url
        self._server = None if database_url else EmbeddedServer(self.folder / "postgres", durable=durable)
        self._lock: IO[str] | None = None
        self._environments: dict[str, dict[str, str]] = {}
        self.services: dict[str, Service] = {}

    @property
    def address(self) -> str:
        """Where the gateway listens."""
        return f"http://127.0.0.1:{self.gateway_port}"

    def take(self) -> None:
        """Hold the data folder for this launcher; AlreadyRunning if another one does."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = (self.folder / "run.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise AlreadyRunning(holder) from error
        lock.seek(0)
        lock.truncate()
        lock.write(f"pid {os.getpid()}, gateway {self.address}")
        lock.flush()
        self._lock = lock

    def start_database(self) -> None:
        """Start the embedded server (unless a DSN was given), make secrets, databases and roles."""
        secret_files.ensure(self.secrets)
        dsn = self._given_dsn or (self._server.start() if self._server else "")
        asyncio.run(databases.ensure(dsn, self.secrets))
        self._plan(dsn)

    def _plan(self, admin_dsn: str) -> None:
        ports = {name: self.gateway_port if name == "gateway" else free_port() for name in START_ORDER}
        addresses = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
        for name in START_ORDER:
            environment = self._environment(name, admin_dsn, ports[name], addresses)
            self._environments[name] = environment
            self.services[name] = Service(name, ports[name], environment, self.folder / "logs" / f"{name}.log")

    def _environment(self, name: str, admin_dsn: str, port: int, addresses: dict[str, str]) -> dict[str, str]:
        values = {
            "PORT": str(port),
            "DATABASE_URL": self._dsn(admin_dsn, name, "app"),
            "INNER_KEY_FILE": str(self.secrets / secret_files.inner_key(name)),
            "INNER_JWKS_FILE": str(self.secrets / secret_files.JWKS),
            "DEMONSTRATION": "true",
        }
        if name == "registry":
            values["SEAL_KEY_FILE"] = str(self.secrets / "registry_seal_key")
            values["INDEX_KEY_FILE"] = str(self.secrets / "registry_index_key")
        if name == "funds":
            values["SEAL_KEY_FILE"] = str(self.secrets / "funds_seal_key")
        if name == "gateway":
            values["SEAL_KEY_FILE"] = str(self.secrets / "gateway_seal_key")
            values["TOKEN_KEY_FILE"] = str(self.secrets / secret_files.TOKEN_KEY)
            values["HOST"] = os.environ.get("LIKA_GATEWAY_HOST", "127.0.0.1")
            values["ISSUER"] = addresses["gateway"]
        values |= {f"{peer.upper()}_URL": addresses[peer] for peer in PEERS[name]}
        return {f"LIKA_{name.upper()}_{key}": value for key, value in values.items()}

    def _dsn(self, admin_dsn: str, service: str, kind: str) -> str:
        return databases.dsn_of(admin_dsn, service, kind, databases.password_of(self.secrets, service, kind))

    def migrate(self) -> None:
        """Bring every service's schema up to date, side by side, each as its owner role."""
        running = [
            (name, self.command(name, "migrations", "upgrade", extra=self.owner_environment(name)))
            for name in START_ORDER
        ]
        for name, process in running:
            output, _ = process.communicate()
            if process.returncode != 0:
                raise RuntimeError(f"the migrations of {name} failed:\n{output[-2000:]}")

    def environment_of(self, service: str) -> dict[str, str]:
        """The variables a service of this suite runs with."""
        return dict(self._environments[service])

    @property
    def server(self) -> EmbeddedServer:
        """The database server of our own."""
        if self._server is None:
            raise RuntimeError("the suite stands on a server that was given")
        return self._server

    def owner_environment(self, service: str) -> dict[str, str]:
        """The variable that lets a migration run as the owner role."""
        admin_dsn = self._given_dsn or (self._server.dsn if self._server else "")
        return {f"LIKA_{service.upper()}_OWNER_DATABASE_URL": self._dsn(admin_dsn, service, "owner")}

    def command(
        self, service: str, module: str, *arguments: str, extra: dict[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Start `python -m services.<service>.<module> ...` with the service's settings."""
        return subprocess.Popen(
            [sys.executable, "-m", f"services.{service}.{module}", *arguments],
            env=os.environ | self._environments[service] | (extra or {}),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def start_services(self) -> None:
        """Start all four and wait until each is ready."""
        for name in START_ORDER:
            self.services[name].start()
        wait_ready(list(self.services.values()))

    def ended(self) -> list[Service]:
        """Services that ended by themselves."""
        return [service for service in self.services.values() if service.exited() is not None]

    def stop(self) -> None:
        """Stop the gateway first, the database last, and let the folder go."""
        for name in reversed(START_ORDER):
            if name in self.services:
                self.services[name].stop()
        if self._server is not None:
            self._server.stop()
        if self._lock is not None:
            self._lock.seek(0)
            self._lock.truncate()
            self._lock.close()
            self._lock = None
