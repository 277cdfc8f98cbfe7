"""A running registry on a fresh database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest_asyncio

from tests.services.registry.people import load_divisions
from tests.support import server
from tests.support.harness import Harness, running


@pytest_asyncio.fixture
async def registry() -> AsyncIterator[Harness]:
    async with running("registry") as harness:
        yield harness


@pytest_asyncio.fixture
async def county(registry: Harness) -> Harness:
    """A registry that knows a county with its townships and villages, and a village of another province."""
    await load_divisions(registry)
    return registry


@pytest_asyncio.fixture
async def owner(registry: Harness) -> AsyncIterator[Any]:
    """A connection of the owner role to this test's database, to look behind the service or break something."""
    connect: Any = asyncpg.connect
    connection = await connect(server.dsn("registry", "owner", registry.database))
    yield connection
    await connection.close()
