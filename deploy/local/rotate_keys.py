"""`make rotate-keys`: change the registry's keys in the local suite, running or not, or in LIKA_DATABASE_URL.

Everything after it goes to `python -m services.registry.rotate_keys` (deploy/README.md says in which order).
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

PORT_LINE = 3
"""In PostgreSQL's postmaster.pid: process, folder, start, port."""


def main() -> int:
    folder = Path(os.environ.get("LIKA_DATA_DIR") or ".lika").resolve()
    with database_server(folder, os.environ.get("LIKA_DATABASE_URL") or None) as dsn:
        command = [sys.executable, "-m", "services.registry.rotate_keys", *sys.argv[1:]]
        environment = os.environ | _environment(folder / "secrets", dsn)
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


def _environment(secrets: Path, admin_dsn: str) -> dict[str, str]:
    values = {
        "DATABASE_URL": _dsn(secrets, admin_dsn, "app"),
        "OWNER_DATABASE_URL": _dsn(secrets, admin_dsn, "owner"),
        "INNER_KEY_FILE": str(secrets / secret_files.inner_key("registry")),
        "INNER_JWKS_FILE": str(secrets / secret_files.JWKS),
        "SEAL_KEY_FILE": str(secrets / "registry_seal_key"),
        "INDEX_KEY_FILE": str(secrets / "registry_index_key"),
    }
    return {f"LIKA_REGISTRY_{name}": value for name, value in values.items()}


def _dsn(secrets: Path, admin_dsn: str, kind: str) -> str:
    return databases.dsn_of(admin_dsn, "registry", kind, databases.password_of(secrets, "registry", kind))


if __name__ == "__main__":
    sys.exit(main())
