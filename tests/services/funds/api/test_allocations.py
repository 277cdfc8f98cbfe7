"""Allocations over HTTP: nothing outside the library and the plan receives money."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.services.funds.world import (
    CHECKER,
    ELSEWHERE,
    MAKER,
    READER,
    YEAR,
    World,
    code_of,
    day,
    desk,
    grant_of,
)


def body(receipt: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "receipt_id": receipt["receipt_id"],
        "project_code": "P1",
        "amount_fen": 500,
        "proposed_on": day(3),
    } | changes


APPROVE = {"outcome": "approve", "opinion": "同意", "decided_on": day(3, 10)}


async def test_a_proposal_reserves_at_once_and_a_decision_posts_or_voids_it(world: World) -> None:
    receipt = await world.money(1000)
    first = await world.made(MAKER, "/allocations", body(receipt))
    assert (first["state"], first["available_fen"], first["grant_version"]) == ("proposed", 0, 1)
    assert (await world.seen(READER, f"/receipts/{receipt['receipt_id']}"))["left_fen"] == 500
    approved = await world.made(CHECKER, f"/allocations/{first['allocation_id']}/decision", APPROVE)
    assert (approved["state"], approved["available_fen"]) == ("approved", 500)
    second = await world.made(MAKER, "/allocations", body(receipt))
    refused = await world.made(
        CHECKER, f"/allocations/{second['allocation_id']}/decision", APPROVE | {"outcome": "refuse"}
    )
    assert refused["state"] == "refused"
    assert (await world.seen(READER, f"/receipts/{receipt['receipt_id']}"))["left_fen"] == 500
    listed = await world.seen(READER, "/allocations", project_code="P1", state="approved")
    assert [row["allocation_id"] for row in listed["items"]] == [first["allocation_id"]]
    await world.books_balance()


@pytest.mark.parametrize(
    ("project", "changes", "code"),
    [
        (None, {}, "project_not_in_library"),
        ({"in_library": False, "state": "county_decided"}, {}, "project_not_in_library"),
        ({"plan_year": None, "plan_line_fen": 0, "state": "in_library"}, {}, "project_not_in_plan"),
        ({"plan_year": YEAR - 1}, {}, "project_not_in_plan"),
        ({"state": "stopped"}, {}, "project_stopped"),
        ({"county_code": "341621", "division_code": "341621"}, {}, "other_county"),
        ({"plan_line_fen": 499}, {}, "over_plan_line"),
        ({}, {"amount_fen": 1001}, "receipt_exhausted"),
        ({}, {"proposed_on": day(1, 31)}, "day_before_step"),
    ],
)
async def test_money_that_must_not_go_to_a_project_does_not(
    world: World, project: dict[str, Any] | None, changes: dict[str, Any], code: str
) -> None:
    receipt = await world.money(1000)
    world.projects = {} if project is None else {"P1": grant_of("P1", **project)}
    refused = await world.post(MAKER, "/allocations", body(receipt, **changes))
    assert (refused.status_code, code_of(refused)) == (422, code)
    assert (await world.seen(READER, f"/receipts/{receipt['receipt_id']}"))["left_fen"] == 1000
    assert (await world.seen(READER, "/allocations"))["items"] == []


async def test_a_plan_line_is_filled_from_several_receipts_and_never_exceeded(world: World) -> None:
    world.projects["P1"] = grant_of("P1", plan_line_fen=800)
    one, other = await world.money(1000), await world.money(1000, batch="regular")
    await world.made(MAKER, "/allocations", body(one))
    over = await world.post(MAKER, "/allocations", body(other, amount_fen=301))
    assert (code_of(over), over.json()["facts"]) == ("over_plan_line", {"left_fen": 300})
    await world.made(MAKER, "/allocations", body(other, amount_fen=300))


async def test_the_maker_does_not_decide_whatever_account_they_use(world: World) -> None:
    receipt = await world.money(1000)
    proposed = await world.made(MAKER, "/allocations", body(receipt))
    path = f"/allocations/{proposed['allocation_id']}/decision"
    other_account = desk("allocation.decide", person=MAKER.person, office="341622-finance")
    refused = await world.post(other_account, path, APPROVE)
    assert (refused.status_code, code_of(refused)) == (403, "same_person")
    outside = await world.post(ELSEWHERE, path, APPROVE)
    assert outside.status_code == 404
    early = await world.post(CHECKER, path, APPROVE | {"decided_on": day(2, 28)})
    assert code_of(early) == "day_before_step"
    assert (await world.seen(READER, f"/allocations/{proposed['allocation_id']}"))["state"] == "proposed"


@pytest.mark.parametrize(
    ("project", "code"),
    [
        ({"plan_year": None, "plan_line_fen": 0}, "project_not_in_plan"),
        ({"plan_line_fen": 400}, "over_plan_line"),
        ({"state": "stopped"}, "project_stopped"),
        ({"county_code": "341621"}, "other_county"),
        (None, "project_not_in_library"),
    ],
)
async def test_what_projects_refuse_ends_the_proposal_and_its_money_is_the_receipts_again(
    world: World, project: dict[str, Any] | None, code: str
) -> None:
    receipt = await world.money(1000)
    proposed = await world.made(MAKER, "/allocations", body(receipt))
    path = f"/allocations/{proposed['allocation_id']}/decision"
    world.projects = {} if project is None else {"P1": grant_of("P1", version=2, **project)}
    first, again = [await world.post(CHECKER, path, APPROVE, "k1") for _ in range(2)]
    assert (first.status_code, code_of(first)) == (422, code)
    assert (again.status_code, again.json(), again.headers["idempotency-replayed"]) == (422, first.json(), "true")
    seen = await world.seen(READER, f"/allocations/{proposed['allocation_id']}")
    assert (seen["state"], seen["decided_grant_version"]) == ("refused", None if project is None else 2)
    assert (await world.seen(READER, f"/receipts/{receipt['receipt_id']}"))["left_fen"] == 1000
    await world.books_balance()


async def test_of_two_deciders_at_once_exactly_one_wins(world: World) -> None:
    receipt = await world.money(1000)
    proposed = await world.made(MAKER, "/allocations", body(receipt))
    path = f"/allocations/{proposed['allocation_id']}/decision"
    deciders = [desk("allocation.decide") for _ in range(6)]
    answers = await asyncio.gather(*(world.insist(who, path, APPROVE) for who in deciders))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    lost = {code_of(answer) for answer in answers if answer.status_code == 409}
    assert lost <= {"already_decided", "funding_under_way"}
    await world.books_balance()


async def test_twenty_spenders_on_money_for_ten_are_served_exactly_ten_times(world: World) -> None:
    receipt = await world.money(1000)
    spenders = [desk("allocation.propose") for _ in range(20)]
    answers = await asyncio.gather(
        *(world.insist(who, "/allocations", body(receipt, amount_fen=100)) for who in spenders)
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [422] * 10
    assert {code_of(answer) for answer in answers if answer.status_code == 422} == {"receipt_exhausted"}
    assert (await world.seen(READER, f"/receipts/{receipt['receipt_id']}"))["left_fen"] == 0
    await world.books_balance()


async def test_twenty_spenders_on_a_plan_line_for_ten_are_served_exactly_ten_times(world: World) -> None:
    world.projects["P1"] = grant_of("P1", plan_line_fen=1000)
    receipt = await world.money(10_000)
    spenders = [desk("allocation.propose") for _ in range(20)]
    answers = await asyncio.gather(
        *(world.insist(who, "/allocations", body(receipt, amount_fen=100)) for who in spenders)
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [422] * 10
    assert (await world.seen(READER, f"/receipts/{receipt['receipt_id']}"))["left_fen"] == 9_000


async def test_projects_that_are_away_leave_the_money_where_it_is(world: World) -> None:
    receipt = await world.money(1000)
    world.down.add("projects")
    away = await world.post(MAKER, "/allocations", body(receipt), "k1")
    assert away.status_code == 503
    assert (await world.seen(READER, f"/receipts/{receipt['receipt_id']}"))["left_fen"] == 1000
    world.down.clear()
    world.__post_init__()
    assert (await world.post(MAKER, "/allocations", body(receipt), "k1")).status_code == 201


async def test_money_is_not_promised_on_a_day_it_had_already_been_promised(world: World) -> None:
    """Entered later for an earlier day: on no day since may the receipt have held less."""
    receipt = await world.money(1000)
    late = await world.made(MAKER, "/allocations", body(receipt, amount_fen=900, proposed_on=day(6)))
    refused = await world.post(MAKER, "/allocations", body(receipt, amount_fen=200, proposed_on=day(4)))
    assert code_of(refused) == "receipt_exhausted"
    decision = APPROVE | {"outcome": "refuse", "decided_on": day(7)}
    await world.made(CHECKER, f"/allocations/{late['allocation_id']}/decision", decision)
    refused = await world.post(MAKER, "/allocations", body(receipt, amount_fen=200, proposed_on=day(4)))
    assert (code_of(refused), refused.json()["facts"]) == ("not_enough_on_that_day", {"available_fen": 100})
    await world.made(MAKER, "/allocations", body(receipt, amount_fen=100, proposed_on=day(4)))
