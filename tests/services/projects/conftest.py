"""A running projects service on a fresh database, its registry answered from a set of division codes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.services.projects.support import answer_as_funds, answer_as_registry
from tests.support.harness import Harness, running


@pytest_asyncio.fixture
async def projects() -> AsyncIterator[Harness]:
    async with running("projects") as harness:
        harness.set_peer("registry", answer_as_registry)
        harness.set_peer("funds", answer_as_funds)
        yield harness
