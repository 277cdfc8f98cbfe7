"""What arrives as bytes at a gateway process: refused or passed on once and unaltered; slow callers; stopping."""

from __future__ import annotations

import asyncio
import re
import signal
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.services.gateway.processes import Gate, gate

pytestmark = pytest.mark.asyncio(loop_scope="module")

HEAD = b"Host: g\r\nAuthorization: Bearer {token}\r\n"
GET = b"GET /api/v1/registry/x HTTP/1.1\r\n" + HEAD
POST = b"POST /api/v1/registry/x HTTP/1.1\r\n" + HEAD + b"Content-Type: application/json\r\n"
INNER = b"GET /api/v1/funds/stolen HTTP/1.1\r\nHost: g\r\nX-Forged: 1\r\n\r\n"
REFUSED: dict[str, tuple[bytes, int]] = {
    "length and chunks": (POST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + INNER, 400),
    "chunks and length": (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n" + INNER, 400),
    "two lengths": (POST + b"Content-Length: 2\r\nContent-Length: 60\r\n\r\n{}" + INNER, 400),
    "two equal lengths": (POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400),
    "list of lengths": (POST + b"Content-Length: 2, 2\r\n\r\n{}", 400),
    "signed length": (POST + b"Content-Length: +2\r\n\r\n{}", 400),
    "hexadecimal length": (POST + b"Content-Length: 0x2\r\n\r\n{}", 400),
    "length beyond all bounds": (POST + b"Content-Length: 99999999999999999999999\r\n\r\n{}", 400),
    "other coding": (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
    "chunked not last": (POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + INNER, 400),
    "misspelt coding": (POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + INNER, 400),
    "two codings": (POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", 400),
    "two equal codings": (POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "coding after a vertical tab": (POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + INNER, 400),
    "space before the colon": (POST + b"Content-Length : 2\r\n\r\n{}", 400),
    "folded header": (GET + b"Accept: a,\r\n b\r\n\r\n", 400),
    "folded coding": (POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + INNER, 400),
    "bare line feeds": (GET.replace(b"\r\n", b"\n") + b"\n", 400),
    "one bare line feed": (GET + b"Accept: a\nX-Y: b\r\n\r\n", 400),
    "bare carriage return": (GET + b"Accept: a\rX-Y: b\r\n\r\n", 400),
    "null in a value": (GET + b"Accept: a\0b\r\n\r\n", 400),
    "header without a colon": (GET + b"Accept\r\n\r\n", 400),
    "header without a name": (GET + b": a\r\n\r\n", 400),
    "absolute target": (GET.replace(b"/api", b"http://g/api", 1) + b"\r\n", 400),
    "absolute target of another": (GET.replace(b"/api", b"http://funds:8003/api", 1) + b"\r\n", 400),
    "no host": (GET.replace(b"Host: g\r\n", b"") + b"\r\n", 400),
    "two hosts": (GET + b"Host: g\r\n\r\n", 400),
    "escape to another service": (GET.replace(b"/x", b"/..%2ffunds/x", 1) + b"\r\n", 400),
    "encoded twice": (GET.replace(b"/x", b"/%252e%252e%252ffunds", 1) + b"\r\n", 200),
    "dots": (GET.replace(b"/x", b"/../funds/x", 1) + b"\r\n", 400),
    "encoded dots": (GET.replace(b"/x", b"/%2e%2e/funds/x", 1) + b"\r\n", 400),
    "backslash": (GET.replace(b"/x", b"/..\\funds", 1) + b"\r\n", 400),
    "fragment": (GET.replace(b"/x", b"/x#y", 1) + b"\r\n", 400),
    "websocket": (GET + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: eA==\r\n\r\n" + INNER, 400),
    "h2c": (GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n" + INNER, 400),
    "preface of HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "HTTP/1.2": (GET.replace(b"HTTP/1.1", b"HTTP/1.2") + b"\r\n", 400),
    "HTTP/0.9": (b"GET /api/v1/registry/x\r\n\r\n", 400),
    "tunnel": (b"CONNECT funds:8003 HTTP/1.1\r\nHost: g\r\n\r\n", 400),
    "large header": (GET + b"X-Y: " + b"a" * 20_000 + b"\r\n\r\n", 431),
    "chunk size beyond all bounds": (POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n", 400),
    "chunk size of another kind": (POST + b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n", 400),
    "chunk longer than it says": (POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n", 400),
    "chunk with a bare line feed": (POST + b"Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n", 400),
}
PASSED: dict[str, tuple[bytes, bytes]] = {
    "HTTP/1.0": (GET.replace(b"HTTP/1.1", b"HTTP/1.0") + b"\r\n", b""),
    "chunks": (POST + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", b"{}"),
    "chunk extension": (POST + b"Transfer-Encoding: chunked\r\n\r\n2;a=b\r\n{}\r\n0\r\n\r\n", b"{}"),
    "trailer": (POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nIdempotency-Key: late\r\n\r\n", b"{}"),
    "length with zeros": (POST + b"Content-Length: 0002\r\n\r\n{}", b"{}"),
    "body of a GET": (GET + b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", b"{}"),
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def door(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gate]:
    async with gate(
        tmp_path_factory.mktemp("gate"), ALLOWED_ORIGINS="https://portal.example", REQUEST_TIMEOUT_S="4"
    ) as found:
        yield found


def _of(found: Gate, request: bytes) -> bytes:
    return request.replace(b"{token}", found.token.encode())


@pytest.mark.parametrize("case", sorted(set(REFUSED) - {"encoded twice"}))
async def test_what_can_be_read_in_two_ways_is_refused_and_nothing_of_it_arrives(door: Gate, case: str) -> None:
    request, status = REFUSED[case]
    before = len(door.noted)
    answer = await door.send(_of(door, request))
    statuses = re.findall(rb"HTTP/1\.1 (\d+)", answer)
    assert statuses[0] == b"%d" % status, answer[:300]
    assert all(int(one) >= 400 for one in statuses)
    assert b"application/problem+json" in answer
    for header in (b"x-content-type-options: nosniff", b"frame-ancestors 'none'", b"referrer-policy: no-referrer",
                   b"strict-transport-security: max-age=", b"cache-control: no-store", b"x-trace-id: "):  # fmt: skip
        assert header in answer, header
    assert len(door.noted) == before


@pytest.mark.parametrize("case", sorted(PASSED))
async def test_what_has_one_reading_arrives_once_and_framed_anew(door: Gate, case: str) -> None:
    request, body = PASSED[case]
    before = len(door.noted)
    assert (await door.send(_of(door, request))).startswith(b"HTTP/1.1 200"), case
    arrived = door.noted[before:]
    assert [one.body for one in arrived] == [body]
    headers = dict(arrived[0].headers)
    assert "transfer-encoding" not in headers
    assert headers.get("content-length", "0") == str(len(body))
    assert "idempotency-key" not in headers


async def test_a_path_encoded_twice_stays_what_it_is(door: Gate) -> None:
    before = len(door.noted)
    assert (await door.send(_of(door, REFUSED["encoded twice"][0]))).startswith(b"HTTP/1.1 200")
    assert [one.target for one in door.noted[before:]] == ["/api/v1/registry/%252e%252e%252ffunds"]


async def test_requests_in_one_go_are_answered_in_order_and_each_arrives_once(door: Gate) -> None:
    before = len(door.noted)
    one, two = GET.replace(b"/x", b"/one", 1) + b"\r\n", GET.replace(b"/x", b"/two", 1) + b"\r\n"
    answer = await door.send(_of(door, one + two + one))
    assert answer.count(b"HTTP/1.1 200") == 3
    assert [noted.target[-3:] for noted in door.noted[before:]] == ["one", "two", "one"]


async def test_refusals_are_counted_and_logged_without_what_was_sent(door: Gate) -> None:
    await door.send(_of(door, GET.replace(b"/x", b"/secret-341622199001010027/..", 1) + b"\r\n"))
    told = await door.metrics()
    assert re.search(r'lika_gateway_refusals_total\{code="gateway.path_ambiguous",status="400"\} [1-9]', told)
    assert re.search(r"lika_gateway_connections \d", told)
    assert 'lika_gateway_upstream_broken{service="registry"} 0' in told
    log = door.log.read_text()
    assert '"code": "gateway.path_ambiguous"' in log
    assert "341622199001010027" not in log + told
    outside = await door.send(b"GET /metrics HTTP/1.1\r\nHost: g\r\n\r\n")
    assert outside.startswith(b"HTTP/1.1 404")


async def test_a_page_of_an_allowed_origin_may_ask_and_one_of_another_may_not(door: Gate) -> None:
    ask = b"OPTIONS /api/v1/registry/x HTTP/1.1\r\nHost: g\r\nOrigin: %b\r\nAccess-Control-Request-Method: PUT\r\n\r\n"
    allowed = await door.send(ask % b"https://portal.example")
    assert allowed.startswith(b"HTTP/1.1 204")
    assert b"access-control-allow-origin: https://portal.example\r\n" in allowed
    assert b"credentials" not in allowed
    refused = await door.send(ask % b"https://evil.example")
    assert refused.startswith(b"HTTP/1.1 403")
    assert b"access-control-allow" not in refused
    answered = await door.send(_of(door, GET + b"Origin: https://portal.example\r\n\r\n"))
    assert b"access-control-allow-origin: https://portal.example\r\n" in answered
    other = await door.send(_of(door, GET + b"Origin: https://evil.example\r\n\r\n"))
    assert b"access-control-allow" not in other
    assert b"vary: Origin" in other


async def test_slow_heads_and_bodies_of_five_hundred_do_not_slow_a_good_caller(door: Gate) -> None:
    slow = [await asyncio.open_connection("127.0.0.1", door.port) for _ in range(500)]
    for number, (_, writer) in enumerate(slow):
        half = POST + b"Content-Length: 900\r\n\r\n{" if number % 2 else b"GET /livez HTTP/1.1\r\nHost: g\r\nX-A: "
        writer.write(_of(door, half))
    times = []
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    for _ in range(60):
        began = time.monotonic()
        writer.write(_of(door, GET + b"\r\n"))
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(re.search(rb"content-length: (\d+)", head)[1]))  # type: ignore[index]
        assert head.startswith(b"HTTP/1.1 200")
        times.append(time.monotonic() - began)
        for _, other in slow[:: len(times)]:
            other.write(b"a")
        await asyncio.sleep(0.02)
    writer.close()
    cut = await asyncio.gather(*(asyncio.wait_for(one.read(), 25) for one, _ in slow))
    for _, other in slow:
        other.close()
    assert sorted(times)[int(len(times) * 0.95)] < 1.0
    assert all(answer.startswith(b"HTTP/1.1 408") for answer in cut)
    assert door.resident_mib() < 512


async def test_when_told_to_stop_what_runs_is_finished_and_nobody_new_gets_in(door: Gate) -> None:
    events, listening = await asyncio.open_connection("127.0.0.1", door.port)
    listening.write(_of(door, GET.replace(b"/x", b"/events", 1) + b"\r\n"))
    await asyncio.wait_for(events.readuntil(b"data: there\n\n"), 5)
    slow = asyncio.create_task(door.send(_of(door, GET.replace(b"/x", b"/slow", 1) + b"\r\n")))
    await asyncio.sleep(0.3)
    began = time.monotonic()
    door.process.send_signal(signal.SIGTERM)
    await asyncio.sleep(0.5)
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", door.port)
    rest = await asyncio.wait_for(events.read(), 5)
    listening.close()
    assert rest.endswith(b"0\r\n\r\n")
    answer = await slow
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in answer
    assert await asyncio.to_thread(door.process.wait, 12) in (0, -signal.SIGTERM)
    assert time.monotonic() - began < 12
