"""Webhooks against a real receiving process: signed, thin, in order, tried again, never lost, never sent inside."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.abc import AbstractResolver, ResolveResult
from sqlalchemy import text
from standardwebhooks.webhooks import Webhook

from services.gateway.domain.webhooks import AddressRules
from services.gateway.operations.webhook_worker import Pace, WebhookWorker
from services.gateway.storage import webhooks as storage
from services.gateway.upstream.webhooks import WebhookCalls
from shared.chassis import clock
from tests.services.gateway.exchange_world import PEOPLE, World, exchanging
from tests.services.gateway.people import founded
from tests.support import server
from tests.support.harness import running

HOOKS = "/api/v1/exchange/webhooks"
ROOT = Path(__file__).resolve().parents[4]


@dataclass
class Receiver:
    port: int
    log: Path

    def got(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def subjects(self, path: str = "/ok") -> list[str]:
        return [json.loads(one["body"])["data"]["id"] for one in self.got() if one["path"] == path]

    def say(self, word: str) -> None:
        self.log.with_suffix("." + word).touch()


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    log = tmp_path / "got.jsonl"
    command = [sys.executable, "-m", "tests.services.gateway.webhook_receiver", str(log)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Receiver(int(process.stdout.readline()), log)
        process.kill()


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    async with running("gateway", rights_cache_s=0.0, webhook_workers=0, webhook_loopback=True) as harness:
        found = await exchanging(await founded(harness))
        await found.grant()
        yield found


Hire = Callable[..., WebhookWorker]


@pytest_asyncio.fixture
async def hire(world: World) -> AsyncIterator[Hire]:
    """Makes delivery workers, and closes them at the end."""
    hired: list[WebhookWorker] = []

    def one(timeout_s: float = 2.0) -> WebhookWorker:
        calls = WebhookCalls(AddressRules((), loopback=True), timeout_s)
        app = world.town.harness.fastapi
        hired.append(WebhookWorker(app.state.database, app.state.parts.seals, calls, Pace(8, 4, 5.0, 0.05)))
        return hired[-1]

    yield one
    for desk in hired:
        await desk.close()


async def hook(world: World, receiver: Receiver, verb: str) -> dict[str, Any]:
    async with world.machine() as client:
        url = f"http://127.0.0.1:{receiver.port}/{verb}"
        made = await client.post(HOOKS, json={"url": url, "items": [PEOPLE]})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def happen(world: World, *subjects: str, division: str = "341622101200", start: int = 1) -> None:
    """These records changed, in this order."""
    events = [
        {
            "id": f"evt_{subject}_{place}", "type": f"{PEOPLE}.changed", "item": PEOPLE, "subject": subject,
            "version": place, "division_code": division, "former_division_code": None, "at": clock.now(),
        }
        for place, subject in enumerate(subjects, start)
    ]  # fmt: skip
    async with world.town.harness.app.state.database.session() as session:
        before = await storage.cursor_of(session, PEOPLE)
        assert await storage.take_in(session, PEOPLE, before, f"{before or ''}x", events)


async def run(world: World, sql: str, **binds: Any) -> Sequence[Any]:
    async with world.town.harness.app.state.database.session() as session:
        result = await session.execute(text(sql), binds)
        return result.all() if result.returns_rows else []


async def listed(world: World, made: dict[str, Any], **params: Any) -> list[dict[str, Any]]:
    async with world.machine() as client:
        answer = await client.get(f"{HOOKS}/{made['webhook']['id']}/deliveries", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_events_of_granted_areas_arrive_signed_thin_and_in_order(
    world: World, receiver: Receiver, hire: Hire
) -> None:
    made = await hook(world, receiver, "ok")
    await happen(world, "a", "b", "a", "a")
    await happen(world, "far", division="410102001001", start=50)
    desk = hire()
    assert await desk.deliver_due() == 4
    got = receiver.got()
    assert [json.loads(one["body"])["data"]["version"] for one in got if '"id":"a"' in one["body"]] == [1, 3, 4]
    assert "far" not in receiver.subjects()
    for one in got:
        told = Webhook(made["secret"]).verify(one["body"], one["headers"])
        assert set(told) == {"type", "timestamp", "data"}
        assert set(told["data"]) == {"item", "id", "version"}
    async with world.machine() as client:
        turned = (await client.post(f"{HOOKS}/{made['webhook']['id']}/secret")).json()
        assert (await client.post(f"{HOOKS}/{made['webhook']['id']}/test")).status_code == 202
        await desk.deliver_due()
        last = receiver.got()[-1]
        for secret in (turned["secret"], made["secret"]):
            assert Webhook(secret).verify(last["body"], last["headers"])["type"] == "webhook.test"
        await run(world, "update webhook_endpoints set old_until = now() - interval '1 second'")
        await client.post(f"{HOOKS}/{made['webhook']['id']}/test")
        await desk.deliver_due()
        assert len(receiver.got()[-1]["headers"]["webhook-signature"].split()) == 1
        # What was missed is pulled by cursor, from anywhere.
        page = (await client.get("/api/v1/exchange/events", params={"limit": 3})).json()
        rest = (await client.get("/api/v1/exchange/events", params={"after": page["next_cursor"]})).json()
        told = [event["subject"] for event in page["events"] + rest["events"]]
        assert (told, page["more"], rest["more"]) == (["a", "b", "a", "a"], True, False)
        shown = (await client.get(HOOKS)).text
    stored = await run(world, "select secret_sealed from webhook_endpoints")
    assert turned["secret"] not in shown
    assert all(turned["secret"].encode() not in bytes(row[0]) for row in stored)


async def test_an_endpoint_that_fails_is_tried_again_left_alone_and_at_last_given_up(
    world: World, receiver: Receiver, hire: Hire
) -> None:
    failing, fine, slow, gone, elsewhere = [
        await hook(world, receiver, verb) for verb in ("fail", "ok", "slow", "gone", "redirect")
    ]
    await happen(world, "a", "a", "b")
    desk = hire(0.5)
    await desk.deliver_due()
    assert receiver.subjects() == ["a", "b", "a"] or receiver.subjects() == ["a", "a", "b"]
    assert receiver.subjects("/fail").count("a") == 1  # the second change of a waits behind the first
    assert receiver.subjects("/followed") == []
    assert {(one["state"], one["last_fault"]) for one in await listed(world, slow)} >= {("waiting", "timeout")}
    assert {one["last_status"] for one in await listed(world, elsewhere)} >= {302}
    async with world.machine() as client:
        states = {one["id"]: (one["state"], one["state_reason"]) for one in (await client.get(HOOKS)).json()["items"]}
        assert states[gone["webhook"]["id"]] == ("disabled", "gone")
        first = (await listed(world, failing))[-1]
        assert (first["attempts"], first["state"], first["last_status"]) == (1, "waiting", 500)
        for _ in range(9):
            await run(world, "update webhook_deliveries set due_at = now() where state = 'waiting'")
            await run(world, "update webhook_endpoints set open_until = null where url like '%/fail'")
            await desk.deliver_due()
        dead = await listed(world, failing, state="dead")
        assert {one["subject"] for one in dead} == {"a", "b"}
        path = f"{HOOKS}/{failing['webhook']['id']}"
        assert (await client.get(HOOKS)).json()["items"][0]["failures"] >= 20
        await run(world, "update webhook_endpoints set failing_since = now() - interval '6 days', open_until = null")
        await run(world, "update webhook_deliveries set due_at = now() where state = 'waiting'")
        await desk.deliver_due()
        stopped = next(one for one in (await client.get(HOOKS)).json()["items"] if one["id"] == path.rsplit("/", 1)[1])
        assert (stopped["state"], stopped["state_reason"]) == ("disabled", "failing")
        notices = await run(world, "select 1 from audit_entries where action = 'webhook.disable'")
        assert len(notices) == len(states) - 1  # once each, all but the one that works
        receiver.say("mended")
        assert (await client.post(f"{path}/enable")).json()["state"] == "active"
        again = await client.post(f"{path}/deliveries/{dead[0]['id']}/redelivery")
        assert again.status_code == 202, again.text
        twice = await client.post(f"{path}/deliveries/{dead[0]['id']}/redelivery")
        assert twice.json()["code"] == "gateway.exchange_delivery_not_dead"
        await run(world, "update webhook_deliveries set due_at = now() where state = 'waiting'")
        await desk.deliver_due()
        assert {one["state"] for one in await listed(world, failing)} == {"delivered", "dead"}
    assert {one["state"] for one in await listed(world, fine)} == {"delivered"}


async def test_killed_between_the_call_and_the_mark_it_is_made_again_under_the_same_id(
    world: World, receiver: Receiver, hire: Hire
) -> None:
    made = await hook(world, receiver, "hold")
    await happen(world, "a", "a")
    dsn = server.dsn("gateway", "app", world.town.harness.database)
    seal = str(world.town.harness.fastapi.state.settings.seal_key_file)
    command = [sys.executable, "-m", "tests.services.gateway.webhook_driver", dsn, seal, "1.0"]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    for _ in range(1_000):
        if receiver.got():
            break
        await asyncio.sleep(0.02)
    process.kill()
    await process.wait()
    assert [one["state"] for one in await listed(world, made)] == ["waiting", "waiting"]
    own = "select oid from pg_database where datname = current_database()"
    assert await run(world, f"select 1 from pg_locks where locktype = 'tuple' and database = ({own})") == []
    receiver.say("go")
    await asyncio.sleep(1.1)  # the dead worker's lease
    await hire().deliver_due()
    ids = [one["headers"]["webhook-id"] for one in receiver.got()]
    assert ids == ["evt_a_1", "evt_a_1", "evt_a_2"]
    assert {one["state"] for one in await listed(world, made)} == {"delivered"}


async def test_several_workers_share_the_queue_and_none_delivers_what_another_holds(
    world: World, receiver: Receiver, hire: Hire
) -> None:
    await hook(world, receiver, "ok")
    await happen(world, *(f"s{number}" for number in range(40)), "s0", "s0")
    desks = [hire() for _ in range(4)]
    for _ in range(8):
        await asyncio.gather(*(desk.deliver_due() for desk in desks))
    subjects = receiver.subjects()
    assert sorted(set(subjects)) == sorted(f"s{number}" for number in range(40))
    assert len(subjects) == 42


async def test_a_grant_that_ended_since_and_a_machine_shut_out_are_told_nothing(
    world: World, receiver: Receiver, hire: Hire
) -> None:
    made = await hook(world, receiver, "ok")
    await happen(world, "a")
    await run(
        world, "insert into exchange_withdrawals select application_id, 'x', now(), 'x', 'x' from exchange_decisions"
    )
    await hire().deliver_due()
    assert receiver.got() == []
    assert [(one["state"], one["last_fault"]) for one in await listed(world, made)] == [("dead", "not_granted")]
    async with world.machine() as client:
        refused = await client.post(HOOKS, json={"url": f"http://127.0.0.1:{receiver.port}/x", "items": [PEOPLE]})
        assert refused.json()["code"] == "gateway.exchange_not_granted"
        inside = await client.post(HOOKS, json={"url": "https://10.0.0.1/x", "items": [PEOPLE]})
        assert inside.json()["code"] == "gateway.exchange_address_not_allowed"


class _Names(AbstractResolver):
    """A name server of somebody who means ill: the name was good when it was looked at."""

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        one = {"hostname": host, "host": "127.0.0.1", "port": port, "family": 2, "proto": 0, "flags": 0}
        return [ResolveResult(**one)]  # type: ignore[typeddict-item]

    async def close(self) -> None:
        pass


async def test_a_name_that_leads_inside_when_the_connection_is_made_is_not_followed(receiver: Receiver) -> None:
    calls = WebhookCalls(AddressRules(("push.example.gov.cn",), loopback=False), 2.0, _Names())
    outcome = await calls.post(f"https://push.example.gov.cn:{receiver.port}/ok", b"{}", {})
    assert (outcome.status, outcome.fault) == (None, "address_inside")
    literal = await calls.post(f"http://127.0.0.1:{receiver.port}/ok", b"{}", {})
    assert (literal.status, literal.fault) == (None, "address_inside")
    await calls.close()
    assert receiver.got() == []
