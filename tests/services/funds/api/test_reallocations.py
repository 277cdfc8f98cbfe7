"""Moves between projects over HTTP: both in library and plan, decided by another person, never more than is left."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.services.funds.checks import check_progress
from tests.services.funds.world import (
    CHECKER,
    COUNTY,
    ELSEWHERE,
    MAKER,
    PROVINCE,
    READER,
    READING,
    World,
    code_of,
    day,
    desk,
    document_body,
    grant_of,
)

MOVER = desk("reallocation.propose", "allocation.decide", "allocation.propose", *READING)


def body(allocation: dict[str, Any], amount: int = 300, code: str = "P2", **changes: Any) -> dict[str, Any]:
    return {
        "from_allocation_id": allocation["allocation_id"], "project_code": code, "amount_fen": amount,
        "reason": "原项目结余调剂", "proposed_on": day(4),
    } | changes  # fmt: skip


async def given(world: World, amount: int = 1000) -> dict[str, Any]:
    """P1 with `amount` allocated, and P2 in library and plan beside it."""
    world.projects["P2"] = grant_of("P2")
    return await world.allocation(await world.money(amount), amount)


async def available(world: World, allocation_id: int) -> int:
    amount: int = (await world.seen(READER, f"/allocations/{allocation_id}"))["available_fen"]
    return amount


async def decide(world: World, move: dict[str, Any], outcome: str = "approve", who: Any = CHECKER) -> Any:
    path = f"/allocations/{move['to_allocation_id']}/decision"
    return await world.post(who, path, {"outcome": outcome, "opinion": "同意调剂", "decided_on": day(4, 10)})


async def moved(world: World, allocation: dict[str, Any], amount: int, code: str) -> dict[str, Any]:
    """The allocation an approved move made."""
    move = await world.made(MOVER, "/reallocations", body(allocation, amount, code, proposed_on=day(4, 10)))
    assert (await decide(world, move)).status_code == 200
    return await world.seen(READER, f"/allocations/{move['to_allocation_id']}")


async def test_an_approved_move_gives_the_money_to_the_other_project(world: World) -> None:
    first = await given(world)
    move = await world.made(MOVER, "/reallocations", body(first))
    assert (move["from_project_code"], move["to_project_code"], move["state"]) == ("P1", "P2", "proposed")
    assert await available(world, first["allocation_id"]) == 700
    waits = await check_progress(world, division_code=COUNTY)
    assert {row["step"]: row["amount_fen"] for row in waits["delays"]}["allocation_decision"] == 300
    assert (await decide(world, move)).status_code == 200
    assert await available(world, move["to_allocation_id"]) == 300
    origin = await world.seen(READER, f"/allocations/{first['allocation_id']}")
    assert (origin["available_fen"], origin["reduced_fen"]) == (700, 300)
    seen = await world.seen(READER, f"/reallocations/{move['reallocation_id']}")
    assert (seen["state"], seen["opinion"]) == ("approved", "同意调剂")
    assert (await world.seen(READER, "/reallocations"))["items"] == [seen]
    assert (await check_progress(world, division_code=COUNTY))["total"]["allocated_fen"] == 1000
    await world.books_balance()


async def test_a_refused_move_gives_the_money_back_to_the_project_it_came_from(world: World) -> None:
    first = await given(world)
    move = await world.made(MOVER, "/reallocations", body(first))
    assert (await decide(world, move, "refuse")).status_code == 200
    assert await available(world, first["allocation_id"]) == 1000
    receipt = await world.seen(READER, f"/receipts/{first['receipt_id']}")
    assert receipt["left_fen"] == 0
    assert (await world.seen(READER, f"/reallocations/{move['reallocation_id']}"))["state"] == "refused"
    await check_progress(world, division_code=COUNTY)
    await world.books_balance()


@pytest.mark.parametrize(
    ("target", "changes", "status", "code"),
    [
        (None, {}, 422, "project_not_in_library"),
        (grant_of("P2", in_library=False), {}, 422, "project_not_in_library"),
        (grant_of("P2", plan_year=None), {}, 422, "project_not_in_plan"),
        (grant_of("P2", plan_line_fen=299), {}, 422, "over_plan_line"),
        (grant_of("P2", county_code="341621"), {}, 422, "other_county"),
        (grant_of("P2"), {"project_code": "P1"}, 422, "same_project"),
        (grant_of("P2"), {"amount_fen": 1001}, 422, "allocation_exhausted"),
        (grant_of("P2"), {"proposed_on": day(3, 9)}, 422, "day_before_step"),
        (grant_of("P2"), {"use_code": "buildings"}, 422, "use_forbidden"),
        (grant_of("P2"), {"from_allocation_id": 999}, 404, "not_found"),
    ],
)
async def test_a_wrong_move_is_refused_and_nothing_moves(
    world: World, target: dict[str, Any] | None, changes: dict[str, Any], status: int, code: str
) -> None:
    first = await given(world)
    world.projects.pop("P2")
    if target is not None:
        world.projects["P2"] = target
    refused = await world.post(MOVER, "/reallocations", body(first, **changes))
    assert (refused.status_code, code_of(refused)) == (status, code)
    assert await available(world, first["allocation_id"]) == 1000
    assert (await world.seen(READER, "/reallocations"))["items"] == []
    await world.books_balance()


async def test_money_leaves_only_a_project_that_is_in_library_and_plan_itself(world: World) -> None:
    first = await given(world)
    world.projects["P1"]["plan_year"] = None
    refused = await world.post(MOVER, "/reallocations", body(first))
    assert code_of(refused) == "project_not_in_plan"
    assert await available(world, first["allocation_id"]) == 1000


async def test_the_mover_does_not_decide_and_others_do_not_see(world: World) -> None:
    first = await given(world)
    move = await world.made(MOVER, "/reallocations", body(first))
    same = await decide(world, move, who=MOVER)
    assert (same.status_code, code_of(same)) == (403, "same_person")
    assert (await world.get(ELSEWHERE, f"/reallocations/{move['reallocation_id']}")).status_code == 404
    assert (await world.post(MAKER, "/reallocations", body(first))).status_code == 403
    assert await available(world, first["allocation_id"]) == 700


async def test_of_many_who_move_the_whole_at_once_exactly_one_does(world: World) -> None:
    first = await given(world)
    answers = await asyncio.gather(*(world.insist(MOVER, "/reallocations", body(first, 1000)) for _ in range(8)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 422: 7}
    assert {code_of(answer) for answer in answers if answer.status_code == 422} == {"allocation_exhausted"}
    assert await available(world, first["allocation_id"]) == 0
    await world.books_balance()


async def two_projects(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    """P1 and P2 in library and plan, each with 1,000 fen."""
    first = await given(world)
    return first, await world.allocation(await world.money(1000), 1000, "P2")


def opposite(first: dict[str, Any], second: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """Moves of 10 fen, every other one from the first project to the second, the others back."""
    there, back = body(first, 10), body(second, 10, "P1")
    return [back if number % 2 else there for number in range(count)]


async def sums(world: World, code: str) -> tuple[int, int]:
    """What the project's approved allocations may still claim, and what it was given less what left it."""
    rows = (await world.seen(READER, "/allocations", project_code=code, state="approved"))["items"]
    return sum(row["available_fen"] for row in rows), sum(row["amount_fen"] - row["reduced_fen"] for row in rows)


async def test_opposite_moves_proposed_at_once_wait_for_each_other_and_all_stand(world: World) -> None:
    """Both lock both projects: taken in one order they queue, in two they would stand in a deadlock (503)."""
    first, second = await two_projects(world)
    for _ in range(5):
        bodies = opposite(first, second, 6)
        answers = await asyncio.gather(*(world.post(MOVER, "/reallocations", one) for one in bodies))
        assert Counter(answer.status_code for answer in answers) == {201: 6}
    assert await available(world, first["allocation_id"]) == 850
    assert await available(world, second["allocation_id"]) == 850
    await world.books_balance()


async def test_opposite_moves_approved_at_once_leave_both_sides_right(world: World) -> None:
    first, second = await two_projects(world)
    for number in range(1, 4):
        moves = [await world.made(MOVER, "/reallocations", one) for one in opposite(first, second, 6)]
        answers = await asyncio.gather(*(decide(world, move) for move in moves))
        assert Counter(answer.status_code for answer in answers) == {200: 6}
        for origin in (first, second):
            seen = await world.seen(READER, f"/allocations/{origin['allocation_id']}")
            assert (seen["available_fen"], seen["reduced_fen"]) == (1000 - 30 * number, 30 * number)
    for code in ("P1", "P2"):
        assert await sums(world, code) == (1000, 1000)
    await world.books_balance()


async def test_a_recall_and_moves_of_the_same_project_decided_at_once_all_end(world: World) -> None:
    first, second = await two_projects(world)
    recaller = desk("recall.propose", "recall.decide", *READING)
    asked = {
        "allocation_id": first["allocation_id"], "amount_fen": 100, "number": "财农收〔1〕号", "reason": "项目结余",
        "proposed_on": day(4),
    }  # fmt: skip
    for _ in range(3):
        moves = [await world.made(MOVER, "/reallocations", one) for one in opposite(first, second, 4)]
        recall = await world.made(recaller, "/recalls", asked)
        path = f"/recalls/{recall['recall_id']}/decision"
        yes = {"outcome": "approve", "opinion": "同意", "decided_on": day(4, 10)}
        decider = desk("recall.decide", *READING)
        answers = await asyncio.gather(*(decide(world, move) for move in moves), world.post(decider, path, yes))
        assert Counter(answer.status_code for answer in answers) == {200: 5}
    seen = await world.seen(READER, f"/allocations/{first['allocation_id']}")
    assert (seen["available_fen"], seen["reduced_fen"]) == (1000 - 3 * 120, 3 * 120)
    await world.books_balance()


async def test_money_of_a_named_project_is_not_moved_to_another(world: World) -> None:
    world.projects["P2"] = grant_of("P2")
    line = {"division_code": COUNTY, "amount_fen": 1000, "project_code": "P1"}
    document = await world.made(PROVINCE, "/documents", document_body({COUNTY: 1000}, lines=[line]))
    first = await world.allocation(await world.receipt(document), 1000)
    refused = await world.post(MOVER, "/reallocations", body(first))
    assert (refused.status_code, code_of(refused)) == (422, "project_not_named")
    assert await available(world, first["allocation_id"]) == 1000
