"""Offices and accounts: administrators work downwards, inside their own area, by the table of roles."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx2 as httpx
from sqlalchemy import text

from shared.chassis import clock
from tests.services.gateway.people import ADMIN, PASSWORD, Town


def refused(answer: httpx.Response, status: int, code: str, pointer: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code
    if pointer is not None:
        assert answer.json()["errors"][0]["pointer"] == pointer


async def counts(town: Town) -> tuple[int, ...]:
    """Offices, persons, accounts, versions: what a refusal must leave alone."""
    async with town.harness.app.state.database.session(read_only=True) as session:
        query = " , ".join(
            f"(select count(*) from {t})" for t in ("offices", "persons", "accounts", "account_versions")
        )
        return tuple((await session.execute(text(f"select {query}"))).one())


def next_year() -> str:
    return (clock.office_today() + timedelta(days=365)).isoformat()


async def account_id(town: Town, username: str) -> str:
    async with await town.as_(ADMIN) as admin:
        items = (await admin.get("/api/v1/auth/accounts", params={"limit": 200})).json()["items"]
    found: str = next(row["id"] for row in items if row["username"] == username)
    return found


async def test_the_level_of_an_office_follows_from_its_division(town: Town) -> None:
    made = await town.office("341622106201-committee")
    assert made.status_code == 201
    assert made.json()["level"] == "village"
    assert [(await town.office(f"{code}-aid", "aid")).json()["level"] for code in ("00", "34", "3416", "341622")] == [
        "nation", "province", "city", "county",
    ]  # fmt: skip
    async with await town.as_(ADMIN) as admin:
        within = await admin.get("/api/v1/auth/offices", params={"within": "341622"})
        page = await admin.get("/api/v1/auth/offices", params={"limit": 2})
        rest = await admin.get("/api/v1/auth/offices", params={"cursor": page.json()["next_cursor"]})
        one = await admin.get("/api/v1/auth/offices/34-aid")
    assert [row["code"] for row in within.json()["items"]] == ["341622-aid", "341622106201-committee"]
    assert len(page.json()["items"]) + len(rest.json()["items"]) == 6
    assert one.json()["division_code"] == "34"


async def test_an_office_of_an_unknown_division_sector_or_code_is_refused_and_nothing_is_made(town: Town) -> None:
    before = await counts(town)
    refused(await town.office("999999-aid", "aid"), 422, "gateway.division_unknown", "/division_code")
    refused(await town.office("341622-aid", "magic"), 422, "gateway.sector_unknown", "/sector")
    async with await town.as_(ADMIN) as admin:
        body = {"code": "34-aid", "name": "x", "division_code": "341622", "sector": "aid"}
        misfit = await admin.post("/api/v1/auth/offices", json=body)
    refused(misfit, 422, "gateway.office_code_malformed", "/code")
    assert await counts(town) == before
    await town.office("341622-aid", "aid")
    refused(await town.office("341622-aid", "aid"), 409, "gateway.office_exists", "/code")


async def test_without_the_registry_no_office_is_made(town: Town) -> None:
    def away(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away")

    town.harness.set_peer("registry", away)
    refused(await town.office("341622-aid", "aid"), 503, "peer_unavailable")


async def test_an_administrator_makes_no_office_beside_or_above_their_area(town: Town) -> None:
    await town.county()
    before = await counts(town)
    for code in ("341623-aid", "3416-aid", "34-aid", "00-aid"):
        refused(await town.office(code, "aid", by="county-admin"), 404, "not_found")
    assert await counts(town) == before
    assert (await town.office("341622106-government", by="county-admin")).status_code == 201


async def test_offices_and_accounts_outside_the_area_look_absent(town: Town) -> None:
    await town.county()
    await town.office("341623-aid", "aid")
    await town.account("neighbour", "341623-aid", "county_aid_officer")
    neighbour, root = await account_id(town, "neighbour"), await account_id(town, ADMIN)
    async with await town.as_("county-admin") as admin:
        absent = await admin.get("/api/v1/auth/offices/999998-aid")
        for code in ("341623-aid", "00-administration"):
            hidden = await admin.get(f"/api/v1/auth/offices/{code}")
            refused(hidden, 404, "not_found")
            assert {**hidden.json(), "trace_id": ""} == {**absent.json(), "trace_id": ""}
        for account in (neighbour, root):
            refused(await admin.get(f"/api/v1/auth/accounts/{account}"), 404, "not_found")
            for verb, body in (("disable", {"reason": "x"}), ("password", {"password": "Another-good-one-1"})):
                answer = await admin.post(f"/api/v1/auth/accounts/{account}/{verb}", json=body)
                refused(answer, 404, "not_found")
        listed = (await admin.get("/api/v1/auth/accounts")).json()["items"]
        offices = (await admin.get("/api/v1/auth/offices")).json()["items"]
    assert {row["username"] for row in listed} == {"county-admin", "clerk"}
    assert {row["code"] for row in offices} == {"341622-aid", "341622-finance"}
    beside = await town.account("spy", "341623-aid", "helper", by="county-admin")
    refused(beside, 422, "gateway.office_unknown", "/office")


MISFITS = [
    ("341622106-government", "", ["county_aid_officer"], "gateway.role_not_at_this_office"),
    ("341622-finance", "finance", ["county_aid_officer"], "gateway.role_not_at_this_office"),
    ("341622-aid", "aid", ["village_recorder"], "gateway.role_not_at_this_office"),
    ("341622-aid", "aid", ["department_client"], "gateway.role_not_at_this_office"),
    ("341622-aid", "aid", ["public"], "gateway.role_unknown"),
    ("341622-aid", "aid", ["king"], "gateway.role_unknown"),
    ("341622-aid", "aid", ["county_aid_officer", "account_admin"], "gateway.roles_incompatible"),
    ("341622-aid", "aid", ["security_admin", "account_admin"], "gateway.roles_incompatible"),
    ("341622-aid", "aid", ["auditor", "county_aid_officer"], "gateway.roles_incompatible"),
    ("341622-aid", "aid", ["auditor", "account_admin"], "gateway.roles_incompatible"),
]
"""Office, its sector, roles, and the refusal."""


async def test_a_role_not_of_this_office_or_not_with_another_is_refused(town: Town) -> None:
    for office, sector in {(office, sector) for office, sector, _, _ in MISFITS}:
        await town.office(office, sector)
    before = await counts(town)
    for office, _, roles, code in MISFITS:
        refused(await town.account("somebody", office, *roles), 422, code, "/roles")
    assert await counts(town) == before


async def test_one_human_does_not_get_round_the_table_by_a_second_account(town: Town) -> None:
    await town.county()
    async with await town.as_("clerk") as client:
        person = (await client.get("/api/v1/auth/me")).json()["person_id"]
    second = await town.account("clerk-2", "341622-aid", "account_admin", person_id=person)
    refused(second, 422, "gateway.roles_incompatible", "/roles")
    helper = await town.account("clerk-3", "341622-aid", "helper", person_id=person)
    assert helper.status_code == 201
    assert helper.json()["person_id"] == person
    refused(
        await town.account("x-1", "341622-aid", "helper", person_id=person, person_name="别人"),
        422,
        "gateway.person_name_differs",
    )
    refused(await town.account("x-2", "341622-aid", "helper", person_id="nobody"), 422, "gateway.person_unknown")


async def test_two_accounts_given_to_one_human_at_once_never_break_the_table(town: Town) -> None:
    await town.county()
    made = await town.account("fresh", "341622-aid", "helper")
    person, fresh = made.json()["person_id"], made.json()["id"]
    async with await town.as_("county-admin") as admin:
        assert (await admin.post(f"/api/v1/auth/accounts/{fresh}/disable", json={"reason": "x"})).status_code == 200
    answers = await asyncio.gather(
        town.account("fresh-a", "341622-aid", "account_admin", person_id=person),
        town.account("fresh-b", "341622-aid", "county_aid_officer", person_id=person),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    async with await town.as_("county-admin") as admin:
        back = await admin.post(f"/api/v1/auth/accounts/{fresh}/enable", json={"reason": "x"})
    if answers[0].status_code == 201:
        refused(back, 422, "gateway.roles_incompatible")
    else:
        assert back.status_code == 200


async def test_nobody_changes_their_own_rights(town: Town) -> None:
    await town.county()
    mine = await account_id(town, "county-admin")
    async with await town.as_("county-admin") as admin:
        person = (await admin.get("/api/v1/auth/me")).json()["person_id"]
        for verb, body in (("disable", {"reason": "x"}), ("password", {"password": "Another-good-one-1"})):
            refused(await admin.post(f"/api/v1/auth/accounts/{mine}/{verb}", json=body), 422, "gateway.own_account")
        rights = {"office": "341622-aid", "roles": ["security_admin"]}
        changed = await admin.put(f"/api/v1/auth/accounts/{mine}/rights", json=rights, headers={"if-match": '"1"'})
        refused(changed, 422, "gateway.own_account")
    again = await town.account("me-again", "341622-aid", "account_admin", by="county-admin", person_id=person)
    refused(again, 422, "gateway.own_account")


async def test_a_change_of_rights_needs_the_version_it_was_made_from_and_keeps_the_one_before(town: Town) -> None:
    await town.county()
    clerk = await account_id(town, "clerk")
    async with await town.as_("clerk") as client, await town.as_("county-admin") as admin:
        path = f"/api/v1/auth/accounts/{clerk}"
        etag = (await admin.get(path)).headers["etag"]
        body: dict[str, Any] = {"office": "341622-aid", "roles": ["county_aid_officer"], "title": "科长"}
        assert (await admin.put(path + "/rights", json=body)).status_code == 428
        changed = await admin.put(path + "/rights", json=body, headers={"if-match": etag})
        assert (changed.status_code, changed.json()["version"], changed.headers["etag"]) == (200, 2, '"2"')
        assert (await admin.put(path + "/rights", json=body, headers={"if-match": etag})).status_code == 412
        me = (await client.get("/api/v1/auth/me")).json()
    assert (me["office"], me["roles"], me["title"]) == ("341622-aid", ["county_aid_officer"], "科长")
    async with town.harness.app.state.database.session(read_only=True) as session:
        query = "select version, roles from account_versions where account_id = :id order by version"
        kept = (await session.execute(text(query), {"id": clerk})).all()
    assert [tuple(row) for row in kept] == [(1, ["county_finance_officer"]), (2, ["county_aid_officer"])]


async def test_of_two_administrators_changing_an_account_at_once_exactly_one_wins(town: Town) -> None:
    await town.county()
    clerk = await account_id(town, "clerk")
    async with await town.as_("county-admin") as one, await town.as_(ADMIN) as other:
        body = {"office": "341622-aid", "roles": ["helper"]}
        headers = {"if-match": '"1"'}
        answers = await asyncio.gather(
            *(who.put(f"/api/v1/auth/accounts/{clerk}/rights", json=body, headers=headers) for who in (one, other))
        )
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_a_shut_account_is_out_at_once_and_comes_back_only_when_opened(town: Town) -> None:
    await town.county()
    clerk = await account_id(town, "clerk")
    async with await town.as_("clerk") as client, await town.as_("county-admin") as admin:
        assert (await client.get("/api/v1/auth/me")).status_code == 200
        shut = await admin.post(f"/api/v1/auth/accounts/{clerk}/disable", json={"reason": "停职"})
        assert shut.json()["disabled"] is True
        refused(await client.get("/api/v1/auth/me"), 401, "unauthenticated")
        again = await admin.post(f"/api/v1/auth/accounts/{clerk}/disable", json={"reason": "停职"})
        refused(again, 409, "gateway.account_state_unchanged")
        assert (await admin.post(f"/api/v1/auth/accounts/{clerk}/enable", json={"reason": "复职"})).status_code == 200
        refused(await client.get("/api/v1/auth/me"), 401, "unauthenticated")
    await town.sign_in("clerk")


async def test_a_new_password_ends_what_was_signed_in_with_the_old_one(town: Town) -> None:
    await town.county()
    clerk = await account_id(town, "clerk")
    async with await town.as_("clerk") as client, await town.as_("county-admin") as admin:
        reset = await admin.post(f"/api/v1/auth/accounts/{clerk}/password", json={"password": "Another-good-one-1"})
        assert reset.status_code == 200
        assert "Another-good" not in reset.text
        assert (await client.get("/api/v1/auth/me")).status_code == 401
    assert (await town.token(grant_type="password", username="clerk", password=PASSWORD)).status_code == 400
    await town.sign_in("clerk", "Another-good-one-1")


async def test_changing_ones_own_password_needs_the_old_one_and_keeps_only_this_sign_in(town: Town) -> None:
    await town.county()
    here, there = await town.sign_in("clerk"), await town.sign_in("clerk")
    async with town.client(here["access_token"]) as client, town.client(there["access_token"]) as other:
        path = "/api/v1/auth/password"
        wrong = await client.post(path, json={"old_password": "wrong", "new_password": "Another-good-one-1"})
        refused(wrong, 422, "gateway.old_password_wrong", "/old_password")
        weak = await client.post(path, json={"old_password": PASSWORD, "new_password": "short"})
        refused(weak, 422, "gateway.password_too_short", "/new_password")
        done = await client.post(path, json={"old_password": PASSWORD, "new_password": "Another-good-one-1"})
        assert done.status_code == 204
        assert (await client.get("/api/v1/auth/me")).status_code == 200
        assert (await other.get("/api/v1/auth/me")).status_code == 401
    await town.sign_in("clerk", "Another-good-one-1")


async def test_guessing_the_old_password_with_a_found_token_stops_after_five(town: Town) -> None:
    token = await town.sign_in(ADMIN)
    async with town.client(token["access_token"]) as client:
        for _ in range(5):
            await client.post("/api/v1/auth/password", json={"old_password": "x", "new_password": "Another-good-one-1"})
        body = {"old_password": PASSWORD, "new_password": "Another-good-one-1"}
        refused(await client.post("/api/v1/auth/password", json=body), 422, "gateway.old_password_wrong")
    await town.sign_in(ADMIN)


WEAK = [
    ("Short-1", "gateway.password_too_short"),
    ("password1234", "gateway.password_common"),
    ("aaaaaaaaaaaaaa", "gateway.password_common"),
    ("abcabcabcabcabc", "gateway.password_common"),
    ("somebody12345", "gateway.password_common"),
    ("a" * 200 + "bcdefg", "gateway.password_unfit"),
    ("tab\tinside-the-word", "gateway.password_unfit"),
]


async def test_a_weak_password_is_refused_and_never_repeated(town: Town) -> None:
    await town.office("341622-aid", "aid")
    for password, code in WEAK:
        answer = await town.account("somebody", "341622-aid", "helper", password=password)
        refused(answer, 422, code, "/password")
        assert password not in answer.text


async def test_a_user_name_is_taken_once(town: Town) -> None:
    await town.county()
    refused(await town.account("clerk", "341622-aid", "helper"), 409, "gateway.username_taken", "/username")
    answers = await asyncio.gather(*(town.account("twin", "341622-aid", "helper") for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_clerks_manage_nothing_and_administrators_see_no_business(town: Town) -> None:
    await town.county()
    refused(await town.office("341622106-government", by="clerk"), 403, "forbidden")
    refused(await town.account("x-3", "341622-aid", "helper", by="clerk"), 403, "forbidden")
    async with await town.as_(ADMIN) as admin:
        me = (await admin.get("/api/v1/auth/me")).json()
    business = ("household", "project", "payment", "ledger", "claim", "grant", "fund")
    assert not [name for name in me["permissions"] if name.split(".")[0] in business]


async def test_a_machine_is_granted_machine_roles_only_and_until_a_day_ahead(town: Town) -> None:
    await town.county()
    async with await town.as_("county-admin") as admin:
        base = {"name": "x", "office": "341622-aid", "purpose": "比对", "expires_on": "2020-01-01"}
        refused(await admin.post("/api/v1/auth/clients", json=base), 422, "gateway.client_expiry_past", "/expires_on")
        ahead = base | {"expires_on": next_year()}
        human = await admin.post("/api/v1/auth/clients", json=ahead | {"roles": ["county_aid_officer"]})
        refused(human, 422, "gateway.role_not_at_this_office", "/roles")
        outside = await admin.post("/api/v1/auth/clients", json=ahead | {"office": "00-administration"})
        refused(outside, 422, "gateway.office_unknown", "/office")
        assert (await admin.get("/api/v1/auth/clients")).json()["items"] == []


async def test_the_table_of_roles_can_be_read_by_whoever_is_signed_in(town: Town) -> None:
    await town.county()
    async with await town.as_("clerk") as client:
        found = (await client.get("/api/v1/auth/roles")).json()
    roles = {row["code"]: row for row in found["roles"]}
    assert "county_finance_officer" in roles["account_admin"]["incompatible_with"]
    assert {"level": "county", "sector": "finance"} in roles["county_finance_officer"]["offices"]
    assert "public" not in roles
    assert "finance" in {row["code"] for row in found["sectors"]}
    texts = {row["code"]: row for row in found["permissions"]}
    assert all(texts[code]["zh"] and texts[code]["en"] for role in found["roles"] for code in role["permissions"])
    lent = {code: (row["lent"], row["lent_with_consent"]) for code, row in roles.items()}
    assert (lent["county_finance_officer"], lent["village_recorder"]) == ((True, True), (True, False))
    assert lent["auditor"] == lent["account_admin"] == (False, False)


async def test_a_secret_sent_with_a_key_leaves_no_copy(town: Town) -> None:
    await town.county()
    async with await town.as_("county-admin") as admin:
        body = {"name": "核对", "office": "341622-aid", "purpose": "比对", "expires_on": next_year()}
        headers = {"idempotency-key": "k-1"}
        assert (await admin.post("/api/v1/auth/clients", json=body, headers=headers)).status_code == 201
        office = {"code": "341622-water", "name": "水利局", "division_code": "341622", "sector": "water"}
        first = await admin.post("/api/v1/auth/offices", json=office, headers={"idempotency-key": "k-2"})
        again = await admin.post("/api/v1/auth/offices", json=office, headers={"idempotency-key": "k-2"})
    assert (first.status_code, again.status_code, again.headers["idempotency-replayed"]) == (201, 201, "true")
    async with town.harness.app.state.database.session(read_only=True) as session:
        keys = (await session.execute(text("select key from idempotency_keys"))).scalars().all()
    assert keys == ["k-2"]


async def test_whoever_is_signed_in_learns_whose_account_it_is_that_stands_beside_a_change(town: Town) -> None:
    await town.county()
    clerk = await account_id(town, "clerk")
    path = "/api/v1/auth/account-names"
    async with await town.as_(ADMIN) as admin:
        known = (await admin.get(f"/api/v1/auth/accounts/{clerk}")).json()
    async with await town.as_("clerk") as client:
        asked = await client.get(path, params={"account": [clerk, "nobody", "service:registry", clerk]})
        assert (asked.status_code, asked.json()) == (
            200, {"items": [{"account": clerk, "name": known["person_name"]}]},
        ), asked.text  # fmt: skip
        for wrong in ({}, {"account": ["x"] * 101}, {"account": ["张三"]}):
            refused(await client.get(path, params=wrong), 422, "invalid_fields")
    async with town.client() as stranger:
        assert (await stranger.get(path, params={"account": clerk})).status_code == 401
