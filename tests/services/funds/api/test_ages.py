"""The age of unspent money over HTTP: carried over by bucket, and what is to be called back."""

from __future__ import annotations

from tests.services.funds.world import COUNTY, ELSEWHERE, MAKER, READER, YEAR, World, code_of, day


async def test_unspent_money_ages_and_what_is_too_old_is_listed(world: World) -> None:
    receipt = await world.money(1000)
    allocation = await world.allocation(receipt, 800)
    await world.paid(allocation, 300)
    await world.claim(allocation, 200, on=day(6))
    held = 1000 - 300 + 9
    asked = {"division_code": COUNTY}
    at_end = await world.seen(READER, "/ages", **asked, as_of=day(12, 31))
    assert {row["bucket"]: row["unspent_fen"] for row in at_end["buckets"]} == {
        "in_year": held, "up_to_1": 0, "up_to_2": 0, "over_2": 0,
    }  # fmt: skip
    next_day = await world.seen(READER, "/ages", **asked, as_of=day(1, 1, YEAR + 1))
    assert [row["unspent_fen"] for row in next_day["buckets"]] == [0, held, 0, 0]
    assert next_day["reclaim"] == []
    old = await world.seen(READER, "/ages", **asked, as_of=day(1, 1, YEAR + 3))
    (item,) = old["reclaim"]
    assert (item["free_fen"], item["bound_fen"]) == (500, 209)
    assert item["allocation_ids"] == [allocation["allocation_id"]]
    assert (item["carried_over_since"], item["fund_year"]) == (day(1, 1, YEAR + 1), YEAR)
    assert old["buckets"][3]["fund_years"] == [YEAR]


async def test_the_buckets_are_the_countys_own(world: World) -> None:
    await world.policy("reclaim_years", "1", "year", day(1))
    await world.receipt(await world.document({COUNTY: 70}, MAKER, issuing_division=COUNTY, fund_kind="county_special"))
    seen = await world.seen(READER, "/ages", division_code=COUNTY, as_of=day(1, 1, YEAR + 2))
    assert [row["bucket"] for row in seen["buckets"]] == ["in_year", "up_to_1", "over_1"]
    assert [item["free_fen"] for item in seen["reclaim"]] == [70]


async def test_ages_are_of_ones_own_area(world: World) -> None:
    assert (await world.get(ELSEWHERE, "/ages", division_code=COUNTY)).status_code == 404
    below = await world.get(READER, "/ages", division_code="341622101")
    assert code_of(below) == "no_books_below_county"
