"""Who looked at a file can be told afterwards, even of one who went away before the answer came."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.services.registry.people import county_officer, household, open_household, recorder
from tests.support.harness import Harness, actor

HOUSEHOLDS = "/api/v1/registry/households"
ENTRIES = "/internal/trail/entries"


def asked(**more: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {"since": (now - timedelta(hours=1)).isoformat(), "until": (now + timedelta(hours=1)).isoformat()} | more


async def test_acts_on_a_file_are_found_sealed_or_not_and_only_in_the_area(county: Harness) -> None:
    opened = await open_household(county)
    who = county_officer()
    state = county.fastapi.state
    async with county.as_(who) as client:
        await client.get(f"{HOUSEHOLDS}/{opened['id']}", headers={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    while await state.sealer.turn():
        pass
    province = actor("household.read", scope=("34",), office="34-aid", level="province")
    async with county.as_(province) as client:
        await client.get(f"{HOUSEHOLDS}/{opened['id']}")

    async def found(scope: str, **more: Any) -> list[dict[str, Any]]:
        async with county.as_(actor("audit.read", scope=(scope,))) as client:
            answer = await client.post(ENTRIES, json=asked(**more))
            assert answer.status_code == 200, answer.text
            items: list[dict[str, Any]] = answer.json()["items"]
            return items

    reads = await found("341622", subjects=[opened["id"]], seen=True, action="household.get")
    assert [item["office"] for item in reads] == ["34-aid", who.office]
    assert reads[1]["facts"]["permission"] == "household.read"
    assert "name" in reads[1]["facts"]["shown"]
    assert reads[1]["sequence"] is not None
    assert {item["office"] for item in await found("341622", action="household.get")} == {who.office}
    assert await found("341623") == []
    assert [item["actor"] for item in await found("00", trace_id="a" * 32)] == [who.account]
    page = await found("00", limit=1)
    last = {name: page[0][name] for name in ("at", "service", "trail", "id")}
    following = await found("00", after=last, limit=200)
    assert (page + following) == await found("00", limit=200)
    async with county.as_(actor("audit.read", scope=("00",)), issuer="funds") as client:
        assert (await client.post(ENTRIES, json=asked())).status_code == 403


async def test_the_ids_of_a_file_are_told_to_the_gateway_within_the_area_only(county: Harness) -> None:
    opened = await open_household(county)
    member = opened["members"][0]["id"]
    address = "/internal/trail-subjects"
    async with county.as_(county_officer()) as client:
        told = (await client.get(f"{address}/{opened['id']}")).json()
        visible = (await client.post(address, json={"subjects": [member, str(uuid4()), "donation:1"]})).json()
    assert {opened["id"], f"household:{opened['id']}", member, f"person:{member}"} <= set(told["subjects"])
    assert visible == [member]
    async with county.as_(actor("household.read", scope=("341623",))) as client:
        assert (await client.get(f"{address}/{opened['id']}")).status_code == 404
        assert (await client.post(address, json={"subjects": [member]})).json() == []


async def test_a_reader_who_goes_away_before_the_answer_is_noted_all_the_same(county: Harness, owner: Any) -> None:
    opened = await open_household(county)
    who = county_officer()

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def nobody(message: Any) -> None:
        raise OSError("the caller is gone")

    scope = {
        "type": "http", "method": "GET", "path": f"{HOUSEHOLDS}/{opened['id']}", "raw_path": b"", "query_string": b"",
        "headers": [(b"authorization", f"Bearer {county.token(who)}".encode())], "http_version": "1.1",
        "scheme": "http", "server": ("service", 80), "client": ("127.0.0.1", 1), "root_path": "",
    }  # fmt: skip
    with contextlib.suppress(OSError):
        await county.app(scope, gone, nobody)
    row = await owner.fetchrow("select actor, subjects from read_trail where action = 'household.get'")
    assert row["actor"] == who.account
    assert opened["id"] in json.loads(row["subjects"])["ids"]


async def test_an_answer_given_again_under_its_key_and_one_looked_up_are_reads_once_more(
    county: Harness, owner: Any
) -> None:
    writer = recorder()
    async with county.as_(writer) as client:
        body = household()
        first = await client.post(HOUSEHOLDS, json=body, headers={"Idempotency-Key": "file-1"})
        await client.post(HOUSEHOLDS, json=body, headers={"Idempotency-Key": "file-1"})
    async with county.as_(actor("operation.read", office=writer.office)) as client:
        assert (await client.get("/api/v1/registry/operations/file-1")).status_code == 200
    rows = await owner.fetch("select action, subjects from read_trail order by id")
    assert [row["action"] for row in rows] == ["operation.replay", "operation.get"]
    assert all(first.json()["id"] in json.loads(row["subjects"])["ids"] for row in rows[:1])
