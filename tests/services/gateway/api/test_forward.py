"""Forwarding over real HTTP: streaming, limits, and what happens when a service is away or hangs."""

from __future__ import annotations

import asyncio
import gc
import resource
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from services.gateway.api.connection import GuardedConnection
from tests.services.gateway.real_http import PIECE, raw, service, serving
from tests.services.gateway.street import ECHO, Street, problem, street


@pytest_asyncio.fixture
async def open_street() -> AsyncIterator[Street]:
    async with street(request_timeout_s=1.0, upload_timeout_s=5.0, upstream_timeout_s=1.0) as found:
        yield found


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
        head = "POST /api/v1/registry/identification-imports HTTP/1.1|Content-Type: multipart/form-data; boundary=b|"
        chunk = b"%x\r\n%s\r\n" % (len(PIECE), PIECE)
        for _ in range(6):
            large = await here.send(head + "Transfer-Encoding: chunked", chunk * 20 + b"0\r\n\r\n")
            problem(large, 413, "too_large")
        problem(await here.send(head + "Content-Length: 1000001"), 413, "too_large")
        problem(await here.send(head + "Content-Length: 10", b"x"), 408, "gateway.request_timeout")
        assert (await here.send(f"GET {ECHO} HTTP/1.1")).status == 200


async def test_sheets_of_people_have_a_limit_of_their_own() -> None:
    async with street(upload_limit_bytes=1_000, people_upload_limit_bytes=1_000_000) as here:
        kind = "HTTP/1.1|Content-Type: multipart/form-data; boundary=b|Content-Length: "
        sheets, others = "POST /api/v1/registry/household-imports ", "POST /api/v1/projects/project-imports "
        assert (await here.send(f"{sheets}{kind}{len(PIECE)}", PIECE)).status == 200
        problem(await here.send(f"{sheets}{kind}1000001"), 413, "too_large")
        problem(await here.send(f"{others}{kind}{len(PIECE)}", PIECE), 413, "too_large")


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


async def test_more_connections_than_allowed_from_one_address_are_refused(
    open_street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GuardedConnection, "per_address", 3)
    held = [await asyncio.open_connection("127.0.0.1", open_street.port) for _ in range(3)]
    problem(await raw(open_street.port, b"GET /livez HTTP/1.1\r\nHost: g\r\n\r\n"), 503)
    for _, writer in held:
        writer.close()


async def test_a_head_that_never_ends_is_cut_off(open_street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GuardedConnection, "head_timeout_s", 0.3)
    problem(await raw(open_street.port, b"GET /livez HTTP/1.1\r\nHost: g\r\n"), 408, "gateway.request_timeout")


async def test_an_account_shut_while_it_works_is_out_within_seconds(open_street: Street) -> None:
    assert (await open_street.send(f"GET {ECHO} HTTP/1.1")).status == 200
    clerk = (await open_street.send("GET /api/v1/auth/me HTTP/1.1")).json()["account"]
    async with await open_street.town.as_("county-admin") as admin:
        done = await admin.post(f"/api/v1/auth/accounts/{clerk}/disable", json={"reason": "停职"})
    assert done.status_code == 200
    for _ in range(25):
        reply = await open_street.send(f"GET {ECHO} HTTP/1.1")
        if reply.status != 200:
            break
        await asyncio.sleep(0.2)
    problem(reply, 401, "unauthenticated")


async def test_an_account_beyond_its_rate_is_told_to_wait(open_street: Street) -> None:
    rate = open_street.town.harness.app.state.parts.principal_rate
    rate.per_minute, rate._per_second = 2, 2 / 60
    replies = [await open_street.send(f"GET {ECHO} HTTP/1.1") for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    problem(replies[2], 429, "gateway.too_many_requests")
