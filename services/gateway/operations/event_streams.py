"""Server-sent events on their way through: unbuffered, kept alive, and over as soon as the caller's rights are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from starlette.types import Receive, Send

from services.gateway.operations.draining import DRAINING
from services.gateway.upstream.line import Broken
from services.gateway.upstream.services import Answer
from shared.chassis import log

EVENT_STREAM = b"text/event-stream"
SILENCE_S = 60.0
"""How long a service may say nothing before it is taken for dead."""
HEARTBEAT_S = 15.0
"""After so long without an event the caller gets a comment, so that nobody between cuts the connection."""
TICK_S = 1.0
RIGHTS_EVERY_S = 3.0
_BETWEEN = (b"\n\n", b"\r\n\r\n", b"\r\r")


async def pass_events(
    answer: Answer, still_allowed: Callable[[], Awaitable[bool]], receive: Receive, send: Send
) -> None:
    """Pass events on until the service ends, the caller leaves, may not listen any more, or this process stops.

    The end is always a proper one: the listener comes again with Last-Event-ID, and is judged anew.
    """
    gone = asyncio.ensure_future(_disconnect(receive))
    piece = asyncio.ensure_future(answer.next_piece())
    said = checked = time.monotonic()
    between = True
    await send({"type": "http.response.body", "body": b"", "more_body": True})  # the head leaves before any event
    try:
        while not (gone.done() or DRAINING.begun):
            await asyncio.wait({piece, gone}, timeout=TICK_S, return_when=asyncio.FIRST_COMPLETED)
            now = time.monotonic()
            if now - checked >= RIGHTS_EVERY_S:
                checked = now
                if not await still_allowed():
                    break
            if piece.done():
                data = piece.result()
                if not data:
                    break
                said, between = now, data.endswith(_BETWEEN)
                await send({"type": "http.response.body", "body": data, "more_body": True})
                piece = asyncio.ensure_future(answer.next_piece())
            elif between and now - said >= HEARTBEAT_S:
                said = now
                await send({"type": "http.response.body", "body": b":\n\n", "more_body": True})
    except (Broken, TimeoutError) as error:
        log.logger().error("event_stream_broken_off", kind=type(error).__name__)
    finally:
        await _over(gone, piece)
    await send({"type": "http.response.body", "body": b""})


async def _disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _over(*tasks: asyncio.Future[object] | asyncio.Future[bytes] | asyncio.Future[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
