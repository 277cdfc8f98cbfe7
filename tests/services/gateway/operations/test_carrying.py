"""Bodies moved from socket to socket within the kernel: whole or not at all, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import errno
import os
import random
import socket
from collections.abc import Iterator

import pytest

from services.gateway.operations.carrying import POSSIBLE, Gone, carry
from services.gateway.upstream.line import Broken

assert POSSIBLE
BODY = random.Random(2).randbytes(3_000_001)


class Sockets:
    """Two connections: who gives, and who takes."""

    def __init__(self) -> None:
        self.giver, self.source = socket.socketpair()
        self.target, self.taker = socket.socketpair()
        for one in self.all():
            one.setblocking(False)

    def all(self) -> tuple[socket.socket, ...]:
        return self.giver, self.source, self.target, self.taker

    async def carry(self, count: int, seconds: float = 5.0, over: bool = False) -> None:
        await carry(self.source.fileno(), self.target.fileno(), count, seconds, seconds, lambda: over)

    async def taken(self, count: int) -> bytes:
        """What arrives, up to so many bytes, slowly at first."""
        loop, found = asyncio.get_running_loop(), b""
        await asyncio.sleep(0.1)
        while len(found) < count and (piece := await loop.sock_recv(self.taker, 65_536)):
            found += piece
        return found


@pytest.fixture
def sockets() -> Iterator[Sockets]:
    found = Sockets()
    yield found
    for one in found.all():
        one.close()


async def test_what_is_given_arrives_byte_for_byte_and_what_follows_it_stays(sockets: Sockets) -> None:
    before = len(os.listdir("/proc/self/fd"))
    giving = asyncio.create_task(asyncio.get_running_loop().sock_sendall(sockets.giver, BODY + b"after"))
    taking = asyncio.create_task(sockets.taken(len(BODY)))
    await sockets.carry(len(BODY))
    await giving
    assert await taking == BODY
    assert sockets.source.recv(100) == b"after"
    assert len(os.listdir("/proc/self/fd")) == before


async def test_a_source_that_ends_before_is_broken(sockets: Sockets) -> None:
    sockets.giver.send(b"some")
    sockets.giver.close()
    with pytest.raises(Broken):
        await sockets.carry(100)


async def test_a_source_that_says_nothing_is_given_up(sockets: Sockets) -> None:
    with pytest.raises(TimeoutError):
        await sockets.carry(100, seconds=0.05)


async def test_a_caller_who_hung_up_takes_nothing_or_is_told_off_is_gone(sockets: Sockets) -> None:
    with pytest.raises(Gone):
        await sockets.carry(100, over=True)
    giving = asyncio.create_task(asyncio.get_running_loop().sock_sendall(sockets.giver, BODY))
    with pytest.raises(Gone):  # nobody reads: the socket is full
        await sockets.carry(len(BODY), seconds=0.1)
    sockets.taker.close()
    with pytest.raises(Gone):
        await sockets.carry(len(BODY))
    giving.cancel()


async def test_without_a_pipe_nothing_is_moved(sockets: Sockets, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(_flags: int) -> tuple[int, int]:
        raise OSError(errno.EMFILE, "no descriptor is left")

    monkeypatch.setattr(os, "pipe2", none_left)
    sockets.giver.send(b"some")
    assert not await carry(sockets.source.fileno(), sockets.target.fileno(), 4, 1.0, 1.0, lambda: False)
    assert sockets.source.recv(100) == b"some"
