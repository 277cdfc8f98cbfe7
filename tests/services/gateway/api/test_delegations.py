"""Roles are lent for some days, agreed to by a second person, used by the borrower as themselves, and end."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx2 as httpx
from sqlalchemy import text

from shared.chassis import clock
from tests.services.gateway.api.test_administration import refused
from tests.services.gateway.people import ADMIN, Town

PATH = "/api/v1/auth/delegations"


def day(number: int) -> str:
    return (clock.office_today() + timedelta(days=number)).isoformat()


async def county(town: Town) -> dict[str, str]:
    """Two finance clerks, a helper, an administrator, an auditor and a village; ids by user name."""
    await town.county()
    await town.office("341622106201-village")
    await town.office("341623-finance", "finance")
    ids = {}
    for username, office, role in (
        ("second", "341622-finance", "helper"), ("aid", "341622-aid", "county_aid_officer"),
        ("aid-2", "341622-aid", "helper"), ("helper", "341622-aid", "helper"), ("audit", "341622-aid", "auditor"),
        ("beside", "341623-finance", "helper"), ("village", "341622106201-village", "helper"),
        ("recorder", "341622106201-village", "village_recorder"),
    ):  # fmt: skip
        ids[username] = (await town.account(username, office, role)).json()["id"]
    async with await town.as_(ADMIN) as admin:
        for row in (await admin.get("/api/v1/auth/accounts", params={"limit": 200})).json()["items"]:
            ids[row["username"]] = row["id"]
    return ids


async def lend(town: Town, by: str, borrower: str, *roles: str, path: str = PATH, **more: Any) -> httpx.Response:
    body = {"borrower": borrower, "roles": list(roles), "from_on": day(0), "to_on": day(3), "reason": "出差"}
    async with await town.as_(by) as client:
        return await client.post(path, json=body | more)


async def act(town: Town, by: str, delegation: str, verb: str) -> httpx.Response:
    async with await town.as_(by) as client:
        return await client.post(f"{PATH}/{delegation}/{verb}", json={"reason": "同意"})


async def roles(town: Town, username: str) -> list[str]:
    async with await town.as_(username) as client:
        found: list[str] = (await client.get("/api/v1/auth/me")).json()["roles"]
    return found


async def count(town: Town) -> int:
    async with town.harness.app.state.database.session(read_only=True) as session:
        query = "select (select count(*) from delegations) + (select count(*) from delegation_events)"
        return int((await session.execute(text(query))).scalar_one())


async def test_a_role_that_matters_is_lent_once_a_second_person_agreed_and_used_under_ones_own_name(town: Town) -> None:
    ids = await county(town)
    made = (await lend(town, "clerk", ids["second"], "county_finance_officer")).json()
    assert (made["state"], made["in_force"]) == ("proposed", False)
    assert await roles(town, "second") == ["helper"]
    for person in ("clerk", "second"):
        refused(await act(town, person, made["id"], "accept"), 422, "gateway.delegation_second_person")
    for stranger in ("helper", "beside"):
        refused(await act(town, stranger, made["id"], "accept"), 404, "not_found")
    assert await roles(town, "second") == ["helper"]
    answers = await asyncio.gather(*(act(town, "county-admin", made["id"], verb) for verb in ("accept", "refuse")))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    if answers[0].status_code == 409:
        made = (await lend(town, "clerk", ids["second"], "county_finance_officer")).json()
        assert (await act(town, "county-admin", made["id"], "accept")).status_code == 200
    async with await town.as_("second") as client, await town.as_("clerk") as lender:
        me, lenders = [(await who.get("/api/v1/auth/me")).json() for who in (client, lender)]
        assert me["roles"] == ["helper", "county_finance_officer"]
        assert "payment.order" in me["permissions"]
        assert (me["account"], me["person_id"]) != (lenders["account"], lenders["person_id"])
        assert me["delegations"][0]["delegation"] == made["id"]
        assert (await client.post("/api/v1/auth/sign-out")).status_code == 204
    async with town.harness.app.state.database.session(read_only=True) as session:
        query = "select actor, details from audit_entries where action = 'account.sign_out'"
        actor, details = (await session.execute(text(query))).one()
    assert (actor, details["delegations"]) == (ids["second"], [made["id"]])
    async with await town.as_("county-admin") as admin:
        rights = (await admin.get(f"/api/v1/auth/accounts/{ids['second']}/rights")).json()
    assert rights["borrowed"][0]["roles"] == ["county_finance_officer"]
    assert {"code": "payment.order", "zh": "下达支付指令", "en": "Order payments"} in rights["permissions"]


async def test_a_lent_role_ends_when_taken_back_given_back_or_when_the_lender_has_it_no_more(town: Town) -> None:
    ids = await county(town)
    for by in ("recorder", "village"):
        made = (await lend(town, "recorder", ids["village"], "village_recorder")).json()
        assert (made["state"], made["in_force"]) == ("accepted", True)
        assert "village_recorder" in await roles(town, "village")
        assert (await act(town, by, made["id"], "withdraw")).status_code == 200
        assert await roles(town, "village") == ["helper"]
        refused(await act(town, by, made["id"], "withdraw"), 409, "gateway.delegation_state_wrong")
    later = (await lend(town, "recorder", ids["village"], "village_recorder", from_on=day(1))).json()
    assert (later["in_force"], await roles(town, "village")) == (False, ["helper"])
    now = (await lend(town, "recorder", ids["village"], "village_recorder")).json()
    async with town.harness.app.state.database.session() as session:
        gone_by = "update delegations set from_on = from_on - 9, to_on = to_on - 9 where id = :id"
        await session.execute(text(gone_by), {"id": now["id"]})
    assert await roles(town, "village") == ["helper"], "it ended by itself"
    refused(await act(town, "recorder", now["id"], "withdraw"), 409, "gateway.delegation_over")
    third = (await lend(town, "recorder", ids["village"], "village_recorder")).json()
    async with await town.as_("county-admin") as admin:
        body = {"office": "341622106201-village", "roles": ["helper"]}
        path = f"/api/v1/auth/accounts/{ids['recorder']}/rights"
        assert (await admin.put(path, json=body, headers={"if-match": '"1"'})).status_code == 200
        listed = (await admin.get(PATH, params={"account": ids["village"], "limit": 200})).json()["items"]
    assert await roles(town, "village") == ["helper"]
    states = {row["id"]: row["state"] for row in listed}
    assert (states[third["id"]], states[later["id"]], states[now["id"]]) == ("withdrawn", "withdrawn", "over")


async def test_lending_never_widens_what_somebody_holds_beyond_the_lender_or_the_table_of_roles(town: Town) -> None:
    ids = await county(town)
    before = await count(town)
    officer = "county_finance_officer"
    cases: list[tuple[str, str, tuple[str, ...], dict[str, Any], str]] = [
        ("clerk", ids["beside"], (officer,), {}, "borrower_unknown"),
        ("clerk", "nobody", (officer,), {}, "borrower_unknown"),
        ("clerk", ids["clerk"], (officer,), {}, "delegation_to_oneself"),
        ("clerk", ids["second"], ("county_aid_officer",), {}, "role_not_at_this_office"),
        ("clerk", ids["village"], (officer,), {}, "role_not_at_this_office"),
        ("second", ids["clerk"], ("sector_officer",), {}, "role_not_at_this_office"),
        ("second", ids["village"], ("village_recorder",), {}, "role_not_held"),
        ("helper", ids["aid-2"], ("helper",), {}, "role_held_already"),
        ("helper", ids["county-admin"], ("helper",), {}, "roles_incompatible"),
        ("audit", ids["helper"], ("auditor",), {}, "roles_incompatible"),
        ("clerk", ids["second"], ("king",), {}, "role_unknown"),
        ("clerk", ids["second"], (officer,), {"from_on": day(-1)}, "delegation_days_wrong"),
        ("clerk", ids["second"], (officer,), {"from_on": day(2), "to_on": day(1)}, "delegation_days_wrong"),
        ("clerk", ids["second"], (officer,), {"to_on": day(90)}, "delegation_too_long"),
    ]
    for by, borrower, lent, more, code in cases:
        refused(await lend(town, by, borrower, *lent, **more), 422, f"gateway.{code}")
        assert await count(town) == before, code
    for_clerk = f"/api/v1/auth/accounts/{ids['clerk']}/delegations"
    refused(await lend(town, "clerk", ids["second"], officer, path=for_clerk), 403, "forbidden")
    beside = f"/api/v1/auth/accounts/{ids['beside']}/delegations"
    refused(await lend(town, "county-admin", ids["second"], "helper", path=beside), 404, "not_found")
    assert await count(town) == before


async def test_an_administrator_lends_for_who_is_away_and_another_agrees(town: Town) -> None:
    ids = await county(town)
    path = f"/api/v1/auth/accounts/{ids['clerk']}/delegations"
    made = (await lend(town, "county-admin", ids["second"], "county_finance_officer", path=path)).json()
    refused(await act(town, "county-admin", made["id"], "accept"), 422, "gateway.delegation_second_person")
    async with await town.as_("county-admin") as admin:
        body = {"office": "341622-finance", "roles": ["account_admin"]}
        rights = f"/api/v1/auth/accounts/{ids['second']}/rights"
        offered = await admin.put(rights, json=body, headers={"if-match": '"1"'})
        refused(offered, 422, "gateway.roles_incompatible")
    assert (await act(town, "clerk", made["id"], "accept")).json()["in_force"] is True
    second = await town.account("second-2", "341622-finance", "auditor", person_id=await person(town, ids["second"]))
    refused(second, 422, "gateway.roles_incompatible")
    assert "county_finance_officer" in await roles(town, "second")


async def person(town: Town, account: str) -> str:
    async with await town.as_(ADMIN) as admin:
        found: str = (await admin.get(f"/api/v1/auth/accounts/{account}")).json()["person_id"]
    return found
