"""The client of a bench asks what it is given, every request once, and takes no refusal for an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bench import asking


@asynccontextmanager
async def listening(seen: list[bytes], status: str = "200 OK") -> AsyncIterator[int]:
    """A server that answers every request with `status` and remembers its head and body; its port."""

    answering: set[asyncio.Task[None] | None] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(asyncio.current_task())
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    (int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0
                )
                seen.append(head + await reader.readexactly(length))
                writer.write(f"HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\n{{}}".encode())
        except asyncio.IncompleteReadError:
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.gather(*(task for task in answering if task is not None))


async def test_all_connections_together_ask_every_request_once() -> None:
    seen: list[bytes] = []
    requests = [asking.post_json(f"/{number}", "token", b"{}", f"key-{number}") for number in range(20)]
    async with listening(seen) as port:
        done = await asking.all_of(port, 4, iter(requests))
    assert done.requests == len(done.times) == 20
    assert sorted(seen) == sorted(requests)
    assert b"idempotency-key: key-7\r\n" in requests[7]
    assert b"idempotency-key" not in asking.post_json("/", "token", b"{}")


async def test_one_after_another_the_next_request_is_made_when_the_one_before_is_answered() -> None:
    seen: list[bytes] = []
    async with listening(seen) as port:
        made = (asking.get(f"/{len(seen)}", "token") for _ in range(3))
        assert len(await asking.one_by_one(port, made)) == 3
    assert [request.split()[1] for request in seen] == [b"/0", b"/1", b"/2"]


async def test_a_refusal_ends_the_measuring() -> None:
    async with listening([], "409 Conflict") as port:
        with pytest.raises(asking.NotAnswered, match="409"):
            await asking.all_of(port, 2, iter([asking.get("/", "token")] * 4))
