"""The running suite, started once for all tests that talk to it; they all run in one worker."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.suite import OwnSuite, RunningSuite, given_suite


@pytest.fixture(scope="session")
def started_suite() -> Iterator[RunningSuite]:
    """One that runs already (LIKA_TEST_ADDRESS and LIKA_TEST_DATA_DIR), or our own."""
    given = given_suite()
    if given is not None:
        yield given
        given.close()
        return
    folder = Path(tempfile.mkdtemp(prefix="lika-suite-"))
    folder.chmod(0o755)
    own = OwnSuite(folder)
    try:
        own.start()
        yield own
    finally:
        own.close()
        if own.process is not None and own.process.poll() is None:
            own.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def suite(started_suite: RunningSuite) -> RunningSuite:
    if isinstance(started_suite, OwnSuite):
        started_suite.ensure_running()
    return started_suite


@pytest.fixture
def own_suite(suite: RunningSuite) -> OwnSuite:
    """Only a suite started here has a launcher to look at and processes to end."""
    if not isinstance(suite, OwnSuite):
        pytest.skip("LIKA_TEST_ADDRESS names a suite that was started elsewhere")
    return suite
