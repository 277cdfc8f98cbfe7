"""Stage clocks over HTTP: every hop of some money with its days, and late money that adds up to the whole."""

from __future__ import annotations

from typing import Any

from shared.chassis import paging
from shared.chassis.clock import office_today
from shared.chassis.identity import Actor
from tests.services.funds.api import test_reallocations as reallocations
from tests.services.funds.api import test_recalls as recalls
from tests.services.funds.api import test_retentions as retentions
from tests.services.funds.api.test_grant_batches import approved, ordered, person
from tests.services.funds.api.test_unusual_sequences import again, came_back, carried, payment_of, released
from tests.services.funds.world import (
    CHECKER,
    CLAIMANT,
    CONFIRMER,
    COUNTY,
    ELSEWHERE,
    MAKER,
    PROVINCE,
    READER,
    READING,
    YEAR,
    World,
    claim_body,
    code_of,
    day,
    grant_of,
)
from tests.support.harness import actor

CITY_DESK = actor("document.issue", "receipt.register", *READING, scope=("3416",), office="3416-finance", level="city")
NATION = actor("document.issue", *READING, scope=("00",), office="00-finance", level="nation")
SETTER = actor("parameter.set", *READING, scope=("34",), office="34-finance", level="province")
ASKED: dict[str, Any] = {"division_code": COUNTY, "fund_year": YEAR, "as_of": day(12, 31)}


async def spent_in_part(world: World) -> dict[str, Any]:
    """3000 fen: 1000 stay on the receipt; of 2000 allocated 800 are paid, 500 claimed and not reviewed."""
    receipt = await world.money(3000)
    allocation = await world.allocation(receipt, 2000)
    await world.paid(allocation, 800)
    await world.made(CLAIMANT, "/claims", claim_body(allocation, 500, on=day(6)))
    await world.tell("P1", version=2, state="completed", state_since=day(9))
    return allocation


async def clocks(world: World, who: Actor = READER, **params: Any) -> list[dict[str, Any]]:
    """All pages, two rows each."""
    rows: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = await world.seen(who, "/stage-clocks", **(ASKED | {"limit": 2} | params), cursor=cursor)
        rows += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return rows


def short(row: dict[str, Any]) -> tuple[Any, ...]:
    return (row["hop"], row["step"], row["amount_fen"], row["entered_on"], row["left_on"], row["days"])


async def test_each_hop_says_when_the_money_came_and_went_and_how_many_days_that_took(world: World) -> None:
    allocation = await spent_in_part(world)
    rows = await clocks(world)
    keys = [(row["entered_on"], row["reference"], row["step"], row["left_by"]) for row in rows]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    left = [short(row) for row in rows if row["left_on"]]
    assert left == [
        ("registered", "receipt_registration", 3000, day(1, 10), day(2), 22),
        ("allocated", "allocation", 2000, day(2), day(3), 28),
        ("allocated", "allocation_decision", 2000, day(3), day(3, 10), 9),
        ("project_ready", "works", 800, day(3, 15), day(5), 47),
        ("project_ready", "works", 500, day(3, 15), day(6), 78),
        ("project_ready", "works", 700, day(3, 15), day(9), 170),
        ("reviewed", "claim_review", 800, day(5), day(5, 2), 1),
        ("paid", "payment", 776, day(5, 2), day(5, 3), 1),
        ("paid", "bank", 776, day(5, 3), day(5, 4), 1),
    ]
    waiting = {(row["step"], row["amount_fen"]) for row in rows if row["left_on"] is None}
    assert waiting == {("allocation", 1000), ("acceptance", 700), ("claim_review", 500)}
    delays = (await world.progress())["delays"]
    assert {(row["step"], row["amount_fen"]) for row in delays} == waiting
    for row in rows:
        assert row["late"] == (row["days_late"] > 0) == ((row["left_on"] or ASKED["as_of"]) > row["due_on"])
        assert 0 <= row["working_days"] <= row["days"]
    then = await clocks(world, as_of=day(5, 2))
    assert {short(row)[1] for row in then if row["left_on"] is None} == {"allocation", "works", "payment"}
    one = await clocks(world, reference=f"allocation:{allocation['allocation_id']}", hop="project_ready")
    assert [row["amount_fen"] for row in one] == [800, 500, 700, 700]
    assert [row["step"] for row in await clocks(world, state="waiting", step="acceptance")] == ["acceptance"]
    assert await clocks(world, fund_kind="county_special") == []


async def test_money_that_came_back_stays_with_its_project_again_until_it_is_claimed_again(world: World) -> None:
    """Of 2000 fen 800 are claimed; 776 come back in June, are claimed again, and 1200 are there when the works end."""
    allocation = await world.allocation(await world.money(3000), 2000)
    claim = await world.claim(allocation, 800)
    await carried(world, claim, 5)
    await came_back(world, await payment_of(world, claim), 776, day(6))
    await carried(world, await again(world, claim, day(6, 10)), 6)
    await world.tell("P1", version=2, state="completed", state_since=day(9))
    then = await clocks(world, as_of=day(9, 2))
    assert [short(row) for row in then if row["step"] == "works"] == [
        ("project_ready", "works", 800, day(3, 15), day(5), 47),
        ("project_ready", "works", 1200, day(3, 15), day(9), 170),
        ("project_ready", "works", 776, day(6), day(6, 10), 9),
    ]
    recall = recalls.body(500, day(10), allocation_id=allocation["allocation_id"])
    await recalls.decide(world, recalls.SECOND, await world.made(recalls.RECALLER, "/recalls", recall), on=day(10))
    assert await clocks(world, as_of=day(9, 2)) == then


async def test_retention_claimed_again_on_another_allocation_leaves_that_one(world: World) -> None:
    world.projects["P1"] = grant_of("P1", contract_fen=100_000)
    receipt = await world.money(200_000)
    first = await world.claim(await world.allocation(receipt, 90_000), 90_000)
    fresh = await world.allocation(receipt, 20_000)
    await retentions.shorten(world, 90)
    await carried(world, first, 5)
    world.projects["P1"] = grant_of("P1", contract_fen=100_000, **retentions.ACCEPTED)
    await world.tell("P1", version=2)
    kept = await released(world, first)
    await came_back(world, await carried(world, kept, 9), 2_700, day(10))
    body = {"claimed_on": day(10, 5), "allocation_id": fresh["allocation_id"]}
    await world.made(CLAIMANT, f"/claims/{kept['claim_id']}/again", body)
    left = [row for row in await clocks(world, hop="claim") if row["left_on"]]
    assert [(row["reference"], short(row)) for row in left] == [
        (f"allocation:{fresh['allocation_id']}", ("claim", "claim", 2_700, day(6), day(10, 5), 126)),
    ]


async def test_money_moved_or_called_back_had_its_stay_with_the_project_it_left(world: World) -> None:
    """Of 2000 fen 300 are moved in April and 500 called back in May, as are 200 of the 1000 left on the receipt."""
    world.projects["P2"] = grant_of("P2")
    receipt = await world.money(3000)
    given = await world.allocation(receipt, 2000)
    await world.tell("P1", version=2)
    target = await reallocations.moved(world, given, 300, "P2")
    (line,) = (await world.seen(PROVINCE, f"/documents/{receipt['document_id']}"))["lines"]
    called_back = []
    for proposer, decider, body in (
        (recalls.RECALLER, recalls.SECOND, recalls.body(500, day(5), allocation_id=given["allocation_id"])),
        (recalls.PROVINCE_ONE, recalls.PROVINCE_TWO, recalls.body(200, day(5), document_line_id=line["line_id"])),
    ):
        recall = await world.made(proposer, "/recalls", body)
        assert (await recalls.decide(world, decider, recall, on=day(5, 10))).status_code == 200
        called_back.append(f"recall:{recall['recall_id']}")
    rows = [
        row for row in await clocks(world) if row["left_on"] and row["left_by"].startswith(("allocation", "recall"))
    ]
    assert [(row["left_by"], row["reference"], *short(row)[1:5]) for row in rows] == [
        ("allocation:1", "receipt:1", "allocation", 2000, day(2), day(3)),
        (called_back[1], "receipt:1", "allocation", 200, day(2), day(5)),
        (f"allocation:{target['allocation_id']}", "allocation:1", "works", 300, day(3, 15), day(4, 10)),
        (called_back[0], "allocation:1", "works", 500, day(3, 15), day(5)),
        (called_back[0], "receipt:1", "recall_decision", 500, day(5), day(5, 10)),
        (called_back[1], "receipt:1", "recall_decision", 200, day(5), day(5, 10)),
    ]


async def test_an_order_given_after_the_bank_refused_one_waited_since_the_refusal(world: World) -> None:
    claim = await world.claim(await world.allocation(await world.money(3000), 2000), 800)
    await world.review(claim)
    await world.settle(await world.order(claim), "refused", day(5, 20))
    (waits,) = (row for row in await clocks(world, as_of=day(5, 25), step="payment") if row["left_on"] is None)
    await world.order(claim, on=day(6))
    orders = [short(row) for row in await clocks(world, step="payment")]
    assert orders == [
        ("paid", "payment", 776, day(5, 10), day(5, 12), 2), ("paid", "payment", 776, waits["entered_on"], day(6), 12),
    ]  # fmt: skip


async def test_what_was_refused_later_had_left_its_step_on_the_days_before(world: World) -> None:
    receipt = await world.money(3000)
    claim = await world.claim(await world.allocation(receipt, 2000), 800)
    body = {"receipt_id": receipt["receipt_id"], "project_code": "P1", "amount_fen": 100, "proposed_on": day(4)}
    proposed = await world.made(MAKER, "/allocations", body)
    then = await clocks(world, as_of=day(5, 2))
    refusal = {"outcome": "refuse", "opinion": "不同意", "decided_on": day(5, 12)}
    await world.made(CHECKER, f"/allocations/{proposed['allocation_id']}/decision", refusal)
    await world.review(claim, "refuse")
    assert await clocks(world, as_of=day(5, 2)) == then


async def test_a_list_of_grants_has_its_clocks_up_to_the_day_each_household_is_paid(world: World) -> None:
    batch = await ordered(world, await approved(world, person(world, 11), person(world, 12)))
    result = {"settled_on": day(5, 13), "lines": [
        {"line_id": batch["lines"][0]["line_id"], "outcome": "paid", "bank_reference": "b1"},
    ]}  # fmt: skip
    await world.made(CONFIRMER, f"/grant-batches/{batch['batch_id']}/result", result)
    rows = [row for row in await clocks(world) if row["step"] in ("claim", "claim_review", "payment", "bank")]
    assert [(row["hop"], row["step"], row["amount_fen"], row["left_by"]) for row in rows if row["left_on"]] == [
        ("claim", "claim", 600_000, f"batch:{batch['batch_id']}"),
        ("reviewed", "claim_review", 600_000, "review"),
        ("paid", "payment", 600_000, "order"),
        ("paid", "bank", 300_000, f"settled:{day(5, 13)}"),
    ]
    (waits,) = (row for row in rows if row["left_on"] is None and row["step"] == "bank")
    assert (waits["amount_fen"], waits["office"]) == (300_000, "341622-finance")


async def test_a_provinces_clocks_are_its_own_and_those_of_every_place_below_each_once(world: World) -> None:
    await spent_in_part(world)
    document = await world.document({"3416": 700}, number="市级文件")
    received = await world.receipt(document, "3416", CITY_DESK, day(2, 5))
    await world.document({COUNTY: 500}, CITY_DESK, issuing_division="3416", drawn_on_receipt_id=received["receipt_id"],
                         issued_on=day(2, 20))  # fmt: skip
    await world.document({"34": 900}, NATION, issuing_division="00")
    county, whole = await clocks(world), await clocks(world, who=PROVINCE, division_code="34")
    above = [row for row in whole if row not in county]
    assert [row for row in whole if row in county] == county
    assert [(row["division_code"], row["step"], row["hop"], row["amount_fen"], row["left_on"]) for row in above] == [
        ("34", "receipt_registration", "registered", 900, None),
        ("3416", "receipt_registration", "registered", 700, day(2, 5)),
        ("3416", "allocation", "passed_down", 200, None),
        ("3416", "allocation", "passed_down", 500, day(2, 20)),
    ]
    delays = (await world.seen(PROVINCE, "/progress", fund_year=YEAR, as_of=day(12, 31), division_code="34"))["delays"]
    waiting = [row["amount_fen"] for row in whole if row["left_on"] is None]
    assert sorted(waiting) == sorted(row["amount_fen"] for row in delays)
    passed = await clocks(world, who=PROVINCE, division_code="34", hop="passed_down")
    assert [row["amount_fen"] for row in passed] == [200, 500]
    one = await clocks(world, who=PROVINCE, division_code="34", reference=f"receipt:{received['receipt_id']}")
    assert [row["amount_fen"] for row in one] == [200, 500]


async def test_late_money_adds_up_by_side_office_and_age_and_is_late_where_progress_says_so(world: World) -> None:
    await spent_in_part(world)
    for as_of in (day(3, 1), day(6, 30), day(12, 31)):
        late = await world.seen(PROVINCE, "/late-money", **(ASKED | {"as_of": as_of}))
        progress = await world.progress(as_of=as_of)
        assert late["late_fen"] == sum(row["late_fen"] for row in late["rows"])
        assert late["late_fen"] == sum(row["late_fen"] for row in progress["delay_sums"])
        assert late["late_fen"] == sum(late["late_sides"].values())
        assert late["unspent_fen"] == sum(late["sides"].values()) + late["retention_not_due_fen"]
        total = progress["total"]
        assert late["unspent_fen"] == total["received_fen"] - total["paid_fen"] + total["returned_fen"]
        starts = [band["from_days"] for band in late["bands"]]
        assert all(row["from_days"] in starts for row in late["rows"])
    assert late["sides"] == {"finance_fen": 1500, "project_fen": 700, "third_fen": 0}
    assert late["retention_not_due_fen"] == 24


async def test_a_provinces_deadline_in_working_days_holds_from_its_day_on(world: World) -> None:
    today = office_today().isoformat()
    body = {
        "division_code": "34", "step": "allocation", "batch": "advance", "valid_from": today, "days": 20,
        "counting": "working", "starts": "document", "fixed_day": "01-15", "source": "省财政厅通知",
    }  # fmt: skip
    await world.money(1000)
    before = await world.progress(as_of=day(12, 31))
    assert (await world.made(SETTER, "/stage-deadlines", body))["next_working"] is False
    assert await world.progress(as_of=day(12, 31)) == before
    (row,) = (await world.progress(as_of=today))["delays"]
    assert (row["due_on"], row["deadline_counting"]) == (day(1, 15), "fixed")
    assert row["deadline_days"] == -17
    assert row["late"] == (row["days"] > row["deadline_days"])
    (clock,) = await clocks(world, as_of=today, state="waiting")
    assert (clock["due_on"], clock["deadline_source"]) == (day(1, 15), "省财政厅通知")
    again = await world.post(SETTER, "/stage-deadlines", body)
    assert (again.status_code, code_of(again)) == (409, "deadline_taken")
    for changes, code in (
        ({"step": "lunch"}, "step_unknown"),
        ({"fixed_day": "02-30"}, "deadline_wrong"),
        ({"next_working": True}, "deadline_wrong"),
        ({"valid_from": day(1)}, "parameter_in_the_past"),
    ):
        answer = await world.post(SETTER, "/stage-deadlines", body | changes)
        assert (answer.status_code, code_of(answer)) == (422, code)
    assert (await world.post(SETTER, "/stage-deadlines", body | {"division_code": "41"})).status_code == 404
    assert (await world.post(READER, "/stage-deadlines", body)).status_code == 403
    assert len((await world.seen(READER, "/stage-deadlines"))["items"]) == 1


async def test_unknown_hops_steps_references_and_areas_are_refused(world: World) -> None:
    for params, code in (
        ({"hop": "lunch"}, "hop_unknown"), ({"step": "lunch"}, "step_unknown"),
        ({"reference": "lunch:1"}, "reference_wrong"), ({"reference": "claim:0"}, "reference_wrong"),
    ):  # fmt: skip
        answer = await world.get(READER, "/stage-clocks", **(ASKED | params))
        assert (answer.status_code, code_of(answer)) == (422, code)
    for path in ("/stage-clocks", "/late-money"):
        assert (await world.get(ELSEWHERE, path, **ASKED)).status_code == 404
    for cursor in ("x", paging.encode("341622", "a", "b", "c", "d")):
        assert (await world.get(READER, "/stage-clocks", **ASKED, cursor=cursor)).status_code == 400
    empty = await world.seen(READER, "/late-money", **ASKED)
    assert (empty["received_fen"], empty["late_fen"], empty["rows"]) == (0, 0, [])
