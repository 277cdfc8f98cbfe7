"""`make divisions`: the whole country's divisions into the local suite, running or not, or into LIKA_DATABASE_URL."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from deploy import databases
from deploy.local.postgres import EmbeddedServer
from deploy.local.progress import Reporter, Steps
from deploy.local.suite import AlreadyRunning, Suite
from services.registry.bootstrap import explain, summary
from services.registry.operations.division_loads import load_country
from shared.refusals import Refusal

PORT_LINE = 3
"""In PostgreSQL's postmaster.pid: process, folder, start, port."""


def main() -> int:
    folder = Path(os.environ.get("LIKA_DATA_DIR") or ".lika")
    reporter = Reporter()
    try:
        with _registry(folder.resolve(), reporter) as dsn, ExitStack() as bars:
            loaded = asyncio.run(load_country(dsn, progress=_Bars(reporter, bars)))
    except Refusal as refusal:
        print(f"refused: {explain(refusal)}", file=sys.stderr)
        return 1
    reporter.say(summary(loaded))
    return 0


@contextmanager
def _registry(folder: Path, reporter: Reporter) -> Iterator[str]:
    """The DSN of the registry's database: of the running suite, or of one brought up for the time of the load."""
    given = os.environ.get("LIKA_DATABASE_URL") or None
    suite = Suite(folder, 0, given)
    try:
        suite.take()
    except AlreadyRunning as running:
        reporter.say(f"into the running suite ({running})")
        yield _app(given or _server(folder), folder)
        return
    try:
        reporter.say("starting PostgreSQL, migrating")
        suite.start_database()
        suite.migrate()
        yield _app(given or _server(folder), folder)
    finally:
        suite.stop()


def _server(folder: Path) -> str:
    """The administrator's DSN of the embedded server that runs on this data folder, whoever started it."""
    server = EmbeddedServer(folder / "postgres")
    server.port = int((server.data / "postmaster.pid").read_text().splitlines()[PORT_LINE])
    return server.dsn


def _app(admin_dsn: str, folder: Path) -> str:
    return databases.dsn_of(admin_dsn, "registry", "app", databases.password_of(folder / "secrets", "registry", "app"))


class _Bars:
    """One bar for each thing that is being done."""

    def __init__(self, reporter: Reporter, bars: ExitStack) -> None:
        self._reporter, self._bars = reporter, bars
        self._doing = ""
        self._done = 0
        self._steps: Steps | None = None

    def __call__(self, doing: str, done: int, total: int) -> None:
        if doing != self._doing:
            self._bars.close()
            self._doing, self._done = doing, 0
            self._steps = self._bars.enter_context(self._reporter.steps(f"divisions {doing}", total))
        assert self._steps is not None
        self._steps.advance(done - self._done)
        self._done = done


if __name__ == "__main__":
    sys.exit(main())
