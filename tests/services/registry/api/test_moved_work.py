"""What waits or stands open about a household that moved is with the offices of where it lives now."""

from __future__ import annotations

from typing import Any

from tests.services.registry.api.test_comparisons import DOUBTS, LISTS, batch, department
from tests.services.registry.api.test_household_changes import kept
from tests.services.registry.api.test_quality import TOWN, ask, exemption, get, run
from tests.services.registry.api.test_register_years_moved import moved
from tests.services.registry.changes import on_register
from tests.services.registry.people import (
    COUNTY,
    FOREIGN_VILLAGE,
    OTHER_VILLAGE,
    VILLAGE,
    county_officer,
    open_household,
    person,
    recorder,
)
from tests.services.registry.years import CORRECTIONS, LAST_YEAR, YEARS, city_officer, closed, decide
from tests.services.registry.years import ask as ask_correction
from tests.support.harness import Harness, actor

FOREIGN_COUNTY, FOREIGN_TOWN = FOREIGN_VILLAGE[:6], FOREIGN_VILLAGE[:9]
GRANT = {"outcome": "grant", "opinion": "属实"}


def deciding(county: str) -> Any:
    return county_officer("quality.read", "quality.run", "quality.exempt_decide", county=county, person=county)


def reader(area: str) -> Any:
    return actor("quality.read", scope=(area,))


async def exemptions(registry: Harness, area: str, within: str | None = None) -> list[tuple[str, str]]:
    """State and village of the requests an office of the area sees."""
    narrowed = {} if within is None else {"within": within}
    items = (await get(registry, "/quality-exemptions", reader(area), **narrowed))["items"]
    return [(row["state"], row["village_code"]) for row in items]


async def test_a_request_for_an_exemption_goes_with_the_household_and_is_decided_where_it_lives_now(
    county: Harness,
) -> None:
    file = await open_household(county)
    asked = (await ask(county, TOWN, "POST", "/quality-exemptions", json=exemption(file["id"]))).json()
    await moved(county, file, FOREIGN_VILLAGE)
    waits = [("asked", FOREIGN_VILLAGE)]
    assert [await exemptions(county, area) for area in (VILLAGE, COUNTY, FOREIGN_VILLAGE, "00")] == [
        [], [], waits, waits,
    ]  # fmt: skip
    path = f"/quality-exemptions/{asked['id']}"
    there, here = deciding(FOREIGN_COUNTY), deciding(COUNTY)
    assert (await ask(county, here, "GET", path)).status_code == 404
    assert (await ask(county, here, "POST", f"{path}/decision", json=GRANT)).status_code == 404
    assert (await get(county, path, there))["village_code"] == FOREIGN_VILLAGE
    granted = await ask(county, there, "POST", f"{path}/decision", json=GRANT)
    assert (granted.status_code, granted.json()["state"]) == (201, "granted"), granted.text
    assert granted.json()["village_code"] == FOREIGN_VILLAGE


async def test_an_exemption_that_was_decided_is_read_by_who_decided_it_and_where_the_household_lives_now(
    county: Harness,
) -> None:
    file = await open_household(county)
    asked = (await ask(county, TOWN, "POST", "/quality-exemptions", json=exemption(file["id"]))).json()
    path = f"/quality-exemptions/{asked['id']}"
    assert (await ask(county, deciding(COUNTY), "POST", f"{path}/decision", json=GRANT)).status_code == 201
    await moved(county, file, FOREIGN_VILLAGE)
    assert await exemptions(county, COUNTY) == await exemptions(county, COUNTY, VILLAGE) == [("granted", VILLAGE)]
    assert (await get(county, path, reader(VILLAGE)))["village_code"] == VILLAGE
    for area in (FOREIGN_VILLAGE, "00"):
        assert await exemptions(county, area, FOREIGN_VILLAGE) == [("granted", FOREIGN_VILLAGE)]
    assert await exemptions(county, "00", COUNTY) == []
    assert await exemptions(county, "341622102") == []


async def test_a_household_that_moved_within_the_township_is_asked_for_in_its_new_village(county: Harness) -> None:
    file = await open_household(county)
    await ask(county, TOWN, "POST", "/quality-exemptions", json=exemption(file["id"]))
    await moved(county, file)
    assert await exemptions(county, VILLAGE) == []
    assert await exemptions(county, OTHER_VILLAGE) == [("asked", OTHER_VILLAGE)]
    assert await exemptions(county, COUNTY, VILLAGE) == []
    again = await ask(county, TOWN, "POST", "/quality-exemptions", json=exemption(file["id"]))
    assert again.json()["code"] == "registry.quality_exemption_pending"


async def findings(registry: Harness, area: str) -> list[tuple[str, str, str]]:
    """Rule, village and first day of the open findings an office of the area sees, by rule."""
    items = (await get(registry, "/quality-findings", reader(area)))["items"]
    return sorted((row["rule"], row["village_code"], row["first_found_on"]) for row in items)


async def test_open_findings_go_with_the_household_and_stay_the_same_findings(county: Harness, owner: Any) -> None:
    file = await open_household(county, household_type="out_of_poverty", toilet=None)
    await run(county, who=deciding(COUNTY))
    await owner.execute("update quality_findings set first_found_on = first_found_on - 10")
    before = await findings(county, COUNTY)
    assert before
    await moved(county, file, FOREIGN_VILLAGE)
    there = [(rule, FOREIGN_VILLAGE, day) for rule, _, day in before]
    for area, expected in ((COUNTY, []), (FOREIGN_VILLAGE, there), ("00", there)):
        assert await findings(county, area) == expected, area
    await run(county, who=deciding(COUNTY))
    await run(county, FOREIGN_COUNTY, deciding(FOREIGN_COUNTY))
    assert await findings(county, "00") == there
    assert await owner.fetchval("select count(*) from quality_findings where closed_run is not null") == 0


async def test_findings_that_were_closed_stay_where_they_were_found(county: Harness, owner: Any) -> None:
    file = await open_household(county, household_type="out_of_poverty", toilet=None)
    await run(county, who=deciding(COUNTY))
    await owner.execute("update quality_findings set closed_run = opened_run, closed_on = now(), last_found_on = now()")
    await moved(county, file, FOREIGN_VILLAGE)
    assert await owner.fetch("select distinct village_code from quality_findings") == [(VILLAGE,)]


async def test_an_open_doubt_of_a_comparison_goes_with_the_household(county: Harness, owner: Any) -> None:
    head = person()
    file = await on_register(county, members=[head])
    async with county.as_(department()) as client:
        assert (await client.post(LISTS, json=batch(head["identity_number"]))).status_code == 201
    await moved(county, file, FOREIGN_VILLAGE)
    seen = {}
    for village in (VILLAGE, FOREIGN_VILLAGE):
        async with county.as_(recorder("comparison.read", "comparison.verify", village=village)) as client:
            doubts = (await client.get(DOUBTS)).json()["items"]
            seen[village] = [doubt["village_code"] for doubt in doubts]
            if doubts:
                said = {"outcome": "refuted", "note": "本人健在,同名登记有误"}
                answered = await client.post(f"{DOUBTS}/{doubts[0]['id']}/reply", json=said)
                assert (answered.status_code, answered.json()["state"]) == (200, "answered"), answered.text
    assert seen == {VILLAGE: [], FOREIGN_VILLAGE: [FOREIGN_VILLAGE]}


async def test_a_correction_that_waits_goes_with_the_household_and_is_refused_or_asked_anew_where_it_lives_now(
    county: Harness, owner: Any
) -> None:
    file = await open_household(county)
    await closed(county, owner)
    correction = (await ask_correction(county, file, kept(file, housing_level="C"))).json()
    now = await moved(county, file, FOREIGN_VILLAGE)
    here, there = city_officer(), city_officer(city=FOREIGN_COUNTY[:4])
    listed = {}
    for who in (here, there):
        async with county.as_(who) as client:
            listed[who.scope] = [row["id"] for row in (await client.get(CORRECTIONS)).json()["items"]]
    assert listed == {here.scope: [], there.scope: [correction["id"]]}
    assert (await decide(county, correction["id"], here, "refuse")).status_code == 404
    stale = await decide(county, correction["id"], there)
    assert (stale.status_code, stale.json()["code"]) == (409, "registry.file_moved_on"), stale.text
    refused = await decide(county, correction["id"], there, "refuse")
    assert (refused.status_code, refused.json()["state"]) == (200, "refused"), refused.text
    anew = kept(now, village_code=FOREIGN_VILLAGE, housing_level="C")
    asking = actor("correction.ask", scope=(FOREIGN_COUNTY,), level="county")
    again = await ask_correction(county, now, anew, who=asking)
    assert again.status_code == 201, again.text
    assert (await decide(county, again.json()["id"], there)).json()["state"] == "consented"
    async with county.as_(actor("register_year.read", scope=(COUNTY,))) as client:
        against = (await client.get(f"{YEARS}/{LAST_YEAR}/corrections")).json()["items"]
    assert [row["id"] for row in against] == [again.json()["id"]]
