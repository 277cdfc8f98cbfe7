"""Receipts over HTTP: each line registered once, whole, by the receiving level."""

from __future__ import annotations

from typing import Any

import pytest

from shared.chassis.clock import office_today
from tests.services.funds.world import CITY, COUNTY, MAKER, PROVINCE, READER, World, code_of, day


def body(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "document_id": document["document_id"],
        "division_code": COUNTY,
        "amount_fen": 1000,
        "received_on": day(2),
    } | changes


async def test_a_registered_line_is_money_of_the_county(world: World) -> None:
    document = await world.document({COUNTY: 1000})
    receipt = await world.receipt(document)
    assert (receipt["amount_fen"], receipt["left_fen"], receipt["batch"]) == (1000, 1000, "advance")
    again = await world.post(MAKER, "/receipts", body(document))
    assert (again.status_code, code_of(again)) == (409, "already_registered")
    listed = await world.seen(READER, "/receipts")
    assert listed["items"] == [receipt]
    seen = await world.seen(READER, f"/documents/{document['document_id']}")
    assert seen["lines"][0]["receipt_id"] == receipt["receipt_id"]
    await world.books_balance()


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount_fen": 999}, 422, "amount_not_line"),
        ({"received_on": day(1, 9)}, 422, "day_before_step"),
        ({"received_on": office_today().replace(year=office_today().year + 1).isoformat()}, 422, "day_in_future"),
        ({"document_id": 99}, 404, "not_found"),
        ({"division_code": "341621"}, 404, "not_found"),
    ],
)
async def test_a_wrong_registration_is_refused_and_nothing_is_received(
    world: World, changes: dict[str, Any], status: int, code: str
) -> None:
    document = await world.document({COUNTY: 1000, "341621": 5})
    refused = await world.post(MAKER, "/receipts", body(document, **changes))
    assert (refused.status_code, code_of(refused)) == (status, code)
    assert (await world.seen(READER, "/receipts"))["items"] == []


async def test_a_higher_level_does_not_register_for_the_county(world: World) -> None:
    document = await world.document({COUNTY: 1000})
    for who in (CITY, PROVINCE):
        refused = await world.post(who, "/receipts", body(document))
        assert (refused.status_code, code_of(refused)) == (403, "receiving_office_wrong")


async def test_a_division_without_a_line_has_nothing_to_register(world: World) -> None:
    document = await world.document({"3416": 1000})
    refused = await world.post(PROVINCE, "/receipts", body(document, division_code="34"))
    assert code_of(refused) == "document_line_unknown"
