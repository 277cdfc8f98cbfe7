"""The walk: from the central document to the payee and back, in one call."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.funds.api import test_reallocations as reallocations
from tests.services.funds.api.test_grant_batches import approved, ordered, person
from tests.services.funds.opening_books import posted, workbook
from tests.services.funds.world import (
    CITY,
    CONFIRMER,
    COUNTY,
    ELSEWHERE,
    PROVINCE,
    READER,
    READING,
    World,
    code_of,
    day,
    desk,
    grant_of,
)


def types(trace: dict[str, Any]) -> list[str]:
    return [node["type"] for node in trace["nodes"]]


def edges(trace: dict[str, Any]) -> dict[tuple[str, str], int]:
    return {(edge["source"].split(":")[0], edge["target"].split(":")[0]): edge["amount_fen"] for edge in trace["edges"]}


async def test_money_is_walked_from_the_document_to_the_contractor_and_back(world: World) -> None:
    top = await world.document({"3416": 1_000})
    city = await world.receipt(top, "3416", CITY)
    drawn = {"issuing_division": "3416", "drawn_on_receipt_id": city["receipt_id"], "issued_on": day(2, 5)}
    down = await world.document({COUNTY: 600, "341621": 100}, CITY, **drawn)
    receipt = await world.receipt(down, on=day(2, 6))
    allocation = await world.allocation(receipt, 500)
    payment = await world.paid(allocation, 300)
    await world.claim(allocation, 50)
    whole = await world.seen(PROVINCE, "/trace", document_id=top["document_id"])
    assert types(whole) == [
        "document", "document", "line", "line", "line", "receipt", "receipt", "allocation", "claim", "claim", "payment",
    ]  # fmt: skip
    found = await world.seen(READER, "/trace", payment_id=payment["payment_id"])
    assert types(found) == [
        "document", "document", "line", "line", "receipt", "receipt", "allocation", "claim", "payment",
    ]  # fmt: skip
    assert edges(found) == {
        ("document", "line"): 600,
        ("line", "receipt"): 600,
        ("receipt", "document"): 700,
        ("receipt", "allocation"): 500,
        ("allocation", "claim"): 300,
        ("claim", "payment"): 291,
    }
    by_project = await world.seen(READER, "/trace", project_code="P1")
    by_allocation = await world.seen(READER, "/trace", allocation_id=allocation["allocation_id"])
    assert by_project["nodes"] == by_allocation["nodes"]
    decided = next(node for node in by_project["nodes"] if node["type"] == "allocation")
    assert (decided["state"], decided["decided_on"], decided["decided_office"]) == (
        "approved", day(3, 10), "341622-finance",
    )  # fmt: skip


async def test_what_leaves_a_thing_is_never_more_than_came_in(world: World) -> None:
    receipt = await world.money(1_000)
    allocation = await world.allocation(receipt, 700)
    await world.paid(allocation, 400)
    await world.paid(allocation, 300, on=day(7))
    trace = await world.seen(PROVINCE, "/trace", document_id=receipt["document_id"])
    amounts = {node["id"]: node["amount_fen"] for node in trace["nodes"]}
    for node, amount in amounts.items():
        incoming = [edge["amount_fen"] for edge in trace["edges"] if edge["target"] == node]
        outgoing = [edge["amount_fen"] for edge in trace["edges"] if edge["source"] == node]
        assert sum(outgoing) <= amount
        assert not incoming or sum(incoming) == amount


async def test_a_households_grant_is_walked_back_to_the_document(world: World) -> None:
    batch = await ordered(world, await approved(world, person(world, 1), person(world, 25)))
    result = {"settled_on": day(5, 13), "all_paid_reference": "r"}
    await world.made(CONFIRMER, f"/grant-batches/{batch['batch_id']}/result", result)
    trace = await world.seen(READER, "/trace", household_id="household-2")
    assert types(trace) == ["document", "line", "receipt", "allocation", "batch", "grant"]
    assert trace["nodes"][-1]["label"] == "张*"
    assert edges(trace)["batch", "grant"] == 300_000


async def test_a_walk_needs_one_start_inside_the_scope(world: World) -> None:
    receipt = await world.money(1_000)
    allocation = await world.allocation(receipt, 700)
    for who, params in (
        (ELSEWHERE, {"allocation_id": allocation["allocation_id"]}),
        (ELSEWHERE, {"document_id": receipt["document_id"]}),
        (ELSEWHERE, {"project_code": "P1"}),
        (READER, {"household_id": "household-1"}),
        (READER, {"payment_id": 1}),
    ):
        assert (await world.get(who, "/trace", **params)).status_code == 404
    for params in ({}, {"project_code": "P1", "payment_id": 1}):
        assert code_of(await world.get(READER, "/trace", **params)) == "trace_needs_one"


async def test_a_walk_begins_at_anything_money_passed_through(world: World) -> None:
    await posted(world, workbook())
    whole = await world.seen(READER, "/trace", document_id=1)
    named = {node["type"]: int(node["id"].split(":")[1]) for node in whole["nodes"]}
    for kind in ("document", "line", "receipt", "allocation", "claim", "payment"):
        walk = await world.seen(READER, "/trace", **{f"{kind}_id": named[kind]})
        assert (walk["start"], walk["differences"]) == (f"{kind}:{named[kind]}", [])
        assert {"document", "line", "receipt"} & set(types(walk)), kind
    transfers = (await world.seen(READER, "/ledger/transfers", division_code=COUNTY, limit=200))["items"]
    for transfer in transfers:
        walk = await world.seen(READER, "/trace", transfer_id=transfer["transfer_id"])
        owners = {"transit": "line", "reserved": "allocation", "withheld": "claim", "in_flight": "payment"}
        target = owners.get(transfer["credit_kind"], transfer["credit_kind"].replace("paid", "payment"))
        assert f"{target}:{transfer['credit_owner_id']}" in [node["id"] for node in walk["nodes"]]
    assert (await world.get(ELSEWHERE, "/trace", transfer_id=transfers[0]["transfer_id"])).status_code == 404


async def test_a_walk_comes_in_pages_that_together_are_the_whole(world: World) -> None:
    await posted(world, workbook())
    whole = await world.seen(READER, "/trace", document_id=1)
    nodes, seen, cursor = [], [], None
    while True:
        page = await world.seen(READER, "/trace", document_id=1, node_limit=2, cursor=cursor)
        assert (len(page["nodes"]), page["nodes_total"]) <= (2, whole["nodes_total"])
        nodes += page["nodes"]
        seen += page["edges"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert nodes == whole["nodes"]
    assert sorted(seen, key=str) == sorted(whole["edges"], key=str)


async def test_a_walk_too_large_says_where_it_stops_and_claims_nothing_of_what_it_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await posted(world, workbook())
    monkeypatch.setattr("services.funds.domain.trace.MAX_NODES", 6)
    walk = await world.seen(READER, "/trace", document_id=1)
    assert (walk["truncated"], walk["nodes_total"], walk["differences"]) == (True, 6, [])


async def test_what_stands_at_each_thing_is_told_by_the_ledger(world: World) -> None:
    await posted(world, workbook())
    walk = await world.seen(READER, "/trace", project_code="P1")
    holds = {node["id"]: node["holds"] for node in walk["nodes"] if node["holds"]}
    assert holds["allocation:1"] == {"allocation": 500_000}
    assert holds["payment:1"] == {"paid": 291_000}
    assert holds["allocation:2"] == {"allocation": 240_000}


async def test_money_called_back_is_walked_to_where_it_went(world: World) -> None:
    receipt = await world.money(1_000)
    allocation = await world.allocation(receipt, 700)
    body = {
        "allocation_id": allocation["allocation_id"], "amount_fen": 200, "number": "收回1号", "reason": "项目结余",
        "proposed_on": day(6),
    }  # fmt: skip
    recaller, decider = desk("recall.propose", *READING), desk("recall.decide", *READING)
    recall = await world.made(recaller, "/recalls", body)
    waiting = await world.seen(READER, "/trace", receipt_id=receipt["receipt_id"])
    assert waiting["differences"] == []
    decided = {"outcome": "approve", "opinion": "同意", "decided_on": day(6, 2)}
    await world.made(decider, f"/recalls/{recall['recall_id']}/decision", decided)
    walk = await world.seen(READER, "/trace", receipt_id=receipt["receipt_id"])
    assert walk["differences"] == []
    assert edges(walk)["allocation", "recall"] == edges(walk)["recall", "receipt"] == 200


async def test_money_called_back_adds_up_from_wherever_the_walk_begins(world: World) -> None:
    """A recall from the city's line on its way, from two receipts, from a project; one goes to no receipt of ours."""
    whole = await world.document({"3416": 1_000})
    city = await world.receipt(whole, "3416", CITY)
    drawn = {"issuing_division": "3416", "drawn_on_receipt_id": city["receipt_id"], "issued_on": day(2, 5)}
    down = await world.document({COUNTY: 600, "341621": 100}, CITY, **drawn)
    county = await world.receipt(down, on=day(2, 6))
    allocation = await world.allocation(county, 500)
    payment = await world.paid(allocation, 300)
    lines = {line["division_code"]: line["line_id"] for line in down["lines"]}
    of_city = {"scope": ("3416",), "office": "3416-finance", "level": "city"}
    of_province = {"scope": ("34",), "office": "34-finance", "level": "province"}
    called_back: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
        ({}, {"allocation_id": allocation["allocation_id"], "amount_fen": 20}),
        (of_city, {"document_line_id": lines[COUNTY], "amount_fen": 30}),
        (of_city, {"document_line_id": lines["341621"], "amount_fen": 40}),
        (of_province, {"document_line_id": whole["lines"][0]["line_id"], "amount_fen": 50}),
    )
    decided = {"outcome": "approve", "opinion": "同意", "decided_on": day(6, 2)}
    for number, (place, asked) in enumerate(called_back):
        body = asked | {"number": f"收回{number}号", "reason": "项目结余", "proposed_on": day(6)}
        recall = await world.made(desk("recall.propose", *READING, **place), "/recalls", body)
        await world.made(desk("recall.decide", *READING, **place), f"/recalls/{recall['recall_id']}/decision", decided)
    starts = {
        "document_id": (whole["document_id"], down["document_id"]),
        "line_id": (whole["lines"][0]["line_id"], *lines.values()),
        "receipt_id": (city["receipt_id"], county["receipt_id"]),
        "allocation_id": (allocation["allocation_id"],),
        "project_code": ("P1",),
        "payment_id": (payment["payment_id"],),
    }
    for name, values in starts.items():
        for value in values:
            walk = await world.seen(PROVINCE, "/trace", **{name: value})
            assert walk["differences"] == [], (name, value)
    for receipt, recalls in ((city, 4), (county, 2)):
        walk = await world.seen(PROVINCE, "/trace", receipt_id=receipt["receipt_id"])
        assert types(walk).count("recall") == recalls


async def test_a_transfer_of_money_being_called_back_is_walked_like_any_other(world: World) -> None:
    """From a project, from a receipt, and from a line on its way."""
    receipt = await world.money(1_000)
    allocation = await world.allocation(receipt, 700)
    on_its_way = await world.document({COUNTY: 100})
    of_province = {"scope": ("34",), "office": "34-finance", "level": "province"}
    taken: tuple[tuple[dict[str, Any], dict[str, Any], str], ...] = (
        ({}, {"allocation_id": allocation["allocation_id"]}, f"allocation:{allocation['allocation_id']}"),
        (of_province, {"document_line_id": 1}, f"receipt:{receipt['receipt_id']}"),
        (of_province, {"document_line_id": on_its_way["lines"][0]["line_id"]}, "line:2"),
    )
    for number, (place, asked, thing) in enumerate(taken):
        body = asked | {"amount_fen": 10, "number": f"收回{number}号", "reason": "项目结余", "proposed_on": day(6)}
        recall = await world.made(desk("recall.propose", *READING, **place), "/recalls", body)
        moved = (await world.seen(PROVINCE, "/ledger/transfers", division_code="34", limit=200))["items"]
        aside = next(one for one in moved if one["credit_kind"] == "recalling")
        walk = await world.seen(PROVINCE, "/trace", transfer_id=aside["transfer_id"])
        assert {thing, f"recall:{recall['recall_id']}", "document:1" if number < 2 else "document:2"} <= {
            node["id"] for node in walk["nodes"]
        }
        assert (walk["start"], walk["differences"]) == (f"transfer:{aside['transfer_id']}", [])
        decided = {"outcome": "approve", "opinion": "同意", "decided_on": day(6, 2)}
        await world.made(desk("recall.decide", *READING, **place), f"/recalls/{recall['recall_id']}/decision", decided)


async def test_what_was_moved_to_or_from_another_township_is_not_shown_to_this_one(world: World) -> None:
    """P1 in 许疃镇 gives 300 to P2 in 小涧镇, P2 gives 100 of it to P3 in 许疃镇."""
    for code, division in (("P2", "341622102"), ("P3", "341622101")):
        world.projects[code] = grant_of(code, division_code=division)
    first = await world.allocation(await world.money(1_000), 1_000)
    second = await reallocations.moved(world, first, 300, "P2")
    third = await reallocations.moved(world, second, 100, "P3")
    names = {code: f"allocation:{row['allocation_id']}" for code, row in (("1", first), ("2", second), ("3", third))}
    here, there = desk(*READING, scope=("341622101",)), desk(*READING, scope=("341622102",))
    for who, start, seen in (
        (READER, "P1", "123"), (here, "P1", "1"), (here, "P3", "3"), (there, "P2", "2"),
    ):  # fmt: skip
        walk = await world.seen(who, "/trace", project_code=start)
        shown = {node["id"] for node in walk["nodes"] if node["type"] == "allocation"}
        assert shown == {names[one] for one in seen}, (who.scope, start)
        assert walk["differences"] == []
        assert not [edge for edge in walk["edges"] if edge["target"].startswith("allocation") and
                    {edge["source"], edge["target"]} & (set(names.values()) - shown)]  # fmt: skip
        assert {"document:1", "receipt:1"} <= {edge["source"] for edge in walk["edges"]}, "it goes up to the source"
    whole = await world.seen(READER, "/trace", receipt_id=1)
    assert whole["differences"] == []
