"""A service's own job put to rest, so that a test takes its turns itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any

import pytest


async def put_to_rest(monkeypatch: pytest.MonkeyPatch, job: ModuleType) -> Callable[..., Awaitable[bool]]:
    """From here on the running service finds nothing to do; what one turn of it does is given to the test.

    Over when the service's job has come by once: no turn begun before is still under way.
    """
    turn: Callable[..., Awaitable[bool]] = job.run_one
    rests = asyncio.Event()

    async def nothing_to_do(*_: Any) -> bool:
        rests.set()
        return False

    monkeypatch.setattr(job, "run_one", nothing_to_do)
    await asyncio.wait_for(rests.wait(), 30)
    return turn
