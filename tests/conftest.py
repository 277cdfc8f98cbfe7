"""One embedded PostgreSQL for the whole run, started before the workers and stopped after them."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from deploy.local.postgres import EmbeddedServer
from tests.support import server

OVER_THE_RUNNING_SUITE = (
    "suite/test_bad_input.py", "suite/test_journey.py", "suite/test_journey_by_clients.py",
    "suite/test_journey_examples.py", "suite/test_journey_integrating.py", "suite/test_journey_of_imports.py",
    "suite/test_journey_public_answers.py", "suite/test_make_run.py",
)  # fmt: skip

# How fast a busy machine makes up its examples says nothing about the product.
settings.register_profile("lika", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("lika")

ROOM = 2 * 2**30
_running = pytest.StashKey[tuple[EmbeddedServer, Path]]()


class OneSuite(LoadScopeScheduling):
    """Single tests go to whichever worker is free; those over the running suite stay together, in order, first."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return "the running suite" if file.endswith(OVER_THE_RUNNING_SUITE) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneSuite:
    return OneSuite(config, log)


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    folder = Path(tempfile.mkdtemp(prefix="lika-test-", dir=_in_memory()))
    folder.chmod(0o755)
    config.stash[_running] = (server.start(folder), folder)


def _in_memory() -> Path | None:
    """Where files live in memory, if there is room for what the tests have at one time (less than 1 GiB).

    Every test has a database of a thousand files. Some file systems do not reuse a file's number for a minute after it
    was deleted and look past all of them at every new one: copying a database took 40 times as long as in memory.
    """
    folder = Path("/dev/shm")
    if not folder.is_dir() or not os.access(folder, os.W_OK) or shutil.disk_usage(folder).free < ROOM:
        return None
    facts = Path("/proc/meminfo").read_text().splitlines()
    available = next(int(line.split()[1]) * 1024 for line in facts if line.startswith("MemAvailable:"))
    return folder if available > ROOM else None


def pytest_unconfigure(config: pytest.Config) -> None:
    running = config.stash.get(_running, None)
    if running is not None:
        postgres, folder = running
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
