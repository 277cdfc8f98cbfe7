"""The past of households that moved since: a closed year stays with its village, a past day is read where they are."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import asyncpg
import pytest

from shared.chassis.clock import office_today
from shared.chassis.identity import Actor
from tests.services.registry.api.test_household_changes import kept, put
from tests.services.registry.changes import HOUSEHOLDS, clerk, done, event, on_register, read
from tests.services.registry.people import (
    COUNTY,
    FOREIGN_VILLAGE,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    county_officer,
    open_household,
    person,
    recorder,
    township_officer,
)
from tests.services.registry.years import LAST_YEAR, YEARS, ask, close, closed, closer, decide
from tests.support import server
from tests.support.harness import Harness, actor

FOREIGN_COUNTY = FOREIGN_VILLAGE[:6]


async def get(registry: Harness, path: str, who: Actor, **params: Any) -> Any:
    async with registry.as_(who) as client:
        return await client.get(path, params=params)


async def moved(registry: Harness, file: dict[str, Any], to: str = OTHER_VILLAGE) -> dict[str, Any]:
    """The household lives elsewhere from today on; its file as the new village reads it."""
    asked = event(file, to_village=to, on=office_today().isoformat())
    change = await done(registry, "village-moves", asked, file["version"])
    await done(registry, f"{change['id']}/acceptance", {"opinion": "同意接收", "group": "三组"}, who=clerk(to))
    return await read(registry, file, clerk(to))


def reader(area: str) -> Actor:
    """Whoever reads files and years of an area, and nothing else."""
    return actor("household.read", "register_year.read", scope=(area,))


async def frozen_in(registry: Harness, area: str, **params: Any) -> list[str]:
    """The households listed as frozen in an area; there are as many as the statistics and the year's line say."""
    who = reader(area)
    answer = await get(registry, f"{YEARS}/{LAST_YEAR}/households", who, within=area, **params)
    assert answer.status_code == 200, answer.text
    lines = answer.json()["items"]
    sums = await get(registry, f"{YEARS}/{LAST_YEAR}/statistics", who, division_code=area)
    counted = sums.json() if sums.status_code == 200 else {"households": 0, "people": 0}
    assert (len(lines), sum(line["member_count"] for line in lines)) == (counted["households"], counted["people"])
    years = (await get(registry, YEARS, who, within=area, limit=200)).json()["items"]
    said = sum(row["households"] or 0 for row in years if row["year"] == LAST_YEAR)
    assert said == len(lines)
    return [line["id"] for line in lines]


@pytest.mark.parametrize("to", [OTHER_VILLAGE, FOREIGN_VILLAGE])
async def test_a_household_that_moved_stays_in_the_year_of_the_village_it_was_frozen_under(
    county: Harness, owner: Any, to: str
) -> None:
    stays, goes = await open_household(county), await open_household(county, members=[person()])
    await closed(county, owner)
    path = f"{YEARS}/{LAST_YEAR}/households"
    before = (await get(county, path, recorder())).json()
    await moved(county, goes, to)
    assert (await get(county, path, recorder())).json() == before
    both = sorted([stays["id"], goes["id"]])
    for area in (VILLAGE, TOWNSHIP, COUNTY, "34", "00"):
        assert sorted(await frozen_in(county, area)) == both, area
    for area in (OTHER_VILLAGE, FOREIGN_VILLAGE, FOREIGN_COUNTY):
        assert await frozen_in(county, area) == [], area
    drafts: dict[str, Any] = {"within": VILLAGE, "status": "draft", "limit": 1}
    within = await get(county, path, closer(), **drafts)
    rest = await get(county, path, closer(), **drafts, cursor=within.json()["next_cursor"])
    assert sorted(line["id"] for line in within.json()["items"] + rest.json()["items"]) == both
    assert (await get(county, path, closer(), within=OTHER_VILLAGE)).json()["items"] == []


async def test_a_frozen_file_is_read_from_its_frozen_village_and_from_where_the_household_is_now(
    county: Harness, owner: Any
) -> None:
    file = await on_register(county)
    await closed(county, owner)
    await owner.execute("update households set registered_on = $1", date(LAST_YEAR - 1, 12, 31))
    path = f"{HOUSEHOLDS}/{file['id']}"
    before = (await get(county, path, recorder(), year=LAST_YEAR)).json()
    assert (before["village_code"], before["status"], before["group"]) == (VILLAGE, "registered", "一组")
    now = await moved(county, file, FOREIGN_VILLAGE)
    await owner.execute("delete from read_trail")
    for who in (recorder(), township_officer(), county_officer(), recorder(village=FOREIGN_VILLAGE)):
        answer = await get(county, path, who, year=LAST_YEAR)
        assert (answer.status_code, answer.json()) == (200, before), answer.text
        assert answer.headers["ETag"] == f'"{before["version"]}"'
    trail = await owner.fetch("select action, fields, subjects from read_trail order by id")
    whose = sorted([file["id"], *(member["id"] for member in file["members"])])
    assert [(row["action"], row["fields"], sorted(json.loads(row["subjects"])["ids"])) for row in trail] == [
        ("household.get", "masked", whose)
    ] * 4
    assert all("*" in one["identity_number_masked"] for one in before["members"])
    strangers = (recorder(village=OTHER_VILLAGE), actor("household.read", scope=()), reader("341622102"))
    for who in strangers:
        assert (await get(county, path, who, year=LAST_YEAR)).status_code == 404
    assert now["version"] > before["version"]


async def test_the_frozen_village_sees_nothing_of_a_household_but_what_was_frozen(county: Harness, owner: Any) -> None:
    file = await open_household(county)
    await closed(county, owner)
    path = f"{HOUSEHOLDS}/{file['id']}"
    frozen = {area: (await get(county, path, reader(area), year=LAST_YEAR)).json() for area in (VILLAGE, COUNTY)}
    now = await moved(county, file, FOREIGN_VILLAGE)
    body = kept(now, village_code=FOREIGN_VILLAGE, housing_level="D", phone="13900009999")
    changed = await put(county, now, body, who=recorder(village=FOREIGN_VILLAGE))
    assert changed.status_code == 200, changed.text
    await owner.execute("update households set registered_on = $1", office_today())
    for area, before in frozen.items():
        who = actor("household.read", "household.unmask", "register_year.read", scope=(area,))
        assert (await get(county, path, who, year=LAST_YEAR)).json() == before
        today = office_today().isoformat()
        asked: list[dict[str, Any]] = [{}, {"as_of": today}, {"true_on": f"{LAST_YEAR}-12-31"}, {"year": LAST_YEAR - 2}]
        for params in asked:
            assert (await get(county, path, who, **params)).status_code == 404, params
        for rest in ("history", "facts"):
            assert (await get(county, f"{path}/{rest}", who)).status_code == 404
        async with county.as_(who) as client:
            clear = await client.post(f"{path}/unmask", json={"purpose": "入户核实联系方式"})
        assert clear.status_code == 404, clear.text
        assert (await get(county, HOUSEHOLDS, who)).json()["items"] == []


async def test_the_corrections_of_a_year_stay_with_the_village_it_was_frozen_under(county: Harness, owner: Any) -> None:
    file = await open_household(county)
    await closed(county, owner)
    correction = (await ask(county, file, kept(file, housing_level="C"))).json()
    assert (await decide(county, correction["id"])).status_code == 200
    path = f"{YEARS}/{LAST_YEAR}/corrections"
    before = (await get(county, path, closer())).json()
    assert [row["id"] for row in before["items"]] == [correction["id"]]
    await moved(county, file | {"version": 2}, FOREIGN_VILLAGE)
    for area in (VILLAGE, TOWNSHIP, COUNTY, "3416", "00"):
        assert (await get(county, path, reader(area))).json() == before, area
    for area in (OTHER_VILLAGE, FOREIGN_VILLAGE, FOREIGN_COUNTY):
        assert (await get(county, path, reader(area))).json()["items"] == [], area


async def test_how_a_household_ended_after_the_year_is_not_told_with_what_was_frozen(
    county: Harness, owner: Any
) -> None:
    head = person()
    file = await on_register(county, members=[head])
    await closed(county, owner)
    now = await moved(county, file)
    death = event(now, member_id=now["members"][0]["id"], on=office_today().isoformat())
    await done(county, "deaths", death, now["version"], clerk(OTHER_VILLAGE))
    ended = await read(county, file, clerk(OTHER_VILLAGE))
    assert (ended["status"], ended["lineage"]["closing"]) == ("closed", "natural")
    frozen = (await get(county, f"{HOUSEHOLDS}/{file['id']}", recorder(), year=LAST_YEAR)).json()
    assert (frozen["status"], frozen["closed_on"], frozen["lineage"]) == ("registered", None, None)
    assert [one["id"] for one in frozen["members"]] == [file["members"][0]["id"]]


async def test_each_village_has_the_years_frozen_under_it(county: Harness, owner: Any) -> None:
    file = await open_household(county)
    await owner.execute("update households set opened_on = $1", date(LAST_YEAR - 1, 12, 31))
    await owner.execute("update household_versions set recorded_on = $1, true_from = $1", date(LAST_YEAR - 1, 12, 31))
    assert (await close(county, LAST_YEAR - 1)).status_code == 202
    now = await moved(county, file)
    in_last_year = date(LAST_YEAR, 6, 1)
    await owner.execute(
        "update household_versions set recorded_on = $1, true_from = $1 where version > 1", in_last_year
    )
    assert (await close(county, LAST_YEAR)).status_code == 202
    path = f"{HOUSEHOLDS}/{file['id']}"
    seen = {}
    for village in (VILLAGE, OTHER_VILLAGE):
        for year in (LAST_YEAR - 1, LAST_YEAR):
            one = await get(county, path, recorder(village=village), year=year)
            lines = (await get(county, f"{YEARS}/{year}/households", recorder(village=village))).json()["items"]
            seen[village, year] = (one.status_code, one.json().get("village_code"), len(lines))
    assert seen == {
        (VILLAGE, LAST_YEAR - 1): (200, VILLAGE, 1),
        (VILLAGE, LAST_YEAR): (404, None, 0),
        (OTHER_VILLAGE, LAST_YEAR - 1): (200, VILLAGE, 0),
        (OTHER_VILLAGE, LAST_YEAR): (200, OTHER_VILLAGE, 1),
    }
    assert now["village_code"] == OTHER_VILLAGE


async def test_the_database_shows_frozen_files_by_their_frozen_village_alone(county: Harness, owner: Any) -> None:
    file = await open_household(county)
    await closed(county, owner)
    await moved(county, file, FOREIGN_VILLAGE)
    connect: Any = asyncpg.connect
    connection = await connect(server.dsn("registry", "app", county.database))
    asked = "select distinct village_code from household_files_frozen"
    seen = {}
    try:
        assert await connection.fetch(asked) == []
        for area in (VILLAGE, COUNTY, OTHER_VILLAGE, FOREIGN_VILLAGE, FOREIGN_COUNTY):
            async with connection.transaction():
                settings = "select set_config('lika.scope_from', $1, true), set_config('lika.scope_to', $2, true)"
                await connection.fetch(settings, area, area + ":")
                seen[area] = [row[0] for row in await connection.fetch(asked)]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("drop view household_files_frozen")
    finally:
        await connection.close()
    nowhere: list[str] = []
    assert seen == {
        VILLAGE: [VILLAGE], COUNTY: [VILLAGE], OTHER_VILLAGE: nowhere, FOREIGN_VILLAGE: nowhere,
        FOREIGN_COUNTY: nowhere,
    }  # fmt: skip


async def test_a_page_of_frozen_files_is_read_in_the_order_of_the_index(county: Harness) -> None:
    """Not by the range, whose width nobody can tell the planner, and not by sorting what a county froze."""
    connect: Any = asyncpg.connect
    connection = await connect(server.dsn("registry", "app", county.database))
    asked = (
        "explain select * from household_files_frozen where year = 2025 and village_code >= '341622'"
        " and village_code < '341622:' order by village_code, household_id limit 51"
    )
    try:
        async with connection.transaction():
            for way in ("seqscan", "bitmapscan", "sort", "hashjoin"):
                await connection.execute(f"set local enable_{way} = off")
            plan = [row[0] for row in await connection.fetch(asked)]
    finally:
        await connection.close()
    entered = [line for line in plan if "Index Cond" in line and "village_code" in line]
    assert len(entered) == 1, plan
    assert "341622" in entered[0], plan
    assert "$" not in entered[0], plan
    assert any("ix_household_slices_year_village_code_household_id" in line for line in plan), plan
    assert not any("Sort" in line for line in plan), plan


async def test_a_list_of_a_past_day_goes_by_the_village_of_that_day_for_whoever_has_the_household_now(
    county: Harness, owner: Any
) -> None:
    stays, goes = await open_household(county), await open_household(county, members=[person()])
    await owner.execute("update household_versions set recorded_on = $1, true_from = $1", date(LAST_YEAR, 6, 1))
    await moved(county, goes)
    both, none = sorted([stays["id"], goes["id"]]), list[str]()
    then, now = f"{LAST_YEAR}-12-31", office_today().isoformat()
    for who, day, within, expected in (
        (township_officer(), then, VILLAGE, both),
        (township_officer(), then, OTHER_VILLAGE, none),
        (township_officer(), now, VILLAGE, [stays["id"]]),
        (township_officer(), now, OTHER_VILLAGE, [goes["id"]]),
        (recorder(), then, VILLAGE, [stays["id"]]),
        (recorder(village=OTHER_VILLAGE), then, None, [goes["id"]]),
        (recorder(village=OTHER_VILLAGE), then, OTHER_VILLAGE, none),
    ):
        narrowed = {} if within is None else {"within": within}
        answer = (await get(county, HOUSEHOLDS, who, as_of=day, count="exact", **narrowed)).json()
        assert sorted(line["id"] for line in answer["items"]) == expected, (who.scope, day, within)
        assert answer["count"] == len(expected), (who.scope, day, within)
