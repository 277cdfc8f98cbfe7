"""Large bodies and many idle connections, by a client that keeps nothing of what it gets."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httptools

from bench.asking import NotAnswered

PIECE = b"x" * 65_536


class Stream(asyncio.Protocol):
    """One connection that sends or takes a large body."""

    def __init__(self) -> None:
        self._parser: Any = httptools.HttpResponseParser(self)
        self._done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._room = asyncio.Event()
        self._room.set()
        self._taken = 0
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._room.set()
        if not self._done.done():
            self._done.set_exception(NotAnswered("the connection was closed"))

    def pause_writing(self) -> None:
        self._room.clear()

    def resume_writing(self) -> None:
        self._room.set()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._taken += len(body)

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status == 200 and not self._done.done():
            self._done.set_result(self._taken)
        elif not self._done.done():
            self._done.set_exception(NotAnswered(str(status)))

    async def exchange(self, head: bytes, size: int) -> int:
        """Send a head and so many bytes; the bytes of the answer."""
        self.transport.write(head)
        while size > 0:
            await self._room.wait()
            if self.transport.is_closing():
                break
            self.transport.write(PIECE if size >= len(PIECE) else PIECE[:size])
            size -= len(PIECE)
        return await self._done


async def _exchange(port: int, head: bytes, size: int) -> tuple[int, float]:
    _, line = await asyncio.get_running_loop().create_connection(Stream, "127.0.0.1", port)
    began = time.perf_counter()
    try:
        return await line.exchange(head, size), time.perf_counter() - began
    finally:
        line.transport.close()


def head_of(method: str, path: str, token: str, more: str = "") -> bytes:
    """The head of a request of a bearer of this token."""
    signed = f"authorization: Bearer {token}\r\n" if token else ""
    return f"{method} {path} HTTP/1.1\r\nhost: gateway\r\n{signed}{more}\r\n".encode()


async def download(port: int, path: str, token: str, size: int) -> float:
    """MiB per second; NotAnswered unless all `size` bytes came."""
    taken, seconds = await _exchange(port, head_of("GET", f"{path}/bytes/{size}", token), 0)
    if taken != size:
        raise NotAnswered(f"{taken} of {size} bytes")
    return size / seconds / 1024**2


async def upload(port: int, path: str, token: str, size: int) -> float:
    """MiB per second of a form of so many bytes; NotAnswered if it is refused."""
    form = f"content-type: multipart/form-data; boundary=b\r\ncontent-length: {size}\r\n"
    _, seconds = await _exchange(port, head_of("POST", path, token, form), size)
    return size / seconds / 1024**2


async def idle(port: int, count: int) -> list[asyncio.Transport]:
    """So many connections that asked for one thing each and then wait, opened a hundred at a time."""
    loop, found = asyncio.get_running_loop(), []
    for _ in range(0, count, 100):
        opened = await asyncio.gather(*(loop.create_connection(Stream, "127.0.0.1", port) for _ in range(100)))
        await asyncio.gather(*(line.exchange(head_of("GET", "/livez", ""), 0) for _, line in opened))
        found += [transport for transport, _ in opened]
    return found
