"""An approval that crashes anywhere, in funds, in projects or in the sweeper, ends the same in both services."""

from __future__ import annotations

from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import text

from services.funds.operations import fundings
from shared.chassis.peers import Peer
from tests.services.funds.crashes.driver import At, Crashed, Shifted, drop, forget_dropped
from tests.services.funds.crashes.two_services import CODE, Pair, pair
from tests.services.funds.world import CHECKER, MAKER, day
from tests.support.harness import actor

APPROVE = {"outcome": "approve", "opinion": "同意", "decided_on": day(3, 10)}
AMOUNT = 1_000
ASKING = actor("operation.read", office=CHECKER.office)


async def proposal(services: Pair, receipt: dict[str, Any]) -> str:
    body = {"receipt_id": receipt["receipt_id"], "project_code": CODE, "amount_fen": AMOUNT, "proposed_on": day(3)}
    return f"/allocations/{(await services.world.made(MAKER, '/allocations', body))['allocation_id']}/decision"


async def sides(services: Pair) -> tuple[dict[str, str], dict[str, str]]:
    """State of every operation as each side has it, in the words of projects."""
    words = {"posted": "funded", "voided": "tombstone"}
    async with services.funds.app.state.database.session() as session:
        ours = {row.op: words.get(row.state, row.state) for row in await session.execute(text(_STATES))}
    async with services.projects.app.state.database.session() as session:
        theirs = {row.op: row.state for row in await session.execute(text(_STATES))}
    return ours, theirs


_STATES = "select op, state from fundings"


async def told(services: Pair, key: str) -> list[dict[str, Any]]:
    async with services.world.funds.as_(ASKING) as client:
        answer = await client.get(f"/api/v1/funds/operations/{key}")
    found: list[dict[str, Any]] = answer.json() if answer.status_code == 200 else []
    return found


async def crashed_everywhere(
    services: Pair, shifted: Shifted, *, sweeping: bool, until_lie: bool = False, most: int = 400
) -> tuple[int, list[str]]:
    """Crash one approval after the other, each a point later; the number of points and what was wrong after them."""
    receipt = await services.world.money(900_000)
    lies: list[str] = []
    for point in range(1, most):
        path, key = await proposal(services, receipt), f"key-{point}"
        if sweeping:
            await _left_half_done(services, path, key)
            shifted.forward(6)
        work: Any = services.sweep() if sweeping else services.world.post(CHECKER, path, APPROVE, key)
        try:
            await drop(work, At(point))
        except Crashed:
            lies += await _recovered(services, shifted, path, key, point)
            if lies and until_lie:
                return point, lies
        else:
            return point - 1, lies
    raise AssertionError("it never ends")


async def _left_half_done(services: Pair, path: str, key: str) -> None:
    """An approval whose request got no answer from projects: the sweeper's to end."""
    state = services.funds.app.state
    reachable = state.peers["projects"]
    state.peers["projects"] = Peer("projects", "http://127.0.0.1:9", state.tokens, 0.2)
    answer = await services.world.post(CHECKER, path, APPROVE, key)
    assert answer.status_code == 202, answer.text
    await state.peers["projects"].close()
    state.peers["projects"] = reachable


async def _insisted(services: Pair, shifted: Shifted, path: str, key: str) -> httpx.Response:
    """The answer of a client who sends again for as long as the outcome is open, on a machine that may be busy."""
    for _ in range(10):
        answer = await services.world.post(CHECKER, path, APPROVE, key)
        if answer.status_code not in (202, 409, 503):
            return answer
        shifted.forward(6)
        await services.sweep()
    return answer


async def _recovered(services: Pair, shifted: Shifted, path: str, key: str, point: int) -> list[str]:
    await services.crash()
    shifted.forward(6)
    await services.sweep()
    shifted.forward(54)
    found = await told(services, key)
    if found and found[0]["state"] == "in_flight":
        return [f"{point}: undecided after a minute"]
    answer = await _insisted(services, shifted, path, key)
    again = await services.world.post(CHECKER, path, APPROVE, key)
    lies = []
    if answer.status_code != 200 or again.content != answer.content or "idempotency-replayed" not in again.headers:
        lies.append(f"{point}: {answer.status_code} then {again.status_code}")
    if found and found[0]["state"] == "done" and found[0]["body"] != answer.text:
        lies.append(f"{point}: told another answer")
    ours, theirs = await sides(services)
    if ours != theirs:
        lies.append(f"{point}: the two sides differ")
    return lies


@pytest.mark.parametrize(
    ("together", "sweeping", "at_least"),
    [(True, False, 45), (False, False, 40), (True, True, 25)],
    ids=["request, both die", "request, funds die", "sweeper, both die"],
)
async def test_both_services_end_the_same_wherever_it_crashes(
    monkeypatch: pytest.MonkeyPatch, together: bool, sweeping: bool, at_least: int
) -> None:
    async with pair(together=together) as services:
        points, lies = await crashed_everywhere(services, Shifted(monkeypatch), sweeping=sweeping)
        assert lies == []
        assert points >= at_least
        await services.world.books_balance()
        ours, _ = await sides(services)
        assert set(ours.values()) == {"funded"}
        forget_dropped()


async def test_the_driver_sees_a_design_that_stores_nothing_before_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control: commit after call. The project is funded, and funds know nothing of it."""
    async with pair(together=False) as services:
        hand_over = fundings.begin

        async def forgotten(session: Any, *arguments: Any) -> Any:
            question = await hand_over(session, *arguments)
            await fundings.pursue(
                services.funds.app.state.database, services.funds.app.state.peers["projects"], question
            )
            return question

        monkeypatch.setattr(fundings, "begin", forgotten)
        _, lies = await crashed_everywhere(services, Shifted(monkeypatch), sweeping=False, until_lie=True)
        assert lies
        forget_dropped()
