"""Facts between services: in order per subject, a gap waits, what is refused for good is parked and stops no other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2 as httpx
from sqlalchemy import select

from shared.chassis import events
from shared.chassis.tables import AuditEntry, OutboxEvent
from tests.support import server
from tests.support.harness import Harness, build

EARLY = {"code": events.OutOfOrder.code}


class Receiver:
    """Takes facts; refuses those of `poison`, has a gap before those of `early`, or is away."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, int]] = []
        self.poison: set[str] = set()
        self.early: set[str] = set()
        self.away = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        fact = json.loads(request.content)
        if self.away:
            return httpx.Response(503)
        if fact["subject"] in self.early:
            return httpx.Response(409, json=EARLY)
        if fact["subject"] in self.poison:
            return httpx.Response(422, json={})
        self.taken.append((fact["subject"], fact["sequence"]))
        return httpx.Response(200, json={})


@asynccontextmanager
async def resting() -> AsyncIterator[Harness]:
    """A service whose own relay does not run."""
    database = await server.create_copy("projects", await asyncio.to_thread(server.template, "projects"))
    harness = build("projects", database, {})
    try:
        yield harness
    finally:
        await harness.fastapi.state.database.close()
        await server.drop(database)


async def told(harness: Harness, *subjects: str) -> None:
    async with harness.fastapi.state.database.session() as session:
        for subject in subjects:
            await events.emit(session, "thing.changed", subject, {})


async def relay(harness: Harness, rounds: int = 1) -> None:
    state = harness.fastapi.state
    for _ in range(rounds):
        await events.relay_once(state.database, "registry", state.peers["other"])


async def rows(harness: Harness, kind: Any) -> list[Any]:
    async with harness.fastapi.state.database.session() as session:
        return list(await session.scalars(select(kind).order_by(kind.id)))


async def test_poison_is_parked_with_an_alert_while_the_others_go_on() -> None:
    receiver = Receiver()
    async with resting() as harness:
        harness.set_peer("other", receiver)
        receiver.poison.add("bad")
        await told(harness, "bad", "bad", "good")
        await relay(harness, 12)
        await told(harness, "good")
        await relay(harness)
        assert receiver.taken == [("good", 1), ("good", 2)]
        assert [row.attempts for row in await rows(harness, OutboxEvent) if row.subject == "bad"] == [10, 0]
        alerts = [row for row in await rows(harness, AuditEntry) if row.action == "event.park"]
        assert [(row.subject, row.details["sequence"]) for row in alerts] == [("bad", 1)]
        receiver.poison.clear()
        async with harness.fastapi.state.database.session() as session:
            assert await events.unpark(session, "bad") == 1
        await relay(harness)
        assert receiver.taken[2:] == [("bad", 1), ("bad", 2)]


async def test_a_gap_waits_for_ever_and_an_absence_counts_against_nobody() -> None:
    receiver = Receiver()
    async with resting() as harness:
        harness.set_peer("other", receiver)
        receiver.early.add("early")
        await told(harness, "early", "good")
        await relay(harness, 15)
        assert receiver.taken == [("good", 1)]
        receiver.early.clear()
        await relay(harness)
        assert receiver.taken == [("good", 1), ("early", 1)]
        receiver.away = True
        await told(harness, "good")
        await relay(harness, 12)
        assert (await rows(harness, OutboxEvent))[-1].attempts == 0


async def test_many_that_are_refused_keep_nobody_from_being_told(monkeypatch: Any) -> None:
    monkeypatch.setattr(events, "RELAY_BATCH", 3)
    receiver = Receiver()
    async with resting() as harness:
        harness.set_peer("other", receiver)
        receiver.poison |= {f"bad-{number}" for number in range(6)}
        await told(harness, *sorted(receiver.poison), "good")
        await relay(harness, 4)
        assert receiver.taken == [("good", 1)]
