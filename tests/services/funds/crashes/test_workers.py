"""A worker that crashes anywhere loses nothing and does nothing twice: its next turn ends what it had begun."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.funds.operations import alert_sweeps, key_rotation, spending_sums
from services.funds.storage.alert_areas import Turn
from services.funds.storage.sealing import Seals
from shared.chassis import events
from shared.chassis.database import Database
from tests.services.funds.api import test_grant_batches as grants
from tests.services.funds.api import test_recalls as recalls
from tests.services.funds.crashes.crashing_world import CrashingWorld
from tests.services.funds.crashes.driver import Crashed, NewSite, Shifted, drop, forget_dropped
from tests.services.funds.crashes.test_crash_points import crashing as crashing
from tests.services.funds.crashes.two_services import CODE, pair
from tests.services.funds.operations.test_key_rotation import ACCOUNTS, OLD, clear_of, kept
from tests.services.funds.world import CLAIMANT, COUNTY, READER, day

Step = Callable[[], Coroutine[Any, Any, Any]]
MOST_POINTS = 100


@dataclass
class Worker:
    """One of the workers. `prepare` gives it something to do, `wrong` says what is wrong when it should be done."""

    prepare: Step
    turn: Step
    restart: Step
    wrong: Callable[[], Coroutine[Any, Any, list[str]]]

    async def crashed_everywhere(self) -> tuple[int, list[str]]:
        """Crash a turn at each place, let the next one end it; the number of points, and what was wrong after them."""
        seen: set[str] = set()
        lies: list[str] = []
        for point in range(MOST_POINTS):
            await self.prepare()
            try:
                await drop(self.turn(), NewSite(seen))
            except Crashed:
                await self.restart()
                await self.turn()
                lies += [f"{point + 1}: {fault}" for fault in await self.wrong()]
            else:
                return point, lies
        raise AssertionError("it never ends")


async def scalar(database: Database, query: str) -> Any:
    async with database.session() as session:
        return await session.scalar(text(query))


def restarting(world: CrashingWorld) -> Step:
    async def restart() -> None:
        assert world.machine is not None
        await world.machine.restart()
        world.__post_init__()

    return restart


def database_of(world: Any) -> Database:
    found: Database = world.funds.fastapi.state.database
    return found


async def test_the_folding_of_sums_counts_every_transfer_once(crashing: CrashingWorld) -> None:
    crashing.only = ()
    database = database_of(crashing)

    async def wrong() -> list[str]:
        left = await scalar(database, "select count(*) from spending_tail")
        differing = await spending_sums.differing(database)
        return ([f"{left} left"] if left else []) + ([f"{differing} differ"] if differing else [])

    worker = Worker(lambda: crashing.money(100), lambda: spending_sums.fold_once(database), restarting(crashing), wrong)
    points, lies = await worker.crashed_everywhere()
    assert (lies, points >= 2) == ([], True), points
    assert await spending_sums.rebuild(database) > 0
    await crashing.books_balance()


async def test_the_sweeper_of_alerts_opens_each_once(crashing: CrashingWorld) -> None:
    crashing.only = ()
    database = database_of(crashing)

    async def prepare() -> None:
        await crashing.document({COUNTY: 700})

    async def turn() -> None:
        assert crashing.shifted is not None
        crashing.shifted.forward((alert_sweeps.EVERY + timedelta(minutes=1)).total_seconds())
        assert await alert_sweeps.sweep_once(database) == Turn(COUNTY, asked=False)

    async def wrong() -> list[str]:
        alerts = await scalar(database, "select count(*) from alerts")
        causes = await scalar(database, "select count(distinct (rule, reference)) from alerts")
        lines = await scalar(database, "select count(*) from document_lines")
        found = await scalar(database, "select count(*) from alerts where rule = 'central_not_received'")
        told = "select sum((details ->> 'opened')::int) from audit_entries where action = 'alert.run'"
        sums = {"causes": causes, "told": await scalar(database, told)}
        faults = [f"{alerts} alerts, {name} {count}" for name, count in sums.items() if count != alerts]
        return faults + ([f"{found} of {lines} found"] if found != lines else [])

    points, lies = await Worker(prepare, turn, restarting(crashing), wrong).crashed_everywhere()
    assert (lies, points >= 15) == ([], True), points


async def test_a_rotation_of_keys_goes_on_where_it_was_broken_off(
    crashing: CrashingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashing.only = ()
    monkeypatch.setattr(key_rotation, "BATCH", 3)
    database = database_of(crashing)
    keys = [OLD]
    await kept(crashing, Seals(keys))

    async def prepare() -> None:
        keys.insert(0, os.urandom(32))

    async def wrong() -> list[str]:
        seals = Seals(keys)
        told = "select sum((details ->> 'rows')::int) from audit_entries where action = 'seal_key.rotate'"
        rows = await scalar(database, told)
        return [
            fault
            for fault, it in {
                "an account is not what it was": await clear_of(crashing, Seals(keys[:1])) != ACCOUNTS,
                "a value is under another key": await key_rotation.status(database) != {seals.present: len(ACCOUNTS)},
                f"{rows} rows told": rows != len(ACCOUNTS) * (len(keys) - 1),
            }.items()
            if it
        ]

    async def turn() -> None:
        outcome = await key_rotation.rotate(database, Seals(keys))
        assert (outcome.left, outcome.unreadable) == (0, set())

    points, lies = await Worker(prepare, turn, restarting(crashing), wrong).crashed_everywhere()
    assert (lies, points >= 5) == ([], True), points


async def test_a_death_the_registry_tells_stops_a_payment_once(crashing: CrashingWorld) -> None:
    """The inbox of funds: the registry tells again what it got no answer to."""
    crashing.only = ()
    database = database_of(crashing)
    given = await grants.allocation(crashing)
    told: dict[str, Any] = {"number": 0, "event": ""}

    async def prepare() -> None:
        told.update(number=told["number"] + 1, event=uuid.uuid4().hex)
        person = grants.person(crashing, told["number"] * 10)
        await crashing.made(CLAIMANT, "/grant-batches", grants.body(given, person))

    async def turn() -> None:
        answer = await crashing.died(told["number"] * 10, day(5, 6), event=told["event"])
        assert answer.status_code == 200, answer.text

    async def wrong() -> list[str]:
        stopped = await scalar(database, "select count(*) from grant_lines where state = 'stopped'")
        noted = await scalar(database, "select count(*) from inbox_events")
        free = (await crashing.seen(READER, f"/allocations/{given['allocation_id']}"))["available_fen"]
        right = (told["number"], told["number"], 10_000_000)
        return [] if (stopped, noted, free) == right else [f"{stopped} stopped, {noted} noted, {free} fen free"]

    points, lies = await Worker(prepare, turn, restarting(crashing), wrong).crashed_everywhere()
    assert (lies, points >= 10) == ([], True), points
    await crashing.books_balance()
    assert await spending_sums.differing(database) == 0


async def relayed(monkeypatch: pytest.MonkeyPatch) -> tuple[int, list[str]]:
    """Crash the relay of funds, projects with it, after releases of money the project's plan line has to learn."""
    async with pair(together=True) as services:
        world, state = services.world, services.funds.app.state
        Shifted(monkeypatch)
        allocation = await world.allocation(await world.money(10_000), 10_000, CODE)

        async def prepare() -> None:
            one = await world.made(
                recalls.RECALLER, "/recalls", recalls.body(7, allocation_id=allocation["allocation_id"])
            )
            assert (await recalls.decide(world, recalls.SECOND, one)).status_code == 200

        async def wrong() -> list[str]:
            unsent = await scalar(state.database, "select count(*) from outbox_events where delivered_at is null")
            ours, theirs = [
                (await scalar(database, "select sum(amount_fen) from funding_releases"))
                for database in (state.database, services.projects.app.state.database)
            ]
            room = await scalar(services.projects.app.state.database, "select sum(funded_fen) from projects")
            right = (0, ours, 10_000 - ours)
            return [] if (unsent, theirs, room) == right else [f"{unsent} unsent, {ours} and {theirs}, funded {room}"]

        async def turn() -> int:
            return await events.relay_once(state.database, "funds", state.peers["projects"])

        try:
            return await Worker(prepare, turn, services.crash, wrong).crashed_everywhere()
        finally:
            forget_dropped()


async def test_the_relay_of_the_outbox_tells_every_fact_once(monkeypatch: pytest.MonkeyPatch) -> None:
    points, lies = await relayed(monkeypatch)
    assert (lies, points >= 8) == ([], True), points


async def test_the_driver_sees_a_relay_that_notes_before_it_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: facts noted as delivered before they were are lost."""
    find = events._unsent

    async def noted_first(session: Any) -> Any:
        rows = await find(session)
        for row in rows:
            row.delivered_at = row.at
        await session.commit()
        return rows

    monkeypatch.setattr(events, "_unsent", noted_first)
    _, lies = await relayed(monkeypatch)
    assert any("and" in lie for lie in lies)
