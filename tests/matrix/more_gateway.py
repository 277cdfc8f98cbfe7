"""Journeys of the gateway's people and machines to operations that no test of its suite asks through its door."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2 as httpx
import pytest_asyncio
from joserfc.jwk import OKPKey

from shared.chassis.scope import covers
from tests.matrix.scoped_world import scope_of
from tests.services.gateway.api.test_audit import HOUSEHOLD
from tests.services.gateway.api.test_delegations import act, county, lend
from tests.services.gateway.api.test_public_complaints import hand_in
from tests.services.gateway.exchange_world import PEOPLE, World
from tests.services.gateway.operations.test_webhooks import HOOKS, happen, run, world
from tests.services.gateway.people import ADMIN, Town, founded
from tests.support.harness import running

VILLAGE = "341622101200"
KEY = {"idempotency-key": "what-became-of-it"}
__all__ = ["world"]
"""The fixture of a department whose machine may be told of changes."""


async def a_machine_keeps_its_webhooks(world: World) -> None:
    async with world.machine() as client:
        made = await client.post(HOOKS, json={"url": "http://127.0.0.1:1/ok", "items": [PEOPLE]})
        assert made.status_code == 201, made.text
        path = f"{HOOKS}/{made.json()['webhook']['id']}"
        await happen(world, "a", "b")
        await run(world, "update webhook_deliveries set state = 'dead', settled_at = now()")
        assert len((await client.get(HOOKS)).json()["items"]) == 1
        listed = await client.get(f"{path}/deliveries")
        dead = listed.json()["items"][0]["id"]
        assert (await client.post(f"{path}/deliveries/{dead}/redelivery")).status_code == 202
        assert (await client.post(f"{path}/secret")).status_code == 200
        assert (await client.post(f"{path}/test")).status_code == 202
        assert (await client.get("/api/v1/exchange/events")).json()["events"]
        await run(world, "update webhook_endpoints set state = 'disabled', state_reason = 'failing'")
        assert (await client.post(f"{path}/enable")).status_code == 200
        assert (await client.post(f"{path}/end")).status_code == 200


async def an_application_and_its_grant_are_looked_up(world: World) -> None:
    async with await world.town.as_("civil") as civil, await world.town.as_("aid") as owner:
        for client in (civil, owner):
            assert (await client.get("/api/v1/exchange/applications")).json()["items"]
        assert (await owner.get("/api/v1/exchange/usage")).status_code == 200


def _registry_of_a_household(request: httpx.Request) -> httpx.Response:
    """The registry as it answers of one household, to whose area holds it, and of every division."""
    path = request.url.path
    if path == f"/internal/trail-subjects/{HOUSEHOLD}" and covers(scope_of(request), VILLAGE):
        return httpx.Response(200, json={"household_no": "34162210100001", "subjects": [HOUSEHOLD]})
    if path == "/internal/trail/entries":
        return httpx.Response(200, json={"items": []})
    known = path.startswith("/internal/divisions/")
    return httpx.Response(200 if known else 404, json={"code": path.rsplit("/", 1)[1]})


async def auditors_look_into_the_trail(town: Town) -> None:
    for service in ("registry", "projects", "funds"):
        town.harness.set_peer(service, _registry_of_a_household)
    await town.county()
    assert (await town.account("audit", "341622-aid", "auditor")).status_code == 201
    await town.account("watcher", "341622-aid", "security_admin")
    async with await town.as_("audit") as client:
        for what in ("gateway/trail/export", "gateway/trail/checkpoints", f"audit/households/{HOUSEHOLD}/readers"):
            found = await client.get(f"/api/v1/{what}")
            assert found.status_code == 200, found.text
        assert (await client.get("/api/v1/audit/entries")).json()["items"]
    async with await town.as_("watcher") as client:
        assert (await client.get("/api/v1/auth/sign-ins")).json()["items"]
        assert (await client.get("/api/v1/auth/sign-ins/counts")).json()["items"]


async def what_became_of_a_request_is_looked_up_at_the_gateway(town: Town) -> None:
    await town.county()
    body = {"code": "341622-water", "name": "蒙城县水利局", "division_code": "341622", "sector": "water"}
    async with await town.as_(ADMIN) as client:
        assert (await client.post("/api/v1/auth/offices", json=body, headers=KEY)).status_code == 201
        answer = await client.get(f"/api/v1/gateway/operations/{KEY['idempotency-key']}")
    assert answer.status_code == 200, answer.text


async def a_complaint_is_answered_and_closed(town: Town) -> None:
    await town.county()
    for username in ("wang", "li-er"):
        assert (await town.account(username, "341622-aid", "county_aid_officer")).status_code == 201
    assert (await hand_in(town)).status_code == 201
    async with await town.as_("wang") as wang, await town.as_("li-er") as li:
        path = f"/api/v1/complaints/{(await wang.get('/api/v1/complaints')).json()['items'][0]['id']}"
        assert (await wang.post(f"{path}/acceptance")).status_code == 200
        assert (await wang.post(f"{path}/drafts", json={"text": "款项已发放。"})).status_code == 200
        draft = (await wang.get(path)).json()["entries"][-1]["id"]
        word = {"draft_id": draft, "outcome": "release", "opinion": "同意"}
        assert (await li.post(f"{path}/release", json=word)).status_code == 200
        assert (await wang.post(f"{path}/closing", json={"reason": "已答复"})).status_code == 200


@pytest_asyncio.fixture
async def tied() -> AsyncIterator[Town]:
    """A gateway with an external issuer nobody asks."""
    async with running("gateway", rights_cache_s=0.0, oidc_issuer="https://issuer.example") as harness:
        town = await founded(harness)
        await town.county()
        yield town


async def an_account_is_tied_to_the_issuers_subject(tied: Town) -> None:
    async with await tied.as_(ADMIN) as admin:
        rows = (await admin.get("/api/v1/auth/accounts")).json()["items"]
        clerk = next(row["id"] for row in rows if row["username"] == "clerk")
        path = f"/api/v1/auth/accounts/{clerk}/issuer-links"
        assert (await admin.post(path, json={"subject": "subject-1"})).status_code == 201
        link = (await admin.get(path)).json()["items"][0]["id"]
        assert (await admin.post(f"{path}/{link}/end")).status_code == 204


async def a_lent_role_is_looked_at_and_refused(town: Town) -> None:
    ids = await county(town)
    made = (await lend(town, "clerk", ids["second"], "county_finance_officer")).json()
    async with await town.as_("clerk") as lender:
        assert (await lender.get(f"/api/v1/auth/delegations/{made['id']}")).status_code == 200
    assert (await act(town, "county-admin", made["id"], "refuse")).status_code == 200


async def a_machine_is_made_and_given_a_key_and_a_clerk_signed_out(town: Town) -> None:
    await town.county()
    await town.sign_in("clerk")
    body = {"name": "民政核对平台", "office": "341622-aid", "purpose": "低保名单比对", "expires_on": "2027-10-01"}
    key = OKPKey.generate_key("Ed25519").as_dict(private=False)
    async with await town.as_(ADMIN) as admin:
        made = (await admin.post("/api/v1/auth/clients", json=body)).json()["client"]["client_id"]
        assert (await admin.post(f"/api/v1/auth/clients/{made}/keys", json={"key": key})).status_code == 201
        assert len((await admin.get("/api/v1/auth/clients")).json()["items"]) == 1
        rows = (await admin.get("/api/v1/auth/accounts")).json()["items"]
        clerk = next(row["id"] for row in rows if row["username"] == "clerk")
        assert (await admin.post(f"/api/v1/auth/accounts/{clerk}/sessions/end")).json()["ended"] == 1
