"""Corrections to closed years over HTTP: asked by the county, consented to above it, listed against what was frozen."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from typing import Any

import pytest

from tests.services.registry.api.test_household_changes import kept, put
from tests.services.registry.people import COUNTY, OTHER_VILLAGE, TOWNSHIP, VILLAGE, open_household, recorder
from tests.services.registry.years import (
    CORRECTIONS,
    IN_LAST_YEAR,
    LAST_YEAR,
    PAPER,
    YEARS,
    ask,
    city_officer,
    closed,
    closer,
    decide,
)
from tests.support.harness import Harness, actor

HOUSEHOLDS = "/api/v1/registry/households"


async def asked(registry: Harness, owner: Any, **other: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A file of two closed years and a correction of its housing level in the later one."""
    opened = await open_household(registry)
    await closed(registry, owner)
    answer = await ask(registry, opened, kept(opened, housing_level="C", phone="13912345678"), **other)
    assert answer.status_code == 201, answer.text
    return opened, answer.json()


async def get(registry: Harness, path: str, who: Any = None, **params: Any) -> Any:
    async with registry.as_(who or closer()) as client:
        return await client.get(path, params=params)


async def versions(owner: Any) -> int:
    count: int = await owner.fetchval("select count(*) from household_versions")
    return count


async def test_what_is_asked_leaves_the_file_as_it_is_and_is_kept_sealed(county: Harness, owner: Any) -> None:
    opened, correction = await asked(county, owner)
    assert (correction["state"], correction["year"], correction["true_from"]) == ("asked", LAST_YEAR, IN_LAST_YEAR)
    shown = {row["name"]: (row["before"]["value"], row["after"]["value"]) for row in correction["fields"]}
    assert shown == {"housing_level": ("B", "C"), "phone": ("138****0000", "139****5678")}
    assert await versions(owner) == 1
    assert await owner.fetchval("select housing_level from households") == "B"
    row = str(dict(await owner.fetchrow("select * from corrections")))
    assert "13912345678" not in row
    assert opened["members"][0]["name"] not in row
    again = (await get(county, f"{CORRECTIONS}/{correction['id']}", city_officer())).json()
    assert again == correction
    trail = await owner.fetchval("select subjects::text from read_trail where action = 'correction.get'")
    assert opened["id"] in trail


async def test_with_consent_the_file_is_changed_and_the_correction_stands_against_what_was_frozen(
    county: Harness, owner: Any
) -> None:
    opened, correction = await asked(county, owner)
    who = city_officer()
    answer = await decide(county, correction["id"], who)
    assert answer.status_code == 200, answer.text
    done = answer.json()
    assert (done["state"], done["version_after"], done["decision"]["decided_by"]) == ("consented", 2, who.account)
    assert done["fields"] == correction["fields"]
    assert await owner.fetchval("select body_sealed from corrections") is None
    now = (await get(county, f"{HOUSEHOLDS}/{opened['id']}")).json()
    assert (now["version"], now["housing_level"]["code"], now["phone_masked"]) == (2, "C", "139****5678")
    frozen = (await get(county, f"{HOUSEHOLDS}/{opened['id']}", year=LAST_YEAR)).json()
    assert (frozen["version"], frozen["housing_level"]["code"]) == (1, "B")
    facts = (await get(county, f"{HOUSEHOLDS}/{opened['id']}/facts")).json()["items"]
    assert next(row for row in facts if row["name"] == "housing_level")["true_from"] == IN_LAST_YEAR
    listed = (await get(county, f"{YEARS}/{LAST_YEAR}/corrections", within=COUNTY)).json()["items"]
    assert [(row["version_frozen"], row["version_after"], row["asked_by"]) for row in listed] == [
        (1, 2, correction["asked_by"])
    ]
    assert (set(listed[0]["changed"]), listed[0]["decision"]["opinion"]) == ({"/housing_level", "/phone"}, "情况属实")
    # True from June of last year on: the year before, frozen as well, was not corrected.
    assert (await get(county, f"{YEARS}/{LAST_YEAR - 1}/corrections")).json()["items"] == []
    events = (await get(county, f"{HOUSEHOLDS}/{opened['id']}/history")).json()["events"]
    assert (events[1]["kind"], events[1]["correction_id"], events[1]["true_from"]) == (
        "corrected", correction["id"], IN_LAST_YEAR,
    )  # fmt: skip


async def test_a_death_that_a_correction_records_is_told_on_consent_and_another_departure_is_not(
    county: Harness, owner: Any
) -> None:
    opened = await open_household(county)
    await closed(county, owner)
    _, spouse, son = opened["members"]
    change = kept(opened)
    change["members"] = change["members"][:1]
    change["departures"] = [
        {"member_id": spouse["id"], "kind": "death", "on": IN_LAST_YEAR},
        {"member_id": son["id"], "kind": "error", "on": IN_LAST_YEAR},
    ]
    asked_for = await ask(county, opened, change)
    assert asked_for.status_code == 201, asked_for.text
    assert await owner.fetchval("select count(*) from outbox_events") == 0
    assert (await decide(county, asked_for.json()["id"])).status_code == 200
    told = await owner.fetch("select type, data from outbox_events")
    assert [(row["type"], json.loads(row["data"])) for row in told] == [
        ("person.died", {"person_id": spouse["id"], "died_on": IN_LAST_YEAR})
    ]


async def test_a_correction_from_an_earlier_year_on_stands_against_every_year_it_reaches(
    county: Harness, owner: Any
) -> None:
    opened = await open_household(county)
    await closed(county, owner)
    body = kept(opened, housing_level="C") | {"true_from": f"{LAST_YEAR - 1}-12-31"}
    wrong = await ask(county, opened, body)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "registry.correction_year")
    assert wrong.json()["facts"]["year"] == LAST_YEAR - 1
    correction = (await ask(county, opened, body, year=LAST_YEAR - 1)).json()
    assert (await decide(county, correction["id"])).status_code == 200
    for year in (LAST_YEAR - 1, LAST_YEAR):
        listed = (await get(county, f"{YEARS}/{year}/corrections")).json()["items"]
        assert [row["id"] for row in listed] == [correction["id"]]


async def test_a_refused_correction_changes_nothing_and_nothing_of_its_values_is_kept(
    county: Harness, owner: Any
) -> None:
    opened, correction = await asked(county, owner)
    refused = await decide(county, correction["id"], outcome="refuse")
    assert (refused.status_code, refused.json()["state"], refused.json()["fields"]) == (200, "refused", [])
    assert await versions(owner) == 1
    assert await owner.fetchval("select body_sealed from corrections") is None
    assert (await get(county, f"{YEARS}/{LAST_YEAR}/corrections")).json()["items"] == []
    again = await decide(county, correction["id"])
    assert (again.status_code, again.json()["code"]) == (409, "registry.correction_decided")
    anew = await ask(county, opened, kept(opened, housing_level="D"))
    assert anew.status_code == 201, anew.text


async def test_who_asked_does_not_consent_even_with_another_account(county: Harness, owner: Any) -> None:
    _, correction = await asked(county, owner, who=closer(person="ren-1"))
    own = await decide(county, correction["id"], city_officer(person="ren-1"))
    assert (own.status_code, own.json()["code"]) == (403, "registry.correction_same_person")
    assert await versions(owner) == 1
    assert await owner.fetchval("select state from corrections") == "asked"


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        (actor("correction.consent"), 403, "registry.wrong_level"),
        (city_officer(city="4101"), 404, "not_found"),
        (closer(), 403, "forbidden"),
    ],
)
async def test_only_the_office_above_the_county_consents(
    county: Harness, owner: Any, who: Any, status: int, code: str
) -> None:
    _, correction = await asked(county, owner)
    answer = await decide(county, correction["id"], who)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await versions(owner) == 1


async def test_of_two_who_consent_at_once_one_does(county: Harness, owner: Any) -> None:
    _, correction = await asked(county, owner)
    answers = await asyncio.gather(*(decide(county, correction["id"]) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await versions(owner) == 2
    assert await owner.fetchval("select count(*) from correction_decisions") == 1


async def test_nothing_is_corrected_while_a_year_is_being_closed(county: Harness, owner: Any) -> None:
    opened, correction = await asked(county, owner)
    await owner.execute("select pg_advisory_lock(7420, $1)", int(COUNTY))
    try:
        other = await ask(county, opened, kept(opened, housing_level="D"))
        held = await decide(county, correction["id"])
    finally:
        await owner.execute("select pg_advisory_unlock(7420, $1)", int(COUNTY))
    for answer in (other, held):
        assert (answer.status_code, answer.json()["code"]) == (409, "registry.year_being_closed"), answer.text
    assert await versions(owner) == 1
    assert (await decide(county, correction["id"])).status_code == 200


async def test_a_correction_of_who_had_left_in_a_closed_year_stands_against_it_whenever_it_is_true_from(
    county: Harness, owner: Any
) -> None:
    opened = await open_household(county)
    await closed(county, owner)
    change = kept(opened) | {"true_from": f"{LAST_YEAR + 1}-01-01"}
    son = change["members"].pop()
    change["departures"] = [{"member_id": son["id"], "kind": "error", "on": IN_LAST_YEAR}]
    correction = (await ask(county, opened, change)).json()
    assert (correction["year"], correction["true_from"]) == (LAST_YEAR, f"{LAST_YEAR + 1}-01-01")
    assert (await decide(county, correction["id"])).status_code == 200
    listed = (await get(county, f"{YEARS}/{LAST_YEAR}/corrections")).json()["items"]
    assert [row["id"] for row in listed] == [correction["id"]]
    assert (await get(county, f"{YEARS}/{LAST_YEAR - 1}/corrections")).json()["items"] == []


async def test_a_file_that_moved_on_is_not_corrected_and_the_correction_still_waits(
    county: Harness, owner: Any
) -> None:
    opened, correction = await asked(county, owner)
    assert (await put(county, opened, kept(opened, safe_water=False))).status_code == 200
    late = await decide(county, correction["id"])
    assert (late.status_code, late.json()["code"]) == (409, "registry.file_moved_on")
    assert await versions(owner) == 2
    assert await owner.fetchval("select state from corrections") == "asked"
    assert (await decide(county, correction["id"], outcome="refuse")).status_code == 200


async def test_the_rules_of_the_file_hold_when_asked_and_again_on_consent(county: Harness, owner: Any) -> None:
    opened, correction = await asked(county, owner)
    other = await open_household(county, recorder(village=OTHER_VILLAGE), village=OTHER_VILLAGE)
    broken = kept(other, main_cause="illness", other_causes=["illness"])
    broken |= {"village_code": OTHER_VILLAGE, "true_from": IN_LAST_YEAR}
    await owner.execute("update households set opened_on = $1", date(LAST_YEAR - 1, 12, 31))
    refused = await ask(county, other, broken)
    assert (refused.status_code, refused.json()["code"]) == (422, "registry.cause_repeated")
    await owner.execute("update households set status = 'removed' where id = $1", opened["id"])
    closed_file = await decide(county, correction["id"])
    assert (closed_file.status_code, closed_file.json()["code"]) == (409, "registry.household_not_editable")
    assert await owner.fetchval("select state from corrections") == "asked"


async def test_what_can_be_changed_directly_or_changes_nothing_needs_no_correction(county: Harness, owner: Any) -> None:
    opened = await open_household(county)
    await closed(county, owner)
    for change, code in (
        (kept(opened, housing_level="C") | {"true_from": f"{LAST_YEAR + 1}-01-01"}, "registry.year_not_closed"),
        (kept(opened), "registry.correction_changes_nothing"),
        (kept(opened, housing_level="C") | {"true_from": "2014-02-28"}, "registry.true_from_too_early"),
    ):
        answer = await ask(county, opened, change)
        assert answer.json()["code"] == code
    stale = await ask(county, opened, kept(opened, housing_level="C"), version=2)
    assert stale.status_code == 412
    elsewhere = await ask(
        county, opened, kept(opened, housing_level="C"), who=actor("correction.ask", scope=("410102",))
    )
    assert elsewhere.status_code == 404
    below = actor("correction.ask", scope=(TOWNSHIP,), level="township")
    township = await ask(county, opened, kept(opened, housing_level="C"), who=below)
    assert (township.status_code, township.json()["code"]) == (403, "registry.wrong_level")
    assert await owner.fetchval("select count(*) from corrections") == 0
    assert await versions(owner) == 1


async def test_a_household_has_one_correction_waiting_at_a_time(county: Harness, owner: Any) -> None:
    opened, _ = await asked(county, owner)
    answers = await asyncio.gather(*(ask(county, opened, kept(opened, housing_level=level)) for level in "CD"))
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(409, "registry.correction_open")}
    assert await owner.fetchval("select count(*) from corrections") == 1


async def test_corrections_are_listed_by_state_within_the_readers_scope(county: Harness, owner: Any) -> None:
    _, correction = await asked(county, owner)
    for who, count in (
        (closer(), 1), (city_officer(), 1), (city_officer(city="4101"), 0),
        (actor("correction.read", scope=(TOWNSHIP,), level="township"), 1),
    ):  # fmt: skip
        listed = (await get(county, CORRECTIONS, who, state="asked")).json()["items"]
        assert [row["id"] for row in listed] == [correction["id"]] * count
    assert (await get(county, CORRECTIONS, state="consented")).json()["items"] == []
    assert (await get(county, CORRECTIONS, within=VILLAGE)).json()["items"][0]["paper_sha256"] == PAPER
    assert (await get(county, f"{CORRECTIONS}/{correction['id']}", city_officer(city="4101"))).status_code == 404
    assert (await get(county, CORRECTIONS, cursor="bm8")).status_code == 400
