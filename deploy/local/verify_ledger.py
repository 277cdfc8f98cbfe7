"""`make verify-ledger`: recompute the ledger of the local suite, running or not, or in LIKA_DATABASE_URL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from deploy import databases
from deploy.local.processes import ROOT
from deploy.local.rotate_keys import database_server


def main() -> int:
    folder = Path(os.environ.get("LIKA_DATA_DIR") or ".lika").resolve()
    with database_server(folder, os.environ.get("LIKA_DATABASE_URL") or None) as dsn:
        password = databases.password_of(folder / "secrets", "funds", "app")
        environment = os.environ | {"LIKA_FUNDS_DATABASE_URL": databases.dsn_of(dsn, "funds", "app", password)}
        command = [sys.executable, "-m", "services.funds.verify", *sys.argv[1:]]
        return subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
