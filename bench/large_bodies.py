"""A service as those of the suite are, under uvicorn, that gives and takes large bodies and does nothing else.

`python -m bench.large_bodies PORT`: GET .../bytes/N gives N bytes, another GET a line of JSON; a body is counted and
thrown away.
"""

from __future__ import annotations

import sys

import uvicorn
from starlette.types import Receive, Scope, Send

from bench.sink import LINE, PIECE


async def service(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI."""
    before, _, count = scope["path"].rpartition("/")
    if before.endswith("/bytes"):
        await _give(send, int(count))
        return
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    told = b'{"size":%d}' % size if size else LINE
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(told))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": told})


async def _give(send: Send, count: int) -> None:
    headers = [(b"content-type", b"application/octet-stream"), (b"content-length", b"%d" % count)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    while count > 0:
        piece = PIECE if count >= len(PIECE) else PIECE[:count]
        count -= len(piece)
        await send({"type": "http.response.body", "body": piece, "more_body": count > 0})


if __name__ == "__main__":
    uvicorn.run(service, host="127.0.0.1", port=int(sys.argv[1]), lifespan="off", log_level="warning", access_log=False)
