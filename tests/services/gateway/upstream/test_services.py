"""The gateway's own client against real TCP peers that garble, cut, trickle, hang or answer too early."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from services.gateway.domain.refusals.requests import ServiceTooSlow, ServiceUnavailable
from services.gateway.upstream.line import Broken
from services.gateway.upstream.services import Services

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
UPLOAD = b"x" * 100_000


class Body:
    """An upload in pieces; `fault` is raised after them."""

    def __init__(self, *pieces: bytes, declared: int | None = None, fault: Exception | None = None) -> None:
        self._pieces, self._fault = list(pieces), fault
        self.declared = None if declared is None else b"%d" % declared

    async def piece(self) -> bytes:
        if self._pieces:
            await asyncio.sleep(0)
            return self._pieces.pop(0)
        if self._fault is not None:
            raise self._fault
        return b""


@asynccontextmanager
async def peer(talk: Peer) -> AsyncIterator[tuple[Services, list[int]]]:
    """Services whose `funds` is a peer of ours, and how many connections it saw."""
    seen: list[int] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(len(seen))
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    services = Services({"funds": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}, 10)
    try:
        yield services, seen
    finally:
        await services.close()
        server.close()


def saying(*answers: bytes, pause_s: float = 0.0) -> Peer:
    """Reads one request after another and answers each with the next of these bytes; the last one stays."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(pause_s)
            writer.write(answer)
            await writer.drain()
        await reader.read()

    return talk


async def ask(
    services: Services, method: str = "GET", body: bytes | Body | None = None, timeout_s: float = 2.0
) -> bytes:
    answer = await services.ask("funds", method, "/x", b"", body, timeout_s)
    try:
        return await answer.whole()
    finally:
        answer.close()


async def test_one_connection_carries_one_request_after_another() -> None:
    async with peer(saying(*[OK] * 5)) as (services, seen):
        assert [await ask(services) for _ in range(5)] == [b"ok"] * 5
        assert len(seen) == 1


@pytest.mark.parametrize(
    "garbage",
    [
        b"", b"nonsense\r\n\r\n", b"HTTP/1.1 abc OK\r\n\r\n", b"HTTP/1.1 99 X\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 700 X\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok", b"HTTP/2 200\r\n\r\n", b"SSH-2.0-x\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\nok", b"HTTP/1.1 200 OK\r\ncontent-length: 2x\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\n\r\nuntil the end", OK + OK, OK + b"more", OK[:-1],
        b"HTTP/1.1 200 OK\r\ncontent length: 2\r\n\r\nok",
        b"HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"a" * 40_000 + b"\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 9_000, b"HTTP/1.1 100 Continue\r\n\r\n" * 3_000,
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nokk\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: a\x00b\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nx: a\r\n folded\r\ncontent-length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\nx: a\ncontent-length: 2\n\nok",
    ],
)  # fmt: skip
async def test_an_answer_that_is_no_plain_http_is_503_and_its_connection_is_never_used_again(garbage: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(garbage)
        await writer.drain()
        writer.write_eof()
        await reader.read()

    async with peer(talk) as (services, seen):
        for count in (1, 2):
            with pytest.raises(ServiceUnavailable):
                await ask(services)
            assert len(seen) == count


async def test_bytes_that_come_after_an_answer_end_its_connection() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await asyncio.sleep(0.05)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison")
        await reader.read()

    async with peer(talk) as (services, seen):
        assert await ask(services) == b"ok"
        await asyncio.sleep(0.15)
        assert await ask(services) == b"ok"
        assert len(seen) == 2


async def test_a_connection_that_ended_while_it_waited_is_not_used_and_nothing_is_sent_twice() -> None:
    asked = 0

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        await reader.readuntil(b"\r\n\r\n")
        asked += 1
        if asked < 3:
            writer.write(OK)  # and goes away

    async with peer(talk) as (services, seen):
        for _ in range(2):
            assert await ask(services) == b"ok"
            await asyncio.sleep(0.05)
        with pytest.raises(ServiceUnavailable):
            await ask(services)
        assert (asked, len(seen)) == (3, 3)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
async def test_an_answer_without_a_body_needs_no_length_and_one_with_a_length_brings_none(
    method: str, status: bytes
) -> None:
    bare = b"HTTP/1.1 " + status + b'\r\netag: "1"\r\n\r\n'
    stated = b"HTTP/1.1 304 Not Modified\r\ncontent-length: 500\r\n\r\n"
    async with peer(saying(bare, stated, bare)) as (services, seen):
        assert [await ask(services, method) for _ in range(3)] == [b""] * 3
        assert len(seen) == 1


async def test_a_head_answer_states_a_length_and_brings_nothing() -> None:
    async with peer(saying(b"HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\n", OK)) as (services, seen):
        assert await ask(services, "HEAD") == b""
        assert await ask(services) == b"ok"
        assert len(seen) == 1


async def test_informational_answers_are_passed_over_and_trailers_stay_behind() -> None:
    answer = (
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nlink: x\r\n\r\n"
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;a=b\r\no\r\n1\r\nk\r\n0\r\nx-late: 1\r\n\r\n"
    )
    async with peer(saying(answer, OK)) as (services, _):
        got = await services.ask("funds", "GET", "/x", b"", None, 2.0)
        assert await got.whole() == b"ok"
        assert [name for name, _ in got.headers] == [b"transfer-encoding"]
        got.close()
        assert await ask(services) == b"ok"


async def test_who_hangs_or_trickles_is_given_up_in_time_and_his_connection_cut() -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for byte in OK:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.05)

    for talk in (saying(b"", pause_s=9), trickle):
        async with peer(talk) as (services, _):
            began = time.monotonic()
            with pytest.raises(ServiceTooSlow):
                await ask(services, timeout_s=0.3)
            assert time.monotonic() - began < 1.5


async def test_a_body_that_stops_coming_is_given_up_in_time() -> None:
    async with peer(saying(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok")) as (services, _):
        answer = await services.ask("funds", "GET", "/x", b"", None, 0.3)
        assert await answer.next_piece() == b"ok"
        with pytest.raises(TimeoutError):
            await answer.next_piece()
        answer.close()


async def test_a_body_that_is_cut_is_not_taken_for_whole() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n")

    async with peer(talk) as (services, _):
        answer = await services.ask("funds", "GET", "/x", b"", None, 2.0)
        with pytest.raises(Broken):
            [piece async for piece in answer.pieces()]
        answer.close()


async def test_uploads_are_framed_as_declared_or_in_chunks() -> None:
    got: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for size in (200_000, 2 * len(b"186a0\r\n") + 200_000 + 4 + 5, 3, 0):
            got.append(await reader.readuntil(b"\r\n\r\n") + await reader.readexactly(size))
            writer.write(OK)
            await writer.drain()

    async with peer(talk) as (services, _):
        assert await ask(services, "POST", Body(UPLOAD, UPLOAD, declared=200_000)) == b"ok"
        assert await ask(services, "POST", Body(UPLOAD, UPLOAD)) == b"ok"
        assert await ask(services, "POST", b"abc") == b"ok"
        assert await ask(services, "POST") == b"ok"
    assert b"content-length: 200000\r\n" in got[0]
    assert b"transfer-encoding: chunked\r\n" in got[1]
    assert got[1].endswith(b"x\r\n0\r\n\r\n")
    assert b"content-length" not in got[1]
    assert got[2].endswith(b"content-length: 3\r\n\r\nabc")
    assert got[3].endswith(b"content-length: 0\r\n\r\n")


async def test_an_answer_that_comes_before_the_upload_is_over_is_taken_and_the_rest_is_not_sent() -> None:
    early = b"HTTP/1.1 413 Large\r\ncontent-length: 3\r\nconnection: close\r\n\r\nbig"
    body = Body(*[UPLOAD] * 2_000, declared=200_000_000)
    async with peer(saying(early)) as (services, seen):
        answer = await services.ask("funds", "POST", "/x", b"", body, 2.0)
        assert (answer.status, await answer.whole()) == (413, b"big")
        answer.close()
        assert len(body._pieces) > 1_000
        assert await ask(services) == b"big"
        assert len(seen) == 2  # whoever asks next asks on another connection


async def test_what_stops_an_upload_is_told_as_it_is_and_is_not_the_services_fault() -> None:
    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with peer(swallow) as (services, _):
        for _ in range(8):
            with pytest.raises(KeyError):
                await ask(services, "POST", Body(b"x", fault=KeyError()))
        assert not services._upstreams["funds"].breaker.is_open


async def test_a_service_that_reads_no_upload_holds_it_back_and_is_given_up() -> None:
    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(9)

    body = Body(*[UPLOAD] * 2_000, declared=200_000_000)
    async with peer(deaf) as (services, _):
        with pytest.raises(ServiceTooSlow):
            await ask(services, "POST", body, timeout_s=0.4)
        assert len(body._pieces) > 1_800


async def test_a_slow_caller_holds_the_service_back() -> None:
    sent = 0

    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 200000000\r\n\r\n")
        for _ in range(2_000):
            writer.write(UPLOAD)
            await writer.drain()
            sent += len(UPLOAD)

    async with peer(pour) as (services, _):
        answer = await services.ask("funds", "GET", "/x", b"", None, 2.0)
        await asyncio.sleep(0.4)
        assert sent < 20_000_000
        size = 0
        async for piece in answer.pieces():
            size += len(piece)
        answer.close()
        assert size == 200_000_000


async def test_five_failures_open_the_breaker_and_the_connections_that_waited_are_gone() -> None:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if not hung:
            hung.append(writer)
            writer.write(OK)
        await reader.read()

    hung: list[asyncio.StreamWriter] = []
    async with peer(once) as (services, seen):
        assert await ask(services) == b"ok"
        for _ in range(5):
            with pytest.raises(ServiceTooSlow):
                await ask(services, timeout_s=0.05)
        upstream = services._upstreams["funds"]
        assert upstream.breaker.is_open
        assert upstream.idle == []
        before = len(seen)
        with pytest.raises(ServiceUnavailable):
            await ask(services)
        assert len(seen) == before
        assert upstream.in_flight == 0


async def test_no_more_than_the_limit_is_under_way_and_streams_have_their_own() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    async with peer(saying(head)) as (services, _):
        upstream = services._upstreams["funds"]
        held = [await services.ask("funds", "GET", "/x", b"", None, 2.0) for _ in range(10)]
        with pytest.raises(ServiceUnavailable):
            await ask(services)
        for answer in held:
            answer.becomes_stream(5.0)
        assert (upstream.in_flight, upstream.streams) == (0, 10)
        for answer in held:
            answer.close()
        assert (upstream.in_flight, upstream.streams) == (0, 0)
