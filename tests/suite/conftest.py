"""The running suite, started once for all tests that talk to it; they all run in one worker."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.suite import RunningSuite


@pytest.fixture(scope="session")
def started_suite() -> Iterator[RunningSuite]:
    folder = Path(tempfile.mkdtemp(prefix="lika-suite-"))
    folder.chmod(0o755)
    suite = RunningSuite(folder)
    try:
        suite.start()
        yield suite
    finally:
        if suite.process is not None and suite.process.poll() is None:
            suite.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def suite(started_suite: RunningSuite) -> RunningSuite:
    started_suite.ensure_running()
    return started_suite
