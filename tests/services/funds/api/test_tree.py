"""The tree of the money over HTTP: each node's sums, its children, any past day."""

from __future__ import annotations

from typing import Any

from tests.services.funds.world import CITY, COUNTY, ELSEWHERE, PROVINCE, READER, YEAR, World, code_of, day


def sums(node: dict[str, Any]) -> dict[str, int]:
    return {name: fen for name, fen in node["total"].items() if fen}


async def test_a_city_and_its_county_say_where_every_fen_is(world: World) -> None:
    received = await world.receipt(await world.document({"3416": 1000}), "3416", CITY)
    drawn = {"issuing_division": "3416", "drawn_on_receipt_id": received["receipt_id"], "issued_on": day(2, 5)}
    county = await world.receipt(await world.document({COUNTY: 600}, CITY, **drawn), on=day(3))
    await world.document({"341621": 150}, CITY, **drawn)
    await world.allocation(county, 450, on=day(3, 2))
    asked = {"division_code": "34", "fund_year": YEAR}
    tree = await world.seen(PROVINCE, "/tree", **asked)
    assert tree["difference_fen"] == 0
    (city,) = tree["root"]["children"]
    assert (city["division_code"], city["name"], city["level"]) == ("3416", "亳州市", "city")
    assert sums(city) == {
        "received_fen": 1000, "passed_down_fen": 750, "under_way_fen": 150, "unallocated_fen": 250,
    }  # fmt: skip
    (below,) = city["children"]
    assert sums(below) == {"received_fen": 600, "kept_fen": 450, "unallocated_fen": 150}
    assert [(cell["fund_kind"], cell["batch"]) for cell in below["cells"]] == [("central_special", "advance")]
    early = await world.seen(PROVINCE, "/tree", **asked, as_of=day(3, 5))
    assert sums(early["root"]["children"][0]["children"][0]) == {
        "received_fen": 600, "unallocated_fen": 600, "proposed_fen": 450,
    }  # fmt: skip
    shallow = await world.seen(PROVINCE, "/tree", **asked, depth=0)
    assert shallow["root"]["children"] == []
    other = await world.seen(PROVINCE, "/tree", **asked, fund_kind="lottery")
    assert other["root"]["children"] == []


async def test_a_tree_is_seen_from_ones_own_area_only_and_townships_keep_no_books(world: World) -> None:
    await world.money(1000)
    mine = await world.seen(READER, "/tree", division_code=COUNTY, fund_year=YEAR)
    assert mine["root"]["total"]["received_fen"] == 1000
    other = await world.get(ELSEWHERE, "/tree", division_code=COUNTY, fund_year=YEAR)
    assert other.status_code == 404
    below = await world.get(READER, "/tree", division_code="341622101", fund_year=YEAR)
    assert (below.status_code, code_of(below)) == (422, "no_books_below_county")
