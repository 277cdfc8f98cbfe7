"""A service that costs next to nothing, so that a gateway before it is measured and not what stands behind.

`python -m bench.sink PORT`: GET .../bytes/N gives N bytes, another GET a line of JSON; a body is counted and thrown
away. It answers /internal/... too, where a gateway asks whether a division exists.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import httptools
import uvloop

PIECE = b"x" * 65_536
LINE = b'{"code":"341622","name":"Mengcheng","level":"county","open":true}'
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
_SMALL = _HEAD % len(LINE) + LINE
_BYTES = b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: %d\r\n\r\n"


class Sink(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._parser: Any = httptools.HttpRequestParser(self)
        self._transport: Any = None
        self._url = b""
        self._size = 0
        self._room = asyncio.Event()
        self._room.set()
        self._sending: asyncio.Task[None] | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._sending is not None:
            self._sending.cancel()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def pause_writing(self) -> None:
        self._room.clear()

    def resume_writing(self) -> None:
        self._room.set()

    def on_message_begin(self) -> None:
        self._url, self._size = b"", 0

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_body(self, body: bytes) -> None:
        self._size += len(body)

    def on_message_complete(self) -> None:
        before, _, count = self._url.rpartition(b"/")
        if before.endswith(b"/bytes"):
            self._sending = asyncio.create_task(self._give(int(count)))
        elif self._size:
            told = b'{"size":%d}' % self._size
            self._transport.write(_HEAD % len(told) + told)
        else:
            self._transport.write(_SMALL)

    async def _give(self, count: int) -> None:
        self._transport.write(_BYTES % count)
        while count > 0:
            await self._room.wait()
            self._transport.write(PIECE if count >= len(PIECE) else PIECE[:count])
            count -= len(PIECE)


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port, backlog=1_024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
