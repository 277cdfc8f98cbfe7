"""The door over real HTTP: what travels on, what stays outside, and what happens when a service is away."""

from __future__ import annotations

import asyncio
import gc
import resource
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from services.gateway.api.connection import GuardedConnection
from shared.chassis.identity import InnerTokens
from tests.services.gateway.people import Town, founded
from tests.services.gateway.real_http import PIECE, Reply, raw, service, serving
from tests.support import server
from tests.support.harness import running

ECHO = "/api/v1/registry/echo"


@dataclass
class Street:
    """The gateway on one port, the service behind it on another."""

    town: Town
    port: int
    behind: int
    token: str

    async def send(self, request: str, body: bytes = b"", **more: Any) -> Reply:
        """Send a request whose lines are given with `|` between them; host, sign-in and the end are added."""
        lines = request.split("|")
        lines[1:1] = ["Host: gateway", f"Authorization: Bearer {self.token}"]
        return await raw(self.port, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body, **more)


@asynccontextmanager
async def street(**settings: Any) -> AsyncIterator[Street]:
    async with serving(service) as behind:
        url = f"http://127.0.0.1:{behind}"
        async with running("gateway", registry_url=url, projects_url=url, funds_url=url, **settings) as harness:
            town = await founded(harness)
            await town.county()
            token = (await town.sign_in("clerk"))["access_token"]
            async with serving(harness.app, http=GuardedConnection) as port:
                yield Street(town, port, behind, token)


@pytest_asyncio.fixture
async def open_street() -> AsyncIterator[Street]:
    async with street(request_timeout_s=1.0, upload_timeout_s=5.0, upstream_timeout_s=1.0) as found:
        yield found


def problem(reply: Reply, status: int, code: str = "") -> None:
    assert reply.status == status, reply
    assert reply.headers["content-type"] == "application/problem+json"
    told = reply.json()
    assert told["status"] == status
    assert len(told["trace_id"]) == 32
    if code:
        assert told["code"] == code


async def test_only_allowed_headers_travel_and_identity_is_the_gateways_own(open_street: Street) -> None:
    reply = await open_street.send(
        f"GET {ECHO}?b=2&a=%E4%B8%AD HTTP/1.1|X-User: root|X-Actor: root|x_account: 1|X-Forwarded-For: 10.0.0.1"
        "|Forwarded: for=10.0.0.1|Cookie: a=b|Connection: keep-alive, X-Secret|X-Secret: 1|Keep-Alive: 5|TE: trailers"
        "|Proxy-Authorization: Basic eDp4|traceparent: 00-11111111111111111111111111111111-2222222222222222-01"
        '|If-None-Match: "3"|Accept: application/json|Accept-Encoding: gzip|User-Agent: curl'
        "|X-Access-Reason: %E6%A0%B8%E5%AE%9E"
    )
    assert reply.status == 200
    told = reply.json()
    headers = dict(told["headers"])
    assert len(headers) == len(told["headers"])
    assert set(headers) == {"host", "authorization", "traceparent", "if-none-match", "accept"}
    assert told["query"] == "b=2&a=%E4%B8%AD"
    actor = InnerTokens("registry", server.key_file("registry.pem"), server.key_file("jwks.json")).check(
        headers["authorization"].removeprefix("Bearer ")
    )
    assert (actor.office, actor.scope, actor.purpose) == ("341622-finance", ("341622",), "核实")
    assert open_street.token not in headers["authorization"]
    assert headers["traceparent"].split("-")[1] == reply.headers["x-trace-id"] != "1" * 32


async def test_only_allowed_headers_come_back_and_the_door_adds_its_own(open_street: Street) -> None:
    reply = await open_street.send(f"GET {ECHO} HTTP/1.1")
    assert set(reply.headers) == {
        "content-type", "transfer-encoding", "etag", "x-content-type-options", "x-frame-options", "referrer-policy",
        "cross-origin-resource-policy", "strict-transport-security", "content-security-policy", "cache-control",
        "x-trace-id", "date",
    } - ({"transfer-encoding"} if "content-length" in reply.headers else set()) | (
        {"content-length"} if "content-length" in reply.headers else set()
    )  # fmt: skip
    assert reply.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/registry%2fecho", "/api/v1/registry/%2F", "/api/v1/registry/a%5cb", "/api/v1/registry/a%00",
        "/api/v1//registry/echo", "//api/v1/registry/echo", "/api/v1/registry/./echo", "/api/v1/registry/../funds/x",
        "/api/v1/registry/..", "/api/v1/registry/.", "/api/v1/registry/a;b=c", "/api/v1/registry/a\\b",
        "/api/v1/registry/%2e%2e/internal", "/api/v1/registry/%2E/x", "/api/v1/registry/%zz", "/api/v1/registry/%ff",
        "/api/v1/registry/a%0d%0ab", "/api/v1/registry/%7f", "/api/v1/registry/a%",
    ],
)  # fmt: skip
async def test_a_path_that_can_be_read_in_two_ways_is_refused(open_street: Street, path: str) -> None:
    problem(await open_street.send(f"GET {path} HTTP/1.1"), 400)


async def test_chinese_and_reserved_characters_arrive_as_they_were_meant(open_street: Street) -> None:
    reply = await open_street.send("GET /api/v1/registry/%e4%b8%ad%20%3F/%41/echo HTTP/1.1")
    assert reply.json()["raw_path"] == "/api/v1/registry/%E4%B8%AD%20%3F/A/echo"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (f"GET {ECHO} HTTP/1.1|Host: other", 400),
        (f"GET {ECHO} HTTP/1.1|Authorization: Bearer x", 400),
        (f"POST {ECHO} HTTP/1.1|Content-Length: 2|Content-Length: 2", 400),
        (f"POST {ECHO} HTTP/1.1|Content-Type: application/json|content-type: text/plain|Content-Length: 0", 400),
        (f"POST {ECHO} HTTP/1.1|Idempotency-Key: a|Idempotency-Key: b|Content-Length: 0", 400),
        (f"POST {ECHO} HTTP/1.1|Content-Length: 2|Transfer-Encoding: chunked", 400),
        (f"POST {ECHO} HTTP/1.1|Content-Length: -1", 400),
        (f"POST {ECHO} HTTP/1.1|Transfer-Encoding: gzip, chunked", 400),
        (f"POST {ECHO} HTTP/1.1|Content-Encoding: gzip|Content-Length: 0", 415),
        (f"GET {ECHO} HTTP/1.1|Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Key: x", 400),
        (f"GET {ECHO} HTTP/1.1|Connection: Upgrade, HTTP2-Settings|Upgrade: h2c|HTTP2-Settings: AAMAAABk", 400),
        (f"TRACE {ECHO} HTTP/1.1", 405),
        (f"OPTIONS {ECHO} HTTP/1.1", 405),
        (f"PROPFIND {ECHO} HTTP/1.1", 405),
        (f"FROB {ECHO} HTTP/1.1", 405),
        (f"get {ECHO} HTTP/1.1", 405),
        (f"GET {ECHO} HTTP/1.1|X-Access-Reason: %ff", 400),
        (f"GET {ECHO} HTTP/1.1|X-Access-Reason: " + "a" * 201, 400),
        (f"GET {ECHO} HTTP/1.1|X-Access-Reason: a%00b", 400),
        (f"GET {ECHO}?{'q' * 9000} HTTP/1.1", 400),
        (f"GET {ECHO}?a=中 HTTP/1.1".replace("中", "\xe4\xb8"), 400),
        (f"GET {ECHO} HTTP/1.1|" + "|".join(f"X-{n}: 1" for n in range(70)), 431),
        (f"GET {ECHO} HTTP/1.1|X-Large: " + "a" * 17_000, 431),
        (f"GET {ECHO} HTTP/1.1|X-Larger: " + "a" * 60_000, 431),
        ("GET  HTTP/1.1", 400),
        ("complete nonsense", 405),
        ("GET /api/v1/elsewhere/x HTTP/1.1", 404),
        ("GET /internal/divisions/34 HTTP/1.1", 404),
        ("GET /metrics HTTP/1.1", 404),
    ],
)
async def test_what_is_malformed_is_refused_with_a_problem(open_street: Street, request_: str, status: int) -> None:
    problem(await open_street.send(request_), status)


async def test_form_is_checked_before_the_sign_in_and_without_one_nothing_is_reached(open_street: Street) -> None:
    bare = b"GET /api/v1/registry/a%2fb HTTP/1.1\r\nHost: g\r\n\r\n"
    problem(await raw(open_street.port, bare), 400)
    for path in (ECHO, "/api/v1/auth/me", "/api/v1/nothing", "/api/v1/auth/roles"):
        problem(await raw(open_street.port, f"GET {path} HTTP/1.1\r\nHost: g\r\n\r\n".encode()), 401)


async def test_the_public_part_is_anonymous_whoever_asks(open_street: Street) -> None:
    reply = await open_street.send("GET /api/v1/public/registry/echo HTTP/1.1")
    actor = InnerTokens("registry", server.key_file("registry.pem"), server.key_file("jwks.json")).check(
        dict(reply.json()["headers"])["authorization"].removeprefix("Bearer ")
    )
    assert (actor.account, actor.permissions, actor.scope) == ("public", {"public.read"}, ("00",))
    assert reply.headers["ratelimit-limit"] == "6000"
    problem(await raw(open_street.port, b"GET /api/v1/public/nobody/x HTTP/1.1\r\nHost: g\r\n\r\n"), 401)


async def test_a_json_body_beyond_the_limit_is_refused_declared_or_not(open_street: Street) -> None:
    head = f"POST {ECHO} HTTP/1.1|Content-Type: application/json|"
    problem(await open_street.send(head + "Content-Length: 1048577"), 413, "too_large")
    chunk = b"%x\r\n%s\r\n" % (len(PIECE), PIECE)
    problem(await open_street.send(head + "Transfer-Encoding: chunked", chunk * 20 + b"0\r\n\r\n"), 413, "too_large")
    fits = await open_street.send(head + "Transfer-Encoding: chunked", chunk * 15 + b"0\r\n\r\n")
    assert fits.json()["size"] == 15 * len(PIECE)


async def test_a_request_that_trickles_in_is_cut_off_with_408(open_street: Street) -> None:
    head = f"POST {ECHO} HTTP/1.1|Content-Type: application/json|Content-Length: 10"
    started = time.monotonic()
    problem(await open_street.send(head, b"{", then=b"}", pause_s=0.2), 408, "gateway.request_timeout")
    assert time.monotonic() - started < 5


async def test_uploads_and_downloads_of_fifty_mebibytes_stream_in_bounded_memory(open_street: Street) -> None:
    async def upload() -> AsyncIterator[bytes]:
        for _ in range(800):
            yield PIECE

    headers = {"Authorization": f"Bearer {open_street.token}", "Content-Type": "multipart/form-data; boundary=b"}
    root = f"http://127.0.0.1:{open_street.port}"
    async with aiohttp.ClientSession(headers=headers) as client:
        gc.collect()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        async with client.post(root + "/api/v1/registry/household-imports", data=upload()) as sent:
            told = await sent.json()
        size = 0
        async with client.get(root + "/api/v1/registry/big") as got:
            async for piece in got.content.iter_any():
                size += len(piece)
    assert (told["size"], size) == (800 * len(PIECE), 800 * len(PIECE))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024


async def test_an_upload_beyond_its_limit_or_too_slow_is_the_callers_fault_and_opens_no_breaker() -> None:
    async with street(upload_limit_bytes=1_000_000, upload_timeout_s=0.5) as here:
        head = "POST /api/v1/registry/household-imports HTTP/1.1|Content-Type: multipart/form-data; boundary=b|"
        chunk = b"%x\r\n%s\r\n" % (len(PIECE), PIECE)
        for _ in range(6):
            large = await here.send(head + "Transfer-Encoding: chunked", chunk * 20 + b"0\r\n\r\n")
            problem(large, 413, "too_large")
        problem(await here.send(head + "Content-Length: 1000001"), 413, "too_large")
        problem(await here.send(head + "Content-Length: 10", b"x"), 408, "gateway.request_timeout")
        assert (await here.send(f"GET {ECHO} HTTP/1.1")).status == 200


async def test_a_hung_service_is_504_then_the_breaker_answers_at_once_and_other_services_go_on() -> None:
    async with street(upstream_timeout_s=0.3) as here:
        for _ in range(5):
            problem(await here.send("GET /api/v1/registry/hang HTTP/1.1"), 504, "gateway.service_timeout")
        started = time.monotonic()
        broken = await here.send(f"GET {ECHO} HTTP/1.1")
        problem(broken, 503, "gateway.service_unavailable")
        assert broken.headers["retry-after"] == "2"
        assert time.monotonic() - started < 0.3
        assert (await here.send("GET /api/v1/funds/echo HTTP/1.1")).status == 200
        await asyncio.sleep(2.1)
        assert (await here.send(f"GET {ECHO} HTTP/1.1")).status == 200


async def test_a_service_that_is_away_is_503_at_once_and_found_again_when_it_is_back(open_street: Street) -> None:
    async with serving(service) as gone:
        pass
    open_street.town.harness.app.state.parts.services._upstreams["funds"].url = f"http://127.0.0.1:{gone}"
    started = time.monotonic()
    away = await open_street.send("GET /api/v1/funds/echo HTTP/1.1")
    problem(away, 503, "gateway.service_unavailable")
    assert away.headers["retry-after"] == "2"
    assert time.monotonic() - started < 2
    async with serving(service, port=gone):
        assert (await open_street.send("GET /api/v1/funds/echo HTTP/1.1")).status == 200


async def test_one_service_holds_no_more_than_its_limit_of_requests() -> None:
    async with street(upstream_limit=2, upstream_timeout_s=1.0) as here:
        replies = await asyncio.gather(*(here.send("GET /api/v1/registry/hang HTTP/1.1") for _ in range(4)))
        assert sorted(reply.status for reply in replies) == [503, 503, 504, 504]


async def test_what_a_service_says_in_its_own_words_becomes_a_problem(open_street: Street) -> None:
    fault = await open_street.send("GET /api/v1/registry/plain-fault HTTP/1.1")
    problem(fault, 503)
    assert b"secret" not in fault.body
    redirect = await open_street.send("GET /api/v1/registry/redirect HTTP/1.1")
    problem(redirect, 404)
    assert "location" not in redirect.headers


async def test_two_requests_sent_in_one_go_are_both_answered(open_street: Street) -> None:
    one = f"GET {ECHO} HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer {open_street.token}\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", open_street.port)
    writer.write((one + "\r\n" + one + "Connection: close\r\n\r\n").encode())
    answers = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert answers.count(b"HTTP/1.1 200") == 2


async def test_more_connections_than_allowed_from_one_address_are_refused(
    open_street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GuardedConnection, "per_address", 3)
    held = [await asyncio.open_connection("127.0.0.1", open_street.port) for _ in range(3)]
    problem(await raw(open_street.port, b"GET /livez HTTP/1.1\r\nHost: g\r\n\r\n"), 503)
    for _, writer in held:
        writer.close()


async def test_a_head_that_never_ends_is_cut_off(open_street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.gateway.api.connection.HEAD_TIMEOUT_S", 0.3)
    problem(await raw(open_street.port, b"GET /livez HTTP/1.1\r\nHost: g\r\n"), 408, "gateway.request_timeout")


async def test_an_account_shut_while_it_works_is_out_within_seconds(open_street: Street) -> None:
    assert (await open_street.send(f"GET {ECHO} HTTP/1.1")).status == 200
    clerk = (await open_street.send("GET /api/v1/auth/me HTTP/1.1")).json()["account"]
    async with await open_street.town.as_("county-admin") as admin:
        done = await admin.post(f"/api/v1/auth/accounts/{clerk}/disable", json={"reason": "停职"})
    assert done.status_code == 200
    until = time.monotonic() + 5
    while (reply := await open_street.send(f"GET {ECHO} HTTP/1.1")).status == 200 and time.monotonic() < until:
        await asyncio.sleep(0.2)
    problem(reply, 401, "unauthenticated")


async def test_an_account_beyond_its_rate_is_told_to_wait(open_street: Street) -> None:
    rate = open_street.town.harness.app.state.parts.principal_rate
    rate.per_minute, rate._per_second = 2, 2 / 60
    replies = [await open_street.send(f"GET {ECHO} HTTP/1.1") for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    problem(replies[2], 429, "gateway.too_many_requests")
