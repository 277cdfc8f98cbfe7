"""The department exchange: a catalogue, an application, another person's decision, and calls only within the grant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from sqlalchemy import text

from tests.services.gateway.exchange_world import FIELDS, PEOPLE, World, exchanging
from tests.services.gateway.people import founded
from tests.support.harness import running


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    async with running("gateway", rights_cache_s=0.0, webhook_workers=0) as harness:
        yield await exchanging(await founded(harness))


async def test_the_catalogue_is_open_and_an_application_must_fit_its_item(world: World) -> None:
    async with world.town.client() as client:
        listed = await client.get("/api/v1/public/exchange-items")
        assert listed.status_code == 200, listed.text
        assert {item["sharing"] for item in listed.json()["items"]} == {"unconditional", "conditional", "not_shared"}
        assert (await client.get("/api/v1/exchange/items")).status_code == 401
    refused: dict[str, dict[str, Any]] = {
        "gateway.exchange_item_not_shared": {"item": "household-accounts"},
        "gateway.exchange_field_unknown": {"fields": ["members.phone"]},
        "gateway.exchange_purpose_not_allowed": {"purpose": "marketing"},
        "gateway.exchange_basis_missing": {"legal_basis": None},
        "gateway.exchange_clear_needless": {"fields": ["household_no"], "clear": True},
        "gateway.exchange_days_too_many": {"days": 400},
        "gateway.exchange_client_unknown": {"client_id": "client-" + "0" * 32},
        "gateway.exchange_area_too_small": {"item": "payments", "fields": ["state"], "purpose": "audit",
                                    "division_code": "341622101"},
    }  # fmt: skip
    for code, changed in refused.items():
        answer = await world.apply(**changed)
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


async def test_the_owner_decides_never_the_applicant_never_more_than_asked(world: World) -> None:
    applied = (await world.apply(clear=False)).json()
    assert (await world.decide(applied["id"], "elsewhere")).status_code == 404
    assert (await world.decide(applied["id"], "clerk")).json()["code"] == "gateway.exchange_not_the_owner"
    for wider in ({"clear": True}, {"fields": [*FIELDS, "head_name"]}, {"division_code": "3416"}, {"days": 31}):
        assert (await world.decide(applied["id"], **wider)).json()["code"] == "gateway.exchange_wider_than_asked"
    both = await asyncio.gather(*(world.decide(applied["id"], fields=FIELDS[:2]) for _ in range(2)))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    async with await world.town.as_("civil") as client:
        shown = (await client.get(f"/api/v1/exchange/applications/{applied['id']}")).json()
    assert (shown["state"], shown["grant"]["fields"]) == ("granted", sorted(FIELDS[:2]))
    assert [step["step"] for step in shown["history"]] == ["applied", "granted"]


async def test_a_machine_reads_within_its_grant_and_the_service_sees_purpose_and_area(world: World) -> None:
    assert (await world.records()).json()["code"] == "gateway.exchange_not_granted"
    assert world.asked == []
    grant = await world.grant()
    page = await world.records(fields="members.name", within="341622101", purpose="eligibility")
    assert page.status_code == 200, page.text
    seen, asked = world.last_actor(), world.asked[-1].url.params
    assert (seen["scope"], seen["purpose"], seen["permissions"]) == (["341622101"], "eligibility", [])
    assert (asked["fields"], asked.get("clear")) == ("members.name", None)
    before = len(world.asked)
    for beyond in ({"fields": "head_name"}, {"within": "3416"}, {"within": "341623"}, {"purpose": "audit"},
                   {"grant": "0" * 32}):  # fmt: skip
        answer = await world.records(**beyond)
        assert (answer.status_code, answer.json()["code"]) == (403, "gateway.exchange_not_granted")
    assert (await world.records("projects")).status_code == 403
    assert (await world.records("list-deaths")).status_code == 422
    assert (await world.records("nothing")).json()["code"] == "gateway.exchange_item_unknown"
    assert len(world.asked) == before
    async with world.machine() as client:
        again = await client.get(
            f"/api/v1/exchange/items/{PEOPLE}/records",
            params={"fields": "members.name", "within": "341622101"}, headers={"if-none-match": page.headers["etag"]},
        )  # fmt: skip
        assert (again.status_code, again.content) == (304, b"")
        used = (await client.get("/api/v1/exchange/usage")).json()
        assert (used["calls"], used["records"], used["days"][0]["grant_id"]) == (2, 4, grant)
        assert (await client.get("/api/v1/registry/comparison-lists/deaths")).status_code == 403


async def test_a_grant_withdrawn_run_out_or_used_too_often_ends_at_once(world: World) -> None:
    grant = await world.grant(rate_per_minute=2)
    assert [(await world.records()).status_code for _ in range(3)] == [200, 200, 429]
    async with await world.town.as_("elsewhere") as client:
        path = f"/api/v1/exchange/applications/{grant}/withdrawal"
        assert (await client.post(path, json={"reason": "x"})).status_code == 404
    async with await world.town.as_("aid") as client:
        assert (await client.post(path, json={"reason": "用途不符"})).json()["state"] == "withdrawn"
        assert (await client.post(path, json={"reason": "again"})).json()["code"] == "gateway.exchange_grant_not_live"
    assert (await world.records()).json()["code"] == "gateway.exchange_not_granted"
    second = await world.grant(item="projects", fields=["name"], purpose="statistics", legal_basis=None)
    assert (await world.records("projects")).status_code == 200
    database = world.town.harness.app.state.database
    async with database.session(read_only=True) as session:
        kept = await session.scalar(text("select count(*) from exchange_applications"))
        uses = (await session.execute(text("select grant_id, calls from exchange_uses order by grant_id"))).all()
    assert kept == 2
    assert [tuple(row) for row in uses] == [(grant, 2), (second, 1)]


async def test_a_reader_asks_the_source_about_a_field_and_no_value_is_told(world: World) -> None:
    asked = {"item": PEOPLE, "record_id": "a", "field": "members.name", "reason": "与户籍登记不一致"}
    path = "/api/v1/exchange/corrections"
    async with world.machine() as machine:
        assert (await machine.post(path, json=asked)).json()["code"] == "gateway.exchange_not_granted"
        await world.grant()
        leak = await machine.post(path, json=asked | {"reason": "应为 341622 1980 0101 123X"})
        assert (leak.status_code, leak.json()["code"]) == (422, "gateway.exchange_reason_holds_value")
        assert "1980" not in leak.text
        assert (await machine.post(path, json=asked | {"record_id": "c"})).status_code == 404
        made = (await machine.post(path, json=asked)).json()
        assert (made["to_sector"], made["division_code"], made["state"]) == ("aid", "341622101200", "open")
        async with await world.town.as_("clerk") as other:
            assert (await other.get(f"{path}/{made['id']}")).status_code == 404
        answer = {"outcome": "corrected", "note": "已按户口簿更正"}
        async with await world.town.as_("civil") as asker:
            assert (await asker.post(f"{path}/{made['id']}/answer", json=answer)).status_code == 403
        async with await world.town.as_("aid") as owner:
            both = await asyncio.gather(*(owner.post(f"{path}/{made['id']}/answer", json=answer) for _ in range(2)))
            assert sorted(one.status_code for one in both) == [200, 409]
            back = {"item": "list-deaths", "record_id": "list-1", "field": "fact", "reason": "此人健在"}
            to = {"to_office": "341622-civil", "division_code": "341622"}
            assert (await owner.post(path, json=back)).status_code == 422
            theirs = (await owner.post(path, json=back | to)).json()
        assert (await machine.get(f"{path}/{made['id']}")).json()["state"] == "corrected"
    async with await world.town.as_("civil") as asker:
        assert theirs["id"] in {one["id"] for one in (await asker.get(path)).json()["items"]}
        kept = await asker.post(f"{path}/{theirs['id']}/answer", json={"outcome": "kept", "note": "名单无误"})
        assert kept.json()["state"] == "kept"
