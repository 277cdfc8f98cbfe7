"""A running registry on a fresh database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.support.harness import Harness, running


@pytest_asyncio.fixture
async def registry() -> AsyncIterator[Harness]:
    async with running("registry") as harness:
        yield harness
