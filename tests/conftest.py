"""One embedded PostgreSQL for the whole run, started before the workers and stopped after them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest

from deploy.local.postgres import EmbeddedServer
from tests.support import server

_running = pytest.StashKey[tuple[EmbeddedServer, Path]]()


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    folder = Path(tempfile.mkdtemp(prefix="lika-test-"))
    folder.chmod(0o755)
    config.stash[_running] = (server.start(folder), folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    running = config.stash.get(_running, None)
    if running is not None:
        postgres, folder = running
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
