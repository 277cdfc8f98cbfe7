"""The gateway and a service behind it on real sockets, and a client that sends bytes as they are."""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

PIECE = b"x" * 65_536


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(app: ASGIApp, *, port: int = 0, http: Any = "httptools") -> AsyncIterator[int]:
    """Serve on loopback until the block ends; gives the port."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    config = uvicorn.Config(
        app, http=http, ws="none", lifespan="off", log_level="critical", access_log=False, proxy_headers=False,
        server_header=False, timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]))
    for _ in range(1_000):
        if server.started:
            break
        await asyncio.sleep(0.01)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await task
        listener.close()


async def service(scope: Scope, receive: Receive, send: Send) -> None:
    """A service that tells what it got, and misbehaves on request by the last segment of the path."""
    verb = scope["path"].rstrip("/").rsplit("/", 1)[1]
    if verb == "hang":
        await asyncio.sleep(60)
    if verb == "big":
        await _start(send, 200, "application/octet-stream")
        for _ in range(800):
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        return
    size, sha = 0, hashlib.sha256()
    while True:
        message = await receive()
        size += len(message.get("body", b""))
        sha.update(message.get("body", b""))
        if not message.get("more_body"):
            break
    if verb == "plain-fault":
        await _start(send, 500, "text/plain")
        await send({"type": "http.response.body", "body": b"Traceback: secret"})
        return
    if verb == "redirect":
        await send({"type": "http.response.start", "status": 307, "headers": [(b"location", b"http://inside:8001/x")]})
        await send({"type": "http.response.body", "body": b""})
        return
    told = {
        "method": scope["method"],
        "raw_path": scope["raw_path"].decode(),
        "query": scope["query_string"].decode(),
        "headers": [[name.decode(), value.decode("latin-1")] for name, value in scope["headers"]],
        "size": size,
        "sha256": sha.hexdigest(),
    }
    extra = [(b"x-internal", b"1"), (b"set-cookie", b"a=b"), (b"etag", b'"3"'), (b"x-powered-by", b"x")]
    await _start(send, 200, "application/json", extra)
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})


async def _start(send: Send, status: int, kind: str, extra: list[tuple[bytes, bytes]] | None = None) -> None:
    headers = [(b"content-type", kind.encode()), *(extra or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


async def raw(port: int, request: bytes, *, then: bytes = b"", pause_s: float = 0.0) -> Reply:
    """Send bytes, read one answer. `then` is sent after a pause, if the answer has not come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        await writer.drain()
        if then:
            await asyncio.sleep(pause_s)
            writer.write(then)
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)).decode("latin-1").split("\r\n")
        headers = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in head[1:] if line}
        if "content-length" in headers:
            body = await asyncio.wait_for(reader.readexactly(int(headers["content-length"])), 20)
        else:
            body = b"".join([piece async for piece in _chunks(reader)])
        return Reply(int(head[0].split(" ")[1]), headers, body)
    finally:
        writer.close()


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int((await reader.readline()).strip() or b"0", 16):
        yield await reader.readexactly(size)
        await reader.readline()
