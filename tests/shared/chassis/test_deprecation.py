"""An operation on its way out says so in its contract and in every answer; the others say nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import httpx2 as httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from services.gateway.domain.http_rules import RESPONSE_ALLOWED
from shared.chassis.app import new_router
from shared.chassis.deprecation import deprecated
from shared.chassis.hot_reads import own_statement
from shared.chassis.identity import needs_nothing

SINCE, SUNSET, SUCCESSOR = date(2026, 11, 22), date(2027, 6, 1), "/api/v1/things"


def declared() -> dict[str, Any]:
    return own_statement(needs_nothing("a test"))


@pytest.fixture
def app() -> FastAPI:
    router = new_router("/api/v1", "things")

    @router.get("/things", operation_id="thing_list", **declared())
    async def thing_list() -> list[str]:
        return ["new"]

    leaving = deprecated(declared(), since=SINCE, sunset=SUNSET, successor=SUCCESSOR)

    @router.get("/old-things", operation_id="old_thing_list", **leaving)
    async def old_thing_list() -> list[str]:
        return ["old"]

    app = FastAPI()
    app.state.database, app.state.tokens = None, SimpleNamespace(cursor_key=b"a key")
    app.include_router(router)
    return app


@pytest_asyncio.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://service") as client:
        yield client


async def test_every_answer_says_since_when_until_when_and_what_comes_instead(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/old-things")
    assert answer.json() == ["old"]
    assert answer.headers["deprecation"] == "@1795276800"  # midnight of 2026-11-22 in Asia/Shanghai (RFC 9745)
    assert answer.headers["sunset"] == "Mon, 31 May 2027 16:00:00 GMT"  # RFC 8594
    assert answer.headers["link"] == '</api/v1/things>; rel="successor-version"'


async def test_an_operation_that_stays_says_nothing(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/things")
    assert answer.json() == ["new"]
    assert not {"deprecation", "sunset", "link"} & set(answer.headers)


def test_the_contract_marks_it(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    old, new = paths["/api/v1/old-things"]["get"], paths["/api/v1/things"]["get"]
    assert old["deprecated"] is True
    assert old["x-deprecated"] == {"since": "2026-11-22", "sunset": "2027-06-01", "successor": SUCCESSOR}
    assert "deprecated" not in new


def test_the_gateway_passes_the_headers_on() -> None:
    assert {b"deprecation", b"sunset", b"link"} <= RESPONSE_ALLOWED


@pytest.mark.parametrize(
    ("sunset", "successor"), [(SINCE, SUCCESSOR), (SUNSET, "//elsewhere.example/things")]
)  # fmt: skip
def test_a_sunset_before_the_day_or_a_successor_elsewhere_is_refused(sunset: date, successor: str) -> None:
    with pytest.raises(ValueError):
        deprecated(declared(), since=SINCE, sunset=sunset, successor=successor)
