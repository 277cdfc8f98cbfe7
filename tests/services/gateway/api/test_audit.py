"""Auditors search what was done and read, in their area; who holds a file sees who looked at it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx2 as httpx

from deploy import verify_trail
from shared.chassis import audit, trail_chain
from shared.chassis.identity import Actor
from tests.services.gateway.people import Town
from tests.support import server
from tests.support.harness import actor

HOUSEHOLD = "7c0f2c9e-5d6b-4b60-9c6e-2f8f0a1f7b11"
AT = datetime.now(UTC) - timedelta(minutes=5)
COUNTY = "341622-aid"


def entry(number: int, service: str = "registry", **more: Any) -> dict[str, Any]:
    return {
        "service": service, "trail": "read", "id": number, "at": (AT - timedelta(seconds=number)).isoformat(),
        "sort": "read", "actor": "account-1", "office": COUNTY, "action": "household.get", "subjects": [HOUSEHOLD],
        "subject_count": 1, "fields": "masked", "purpose": "入户核查", "facts": {}, "trace_id": "0" * 32,
        "sequence": number,
    } | more  # fmt: skip


class Services:
    """The services behind: three rows in the registry, one in funds, projects away or empty."""

    def __init__(self, town: Town, away: str = "") -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.away = away
        for name in ("registry", "projects", "funds"):
            town.harness.set_peer(name, self._answers(name))

    def _answers(self, name: str) -> Any:
        def answer(request: httpx.Request) -> httpx.Response:
            if name == self.away:
                return httpx.Response(503)
            if request.url.path.startswith("/internal/divisions/"):
                return httpx.Response(200, json={"code": request.url.path.rsplit("/", 1)[1]})
            if request.url.path == f"/internal/trail-subjects/{HOUSEHOLD}":
                return httpx.Response(200, json={"household_no": "34162210100001", "subjects": [HOUSEHOLD]})
            if request.url.path == "/internal/trail-subjects":
                return httpx.Response(200, json=[HOUSEHOLD])
            if request.url.path != "/internal/trail/entries":
                return httpx.Response(404, json={})
            body = json.loads(request.content)
            self.asked.append((name, body))
            rows = [entry(number) for number in (1, 3, 5)] if name == "registry" else []
            rows += [entry(2, "funds", action="household_grants.read")] if name == "funds" else []
            after = body["after"]
            if after is not None:
                rows = [row for row in rows if datetime.fromisoformat(row["at"]) < datetime.fromisoformat(after["at"])]
            return httpx.Response(200, json={"items": rows[: body["limit"]]})

        return answer


def auditor(*permissions: str, scope: tuple[str, ...] = ("341622",)) -> Actor:
    return actor(*(permissions or ("audit.read",)), scope=scope, office="341622-audit")


def inside(town: Town, who: Actor) -> httpx.AsyncClient:
    """Behind the door, with an inner token."""
    transport = httpx.ASGITransport(app=town.harness.fastapi, raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {town.harness.token(who)}"}
    return httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=headers)


async def test_pages_of_all_services_are_one_list_by_time_and_the_search_is_noted(town: Town) -> None:
    services = Services(town)
    await town.county()
    async with inside(town, auditor()) as client:
        first = (await client.get("/api/v1/audit/entries", params={"limit": 2, "sort": "read"})).json()
        second = (
            await client.get(
                "/api/v1/audit/entries", params={"limit": 2, "sort": "read", "cursor": first["next_cursor"]}
            )
        ).json()
    told = [(item["service"], item["id"]) for item in first["items"] + second["items"]]
    assert told == [("registry", 1), ("funds", 2), ("registry", 3), ("registry", 5)]
    assert first["complete"]
    assert first["items"][0]["office_name"] == f"机构 {COUNTY}"
    assert first["items"][0]["text"].endswith("查看 户档案,事由:入户核查")
    assert not any(asked["seen"] for _, asked in services.asked)
    async with town.harness.fastapi.state.database.session() as session:
        rows = (await session.execute(audit_reads())).all()
    assert [row.action for row in rows] == ["audit.search", "audit.search"]
    assert rows[0].subjects["asked"]["sort"] == "read"


def audit_reads() -> Any:
    from sqlalchemy import select

    from shared.chassis.tables import ReadTrail

    return select(ReadTrail.action, ReadTrail.subjects, ReadTrail.purpose).order_by(ReadTrail.id)


async def test_a_service_that_is_away_is_named_and_the_others_answer(town: Town) -> None:
    Services(town, away="funds")
    async with inside(town, auditor()) as client:
        page = (await client.get("/api/v1/audit/entries", params={"sort": "read"})).json()
    assert (page["complete"], page["missing"]) == (False, ["funds"])
    assert [item["id"] for item in page["items"]] == [1, 3, 5]


async def test_an_auditor_sees_acts_of_offices_in_the_own_area_only_and_sign_ins_among_them(town: Town) -> None:
    Services(town)
    await town.county()
    await town.sign_in("clerk")
    async with inside(town, auditor()) as client:
        mine = (await client.get("/api/v1/audit/entries", params={"sort": "sign_in"})).json()["items"]
        administration = (await client.get("/api/v1/audit/entries", params={"sort": "administration"})).json()["items"]
    own = [item for item in mine if item["service"] == "gateway"]
    assert {item["office"] for item in own} == {"341622-finance"}
    assert "登录系统:成功" in own[0]["text"]
    assert not [item for item in administration if item["service"] == "gateway" and item["office"].startswith("00")]
    async with inside(town, auditor(scope=("00",))) as client:
        whole = (await client.get("/api/v1/audit/entries", params={"sort": "administration"})).json()["items"]
        sibling = (await client.get("/api/v1/audit/entries", params={"area": "341623", "sort": "sign_in"})).json()
    assert "account.create" in {item["action"] for item in whole}
    assert [item for item in sibling["items"] if item["service"] == "gateway"] == []


async def test_who_holds_a_file_sees_in_chinese_who_looked_at_it_whatever_their_office(town: Town) -> None:
    services = Services(town)
    async with inside(town, actor("household.readers")) as client:
        answer = await client.get(f"/api/v1/audit/households/{HOUSEHOLD}/readers")
        stranger = await client.get(f"/api/v1/audit/households/{HOUSEHOLD[:-1]}2/readers")
        searching = await client.get("/api/v1/audit/entries")
    page = answer.json()
    assert [item["what"] for item in page["items"]] == ["户档案", "明白卡(到户资金)", "户档案", "户档案"]
    assert page["items"][0]["fields"] == "遮盖显示"
    assert {asked["seen"] for _, asked in services.asked} == {True}
    assert (stranger.status_code, searching.status_code) == (404, 403)


async def test_a_search_over_too_many_days_or_with_a_made_up_cursor_is_refused(town: Town) -> None:
    Services(town)
    async with inside(town, auditor()) as client:
        long = await client.get("/api/v1/audit/entries", params={"from_on": "2020-01-01", "to_on": "2022-01-01"})
        turned = await client.get("/api/v1/audit/entries", params={"from_on": "2022-01-02", "to_on": "2022-01-01"})
        made_up = await client.get("/api/v1/audit/entries", params={"cursor": "WzFd"})
    assert [long.status_code, turned.status_code, made_up.status_code] == [422, 422, 400]


async def test_what_is_exported_from_the_database_is_verified_and_each_change_to_it_is_found(town: Town) -> None:
    Services(town)
    await town.county()
    state = town.harness.fastapi.state
    for number in range(40):
        await audit.record_read(
            state.database, auditor(), "trial.read", [f"person-{number}"], "masked", f"第{number}次"
        )
    state.sealer.checkpoint_s = 0.0
    while await state.sealer.turn():
        pass
    await state.sealer.check()
    # Nothing is sealed between what is kept and what is put back.
    async with state.sealer._alone, inside(town, auditor("audit.read", "audit.export")) as client:
        anchors = [one["signed"] for one in (await client.get("/api/v1/gateway/trail/checkpoints")).json()["items"]]
        jwks = (await client.get("/.well-known/trail-keys.json")).json()
        keys = verify_trail.keys_of(jwks)
        owner = await asyncpg.connect(server.dsn("gateway", "owner", town.harness.database))

        async def verdict() -> str:
            answer = await client.get("/api/v1/gateway/trail/export")
            assert answer.headers["content-type"].startswith("application/x-ndjson")
            try:
                return str(verify_trail.verify(answer.text.splitlines(), keys, anchors).anchored)
            except verify_trail.Difference as difference:
                return difference.what

        last = trail_chain.claims_of(anchors[0])["sequence"]
        assert await verdict() == str(last)
        for statement, told in TAMPERED:
            await owner.execute("create table kept_seals as select * from trail_seals")
            await owner.execute("create table kept_reads as select * from read_trail")
            await owner.execute(statement)
            assert (await verdict()).startswith(told), statement
            await owner.execute("delete from trail_seals; insert into trail_seals select * from kept_seals")
            await owner.execute(
                "delete from read_trail; insert into read_trail overriding system value select * from kept_reads;"
                " drop table kept_seals; drop table kept_reads"
            )
        assert await verdict() == str(last)
        await owner.close()


TAMPERED = (
    ("update read_trail set purpose = '核对' where id = 7", "the row was changed"),
    ("delete from read_trail where id = 7", "the row was deleted"),
    (
        "insert into read_trail overriding system value select -1, at, actor, office, action, subjects, fields,"
        " purpose, trace_id from read_trail where id = 7",
        "the row was put in later: nothing was sealed for it",
    ),
    (
        "update read_trail t set subjects = o.subjects from read_trail o where (t.id, o.id) in ((3, 4), (4, 3))",
        "the row was changed",
    ),
    (
        "delete from read_trail where id > 20;"
        " delete from trail_seals where sequence >= (select min(sequence) from trail_seals where kind = 'read'"
        " and row_id > 20)",
        "the chain ends here, a checkpoint stands for",
    ),
)
