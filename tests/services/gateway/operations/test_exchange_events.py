"""From a household file that changed to a department that knows: the real registry behind the real gateway."""

from __future__ import annotations

from typing import Any, cast

import asyncpg

from services.gateway.operations import exchange_events
from tests.services.gateway.exchange_world import PEOPLE, exchanging
from tests.services.gateway.people import founded
from tests.services.registry.people import load_divisions, open_household, person
from tests.services.registry.registering import registered, settled
from tests.support import server
from tests.support.harness import running


async def test_a_change_in_the_registry_becomes_one_event_and_one_record_of_the_granted_area() -> None:
    async with (
        running("registry") as registry,
        running("gateway", rights_cache_s=0.0, webhook_workers=0, webhook_loopback=True) as gateway,
    ):
        await load_divisions(registry)
        connect = cast("Any", asyncpg.connect)
        owner = await connect(server.dsn("registry", "owner", registry.database))
        world = await exchanging(await founded(gateway))
        await world.grant(division_code="341622101", fields=["status", "members.identity_number"])
        gateway.set_peer("registry", registry.fastapi)
        gateway.set_peer("projects", lambda request: world.answer(request))
        database, peers = gateway.fastapi.state.database, gateway.fastapi.state.peers
        async with world.machine() as client:
            hook = await client.post(
                "/api/v1/exchange/webhooks", json={"url": "http://127.0.0.1:9/x", "items": [PEOPLE]}
            )
        assert hook.status_code == 201, hook.text
        await exchange_events.collect_once(database, peers)
        here, there = person(), person()
        ours = (await open_household(registry, members=[here]))["id"]
        theirs = (await open_household(registry, members=[there], village="341622102200"))["id"]
        for household in (ours, theirs):
            await registered(owner, household)
        await settled(owner)
        assert await exchange_events.collect_once(database, peers) == 2
        assert await exchange_events.collect_once(database, peers) == 0
        async with world.machine() as client:
            events = (await client.get("/api/v1/exchange/events")).json()["events"]
            queued = await client.get(f"/api/v1/exchange/webhooks/{hook.json()['webhook']['id']}/deliveries")
        assert [(event["subject"], event["type"]) for event in events] == [(ours, f"{PEOPLE}.changed")]
        assert [one["subject"] for one in queued.json()["items"]] == [ours]
        page = await world.records(limit=10)
        assert page.status_code == 200, page.text
        record = page.json()["records"][0]
        assert (record["id"], record["division_code"]) == (ours, "341622101200")
        assert record["fields"]["members"][0]["identity_number"][4:14] == "*" * 10
        assert here["identity_number"] not in page.text
        later = await world.records(cursor=page.json()["next_cursor"])
        assert later.json()["records"] == []
        assert (await world.records(cursor="WzFd")).status_code == 400
        noted = await owner.fetchrow("select purpose, office from read_trail where action = 'exchange.read'")
        assert tuple(noted) == ("eligibility", "341622-civil")
        await owner.close()
