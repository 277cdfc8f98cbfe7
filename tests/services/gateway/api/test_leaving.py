"""Whoever leaves is out everywhere at once, and what they leave is on record with the name of who follows."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx2 as httpx
from sqlalchemy import text

from shared.chassis import clock
from tests.services.gateway.api.test_administration import refused
from tests.services.gateway.people import ADMIN, Town


def waiting(_: httpx.Request) -> httpx.Response:
    item = {"noun": "claims", "id": "7", "state": "filed", "division_code": "341622"}
    return httpx.Response(200, json={"items": [item], "total": 3})


async def place(town: Town) -> dict[str, Any]:
    """A clerk with two accounts, a colleague, and the services that answer: funds knows a claim, projects is away."""
    await town.county()
    clerk = (await town.account("leaver", "341622-finance", "county_finance_officer")).json()
    await town.account("leaver-2", "341622-aid", "helper", person_id=clerk["person_id"])
    follower = (await town.account("follower", "341622-finance", "helper")).json()
    town.harness.set_peer("funds", waiting)
    town.harness.set_peer("registry", lambda _: httpx.Response(200, json={"items": [], "total": 0}))
    town.harness.set_peer("projects", lambda _: httpx.Response(503))
    return {"person": clerk["person_id"], "account": clerk["id"], "follower": follower["id"]}


async def leave(town: Town, people: dict[str, Any], by: str = "county-admin", **more: Any) -> httpx.Response:
    body = {"successor": people["follower"], "left_on": clock.office_today().isoformat(), "reason": "调离"}
    async with await town.as_(by) as admin:
        return await admin.post(f"/api/v1/auth/persons/{people['person']}/leave", json=body | more)


async def test_who_leaves_is_out_of_every_account_and_the_record_says_what_went_to_whom(town: Town) -> None:
    people = await place(town)
    today = clock.office_today().isoformat()
    lent = {
        "borrower": people["follower"], "roles": ["county_finance_officer"], "from_on": today, "to_on": today,
        "reason": "出差",
    }  # fmt: skip
    async with await town.as_("leaver") as leaver, await town.as_("leaver-2") as other:
        made = (await leaver.post("/api/v1/auth/delegations", json=lent)).json()
        async with await town.as_("county-admin") as admin:
            path = f"/api/v1/auth/delegations/{made['id']}/accept"
            assert (await admin.post(path, json={"reason": "同意"})).status_code == 200
            preview = (await admin.get(f"/api/v1/auth/persons/{people['person']}/handover")).json()
        assert [row["was_open"] for row in preview["accounts"]] == [True, True]
        answers = await asyncio.gather(leave(town, people), leave(town, people))
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        for client in (leaver, other):
            assert (await client.get("/api/v1/auth/me")).status_code == 401
    record = next(answer for answer in answers if answer.status_code == 201).json()
    content = record["content"]
    assert content["delegations_ended"] == [made["id"]]
    assert content["waiting"] == [
        {"service": "funds", "noun": "claims", "id": "7", "state": "filed", "division_code": "341622"}
    ]
    assert (content["waiting_left_out"], content["services_not_asked"]) == (2, ["projects"])
    uncovered = {row["office"]: row["uncovered_roles"] for row in content["accounts"]}
    assert uncovered == {"341622-finance": [], "341622-aid": ["helper"]}
    async with await town.as_("follower") as follower, await town.as_("clerk") as clerk:
        assert (await follower.get("/api/v1/auth/me")).json()["roles"] == ["helper"]
        assert (await follower.get(f"/api/v1/auth/handovers/{record['id']}")).json() == record
        assert (await clerk.get("/api/v1/auth/handovers")).json()["items"] == []
    async with await town.as_("county-admin") as admin:
        assert [row["id"] for row in (await admin.get("/api/v1/auth/handovers")).json()["items"]] == [record["id"]]


async def test_a_leaving_that_is_refused_shuts_nothing(town: Town) -> None:
    people = await place(town)
    await town.office("341623-aid", "aid")
    outsider = (await town.account("outsider", "341623-aid", "helper")).json()
    both = (await town.account("both", "341622-aid", "helper")).json()
    await town.account("both-2", "341623-aid", "helper", person_id=both["person_id"])
    watcher = (await town.account("watcher", "341622-aid", "security_admin")).json()
    tomorrow = (clock.office_today() + timedelta(days=1)).isoformat()
    cases: list[tuple[dict[str, Any], dict[str, Any], int, str]] = [
        ({}, {"left_on": tomorrow}, 422, "gateway.leaving_day_wrong"),
        ({}, {"successor": "nobody"}, 422, "gateway.successor_unknown"),
        ({}, {"successor": outsider["id"]}, 422, "gateway.successor_unknown"),
        ({}, {"successor": people["account"]}, 422, "gateway.successor_is_leaver"),
        ({"person": outsider["person_id"]}, {}, 404, "not_found"),
        ({"person": "nobody"}, {}, 404, "not_found"),
        ({"person": both["person_id"]}, {}, 422, "gateway.person_elsewhere_too"),
        ({"person": watcher["person_id"]}, {}, 422, "gateway.role_not_grantable"),
    ]
    before = await shut(town)
    for who, more, status, code in cases:
        refused(await leave(town, people | who, **more), status, code)
        assert await shut(town) == before, code
    refused(await leave(town, people, by="clerk"), 403, "forbidden")
    async with await town.as_("county-admin") as admin:
        own = (await admin.get("/api/v1/auth/me")).json()["person_id"]
    refused(await leave(town, people | {"person": own}), 422, "gateway.own_account")
    assert (await leave(town, people | {"person": both["person_id"]}, by=ADMIN)).status_code == 201


async def shut(town: Town) -> tuple[int, ...]:
    """Shut accounts, ended sign-ins, versions, records."""
    async with town.harness.app.state.database.session(read_only=True) as session:
        query = (
            "select (select count(*) from accounts where disabled),"
            " (select count(*) from sessions where ended_at is not null),"
            " (select count(*) from account_versions), (select count(*) from handovers)"
        )
        return tuple((await session.execute(text(query))).one())
