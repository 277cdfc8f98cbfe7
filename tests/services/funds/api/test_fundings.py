"""Approving is an operation with projects: it ends once, by their word, whatever is lost on the way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from services.funds.operations.funding_sweeps import sweep_once
from shared.chassis import clock
from tests.services.funds.world import (
    CHECKER,
    CLAIMANT,
    COUNTY,
    MAKER,
    READER,
    READING,
    YEAR,
    World,
    claim_body,
    code_of,
    day,
    desk,
    grant_of,
)
from tests.support.harness import actor

APPROVE = {"outcome": "approve", "opinion": "同意", "decided_on": day(3, 10)}
ASKING = actor("operation.read", office=CHECKER.office)


async def proposal(world: World, amount: int = 500) -> str:
    receipt = await world.money(1000)
    body = {"receipt_id": receipt["receipt_id"], "project_code": "P1", "amount_fen": amount, "proposed_on": day(3)}
    return f"/allocations/{(await world.made(MAKER, '/allocations', body))['allocation_id']}"


async def operation(world: World, key: str) -> dict[str, Any]:
    async with world.funds.as_(ASKING) as client:
        answer = await client.get(f"/api/v1/funds/operations/{key}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()[0]
    return found


@pytest.fixture
def later(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], Awaitable[int]]:
    """Some seconds later the sweeper comes by, with projects reachable again unless they are down."""
    now = clock.now
    shift = [0.0]
    monkeypatch.setattr(clock, "now", lambda: now() + timedelta(seconds=shift[0]))

    async def sweep(seconds: float) -> int:
        shift[0] += seconds
        world.__post_init__()
        state = world.funds.fastapi.state
        return await sweep_once(state.database, state.peers["projects"])

    return sweep


Later = Callable[[float], Awaitable[int]]


async def test_without_an_answer_in_time_the_outcome_has_an_address(world: World, later: Later) -> None:
    path = await proposal(world)
    world.down.add("projects")
    waiting = await world.post(CHECKER, f"{path}/decision", APPROVE, "k1")
    assert (waiting.status_code, waiting.headers["location"]) == (202, "/api/v1/funds/operations/k1")
    assert waiting.json()["state"] == (await operation(world, "k1"))["state"] == "in_flight"
    again = await world.post(CHECKER, f"{path}/decision", APPROVE, "k1")
    assert (again.status_code, code_of(again), again.headers["retry-after"]) == (409, "in_flight", "1")
    other = await world.post(CHECKER, f"{path}/decision", APPROVE | {"opinion": "改"}, "k1")
    assert (other.status_code, code_of(other)) == (422, "idempotency_key_reused")
    busy = await world.post(desk("allocation.decide"), f"{path}/decision", APPROVE, "k2")
    assert (busy.status_code, code_of(busy)) == (409, "funding_under_way")
    world.down.clear()
    assert await later(6) == 1
    told = await operation(world, "k1")
    assert (told["state"], told["status"]) == ("done", 200)
    replayed = await world.post(CHECKER, f"{path}/decision", APPROVE, "k1")
    assert (replayed.status_code, replayed.text) == (200, told["body"])
    assert replayed.json()["state"] == "approved"
    await world.books_balance()


async def test_a_lost_answer_is_asked_for_again_and_posted_once(world: World, later: Later) -> None:
    path = await proposal(world)
    world.down.add("answers")
    assert (await world.post(CHECKER, f"{path}/decision", APPROVE, "k1")).status_code == 202
    world.down.clear()
    assert (await later(6), await later(6)) == (1, 0)
    assert len(world.fundings.decided) == 1
    assert (await world.seen(READER, path))["available_fen"] == 500
    await world.books_balance()


async def test_the_clock_alone_returns_no_money(world: World, later: Later) -> None:
    """Projects funded and stay away: for as long as they do, the money stays reserved."""
    path = await proposal(world)
    world.down.add("answers")
    await world.post(CHECKER, f"{path}/decision", APPROVE, "k1")
    for _ in range(4):
        assert await later(3600) == 0
    assert (await operation(world, "k1"))["state"] == "in_flight"
    world.down.clear()
    assert await later(6) == 1, "they say that it was funded, though asked to give it up"
    assert (await world.seen(READER, path))["state"] == "approved"


async def test_what_is_given_up_leaves_the_proposal_to_be_decided_anew(world: World, later: Later) -> None:
    path = await proposal(world)
    world.down.add("projects")
    await world.post(CHECKER, f"{path}/decision", APPROVE, "k1")
    world.down.clear()
    assert await later(40) == 1
    told = await operation(world, "k1")
    assert (told["state"], told["status"]) == ("done", 409)
    assert "funding_given_up" in told["body"]
    assert (await world.seen(READER, path))["state"] == "proposed"
    assert (await world.made(CHECKER, f"{path}/decision", APPROVE, "k2"))["state"] == "approved"
    await world.books_balance()


async def test_a_stopped_project_freezes_what_is_left_of_its_money(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 500)
    world.projects["P1"] = grant_of("P1", version=2, state="stopped")
    await world.tell("P1", 1)
    for project in (world.projects["P1"], grant_of("P1")):  # an older answer does not thaw it
        world.projects["P1"] = project
        refused = await world.post(CLAIMANT, "/claims", claim_body(allocation, 100))
        assert (refused.status_code, code_of(refused)) == (422, "project_frozen")
    world.projects["P1"] = grant_of("P1", version=3)
    await world.tell("P1", 2)
    assert (await world.claim(allocation, 100))["state"] == "filed"


async def test_a_key_whose_process_died_is_decided_and_may_be_sent_again(
    world: World, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.funds.operations import documents
    from tests.services.funds.world import COUNTY, PROVINCE, document_body

    issue = documents.issue

    async def dies(*arguments: Any) -> Any:
        raise SystemError("the machine is gone")

    from shared.chassis import idempotency

    async def silent(*arguments: Any) -> None:
        return None

    monkeypatch.setattr(documents, "issue", dies)
    monkeypatch.setattr(idempotency, "release", silent)
    body = document_body({COUNTY: 100})
    assert (await world.post(PROVINCE, "/documents", body, "k1")).status_code == 500
    monkeypatch.setattr(documents, "issue", issue)
    asking = actor("operation.read", office=PROVINCE.office)
    states = []
    async with world.funds.as_(asking) as client:
        for seconds in (0, 50):
            await later(seconds)
            states.append((await client.get("/api/v1/funds/operations/k1")).json()[0]["state"])
        stranger = await world.funds.as_(ASKING).get("/api/v1/funds/operations/k1")
    assert states == ["in_flight", "not_carried_out"]
    assert stranger.status_code == 404
    assert (await world.post(PROVINCE, "/documents", body, "k1")).status_code == 201


async def test_a_plan_line_told_to_be_less_than_what_was_given_is_reported(world: World) -> None:
    await world.made(CHECKER, f"{await proposal(world)}/decision", APPROVE)
    world.projects["P1"] = grant_of("P1", version=2, plan_line_fen=400)
    await world.tell("P1", 1)
    today = clock.office_today().isoformat()
    found = await world.seen(READER, "/reconciliation", division_code="341622", first=today, last=today)
    assert found["over_committed"] == [{"project_code": "P1", "plan_line_fen": 400, "committed_fen": 500}]


async def test_the_comparison_names_the_operation_that_differs(world: World) -> None:
    await world.made(CHECKER, f"{await proposal(world)}/decision", APPROVE)
    [op] = world.fundings.decided
    today = clock.office_today().isoformat()
    asked = {"division_code": "341622", "first": today, "last": today}
    world.fundings.decided[op]["state"] = "tombstone"
    found = await world.seen(READER, "/reconciliation", **asked)
    assert [(row["op"], row["funds_state"], row["projects_state"]) for row in found["differences"]] == [
        (op, "funded", "tombstone")
    ]
    assert (found["operations"], found["unexplained"]) == (1, 1)
    world.fundings.decided.clear()
    found = await world.seen(READER, "/reconciliation", **asked)
    assert [row["projects_state"] for row in found["differences"]] == [None]


async def test_an_approval_of_a_closed_period_is_refused_before_projects_are_asked(world: World) -> None:
    path = await proposal(world)
    closer = desk("period.close", *READING)
    await world.made(closer, "/period-closes", {"division_code": COUNTY, "period": f"{YEAR}-03"})
    refused = await world.post(CHECKER, f"{path}/decision", APPROVE)
    assert (refused.status_code, code_of(refused)) == (422, "period_closed")
    assert world.fundings.decided == {}
    await world.made(CHECKER, f"{path}/decision", APPROVE | {"decided_on": day(4)})


async def test_an_approval_whose_period_closed_while_projects_were_silent_takes_effect_today(
    world: World, later: Later
) -> None:
    path = await proposal(world)
    world.down.add("answers")
    assert (await world.post(CHECKER, f"{path}/decision", APPROVE, "k1")).status_code == 202
    closer = desk("period.close", *READING)
    await world.made(closer, "/period-closes", {"division_code": COUNTY, "period": f"{YEAR}-03"})
    world.down.clear()
    assert await later(10) == 1
    found = await world.seen(READER, path)
    assert (found["state"], found["available_fen"], found["opinion"]) == ("approved", 500, "同意")
    assert found["decided_on"] == clock.office_today().isoformat()
    total = (await world.progress(as_of=day(12, 31)))["total"]
    assert total["allocated_fen"] == 0
    await world.books_balance()
