"""A running funds service on a fresh database, with its peers played by the test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.services.funds.world import World, grant_of
from tests.support.harness import Harness, running


@pytest_asyncio.fixture
async def funds() -> AsyncIterator[Harness]:
    async with running("funds", pool_size=10) as harness:
        yield harness


@pytest_asyncio.fixture
async def world(funds: Harness) -> World:
    """One works project, P1, in the plan with a contract of 1,000,000 yuan."""
    return World(funds, projects={"P1": grant_of("P1")})
