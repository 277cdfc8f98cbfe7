"""Households that went from one county to another while the two closed their years: each stands in one slice."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest

from services.registry.operations import year_closings
from services.registry.storage import year_freezing
from tests.services.registry.api.test_household_changes import kept, put
from tests.services.registry.changes import HOUSEHOLDS, clerk, done, event, read
from tests.services.registry.people import COUNTY, FOREIGN_VILLAGE, VILLAGE, open_household, person, recorder
from tests.services.registry.years import LAST_YEAR, YEARS, age, close, listed
from tests.support.harness import Harness, actor
from tests.support.resting import put_to_rest

FOREIGN_COUNTY = FOREIGN_VILLAGE[:6]
CLOSED_EARLY = date(LAST_YEAR, 11, 20)
BETWEEN = date(LAST_YEAR, 11, 22).isoformat()


async def moved(registry: Harness, file: dict[str, Any], to: str, on: str = BETWEEN) -> dict[str, Any]:
    asked = event(file, to_village=to, on=on)
    change = await done(registry, "village-moves", asked, file["version"], clerk(file["village_code"]))
    await done(registry, f"{change['id']}/acceptance", {"opinion": "同意接收", "group": "三组"}, who=clerk(to))
    return await read(registry, file, clerk(to))


async def closes(registry: Harness, code: str, owner: Any = None) -> None:
    """A county closes last year through its end; with `owner` as if it had done so on a day of November."""
    who = actor("register_year.close", scope=(code,), level="county")
    answer = await close(registry, LAST_YEAR, who, code)
    assert answer.status_code == 202, answer.text
    assert (await listed(registry, LAST_YEAR, code))["state"] == "closed"
    if owner is not None:
        await owner.execute("update register_years set closed_through = $1 where county_code = $2", CLOSED_EARLY, code)


async def frozen(registry: Harness, area: str) -> list[str]:
    """The households frozen in an area; as many as its figures say."""
    who = actor("household.read", "register_year.read", scope=(area,))
    async with registry.as_(who) as client:
        lines = (await client.get(f"{YEARS}/{LAST_YEAR}/households", params={"within": area})).json()["items"]
        sums = await client.get(f"{YEARS}/{LAST_YEAR}/statistics", params={"division_code": area})
    assert sums.json()["households"] == len(lines)
    return sorted(line["id"] for line in lines)


async def two(registry: Harness, owner: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A file of this county and one of another, opened last year."""
    here = await open_household(registry)
    there = await open_household(registry, village=FOREIGN_VILLAGE, members=[person()])
    await age(owner, date(LAST_YEAR, 3, 1))
    return here, there


async def test_who_went_to_another_county_after_their_own_had_closed_the_year_is_not_frozen_there_again(
    county: Harness, owner: Any
) -> None:
    goes, stays = await two(county, owner)
    await closes(county, COUNTY, owner)
    await moved(county, goes, FOREIGN_VILLAGE)
    await closes(county, FOREIGN_COUNTY)
    assert await frozen(county, COUNTY) == [goes["id"]]
    assert await frozen(county, FOREIGN_COUNTY) == [stays["id"]]
    assert await frozen(county, "00") == sorted([goes["id"], stays["id"]])


async def test_nor_where_something_true_later_was_recorded_before_a_correction_of_the_year(
    county: Harness, owner: Any
) -> None:
    goes, stays = await two(county, owner)
    await closes(county, COUNTY, owner)
    now = await moved(county, goes, FOREIGN_VILLAGE)
    states = kept(now, village_code=FOREIGN_VILLAGE, housing_level="C")
    new = await put(county, now, states, who=recorder(village=FOREIGN_VILLAGE))
    assert new.status_code == 200, new.text
    late = kept(new.json(), village_code=FOREIGN_VILLAGE, housing_level="C", safe_water=False)
    answer = await put(
        county, new.json(), late | {"true_from": f"{LAST_YEAR}-12-01"}, who=recorder(village=FOREIGN_VILLAGE)
    )
    assert answer.status_code == 200, answer.text
    await closes(county, FOREIGN_COUNTY)
    assert await frozen(county, FOREIGN_COUNTY) == [stays["id"]]


@pytest.mark.parametrize("came_back", [False, True])
async def test_who_came_to_a_county_after_it_had_closed_the_year_is_kept_by_the_county_they_left_as_they_left_it(
    county: Harness, owner: Any, came_back: bool
) -> None:
    neighbour = await open_household(county, members=[person()])
    goes, stays = await two(county, owner)
    await closes(county, FOREIGN_COUNTY, owner)
    now = await moved(county, goes, FOREIGN_VILLAGE)
    if came_back:
        await moved(county, now, VILLAGE, date(LAST_YEAR + 1, 1, 5).isoformat())
    await closes(county, COUNTY)
    assert await frozen(county, COUNTY) == sorted([goes["id"], neighbour["id"]])
    assert await frozen(county, FOREIGN_COUNTY) == [stays["id"]]
    assert await frozen(county, "00") == sorted([goes["id"], neighbour["id"], stays["id"]])
    async with county.as_(actor("household.read", scope=(COUNTY,))) as client:
        file = (await client.get(f"{HOUSEHOLDS}/{goes['id']}", params={"year": LAST_YEAR})).json()
    assert (file["village_code"], file["group"], file["member_count"]) == (VILLAGE, "一组", 3)


async def test_who_was_back_on_the_years_last_day_is_kept_once_by_the_county_they_came_back_to(
    county: Harness, owner: Any
) -> None:
    goes, stays = await two(county, owner)
    await closes(county, FOREIGN_COUNTY, owner)
    now = await moved(county, goes, FOREIGN_VILLAGE)
    await moved(county, now, VILLAGE, date(LAST_YEAR, 12, 5).isoformat())
    await closes(county, COUNTY)
    assert await frozen(county, COUNTY) == [goes["id"]]
    assert await frozen(county, "00") == sorted([goes["id"], stays["id"]])


async def test_a_county_whose_households_all_moved_away_closes_its_year_with_those_it_had_on_the_last_day(
    county: Harness, owner: Any
) -> None:
    goes, _ = await two(county, owner)
    await moved(county, goes, FOREIGN_VILLAGE, date(LAST_YEAR + 1, 1, 5).isoformat())
    assert (await listed(county))["state"] == "open"
    await closes(county, COUNTY)
    assert await frozen(county, COUNTY) == [goes["id"]]


@pytest.mark.parametrize("closed_before", [False, True])
async def test_a_county_whose_households_all_moved_away_in_the_year_closes_it_with_an_empty_slice(
    county: Harness, owner: Any, closed_before: bool
) -> None:
    goes, _ = await two(county, owner)
    if closed_before:
        await age(owner)
        assert (await close(county, LAST_YEAR - 1)).status_code == 202
    await moved(county, goes, FOREIGN_VILLAGE)
    await closes(county, COUNTY)
    year = await listed(county)
    assert (year["state"], year["households"], year["people"]) == ("closed", 0, 0)
    assert await frozen(county, COUNTY) == []
    early = await close(county, LAST_YEAR - 2)
    assert (early.status_code, early.json()["code"]) == (409, "registry.year_without_files")


async def test_a_county_that_never_had_a_file_has_no_year_to_close(county: Harness, owner: Any) -> None:
    await open_household(county, village=FOREIGN_VILLAGE)
    await age(owner, date(LAST_YEAR, 3, 1))
    answer = await close(county, LAST_YEAR)
    assert (answer.status_code, answer.json()["code"]) == (409, "registry.year_without_files")
    async with county.as_(actor("register_year.read", scope=(COUNTY,))) as client:
        sums = await client.get(f"{YEARS}/{LAST_YEAR}/statistics", params={"division_code": COUNTY})
    assert sums.status_code == 404


async def test_one_county_is_frozen_at_a_time_since_each_locks_files_that_went_to_the_other(
    county: Harness, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = await put_to_rest(monkeypatch, year_closings)
    await two(county, owner)
    for code in (COUNTY, FOREIGN_COUNTY):
        async with county.as_(actor("register_year.close", scope=(code,), level="county")) as client:
            asked = await client.post(f"{YEARS}/{LAST_YEAR}/close", json={"division_code": code})
            assert asked.status_code == 202, asked.text
    database, at_work, go_on = county.fastapi.state.database, asyncio.Event(), asyncio.Event()
    left = year_freezing.left

    async def slowly(*values: Any) -> Any:
        at_work.set()
        await go_on.wait()
        return await left(*values)

    monkeypatch.setattr(year_freezing, "left", slowly)
    first = asyncio.ensure_future(turn(database, "one"))
    await at_work.wait()
    assert await turn(database, "two") is False
    states = "select state, attempts, worker from register_year_closings order by id"
    assert [tuple(row) for row in await owner.fetch(states)] == [("running", 1, "one"), ("queued", 0, None)]
    go_on.set()
    assert await first
    assert await turn(database, "two")
    assert [row["state"] for row in await owner.fetch(states)] == ["done", "done"]
    assert await turn(database, "two") is False
