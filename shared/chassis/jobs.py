"""Work in the background of a service, turn after turn."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from shared.chassis import log


async def forever(turn: Callable[[], Awaitable[bool]], pause_s: float, waits: str) -> None:
    """Take turns until cancelled: at once again after a turn that found something to do, else after a pause.

    A failure only makes it wait; `waits` is the event it is logged as.
    """
    while True:
        try:
            busy = await turn()
        except Exception as error:
            log.logger().warning(waits, kind=type(error).__name__)
            busy = False
        await asyncio.sleep(0 if busy else pause_s)
