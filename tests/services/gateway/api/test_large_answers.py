"""Large answers at a gateway process: byte for byte, never taken for whole when they are not, nothing left behind."""

from __future__ import annotations

import asyncio
import gzip
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.services.gateway.processes import FILE, ROW, Gate, gate

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gate]:
    async with gate(tmp_path_factory.mktemp("gate"), UPSTREAM_LIMIT="2") as found:
        yield found


class Caller:
    """One kept connection."""

    def __init__(self, found: Gate, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._gate, self.reader, self.writer = found, reader, writer

    @classmethod
    async def of(cls, found: Gate) -> Caller:
        return cls(found, *await asyncio.open_connection("127.0.0.1", found.port, limit=2**20))

    async def head(self, verb: str, method: str = "GET", more: str = "") -> bytes:
        """Ask, and take the head of the answer."""
        self.writer.write(
            f"{method} /api/v1/registry/{verb} HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer {self._gate.token}\r\n"
            f"{more}\r\n".encode()
        )
        return await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 10)

    async def body(self, count: int) -> bytes:
        return await asyncio.wait_for(self.reader.readexactly(count), 20)


def _read(found: Gate) -> int:
    """Bytes the gateway has read into itself so far."""
    return int(Path(f"/proc/{found.process.pid}/io").read_text().split()[1])


def _open(found: Gate) -> int:
    return len(os.listdir(f"/proc/{found.process.pid}/fd"))


async def test_a_large_file_arrives_as_it_is_and_both_connections_carry_what_comes_next(door: Gate) -> None:
    caller = await Caller.of(door)
    assert b"200" in await caller.head("one")
    assert await caller.body(len(ROW)) == ROW
    read, opened = _read(door), _open(door)
    for _ in range(3):
        assert b"content-length: %d\r\n" % len(FILE) in await caller.head("file")
        await asyncio.sleep(0.2)  # it fills what lies between before anybody reads
        assert await caller.body(len(FILE)) == FILE
        assert b"200" in await caller.head("next")
        assert await caller.body(len(ROW)) == ROW
    assert _read(door) - read < 2 * len(FILE)  # most of it was never copied into the gateway
    assert _open(door) == opened
    caller.writer.close()


async def test_a_head_alone_has_no_body(door: Gate) -> None:
    caller = await Caller.of(door)
    assert b"content-length: %d\r\n" % len(FILE) in await caller.head("file", "HEAD")
    assert b"200" in await caller.head("next")
    assert await caller.body(len(ROW)) == ROW
    caller.writer.close()


async def test_a_large_text_is_compressed_for_those_who_take_it(door: Gate) -> None:
    caller = await Caller.of(door)
    head = await caller.head("text", more="Accept-Encoding: gzip\r\nConnection: close\r\n")
    assert b"content-encoding: gzip" in head
    coded = b""
    while size := int(await caller.reader.readline(), 16):
        coded += await caller.body(size)
        await caller.reader.readline()
    assert gzip.decompress(coded) == FILE
    caller.writer.close()


async def test_a_file_that_is_cut_is_never_taken_for_whole(door: Gate) -> None:
    opened = _open(door)
    caller = await Caller.of(door)
    await caller.head("cut")
    assert await asyncio.wait_for(caller.reader.read(-1), 10) == FILE[: len(FILE) // 3]
    caller.writer.close()
    again = await Caller.of(door)
    assert b"200" in await again.head("next")
    again.writer.close()
    await asyncio.sleep(0.3)
    assert _open(door) <= opened + 1


async def test_who_leaves_in_the_middle_of_a_file_leaves_nothing_behind(door: Gate) -> None:
    opened = _open(door)
    for _ in range(5):  # more than may be asked at once
        caller = await Caller.of(door)
        await caller.head("file")
        await caller.body(1_000_000)
        caller.writer.transport.abort()
        await asyncio.sleep(0.3)
    caller = await Caller.of(door)
    assert b"200" in await caller.head("next")
    caller.writer.close()
    await asyncio.sleep(0.3)
    assert _open(door) <= opened + 1
