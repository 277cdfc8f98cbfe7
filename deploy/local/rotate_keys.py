"""`make rotate-keys`: change a service's keys in the local suite, running or not, or in LIKA_DATABASE_URL.

`registry`, `funds` or `gateway` may come first; without one it is the registry. Everything after it goes to that
service's `python -m services.<service>.rotate_keys`, of the gateway `rotate_seal_key` (deploy/README.md says in which
order).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy import databases, secret_files
from deploy.local.postgres import EmbeddedServer
from deploy.local.processes import ROOT
from deploy.local.suite import AlreadyRunning, Suite

COMMANDS = {"registry": "rotate_keys", "funds": "rotate_keys", "gateway": "rotate_seal_key"}
"""Of those that keep protected values."""
PORT_LINE = 3
"""In PostgreSQL's postmaster.pid: process, folder, start, port."""


def main() -> int:
    given = sys.argv[1:]
    service = given.pop(0) if given and given[0] in COMMANDS else "registry"
    folder = Path(os.environ.get("LIKA_DATA_DIR") or ".lika").resolve()
    with database_server(folder, os.environ.get("LIKA_DATABASE_URL") or None) as dsn:
        command = [sys.executable, "-m", f"services.{service}.{COMMANDS[service]}", *given]
        environment = os.environ | _environment(service, folder / "secrets", dsn)
        return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


@contextmanager
def database_server(folder: Path, given: str | None) -> Iterator[str]:
    """The administrator's DSN: of the running suite, or of a server brought up for the time of the change."""
    suite = Suite(folder, 0, given)
    try:
        suite.take()
    except AlreadyRunning:
        yield given or _running(folder)
        return
    try:
        suite.start_database()
        suite.migrate()
        yield given or _running(folder)
    finally:
        suite.stop()


def _running(folder: Path) -> str:
    server = EmbeddedServer(folder / "postgres")
    server.port = int((server.data / "postmaster.pid").read_text().splitlines()[PORT_LINE])
    return server.dsn


def _environment(service: str, secrets: Path, admin_dsn: str) -> dict[str, str]:
    values = {
        "DATABASE_URL": _dsn(service, secrets, admin_dsn, "app"),
        "INNER_KEY_FILE": str(secrets / secret_files.inner_key(service)),
        "INNER_JWKS_FILE": str(secrets / secret_files.JWKS),
        "SEAL_KEY_FILE": str(secrets / f"{service}_seal_key"),
    }
    if service != "funds":
        values["OWNER_DATABASE_URL"] = _dsn(service, secrets, admin_dsn, "owner")
    if service == "gateway":
        values["TOKEN_KEY_FILE"] = str(secrets / secret_files.TOKEN_KEY)
    if service == "registry":
        values["INDEX_KEY_FILE"] = str(secrets / "registry_index_key")
    return {f"LIKA_{service.upper()}_{name}": value for name, value in values.items()}


def _dsn(service: str, secrets: Path, admin_dsn: str, kind: str) -> str:
    return databases.dsn_of(admin_dsn, service, kind, databases.password_of(secrets, service, kind))


if __name__ == "__main__":
    sys.exit(main())
