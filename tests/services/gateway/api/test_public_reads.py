"""What anybody reads: kept for seconds, fetched once for a crowd, bound to its list, bounded, free of numbers."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx
import pytest
from starlette.types import Receive, Scope, Send

from services.gateway.domain.http_rules import Inspected
from services.gateway.domain.public_pages import DailyCount
from services.gateway.operations.forwarding import Journey
from tests.services.gateway.people import Town

LIBRARY = "/api/v1/public/projects/library"
CARD, TELEPHONE, IDENTITY = "6228480402564890018", "13955580173", "11010519491231002X"


@dataclass
class Behind:
    """The services as the forwarder asks them: pages, slowly, counted."""

    asked: list[str] = field(default_factory=list)
    headers: list[dict[bytes, bytes]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    status: int = 200
    words: str = "修路"

    async def forward(self, journey: Journey, request: Inspected, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(journey.query)
        self.headers.append(request.headers)
        self.tokens.append(journey.token)
        await asyncio.sleep(0.02)
        body: dict[str, Any] = {"items": [{"tasks": self.words}], "next_cursor": f"c{len(self.asked)}"}
        kind = b"application/json"
        if self.status != 200:
            body, kind = {"code": "not_found", "status": self.status}, b"application/problem+json"
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        await send({"type": "http.response.start", "status": self.status, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": text[:9], "more_body": True})
        await send({"type": "http.response.body", "body": text[9:]})


@dataclass
class Square:
    town: Town
    behind: Behind

    async def get(self, query: str = "", path: str = LIBRARY, method: str = "GET", **headers: str) -> httpx.Response:
        async with self.town.client(**headers) as client:
            return await client.request(method, path + query)

    def forget(self) -> None:
        """Everything as at the start."""
        self.behind.__init__()  # type: ignore[misc]
        self.portal.reads._kept.clear()
        self.portal.reads._bytes = 0

    @property
    def portal(self) -> Any:
        return self.town.harness.app.state.parts.portal


@pytest.fixture
def square(town: Town, monkeypatch: pytest.MonkeyPatch) -> Square:
    behind = Behind()
    monkeypatch.setattr(town.harness.app.state.parts.forwarder, "forward", behind.forward)
    return Square(town, behind)


async def test_a_crowd_costs_one_read_and_the_same_answer_is_not_sent_twice(square: Square) -> None:
    crowd = await asyncio.gather(*(square.get("?within=34&year=2025") for _ in range(40)))
    assert {answer.status_code for answer in crowd} == {200}
    other_order = await square.get("?year=2025&within=34")
    assert len(square.behind.asked) == 1
    etag = crowd[0].headers["etag"]
    assert etag.startswith('W/"')
    assert other_order.headers["etag"] == etag
    assert crowd[0].headers["cache-control"] == "public, max-age=5, must-revalidate"
    assert "set-cookie" not in crowd[0].headers
    for known in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        same = await square.get("?within=34&year=2025", **{"if-none-match": known})
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["etag"] == etag
    assert (await square.get("?within=34&year=2025", **{"if-none-match": '"x"'})).status_code == 200
    head = await square.get("?within=34&year=2025", method="HEAD")
    assert (head.content, head.headers["content-length"]) == (b"", str(len(crowd[0].content)))
    assert len(square.behind.asked) == 1
    square.portal.reads._kept.clear()
    assert (await square.get("?within=34&year=2025", **{"if-none-match": etag})).status_code == 200
    square.portal.reads._kept.clear()
    square.portal.reads.keep_s = 0.0
    await square.get("?within=34")
    await square.get("?within=34")
    assert len(square.behind.asked) == 4
    square.portal.reads.keep_s = 5.0
    for more in (
        nothing_of_who_asks_reaches_the_service_or_the_memory,
        what_is_no_good_answer_is_never_kept,
        a_number_somebody_typed_into_a_text_never_leaves,
    ):
        square.forget()
        await more(square)


async def nothing_of_who_asks_reaches_the_service_or_the_memory(square: Square) -> None:
    token = (await square.town.sign_in("root-admin"))["access_token"]
    await square.get(
        authorization=f"Bearer {token}", cookie="a=b", **{"x-access-reason": "why", "accept-language": "en"}
    )
    seen = square.behind.headers[0]
    assert token not in square.behind.tokens[0]
    assert seen == {b"accept": b"application/json"}
    actor = square.town.harness.app.state.parts.rights.public().actor
    assert actor.permissions == {"public.read", "complaint.submit"}


async def what_is_no_good_answer_is_never_kept(square: Square) -> None:
    square.behind.status = 404
    for _ in range(2):
        answer = await square.get()
        assert answer.status_code == 404
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
    assert len(square.behind.asked) == 2


async def a_number_somebody_typed_into_a_text_never_leaves(square: Square) -> None:
    square.behind.words = f"修路,联系 {TELEPHONE},身份证 {IDENTITY},卡号 {CARD}"
    answer = await square.get()
    assert not any(number in answer.text for number in (TELEPHONE, IDENTITY, CARD))
    assert "修路" in answer.text


async def test_a_cursor_opens_its_own_list_for_a_while_and_not_for_ever_onward(square: Square) -> None:
    first = (await square.get("?within=34")).json()["next_cursor"]
    assert first != "c1"
    second = await square.get(f"?within=34&cursor={first}&limit=2")
    assert second.status_code == 200
    assert "cursor=c1" in square.behind.asked[-1]
    for query in (
        f"?within=3416&cursor={first}",
        "?within=34&cursor=c1",
        "?within=34&cursor=!!",
        f"?cursor={first[:-2]}",
    ):
        answer = await square.get(query)
        assert (answer.status_code, answer.json()["code"]) == (400, "gateway.cursor_refused"), query
    other = await square.get(f"?within=34&cursor={first}", path="/api/v1/public/projects/notices")
    assert other.json()["code"] == "gateway.cursor_refused"
    reads = square.portal.reads
    reads._depth = 1
    assert (await square.get(f"?within=34&cursor={first}")).json()["code"] == "gateway.pages_too_deep"
    reads._depth = 500
    window = reads._half_life_s
    stale = reads._sealed("c1", 2, 0, f"{LIBRARY}?within=34").decode()
    assert window > 1
    assert (await square.get(f"?within=34&cursor={stale}")).json()["code"] == "gateway.cursor_refused"
    for more in (
        the_memory_never_grows_beyond_its_bound,
        a_crawler_is_told_when_to_come_back,
    ):
        square.forget()
        await more(square)


async def a_crawler_is_told_when_to_come_back(square: Square) -> None:
    square.portal._pages = DailyCount(3)
    answers = [await square.get(f"?year={year}") for year in range(2020, 2025)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].json()["code"] == "gateway.pages_of_day_used"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 86_400
    square.portal._pages.limit = 10_000
    square.town.harness.app.state.parts.public_rate.per_minute = 2
    square.town.harness.app.state.parts.public_rate._buckets.clear()
    answers = [await square.get() for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1


async def the_memory_never_grows_beyond_its_bound(square: Square) -> None:
    reads = square.portal.reads
    reads._most_bytes = 400
    for year in range(2000, 2030):
        await square.get(f"?year={year}")
    assert reads._bytes <= 400
    assert reads._bytes == sum(len(found.body) for _, found in reads._kept.values())
    assert 0 < len(reads._kept) < 10
