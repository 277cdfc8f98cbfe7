"""Signing in: the three grants, rotation, lock-out, sign-out, and what a change of rights does to a token."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta

import httpx2 as httpx
import pytest
from sqlalchemy import text

from shared.chassis import clock
from tests.services.gateway.people import ADMIN, PASSWORD, Town


def refused(answer: httpx.Response, status: int, error: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["error"] == error
    assert problem["status"] == status
    assert problem["trace_id"] == answer.headers["x-trace-id"]
    assert PASSWORD not in answer.text


async def test_a_person_signs_in_and_learns_who_they_are(town: Town) -> None:
    await town.county()
    answer = await town.token(grant_type="password", username="clerk", password=PASSWORD)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    token = answer.json()
    assert (token["token_type"], token["expires_in"] <= 900) == ("Bearer", True)
    async with town.client(token["access_token"]) as client:
        me = (await client.get("/api/v1/auth/me")).json()
    assert (me["username"], me["office"], me["level"], me["sector"]) == (
        "clerk",
        "341622-finance",
        "county",
        "finance",
    )
    assert me["scope"] == ["341622"]
    assert me["roles"] == ["county_finance_officer"]
    assert "payment.order" in me["permissions"]
    assert "plan.decide" not in me["permissions"]


async def test_a_refresh_token_is_good_once_and_its_second_use_ends_the_whole_family(town: Town) -> None:
    first = await town.sign_in(ADMIN)
    second = await town.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert second.status_code == 200
    async with town.client(second.json()["access_token"]) as client:
        assert (await client.get("/api/v1/auth/me")).status_code == 200
        stolen = await town.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
        refused(stolen, 400, "invalid_grant")
        assert (await client.get("/api/v1/auth/me")).status_code == 401
    third = await town.token(grant_type="refresh_token", refresh_token=second.json()["refresh_token"])
    refused(third, 400, "invalid_grant")


async def test_of_two_uses_of_a_refresh_token_at_once_exactly_one_wins(town: Town) -> None:
    first = await town.sign_in(ADMIN)
    answers = await asyncio.gather(
        *(town.token(grant_type="refresh_token", refresh_token=first["refresh_token"]) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]


async def test_signing_out_ends_the_token_and_its_refresh_token(town: Town) -> None:
    token = await town.sign_in(ADMIN)
    async with town.client(token["access_token"]) as client:
        assert (await client.post("/api/v1/auth/sign-out")).status_code == 204
        assert (await client.get("/api/v1/auth/me")).status_code == 401
    refused(await town.token(grant_type="refresh_token", refresh_token=token["refresh_token"]), 400, "invalid_grant")


async def test_a_wrong_name_a_wrong_password_and_a_shut_account_get_the_same_answer(town: Town) -> None:
    await town.county()
    clerk = (await (await town.as_("clerk")).get("/api/v1/auth/me")).json()["account"]
    wrong = await town.token(grant_type="password", username="clerk", password="not the password")
    nobody = await town.token(grant_type="password", username="nobody-at-all", password=PASSWORD)
    async with await town.as_(ADMIN) as admin:
        assert (await admin.post(f"/api/v1/auth/accounts/{clerk}/disable", json={"reason": "调离"})).status_code == 200
    shut = await town.token(grant_type="password", username="clerk", password=PASSWORD)
    bodies = []
    for answer in (wrong, nobody, shut):
        refused(answer, 400, "invalid_grant")
        bodies.append({name: value for name, value in answer.json().items() if name != "trace_id"})
    assert bodies[0] == bodies[1] == bodies[2]


async def test_after_five_wrong_passwords_from_one_address_even_the_right_one_is_refused_there(town: Town) -> None:
    for _ in range(5):
        refused(
            await town.token(grant_type="password", username=ADMIN, password="guess guess guess"), 400, "invalid_grant"
        )
    locked = await town.token(grant_type="password", username=ADMIN, password=PASSWORD)
    refused(locked, 400, "invalid_grant")
    transport = httpx.ASGITransport(app=town.harness.app, client=("192.0.2.7", 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as elsewhere:
        form = {"grant_type": "password", "username": ADMIN, "password": PASSWORD}
        assert (await elsewhere.post("/api/v1/auth/token", data=form)).status_code == 200


async def test_guesses_sent_all_at_once_are_counted_one_by_one(town: Town) -> None:
    guesses = [town.token(grant_type="password", username=ADMIN, password=f"guess number {n}") for n in range(12)]
    await asyncio.gather(*guesses)
    async with town.harness.app.state.database.session(read_only=True) as session:
        outcomes = (await session.execute(text("select outcome, count(*) from sign_ins group by outcome"))).all()
    assert dict(tuple(row) for row in outcomes) == {"wrong_secret": 5, "locked": 7}


async def test_the_lock_opens_when_its_time_is_over_and_a_good_sign_in_clears_the_count(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        await town.token(grant_type="password", username=ADMIN, password="guess guess guess")
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=16))
    await town.token(grant_type="password", username=ADMIN, password="guess guess guess")
    await town.sign_in(ADMIN)
    async with town.harness.app.state.database.session(read_only=True) as session:
        assert (await session.execute(text("select count(*) from sign_in_counters"))).scalar_one() == 0


async def test_a_sign_in_runs_out_after_its_hours_whatever_is_refreshed(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await town.sign_in(ADMIN)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=13))
    refused(await town.token(grant_type="refresh_token", refresh_token=token["refresh_token"]), 400, "invalid_grant")
    async with town.client(token["access_token"]) as client:
        assert (await client.get("/api/v1/auth/me")).status_code == 401


BAD_FORMS: list[tuple[dict[str, str], str]] = [
    ({"scope": "x"}, "invalid_request"),
    ({"grant_type": "password"}, "invalid_request"),
    ({"grant_type": "password", "username": "a"}, "invalid_request"),
    ({"grant_type": "refresh_token"}, "invalid_request"),
    ({"grant_type": "refresh_token", "refresh_token": "made-up"}, "invalid_grant"),
    ({"grant_type": "authorization_code", "code": "x"}, "unsupported_grant_type"),
    ({"grant_type": "password", "username": "a\x00b", "password": "b"}, "invalid_request"),
    ({"grant_type": "password", "username": "a", "password": "b" * 2000}, "invalid_request"),
]


async def test_a_bad_token_request_is_named_in_the_words_of_oauth2(town: Town) -> None:
    for form, error in BAD_FORMS:
        refused(await town.token(**form), 400, error)


async def test_a_repeated_field_json_and_an_oversized_form_are_refused(town: Town) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    async with town.client() as client:
        path = "/api/v1/auth/token"
        twice = await client.post(path, content=b"grant_type=password&grant_type=password", headers=kind)
        json = await client.post(path, json={"grant_type": "password"})
        large = await client.post(path, content=b"a=" + b"b" * 20_000, headers=kind)
    refused(twice, 400, "invalid_request")
    assert json.status_code == 415
    assert large.status_code == 413
    assert large.json()["code"] == "too_large"


async def test_a_machine_gets_a_token_by_form_or_basic_and_none_once_it_is_shut(town: Town) -> None:
    await town.county()
    async with await town.as_(ADMIN) as admin:
        until = (clock.office_today() + timedelta(days=30)).isoformat()
        body = {"name": "民政核对平台", "office": "341622-aid", "purpose": "低保名单比对", "expires_on": until}
        made = await admin.post("/api/v1/auth/clients", json=body)
        assert made.status_code == 201, made.text
        client_id, secret = made.json()["client"]["client_id"], made.json()["client_secret"]
        assert secret not in (await admin.get(f"/api/v1/auth/clients/{client_id}")).text
    by_form = await town.token(grant_type="client_credentials", client_id=client_id, client_secret=secret)
    assert by_form.status_code == 200
    assert "refresh_token" not in by_form.json()
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    async with town.client(authorization=f"Basic {basic}") as client:
        by_basic = await client.post("/api/v1/auth/token", data={"grant_type": "client_credentials"})
    assert by_basic.status_code == 200
    wrong = await town.token(grant_type="client_credentials", client_id=client_id, client_secret=secret + "x")
    refused(wrong, 401, "invalid_client")
    refused(await town.token(grant_type="client_credentials"), 401, "invalid_client")
    async with town.client(by_form.json()["access_token"]) as machine:
        me = (await machine.get("/api/v1/auth/me")).json()
        assert (me["roles"], me["person_name"]) == (["department_client"], "民政核对平台")
        async with await town.as_(ADMIN) as admin:
            await admin.post(f"/api/v1/auth/clients/{client_id}/disable", json={"reason": "协议到期"})
        assert (await machine.get("/api/v1/auth/me")).status_code == 401
    refused(
        await town.token(grant_type="client_credentials", client_id=client_id, client_secret=secret),
        401,
        "invalid_client",
    )


@pytest.mark.parametrize("credentials", ["machine%00:secret", "machine:%00", "%00:%00"])
async def test_a_client_id_no_database_can_hold_is_an_invalid_request(town: Town, credentials: str) -> None:
    basic = base64.b64encode(credentials.encode()).decode()
    async with town.client(authorization=f"Basic {basic}") as client:
        answer = await client.post("/api/v1/auth/token", data={"grant_type": "client_credentials"})
    refused(answer, 400, "invalid_request")


async def test_an_expired_machine_is_refused(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    await town.county()
    async with await town.as_(ADMIN) as admin:
        until = (clock.office_today() + timedelta(days=1)).isoformat()
        body = {"name": "核对平台", "office": "341622-aid", "purpose": "比对", "expires_on": until}
        made = (await admin.post("/api/v1/auth/clients", json=body)).json()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=3))
    form = {"client_id": made["client"]["client_id"], "client_secret": made["client_secret"]}
    refused(await town.token(grant_type="client_credentials", **form), 401, "invalid_client")


async def test_every_attempt_stands_in_the_trail_without_what_was_typed_as_a_name(town: Town) -> None:
    await town.county()
    await town.account("watcher", "341622-aid", "security_admin")
    await town.office("00-security")
    await town.account("nation-watcher", "00-security", "security_admin")
    await town.token(grant_type="password", username="My-Secret-Password", password="x")
    await town.token(grant_type="password", username="clerk", password="x")
    await town.sign_in("clerk")
    async with await town.as_("watcher") as client:
        listed = (await client.get("/api/v1/auth/sign-ins")).json()["items"]
        page = await client.get("/api/v1/auth/sign-ins", params={"limit": 1})
        rest = await client.get("/api/v1/auth/sign-ins", params={"cursor": page.json()["next_cursor"]})
    async with await town.as_("nation-watcher") as client:
        everywhere = await client.get("/api/v1/auth/sign-ins")
    mine = [(row["username"], row["outcome"]) for row in listed if row["username"] == "clerk"]
    assert mine == [("clerk", "signed_in"), ("clerk", "wrong_secret")]
    assert all(row["office"].startswith("341622-") for row in listed)
    assert [row["id"] for row in page.json()["items"] + rest.json()["items"]] == [row["id"] for row in listed]
    assert "unknown_name" in {row["outcome"] for row in everywhere.json()["items"]}
    assert "my-secret-password" not in everywhere.text.lower()
    async with await town.as_("clerk") as client:
        assert (await client.get("/api/v1/auth/sign-ins")).status_code == 403


async def test_token_requests_beyond_the_limit_are_told_to_wait(town: Town) -> None:
    town.harness.app.state.parts.token_rate.per_minute = 3
    town.harness.app.state.parts.token_rate._per_second = 3 / 60
    answers = [await town.token(grant_type="refresh_token", refresh_token="none") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 429, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert answers[0].headers["ratelimit-policy"] == '"token";q=3;w=60'
    assert answers[-1].json()["code"] == "gateway.too_many_requests"
