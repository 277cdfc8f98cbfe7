"""The body of a request as it arrives: never more than allowed, never slower than allowed."""

from __future__ import annotations

import asyncio

from starlette.types import Message, Receive

from services.gateway.domain.refusals.requests import ArrivedTooSlowly
from shared.refusals import TooLarge


class CallerGone(Exception):
    """The caller hung up before the request was whole; nobody is left to answer."""


class RequestBody:
    """Reads one body."""

    def __init__(self, receive: Receive, declared: bytes | None, limit: int, timeout_s: float) -> None:
        """`declared` is the Content-Length; `limit` in bytes. The time runs from now."""
        if declared is not None and int(declared) > limit:
            raise TooLarge(limit_bytes=limit)
        self.declared = declared
        self._receive = receive
        self._limit = limit
        self._deadline = asyncio.get_running_loop().time() + timeout_s
        self._size = 0
        self.complete = False

    async def whole(self) -> bytes:
        """The body in one piece."""
        pieces = []
        while piece := await self.piece():
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def piece(self) -> bytes:
        """The next part as it comes; empty at the end. ArrivedTooSlowly, TooLarge or CallerGone."""
        while not self.complete:
            piece = await self._next()
            if piece:
                return piece
        return b""

    async def _next(self) -> bytes:
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError as error:
            raise ArrivedTooSlowly() from error
        if message["type"] == "http.disconnect":
            raise CallerGone()
        piece: bytes = message.get("body", b"")
        self._size += len(piece)
        if self._size > self._limit:
            raise TooLarge(limit_bytes=self._limit)
        self.complete = not message.get("more_body", False)
        return piece


def replay(body: bytes, receive: Receive) -> Receive:
    """A receive that gives `body` once, then what the server has to say (that the caller went away)."""
    waiting = [body]

    async def give() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return give
