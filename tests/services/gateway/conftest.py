"""A running gateway on a fresh database, with its first accounts, asked over ASGI or over real HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.services.gateway.people import Town, founded
from tests.support.harness import running


@pytest_asyncio.fixture
async def town() -> AsyncIterator[Town]:
    """A gateway whose accounts' state is read anew for every request."""
    async with running("gateway", rights_cache_s=0.0) as harness:
        yield await founded(harness)
