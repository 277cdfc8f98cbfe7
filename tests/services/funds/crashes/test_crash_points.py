"""A crash at any point of any money operation leaves it whole or not begun, and its key says which."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
import pytest_asyncio

from shared.chassis import idempotency
from tests.services.funds.crashes.crashing_world import CrashingWorld
from tests.services.funds.crashes.driver import Shifted, forget_dropped, fresh_database, machine
from tests.services.funds.world import COUNTY, PROVINCE, document_body, grant_of
from tests.support import server

Journey = Callable[[CrashingWorld], Coroutine[Any, Any, None]]


@pytest_asyncio.fixture
async def crashing(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CrashingWorld]:
    database = await fresh_database("funds")
    funds = await machine("funds", database)
    try:
        yield CrashingWorld(funds.harness, projects={"P1": grant_of("P1")}, machine=funds, shifted=Shifted(monkeypatch))
    finally:
        await funds.restart()
        forget_dropped()
        await funds.app.state.database.close()
        await server.drop(database)


async def down_to_projects(world: CrashingWorld) -> None:
    await world.allocation(await world.receipt(await world.document({COUNTY: 10_000})), 5_000)


async def through_claims(world: CrashingWorld) -> None:
    allocation = await world.allocation(await world.money(10_000), 5_000)
    await world.settle(await world.order(await world.review(await world.claim(allocation, 1_000))))


JOURNEYS: list[tuple[Journey, int]] = [(down_to_projects, 150), (through_claims, 100)]
"""Each with the fewest points it must crash at; with those of test_two_services they are more than three hundred."""


@pytest.mark.parametrize(("journey", "at_least"), JOURNEYS, ids=[journey.__name__ for journey, _ in JOURNEYS])
async def test_whatever_crashes_the_client_is_told_the_truth(
    crashing: CrashingWorld, journey: Journey, at_least: int
) -> None:
    await journey(crashing)
    assert crashing.lies == []
    await crashing.books_balance()
    assert sum(crashing.points.values()) >= at_least, crashing.points


async def test_the_driver_sees_an_answer_that_is_stored_after_its_effects(
    crashing: CrashingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control: with the effects committed before the answer is stored, there is a point where the key lies."""
    finish = idempotency.finish

    async def too_late(session: Any, *arguments: Any) -> None:
        await session.commit()
        await finish(session, *arguments)

    monkeypatch.setattr(idempotency, "finish", too_late)
    crashing.only = "/documents"
    await crashing.post(PROVINCE, "/documents", document_body({COUNTY: 10_000}))
    assert any("told" in lie for lie in crashing.lies), crashing.points
