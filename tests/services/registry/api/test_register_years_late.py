"""Years closed late: a slice is what was so on the year's last day as known when it was closed, and nothing later."""

from __future__ import annotations

from typing import Any

import pytest

from services.registry.operations import year_closings
from shared.chassis.clock import office_today
from shared.chassis.identity import Actor
from tests.services.registry.api.test_household_changes import kept, put
from tests.services.registry.api.test_register_years_moved import moved
from tests.services.registry.changes import HOUSEHOLDS, done, event, on_register
from tests.services.registry.operations.keys import keys_in_use, new_key, present_keys, rotate, seals
from tests.services.registry.people import (
    COUNTY,
    FOREIGN_VILLAGE,
    OTHER_VILLAGE,
    VILLAGE,
    days_ago,
    open_household,
    person,
    recorder,
    township_officer,
)
from tests.services.registry.years import (
    IN_LAST_YEAR,
    LAST_YEAR,
    YEARS,
    age,
    ask,
    city_officer,
    close,
    closer,
    decide,
    listed,
)
from tests.support.harness import Harness, actor

TODAY = office_today().isoformat()
LAST_DAY = f"{LAST_YEAR}-12-31"


async def get(registry: Harness, path: str, who: Actor | None = None, **params: Any) -> Any:
    async with registry.as_(who or closer()) as client:
        return await client.get(path, params=params)


async def changed(registry: Harness, file: dict[str, Any], day: str, **other: Any) -> dict[str, Any]:
    """The file with this change, true from a day."""
    answer = await put(registry, file, kept(file, **other) | {"true_from": day})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def both_closed(registry: Harness) -> None:
    for year in (LAST_YEAR - 1, LAST_YEAR):
        answer = await close(registry, year)
        assert answer.status_code == 202, answer.text
        assert (await listed(registry, year))["state"] == "closed"


async def corrected_late(registry: Harness, owner: Any) -> dict[str, Any]:
    """A file that says today what became so today, and then, late, that there was no safe water in June of last year:
    a son was born, a house fell, an income was earned and another cause named since. Last year is closed after."""
    opened = await open_household(registry)
    await age(owner)
    later = kept(opened)
    later["members"] = [*later["members"], person("son", 1, name="张小")]
    later |= {"housing_level": "D", "main_cause": "disaster", "attribute": "dibao_poor", "true_from": TODAY}
    later["income"] = {"wage_fen": 4_000_000, "transfer_fen": 200_001}
    answer = await put(registry, opened, later)
    assert answer.status_code == 200, answer.text
    now = answer.json()
    states = {name: later[name] for name in ("housing_level", "main_cause", "attribute", "income")}
    made = await changed(registry, now, IN_LAST_YEAR, **states, safe_water=False)
    assert (made["version"], made["member_count"], made["safe_water"]) == (3, 4, False)
    await both_closed(registry)
    return made


async def test_what_became_true_after_the_year_is_not_frozen_with_what_was_corrected_after_it(
    county: Harness, owner: Any
) -> None:
    made = await corrected_late(county, owner)
    path = f"{HOUSEHOLDS}/{made['id']}"
    frozen = (await get(county, path, year=LAST_YEAR)).json()
    assert (frozen["housing_level"]["code"], frozen["safe_water"]) == ("B", False)
    assert (frozen["main_cause"]["code"], frozen["attribute"]["code"]) == ("illness", "general_poor")
    assert (frozen["income"]["wage_fen"], frozen["member_count"], len(frozen["members"])) == (1_000_000, 3, 3)
    of_the_day = (await get(county, path, true_on=LAST_DAY)).json()
    told = ("known_on", "true_on", "frozen_year", "notices")
    assert {name: frozen[name] for name in frozen if name not in told} == {
        name: of_the_day[name] for name in of_the_day if name not in told
    }
    (line,) = (await get(county, f"{YEARS}/{LAST_YEAR}/households")).json()["items"]
    assert (line["attribute"]["code"], line["main_cause"]["code"], line["member_count"]) == (
        "general_poor", "illness", 3,
    )  # fmt: skip
    assert line["net_income_per_head"] == frozen["net_income_per_head"]
    assert line["net_income_per_head"]["numerator_fen"] == 1_200_001
    for group_by, key in (("attribute", "general_poor"), ("main_cause", "illness"), ("status", "draft")):
        sums = (await get(county, f"{YEARS}/{LAST_YEAR}/statistics", division_code=COUNTY, group_by=group_by)).json()
        assert [(row["key"], row["households"], row["people"]) for row in sums["groups"]] == [(key, 1, 3)]
    assert (await get(county, path, year=LAST_YEAR - 1)).json()["safe_water"] is True
    slices = await owner.fetch("select year, content is null as plain, net_income_fen from household_slices order by 1")
    assert [tuple(row) for row in slices] == [(LAST_YEAR - 1, True, 1_200_001), (LAST_YEAR, False, 1_200_001)]


async def test_a_file_composed_for_the_years_last_day_is_no_version_to_change_from(county: Harness, owner: Any) -> None:
    made = await corrected_late(county, owner)
    path = f"{HOUSEHOLDS}/{made['id']}"
    composed = await get(county, path, year=LAST_YEAR)
    assert ("ETag" in composed.headers, composed.json()["true_on"], composed.json()["known_on"]) == (
        False, LAST_DAY, TODAY,
    )  # fmt: skip
    plain = await get(county, path, year=LAST_YEAR - 1)
    assert (plain.headers["ETag"], plain.json()["true_on"], plain.json()["known_on"]) == ('"1"', None, TODAY)


async def test_corrections_after_the_closing_stand_against_a_composed_slice(county: Harness, owner: Any) -> None:
    made = await corrected_late(county, owner)
    path = f"{YEARS}/{LAST_YEAR}/corrections"
    assert (await get(county, path)).json()["items"] == []
    before = (await get(county, f"{HOUSEHOLDS}/{made['id']}", year=LAST_YEAR)).json()
    asked = await ask(county, made, kept(made, housing_level="C", main_cause="disaster", attribute="dibao_poor"))
    assert (await decide(county, asked.json()["id"])).status_code == 200
    (against,) = (await get(county, path)).json()["items"]
    assert (against["version_frozen"], against["version_after"]) == (3, 4)
    assert (await get(county, f"{HOUSEHOLDS}/{made['id']}", year=LAST_YEAR)).json() == before


async def test_a_household_is_frozen_in_the_village_it_lived_in_on_the_last_day_whatever_was_corrected_since(
    county: Harness, owner: Any
) -> None:
    opened = await open_household(county)
    await age(owner)
    moved = await put(county, opened, kept(opened, village_code=OTHER_VILLAGE), who=township_officer())
    assert moved.status_code == 200, moved.text
    late = kept(moved.json(), village_code=OTHER_VILLAGE, safe_water=False) | {"true_from": IN_LAST_YEAR}
    assert (await put(county, moved.json(), late, who=recorder(village=OTHER_VILLAGE))).status_code == 200
    await both_closed(county)
    path = f"{HOUSEHOLDS}/{opened['id']}"
    for who in (recorder(), recorder(village=OTHER_VILLAGE)):
        frozen = await get(county, path, who, year=LAST_YEAR)
        assert (frozen.status_code, frozen.json()["village_code"]) == (200, VILLAGE), frozen.text
        assert frozen.json()["safe_water"] is False
    seen = {}
    for village in (VILLAGE, OTHER_VILLAGE):
        lines = await get(county, f"{YEARS}/{LAST_YEAR}/households", recorder(village=village))
        seen[village] = [(line["id"], line["village_code"]) for line in lines.json()["items"]]
    assert seen == {VILLAGE: [(opened["id"], VILLAGE)], OTHER_VILLAGE: []}


@pytest.mark.parametrize("corrected", [False, True])
async def test_who_went_to_another_county_before_the_year_was_closed_is_kept_by_the_county_they_lived_in(
    county: Harness, owner: Any, corrected: bool
) -> None:
    file = await on_register(county)
    await open_household(county)
    await age(owner)
    now = await moved(county, file, FOREIGN_VILLAGE)
    if corrected:
        late = kept(now, village_code=FOREIGN_VILLAGE, safe_water=False) | {"true_from": IN_LAST_YEAR}
        answer = await put(county, now, late | {"reason": "入户核查"}, who=recorder(village=FOREIGN_VILLAGE))
        assert answer.status_code == 200, answer.text
    await both_closed(county)
    year = await listed(county)
    assert (year["households"], year["people"]) == (2, 6)
    for who in (recorder(), recorder(village=FOREIGN_VILLAGE)):
        frozen = (await get(county, f"{HOUSEHOLDS}/{file['id']}", who, year=LAST_YEAR)).json()
        assert (frozen["village_code"], frozen["status"], frozen["safe_water"]) == (
            VILLAGE,
            "registered",
            not corrected,
        )
    there = FOREIGN_VILLAGE[:6]
    async with county.as_(actor("register_year.close", scope=(there,), level="county")) as client:
        for one in (LAST_YEAR - 1, LAST_YEAR):
            asked = await client.post(f"{YEARS}/{one}/close", json={"division_code": there})
            assert asked.status_code == 202, asked.text
            while not await owner.fetchval(
                "select 1 from register_years where (county_code, year) = ($1, $2)", there, one
            ):
                await year_closings.run_one(county.fastapi.state.database, "test")
    columns = "county_code, year, village_code, content is null"
    kept_by = await owner.fetch(
        f"select {columns} from household_slices where household_id = $1 order by year", file["id"]
    )
    assert [tuple(row) for row in kept_by] == [
        (COUNTY, LAST_YEAR - 1, VILLAGE, True), (COUNTY, LAST_YEAR, VILLAGE, not corrected),
    ]  # fmt: skip


async def test_what_a_county_froze_is_not_changed_without_consent_where_the_household_went(
    county: Harness, owner: Any
) -> None:
    file = await open_household(county)
    await age(owner)
    await both_closed(county)
    now, there = await moved(county, file, FOREIGN_VILLAGE), FOREIGN_VILLAGE[:6]
    change = kept(now, village_code=FOREIGN_VILLAGE, safe_water=False) | {"true_from": IN_LAST_YEAR}
    refused = await put(county, now, change, who=recorder(village=FOREIGN_VILLAGE))
    assert (refused.status_code, refused.json()["code"]) == (409, "registry.year_closed"), refused.text
    asking = actor("correction.ask", scope=(there,), level="county")
    asked = await ask(county, now, change, who=asking)
    assert (asked.status_code, asked.json()["year"]) == (201, LAST_YEAR), asked.text
    done_ = await decide(county, asked.json()["id"], city_officer(city=there[:4]))
    assert (done_.status_code, done_.json()["state"]) == (200, "consented"), done_.text
    nation = actor("register_year.read", scope=("00",))
    (against,) = (await get(county, f"{YEARS}/{LAST_YEAR}/corrections", nation)).json()["items"]
    assert (against["id"], against["version_frozen"]) == (asked.json()["id"], 1)
    free = kept(now, village_code=FOREIGN_VILLAGE, housing_level="C")
    later = await put(county, now | {"version": 3}, free, who=recorder(village=FOREIGN_VILLAGE))
    assert later.status_code == 200, later.text


async def test_a_frozen_list_shares_an_income_by_the_people_who_count_for_it_as_the_file_does(
    county: Harness, owner: Any
) -> None:
    source = {"source": "本县规定", "division_code": COUNTY, "valid_from": days_ago(0)}
    async with county.as_(actor("parameter.set", scope=(COUNTY,), level="county")) as client:
        counts = {"key": "absence_counts_in_income", "value": "0"}
        answer = await client.post("/api/v1/registry/parameters", json=source | counts)
        assert answer.status_code == 201, answer.text
    file = await open_household(county, members=[person(), person("spouse", 43, "2"), person("son", 20)])
    away = event(file, on=days_ago(30), kind="military_service", member_id=file["members"][2]["id"])
    await done(county, "absences", away, 1)
    await age(owner)
    await both_closed(county)
    (line,) = (await get(county, f"{YEARS}/{LAST_YEAR}/households")).json()["items"]
    frozen = (await get(county, f"{HOUSEHOLDS}/{file['id']}", year=LAST_YEAR)).json()
    shared = {"numerator_fen": 1_200_001, "people": 2, "floor_fen": 600_000}
    assert line["net_income_per_head"] == frozen["net_income_per_head"] == shared
    assert line["member_count"] == 3


async def test_a_file_opened_after_the_year_is_not_in_it_though_something_earlier_was_stated_of_it(
    county: Harness, owner: Any
) -> None:
    await open_household(county)
    await age(owner)
    new = await open_household(county, members=[person()], identified_on=IN_LAST_YEAR)
    stated = kept(new, safe_water=False, identified_on=IN_LAST_YEAR) | {"true_from": IN_LAST_YEAR}
    answer = await put(county, new, stated)
    assert answer.status_code == 200, answer.text
    path = f"{HOUSEHOLDS}/{new['id']}"
    assert (await get(county, path, true_on=LAST_DAY)).status_code == 404
    await both_closed(county)
    assert (await listed(county))["households"] == 1
    assert (await get(county, path, year=LAST_YEAR)).status_code == 404


async def test_a_change_of_keys_moves_the_values_that_a_composed_slice_holds(county: Harness, owner: Any) -> None:
    made = await corrected_late(county, owner)
    path = f"{HOUSEHOLDS}/{made['id']}"
    before = (await get(county, path, year=LAST_YEAR)).json()
    old, new = present_keys()[0], new_key()
    outcome = await rotate(county, seals(new, old))
    assert (outcome.left, outcome.unreadable) == ([], set())
    assert await keys_in_use(county) == {seals(new).present}
    assert seals(old).present not in await owner.fetchval("select string_agg(content::text, '') from household_slices")
    county.fastapi.state.seals = seals(new)
    assert (await get(county, path, year=LAST_YEAR)).json() == before
