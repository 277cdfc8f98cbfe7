"""Schema commands on the local suite: `make migrate`, `make revision service=... message=...`."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from deploy.local.suite import AlreadyRunning, Suite


def main() -> int:
    verb, *arguments = sys.argv[1:]
    if verb == "upgrade":
        return _upgrade(Path(os.environ.get("LIKA_DATA_DIR") or ".lika"))
    if verb == "revision" and len(arguments) == 2 and arguments[1]:
        return _revision(*arguments)
    print("usage: upgrade | revision SERVICE MESSAGE", file=sys.stderr)
    return 2


def _upgrade(folder: Path) -> int:
    suite = Suite(folder, 0, os.environ.get("LIKA_DATABASE_URL") or None)
    try:
        suite.take()
    except AlreadyRunning as error:
        print(f"stop the running suite first: {error}", file=sys.stderr)
        return 1
    try:
        suite.start_database()
        suite.migrate()
        print("all four databases are at the newest schema")
    finally:
        suite.stop()
    return 0


def _revision(service: str, message: str) -> int:
    """Draft a migration from the difference between tables.py and the migrations, on a scratch server."""
    with tempfile.TemporaryDirectory(prefix="lika-revision-") as folder:
        Path(folder).chmod(0o755)
        suite = Suite(Path(folder), 0, durable=False)
        try:
            suite.take()
            suite.start_database()
            suite.migrate()
            process = suite.command(service, "migrations", "revision", message, extra=suite.owner_environment(service))
            output, _ = process.communicate()
            print(output)
            return process.returncode
        finally:
            suite.stop()


if __name__ == "__main__":
    sys.exit(main())
