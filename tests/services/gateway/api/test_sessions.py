"""Sign-ins that are on, what others can and cannot do to one's name, and what becomes of refused tokens."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2 as httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from services.gateway.operations import tidying
from services.gateway.operations.passwords import WAITING
from shared.chassis import clock
from tests.services.gateway.api.test_forged_tokens import Forger
from tests.services.gateway.people import ADMIN, OPERATOR, PASSWORD, Town, founded
from tests.support.harness import build, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
AUTH = "/api/v1/auth"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def town() -> AsyncIterator[Town]:
    tidying.USES_EVERY_S, every_s = 3_600.0, tidying.USES_EVERY_S
    async with running("gateway", rights_cache_s=0.5) as harness:
        harness.fastapi.state.parts.sign_in._beat_s = 0.0
        town = await founded(harness)
        await town.county()
        await town.office("00-security")
        await town.account("watcher", "341622-aid", "security_admin")
        await town.account("nation-watcher", "00-security", "security_admin")
        yield town
    tidying.USES_EVERY_S = every_s


async def from_address(town: Town, peer: str, username: str, password: str = PASSWORD) -> httpx.Response:
    transport = httpx.ASGITransport(app=town.harness.app, client=(peer, 1))
    form = {"grant_type": "password", "username": username, "password": password}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        return await client.post(f"{AUTH}/token", data=form)


async def last_outcomes(town: Town, number: int) -> list[str]:
    """The last attempts to sign in; a token refused in a test before this one may be noted only now."""
    query = text(
        "select outcome from (select id, outcome from sign_ins where outcome not like 'token%'"
        " order by id desc limit :n) x order by id"
    )
    async with town.harness.app.state.database.session(read_only=True) as session:
        return list((await session.execute(query, {"n": number})).scalars())


async def forget(town: Town) -> None:
    async with town.harness.app.state.database.session() as session:
        await session.execute(text("delete from sign_in_counters"))


async def test_own_sign_ins_are_listed_and_ended_one_by_one_or_all_but_this(town: Town) -> None:
    tokens = [await town.sign_in("clerk") for _ in range(4)]
    clients = [town.client(token["access_token"]) for token in tokens]
    listed = (await clients[0].get(f"{AUTH}/sessions")).json()["items"]
    assert len(listed) == 4
    assert [row["current"] for row in listed].count(True) == 1
    assert {row["grant"] for row in listed} == {"password"}
    assert all(row["peer"] for row in listed)
    mine = next(row["id"] for row in (await clients[1].get(f"{AUTH}/sessions")).json()["items"] if row["current"])
    assert (await clients[0].post(f"{AUTH}/sessions/{mine}/end")).status_code == 204
    assert (await clients[0].post(f"{AUTH}/sessions/{mine}/end")).status_code == 404
    assert (await clients[0].post(f"{AUTH}/sessions/end-others")).json() == {"ended": 2}
    await asyncio.sleep(0.5)
    assert [(await client.get(f"{AUTH}/me")).status_code for client in clients] == [200, 401, 401, 401]
    gone = await town.token(grant_type="refresh_token", refresh_token=tokens[1]["refresh_token"])
    assert gone.json()["error"] == "invalid_grant"


async def test_administrators_end_sign_ins_in_their_area_and_see_none_elsewhere(town: Town) -> None:
    clerk = town.client((await town.sign_in("clerk"))["access_token"])
    me = (await clerk.get(f"{AUTH}/me")).json()["account"]
    nations = (await (await town.as_(OPERATOR)).get(f"{AUTH}/me")).json()["account"]
    for username in ("county-admin", "watcher"):
        async with await town.as_(username) as client:
            path = f"{AUTH}/accounts/{me}/sessions"
            assert len((await client.get(path)).json()["items"]) >= 1
            for absent in (nations, "nobody"):
                assert (await client.get(f"{AUTH}/accounts/{absent}/sessions")).status_code == 404
                assert (await client.post(f"{AUTH}/accounts/{absent}/sessions/end")).status_code == 404
            assert (await client.post(f"{path}/{'0' * 32}/end")).status_code == 404
    assert (await clerk.get(f"{AUTH}/accounts/{me}/sessions")).status_code == 403
    async with await town.as_("watcher") as client:
        one = (await client.get(f"{AUTH}/accounts/{me}/sessions")).json()["items"][0]["id"]
        assert (await client.post(f"{AUTH}/accounts/{me}/sessions/{one}/end")).status_code == 204
        assert (await client.post(f"{AUTH}/accounts/{me}/sessions/end")).json()["ended"] >= 0
    await asyncio.sleep(0.5)
    assert (await clerk.get(f"{AUTH}/me")).status_code == 401


async def test_what_is_ended_at_one_gateway_is_out_at_another_within_seconds(town: Town) -> None:
    other = build("gateway", town.harness.database, {"rights_cache_s": 3.0})
    token = (await town.sign_in("clerk"))["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    transport = httpx.ASGITransport(app=other.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://other", headers=headers) as there:
        assert (await there.get(f"{AUTH}/me")).status_code == 200
        async with town.client(token) as here:
            assert (await here.post(f"{AUTH}/sign-out")).status_code == 204
        began = time.monotonic()
        while (await there.get(f"{AUTH}/me")).status_code == 200:
            assert time.monotonic() - began < 5
            await asyncio.sleep(0.1)
    await other.fastapi.state.database.close()


async def test_a_storm_of_guesses_bars_nobody_from_where_they_were_before(town: Town) -> None:
    assert (await from_address(town, "192.0.2.1", "clerk")).status_code == 200
    for number in range(20):
        await from_address(town, f"203.0.113.{number}", "clerk", "a wrong guess")
    assert (await from_address(town, "203.0.113.99", "clerk", "a wrong guess")).status_code == 400
    assert (await from_address(town, "203.0.113.77", "clerk")).json()["error"] == "invalid_grant"
    assert await last_outcomes(town, 2) == ["slowed", "slowed"]
    assert (await from_address(town, "192.0.2.1", "clerk")).status_code == 200
    await forget(town)


async def test_spraying_many_names_is_stopped_and_those_known_there_get_in(town: Town) -> None:
    assert (await from_address(town, "198.51.100.9", "clerk")).status_code == 200
    bodies = []
    for number in range(22):
        answer = await from_address(town, "198.51.100.9", f"guess-{number}", "Spring-2026-password")
        bodies.append({name: value for name, value in answer.json().items() if name != "trace_id"})
    assert all(body == bodies[0] for body in bodies)
    assert await last_outcomes(town, 22) == ["unknown_name"] * 20 + ["sprayed"] * 2
    assert (await from_address(town, "198.51.100.9", OPERATOR)).json()["error"] == "invalid_grant"
    assert (await from_address(town, "198.51.100.9", "clerk")).status_code == 200
    assert (await from_address(town, "198.51.100.10", OPERATOR)).status_code == 200
    async with town.harness.app.state.database.session(read_only=True) as session:
        rows = (await session.execute(text("select count(*) from sign_in_counters"))).scalar_one()
    assert rows == 40
    await forget(town)


async def test_all_refusals_leave_on_the_same_beat(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(town.harness.fastapi.state.parts.sign_in, "_beat_s", 0.1)

    async def seconds(username: str, password: str) -> float:
        began = time.monotonic()
        assert (await from_address(town, "192.0.2.44", username, password)).status_code == 400
        return time.monotonic() - began

    for username, password in (("clerk", "wrong"), ("nobody-here", PASSWORD), ("clerk", "wrong again")):
        assert await seconds(username, password) >= 0.099
    await forget(town)


async def test_too_many_at_once_are_told_to_come_again(town: Town) -> None:
    passwords = town.harness.app.state.parts.passwords
    passwords._waiting = WAITING
    try:
        busy = await town.token(grant_type="password", username=ADMIN, password=PASSWORD)
    finally:
        passwords._waiting = 0
    assert (busy.status_code, busy.json()["code"]) == (503, "gateway.sign_ins_busy")
    assert int(busy.headers["retry-after"]) >= 1


async def test_refused_tokens_stand_in_the_trail_with_their_number_and_say_nothing_outside(town: Town) -> None:
    good = (await town.sign_in("clerk"))["access_token"]
    forger, now = Forger(good), int(time.time())
    bad = {
        "token_wrong_algorithm": forger.hmac_signed(b"public key"),
        "token_wrong_audience": forger.signed(aud="registry"),
        "token_expired": forger.signed(iat=now - 900, exp=now - 100),
        "token_future": forger.signed(iat=now + 300, exp=now + 600),
        "token_unknown_key": forger.signed(forger.header | {"kid": "nobody"}),
        "token_session_over": forger.signed(sid="0" * 32),
        "token_malformed": "a.b.c",
    }
    bodies = set()
    for token in bad.values():
        for _ in range(3):
            async with town.client(token) as client:
                answer = await client.get(f"{AUTH}/me")
            assert answer.status_code == 401
            bodies.add(answer.text.replace(answer.json()["trace_id"], ""))
    assert len(bodies) == 1
    await town.harness.fastapi.state.parts.refused_tokens.write()
    async with await town.as_("nation-watcher") as client:
        rows = (await client.get(f"{AUTH}/sign-ins", params={"limit": 100})).json()["items"]
        counts = (await client.get(f"{AUTH}/sign-ins/counts", params={"hours": 24})).json()["items"]
    async with await town.as_("watcher") as client:
        local = (await client.get(f"{AUTH}/sign-ins", params={"limit": 100})).json()["items"]
    told: Counter[str] = Counter()
    for row in rows:
        if row["grant"] == "access_token":
            told[row["outcome"]] += row["times"]
    assert told.pop("token_session_over") >= 3
    assert told == {outcome: 3 for outcome in bad if outcome != "token_session_over"}
    assert told.items() <= {row["outcome"]: row["times"] for row in counts if row["grant"] == "access_token"}.items()
    assert {row["username"] for row in local if row["outcome"] == "token_expired"} == {"clerk"}
    assert "token_malformed" not in {row["outcome"] for row in local}


async def test_use_is_noted_coarsely_and_what_is_old_is_cleared_away(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = town.harness.fastapi.state.parts
    token = (await town.sign_in("clerk"))["access_token"]
    async with town.client(token) as client:
        current = next(row for row in (await client.get(f"{AUTH}/sessions")).json()["items"] if row["current"])
    assert current["id"] in parts.rights.used_lately()
    assert tidying._coarse(clock.now()).minute % 5 == 0
    async with town.harness.app.state.database.session(read_only=True) as session:
        noted = (await session.execute(text("select count(*) from sign_ins"))).scalar_one()
    later = clock.now() + timedelta(days=200)
    monkeypatch.setattr(clock, "now", lambda: later)
    async with town.harness.app.state.database.session() as session:
        await tidying.tidy(session)
        left = [(await session.execute(text(f"select count(*) from {table}"))).scalar_one()
                for table in ("sessions", "sign_in_counters", "known_addresses")]  # fmt: skip
        kept = (await session.execute(text("select count(*) from sign_ins"))).scalar_one()
    assert left == [0, 0, 0]
    assert kept >= noted > 0
