"""Journeys to operations that no test of the services asks with success by itself."""

from __future__ import annotations

from dataclasses import replace

from shared.chassis.identity import Actor
from tests.services.funds.world import BASE, COUNTY, PROVINCE, World, document_body
from tests.services.projects.support import LIBRARY, entry, recorder
from tests.services.registry.people import household
from tests.services.registry.people import recorder as village_recorder
from tests.support.harness import Harness

KEY = {"idempotency-key": "what-became-of-it"}


def _looking_up(who: Actor) -> Actor:
    return replace(who, permissions=who.permissions | {"operation.read"})


async def _looked_up(harness: Harness, who: Actor, path: str, body: object) -> None:
    async with harness.as_(_looking_up(who)) as client:
        assert (await client.post(path, json=body, headers=KEY)).status_code == 201
        answer = await client.get(f"/api/v1/{harness.service}/operations/{KEY['idempotency-key']}")
    assert answer.status_code == 200, answer.text


async def what_became_of_a_request_is_looked_up_in_funds(world: World) -> None:
    await _looked_up(world.funds, PROVINCE, f"{BASE}/documents", document_body({COUNTY: 100}))


async def what_became_of_a_request_is_looked_up_in_projects(projects: Harness) -> None:
    await _looked_up(projects, recorder(), LIBRARY, entry())


async def what_became_of_a_request_is_looked_up_in_the_registry(county: Harness) -> None:
    await _looked_up(county, village_recorder(), "/api/v1/registry/households", household())


async def an_entry_is_edited(projects: Harness) -> None:
    async with projects.as_(recorder()) as client:
        made = await client.post(LIBRARY, json=entry())
        path = f"{LIBRARY}/{made.json()['project_code']}"
        read = await client.get(path)
        edited = await client.put(path, json=entry(name="另一工程"), headers={"if-match": read.headers["etag"]})
    assert edited.status_code == 200, edited.text


async def _exported(harness: Harness, who: Actor, path: str, body: object) -> None:
    auditor = replace(who, permissions=frozenset({"audit.read", "audit.export"}))
    async with harness.as_(who) as client, harness.as_(auditor) as other:
        assert (await client.post(path, json=body, headers=KEY)).status_code == 201
        while await harness.fastapi.state.sealer.turn():
            pass
        await harness.fastapi.state.sealer.check()
        for what in ("export", "checkpoints"):
            answer = await other.get(f"/api/v1/{harness.service}/trail/{what}")
            assert answer.status_code == 200, answer.text


async def the_trail_of_funds_is_exported(world: World) -> None:
    await _exported(world.funds, PROVINCE, f"{BASE}/documents", document_body({COUNTY: 100}))


async def the_trail_of_projects_is_exported(projects: Harness) -> None:
    await _exported(projects, recorder(), LIBRARY, entry())


async def the_trail_of_the_registry_is_exported(county: Harness) -> None:
    await _exported(county, village_recorder(), "/api/v1/registry/households", household())
