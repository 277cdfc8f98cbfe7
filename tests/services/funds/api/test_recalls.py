"""Recalls over HTTP: never more than is left, decided by another person, and every fen stays somewhere."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from shared.chassis.identity import Actor
from tests.services.funds.checks import check_progress
from tests.services.funds.world import (
    CHECKER,
    CITY,
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
)
from tests.support.harness import actor

RECALLER = desk("recall.propose", *READING)
SECOND = desk("recall.decide", *READING)
RECALL = ("recall.propose", "recall.decide")
CITY_ONE = actor(*RECALL, *READING, scope=("3416",), office="3416-finance", level="city")
CITY_TWO = actor(*RECALL, *READING, scope=("3416",), office="3416-finance", level="city")
PROVINCE_ONE = actor(*RECALL, *READING, scope=("34",), office="34-finance", level="province")
PROVINCE_TWO = actor(*RECALL, *READING, scope=("34",), office="34-finance", level="province")


def body(amount: int, on: str = day(4), **target: Any) -> dict[str, Any]:
    return {"amount_fen": amount, "number": "皖财预〔2025〕99号", "reason": "项目结余收回", "proposed_on": on} | target


async def decide(
    world: World, who: Actor, recall: dict[str, Any], outcome: str = "approve", on: str = day(4, 10)
) -> Any:
    path = f"/recalls/{recall['recall_id']}/decision"
    return await world.post(who, path, {"outcome": outcome, "opinion": "同意", "decided_on": on})


async def passed_down(world: World, amount: int = 1000, below: int = 600) -> tuple[dict[str, Any], dict[str, Any]]:
    """The city's receipt and the document by which it gave the county a part."""
    received = await world.receipt(await world.document({"3416": amount}), "3416", CITY)
    drawn = {"issuing_division": "3416", "drawn_on_receipt_id": received["receipt_id"], "issued_on": day(2, 5)}
    return received, await world.document({COUNTY: below}, CITY, **drawn)


async def left(world: World, receipt: dict[str, Any]) -> int:
    amount: int = (await world.seen(CITY, f"/receipts/{receipt['receipt_id']}"))["left_fen"]
    return amount


async def test_money_passed_down_comes_back_to_the_receipt_it_was_drawn_on(world: World) -> None:
    city, document = await passed_down(world)
    county = await world.receipt(document, on=day(3))
    line = document["lines"][0]["line_id"]
    recall = await world.made(CITY_ONE, "/recalls", body(250, document_line_id=line))
    assert (recall["taken_from"], recall["division_code"], recall["state"]) == ("receipt", COUNTY, "proposed")
    assert (await left(world, city), await left(world, county)) == (400, 350)
    waits = await check_progress(world, division_code=COUNTY)
    assert {row["step"]: row["amount_fen"] for row in waits["delays"]} == {"allocation": 350, "recall_decision": 250}
    done = await decide(world, CITY_TWO, recall)
    assert done.json()["state"] == "approved"
    assert (await left(world, city), await left(world, county)) == (650, 350)
    assert (await check_progress(world, division_code=COUNTY))["total"]["received_fen"] == 350
    assert (await check_progress(world, division_code="3416"))["total"]["received_fen"] == 1000
    before = await check_progress(world, division_code=COUNTY, as_of=day(4, 9))
    assert before["total"]["received_fen"] == 600
    seen = await world.seen(CITY, f"/documents/{document['document_id']}")
    assert seen["lines"][0]["recalled_fen"] == 250
    assert (await world.seen(READER, "/recalls"))["items"] == [done.json()]
    await world.books_balance()


async def test_money_on_its_way_is_called_back_and_the_rest_is_registered(world: World) -> None:
    city, document = await passed_down(world)
    line = document["lines"][0]["line_id"]
    recall = await world.made(CITY_ONE, "/recalls", body(100, document_line_id=line))
    assert recall["taken_from"] == "transit"
    wanted = {"document_id": document["document_id"], "division_code": COUNTY, "received_on": day(5)}
    pending = await world.post(MAKER, "/receipts", wanted | {"amount_fen": 500})
    assert (pending.status_code, code_of(pending)) == (409, "recall_pending")
    await decide(world, CITY_TWO, recall)
    whole = await world.post(MAKER, "/receipts", wanted | {"amount_fen": 600})
    assert (code_of(whole), whole.json()["facts"]) == ("amount_not_line", {"line_fen": 500})
    early = await world.post(MAKER, "/receipts", wanted | {"amount_fen": 500, "received_on": day(4, 9)})
    assert code_of(early) == "day_before_step"
    await world.made(MAKER, "/receipts", wanted | {"amount_fen": 500})
    assert await left(world, city) == 500
    for as_of in (day(4, 5), day(4, 20), day(12, 31)):
        await check_progress(world, division_code="3416", as_of=as_of)
        await check_progress(world, division_code=COUNTY, as_of=as_of)
    await world.books_balance()


async def test_a_refused_recall_leaves_the_money_where_it_was(world: World) -> None:
    city, document = await passed_down(world)
    county = await world.receipt(document, on=day(3))
    recall = await world.made(CITY_ONE, "/recalls", body(250, document_line_id=document["lines"][0]["line_id"]))
    await decide(world, CITY_TWO, recall, "refuse")
    assert (await left(world, city), await left(world, county)) == (400, 600)
    again = await decide(world, CITY_TWO, recall)
    assert (again.status_code, code_of(again)) == (409, "already_decided")
    assert (await left(world, city), await left(world, county)) == (400, 600)
    await world.books_balance()


async def test_an_allocation_is_reduced_to_its_countys_receipt_and_its_plan_line_is_free_again(world: World) -> None:
    receipt = await world.money(1000)
    world.projects["P1"]["plan_line_fen"] = 800
    allocation = await world.allocation(receipt, 800)
    await world.claim(allocation, 300, on=day(4))
    too_much = await world.post(RECALLER, "/recalls", body(501, allocation_id=allocation["allocation_id"]))
    assert (code_of(too_much), too_much.json()["facts"]) == ("allocation_exhausted", {"available_fen": 500})
    recall = await world.made(RECALLER, "/recalls", body(500, allocation_id=allocation["allocation_id"]))
    await check_progress(world, division_code=COUNTY)
    assert (await decide(world, SECOND, recall)).json()["state"] == "approved"
    seen = await world.seen(READER, f"/allocations/{allocation['allocation_id']}")
    assert (seen["available_fen"], seen["reduced_fen"]) == (0, 500)
    assert await left(world, receipt) == 700
    total = (await check_progress(world, division_code=COUNTY))["total"]
    assert (total["received_fen"], total["allocated_fen"]) == (1000, 300)
    over = {"receipt_id": receipt["receipt_id"], "project_code": "P1", "amount_fen": 501, "proposed_on": day(5)}
    refused = await world.post(MAKER, "/allocations", over)
    assert (code_of(refused), refused.json()["facts"]) == ("over_plan_line", {"left_fen": 500})
    await world.made(MAKER, "/allocations", over | {"amount_fen": 500})
    await world.books_balance()


@pytest.mark.parametrize(
    ("who", "changes", "status", "code"),
    [
        (CITY_ONE, {"amount_fen": 601}, 422, "receipt_exhausted"),
        (CITY_ONE, {"proposed_on": day(2, 28)}, 422, "day_before_step"),
        (PROVINCE_ONE, {}, 403, "recalling_office_wrong"),
        (RECALLER, {}, 404, "not_found"),
        (ELSEWHERE, {}, 403, "forbidden"),
        (CITY_ONE, {"document_line_id": 999_999}, 404, "not_found"),
        (CITY_ONE, {"amount_fen": 0}, 422, "invalid"),
        (CITY_ONE, {"document_line_id": None}, 422, "invalid"),
    ],
)
async def test_a_wrong_recall_is_refused_and_nothing_moves(
    world: World, who: Actor, changes: dict[str, Any], status: int, code: str
) -> None:
    city, document = await passed_down(world)
    county = await world.receipt(document, on=day(3))
    wanted = body(100, document_line_id=document["lines"][0]["line_id"]) | changes
    refused = await world.post(who, "/recalls", wanted)
    assert refused.status_code == status, refused.text
    if code not in ("invalid", "forbidden", "not_found"):
        assert code_of(refused) == code
    assert (await left(world, city), await left(world, county)) == (400, 600)
    assert (await world.seen(PROVINCE, "/recalls"))["items"] == []


async def test_the_proposer_does_not_decide_and_the_level_below_neither(world: World) -> None:
    city, document = await passed_down(world)
    recall = await world.made(CITY_ONE, "/recalls", body(250, document_line_id=document["lines"][0]["line_id"]))
    same = await decide(world, CITY_ONE, recall)
    below = await decide(world, SECOND, recall)
    early = await decide(world, CITY_TWO, recall, on=day(4, 1).replace("-04-", "-03-"))
    role = await decide(world, CHECKER, recall)
    assert [code_of(answer) for answer in (same, below, early)] == [
        "same_person", "recalling_office_wrong", "day_before_step",
    ]  # fmt: skip
    assert role.status_code == 403
    assert await left(world, city) == 400


async def test_a_document_drawn_on_nothing_is_called_back_to_its_source(world: World) -> None:
    document = await world.document({COUNTY: 1000})
    county = await world.receipt(document, on=day(3))
    recall = await world.made(PROVINCE_ONE, "/recalls", body(1000, document_line_id=document["lines"][0]["line_id"]))
    assert recall["back_to_receipt_id"] is None
    await decide(world, PROVINCE_TWO, recall)
    assert await left(world, county) == 0
    assert (await check_progress(world, division_code=COUNTY))["total"]["received_fen"] == 0
    await world.books_balance()


async def test_of_many_who_race_for_what_is_left_exactly_one_has_it(world: World) -> None:
    """The county proposes a project and the city calls back, all for the whole of the receipt, at once."""
    world.projects["P1"]["plan_line_fen"] = 10**9
    city, document = await passed_down(world)
    county = await world.receipt(document, on=day(3))
    recall = body(600, document_line_id=document["lines"][0]["line_id"])
    proposal = {
        "receipt_id": county["receipt_id"], "project_code": "P1", "amount_fen": 600, "proposed_on": day(4),
    }  # fmt: skip
    answers = await asyncio.gather(
        *(world.insist(CITY_ONE, "/recalls", recall) for _ in range(6)),
        *(world.insist(MAKER, "/allocations", proposal) for _ in range(6)),
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 422: 11}
    assert {code_of(answer) for answer in answers if answer.status_code == 422} == {"receipt_exhausted"}
    assert (await left(world, city), await left(world, county)) == (400, 0)
    await check_progress(world, division_code="3416")
    await world.books_balance()


async def test_two_who_decide_at_once_decide_once(world: World) -> None:
    city, document = await passed_down(world)
    recall = await world.made(CITY_ONE, "/recalls", body(250, document_line_id=document["lines"][0]["line_id"]))
    answers = await asyncio.gather(decide(world, CITY_TWO, recall), decide(world, CITY_TWO, recall, "refuse"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await left(world, city) in (400, 650)
    await world.books_balance()


async def test_a_paper_whose_money_was_all_called_back_leaves_its_number_to_the_right_one(
    world: World,
) -> None:
    number = "皖财预〔2025〕77号"
    wrong = await world.document({COUNTY: 1000, "341621": 500}, number=number)
    await world.receipt(wrong, on=day(3))
    for line, amount in zip(wrong["lines"], (1000, 500), strict=True):
        taken = await world.post(PROVINCE, "/documents", document_body({COUNTY: 1200}, number=number))
        assert code_of(taken) == "document_number_taken", "some of it stands"
        back = body(amount, document_line_id=line["line_id"])
        recall = await world.made(PROVINCE_ONE, "/recalls", back)
        assert (await decide(world, PROVINCE_TWO, recall)).status_code == 200
    bodies = [document_body({COUNTY: 1200}, number=number) for _ in range(3)]
    answers = await asyncio.gather(*(world.insist(PROVINCE, "/documents", one) for one in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    right = next(answer.json() for answer in answers if answer.status_code == 201)
    assert (right["number"], right["total_fen"]) == (number, 1200)
    county = await world.receipt(right, on=day(5))
    assert (await left(world, county)) == 1200
    late = await world.post(MAKER, "/receipts", {
        "document_id": wrong["document_id"], "division_code": COUNTY, "amount_fen": 1000, "received_on": day(5),
    })  # fmt: skip
    assert code_of(late) == "already_registered"
    await check_progress(world, division_code=COUNTY)
    await world.books_balance()
