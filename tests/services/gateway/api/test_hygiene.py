"""What a request must look like at the door, and what of it travels on (K7, K8), over real HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from shared.chassis.identity import InnerTokens
from tests.services.gateway.real_http import PIECE, raw
from tests.services.gateway.street import ECHO, Street, problem, street
from tests.support import server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared_street() -> AsyncIterator[Street]:
    """One street for all: nothing here changes its state."""
    async with street(request_timeout_s=1.0, upload_timeout_s=5.0, upstream_timeout_s=1.0) as found:
        yield found


async def test_only_allowed_headers_travel_and_identity_is_the_gateways_own(shared_street: Street) -> None:
    reply = await shared_street.send(
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
    assert set(headers) == {"host", "authorization", "traceparent", "if-none-match", "accept", "x-deadline-ms"}
    assert told["query"] == "b=2&a=%E4%B8%AD"
    actor = InnerTokens("registry", server.key_file("registry.pem"), server.key_file("jwks.json")).check(
        headers["authorization"].removeprefix("Bearer ")
    )
    assert (actor.office, actor.scope, actor.purpose) == ("341622-finance", ("341622",), "核实")
    assert shared_street.token not in headers["authorization"]
    assert headers["traceparent"].split("-")[1] == reply.headers["x-trace-id"] != "1" * 32


async def test_only_allowed_headers_come_back_and_the_door_adds_its_own(shared_street: Street) -> None:
    reply = await shared_street.send(f"GET {ECHO} HTTP/1.1")
    assert set(reply.headers) == {
        "content-type", "transfer-encoding", "etag", "x-content-type-options", "x-frame-options", "referrer-policy",
        "cross-origin-resource-policy", "strict-transport-security", "content-security-policy", "cache-control",
        "x-trace-id", "date", "ratelimit", "ratelimit-policy",
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
async def test_a_path_that_can_be_read_in_two_ways_is_refused(shared_street: Street, path: str) -> None:
    problem(await shared_street.send(f"GET {path} HTTP/1.1"), 400)


async def test_chinese_and_reserved_characters_arrive_as_they_were_meant(shared_street: Street) -> None:
    reply = await shared_street.send("GET /api/v1/registry/%e4%b8%ad%20%3F/%41/echo HTTP/1.1")
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
async def test_what_is_malformed_is_refused_with_a_problem(shared_street: Street, request_: str, status: int) -> None:
    problem(await shared_street.send(request_), status)


async def test_form_is_checked_before_the_sign_in_and_without_one_nothing_is_reached(shared_street: Street) -> None:
    bare = b"GET /api/v1/registry/a%2fb HTTP/1.1\r\nHost: g\r\n\r\n"
    problem(await raw(shared_street.port, bare), 400)
    for path in (ECHO, "/api/v1/auth/me", "/api/v1/nothing", "/api/v1/auth/roles"):
        problem(await raw(shared_street.port, f"GET {path} HTTP/1.1\r\nHost: g\r\n\r\n".encode()), 401)


async def test_the_public_part_is_anonymous_whoever_asks(shared_street: Street) -> None:
    reply = await shared_street.send("GET /api/v1/public/registry/echo HTTP/1.1")
    actor = InnerTokens("registry", server.key_file("registry.pem"), server.key_file("jwks.json")).check(
        dict(reply.json()["headers"])["authorization"].removeprefix("Bearer ")
    )
    assert (actor.account, sorted(actor.permissions), actor.scope) == (
        "public",
        ["complaint.submit", "public.read"],
        ("00",),
    )
    assert reply.headers["ratelimit-policy"] == '"public";q=6000;w=60'
    problem(await raw(shared_street.port, b"GET /api/v1/public/nobody/x HTTP/1.1\r\nHost: g\r\n\r\n"), 404)


async def test_a_json_body_beyond_the_limit_is_refused_declared_or_not(shared_street: Street) -> None:
    head = f"POST {ECHO} HTTP/1.1|Content-Type: application/json|"
    problem(await shared_street.send(head + "Content-Length: 1048577"), 413, "too_large")
    chunk = b"%x\r\n%s\r\n" % (len(PIECE), PIECE)
    problem(await shared_street.send(head + "Transfer-Encoding: chunked", chunk * 20 + b"0\r\n\r\n"), 413, "too_large")
    fits = await shared_street.send(head + "Transfer-Encoding: chunked", chunk * 15 + b"0\r\n\r\n")
    assert fits.json()["size"] == 15 * len(PIECE)


async def test_a_request_that_trickles_in_is_cut_off_with_408(shared_street: Street) -> None:
    head = f"POST {ECHO} HTTP/1.1|Content-Type: application/json|Content-Length: 10"
    started = time.monotonic()
    problem(await shared_street.send(head, b"{", then=b"}", pause_s=0.2), 408, "gateway.request_timeout")
    assert time.monotonic() - started < 5


async def test_what_a_service_says_in_its_own_words_becomes_a_problem(shared_street: Street) -> None:
    fault = await shared_street.send("GET /api/v1/registry/plain-fault HTTP/1.1")
    problem(fault, 503)
    assert b"secret" not in fault.body
    redirect = await shared_street.send("GET /api/v1/registry/redirect HTTP/1.1")
    problem(redirect, 404)
    assert "location" not in redirect.headers


async def test_two_requests_sent_in_one_go_are_both_answered(shared_street: Street) -> None:
    one = f"GET {ECHO} HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer {shared_street.token}\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", shared_street.port)
    writer.write((one + "\r\n" + one + "Connection: close\r\n\r\n").encode())
    answers = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert answers.count(b"HTTP/1.1 200") == 2
