"""Changing household files over HTTP: versions, reasons, departures, what readers see of the past."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.services.registry.lists import registered
from tests.services.registry.people import (
    OTHER_VILLAGE,
    county_officer,
    days_ago,
    household,
    open_household,
    person,
    recorder,
    township_officer,
)
from tests.support.harness import Harness

HOUSEHOLDS = "/api/v1/registry/households"


def kept(opened: dict[str, Any], **other: Any) -> dict[str, Any]:
    """The file as a reader would send it back: coded values as codes, protected ones left out."""
    body = household()
    members = []
    for shown in opened["members"]:
        member = {name: shown[name] for name in ("id", "name", "medical_insurance", "pension_insurance", "away_months")}
        for name in ("relation", "ethnicity", "education", "schooling", "labour", "politics", "sex"):
            member[name] = None if shown[name] is None else shown[name]["code"]
        members.append(member)
    for name in ("phone", "bank_name", "bank_account"):
        del body[name]
    return body | {"members": members} | other


async def put(
    registry: Harness, opened: dict[str, Any], body: dict[str, Any], version: int | None = None, who: Any = None
) -> Any:
    async with registry.as_(who or recorder()) as client:
        headers = {"if-match": f'"{version or opened["version"]}"'}
        return await client.put(f"{HOUSEHOLDS}/{opened['id']}", json=body, headers=headers)


async def test_a_change_makes_a_new_version_and_says_which_fields_changed_but_not_their_values(
    county: Harness,
) -> None:
    opened = await open_household(county)
    body = kept(opened, housing_level="C")
    body["members"][2] |= {"health": ["chronic_illness"], "name": "张小宝"}
    changed = await put(county, opened, body)
    assert changed.status_code == 200, changed.text
    assert changed.headers["etag"] == '"2"'
    assert changed.json()["housing_level"]["code"] == "C"
    for name in ("phone_masked", "bank_account_masked", "bank_name"):
        assert changed.json()[name] == opened[name]
    before, after = opened["members"], changed.json()["members"]
    assert [row["identity_number_masked"] for row in after] == [row["identity_number_masked"] for row in before]
    async with county.as_(county_officer()) as client:
        history = (await client.get(f"{HOUSEHOLDS}/{opened['id']}/history")).json()
    assert [event["kind"] for event in history["events"]] == ["opened", "changed"]
    assert history["events"][1]["changed"] == ["/housing_level", "/members/2/name", "/members/2/health"]
    assert "张小宝" not in str([event["changed"] for event in history["events"]])


async def test_a_file_sent_back_unchanged_stays_the_version_it_was(county: Harness, owner: Any) -> None:
    opened = await open_household(county)
    same = await put(county, opened, kept(opened))
    assert (same.status_code, same.json()["version"]) == (200, 1), same.text
    assert await owner.fetchval("select count(*) from household_versions") == 1


async def test_an_update_says_which_version_it_was_made_from(county: Harness) -> None:
    opened = await open_household(county)
    async with county.as_(recorder()) as client:
        unsaid = await client.put(f"{HOUSEHOLDS}/{opened['id']}", json=kept(opened))
        malformed = await client.put(f"{HOUSEHOLDS}/{opened['id']}", json=kept(opened), headers={"if-match": "*"})
    assert (unsaid.status_code, malformed.status_code) == (428, 412)
    answers = await asyncio.gather(*(put(county, opened, kept(opened, housing_level=level)) for level in "CD"))
    assert sorted(answer.status_code for answer in answers) == [200, 412]


async def test_protected_values_are_kept_when_left_out_cleared_by_null_and_changed_when_sent(county: Harness) -> None:
    opened = await open_household(county)
    new_number = person(age=45)["identity_number"]
    body = kept(opened, phone=None, bank_name=None, bank_account=None)
    body["members"][0] |= {"identity_number": new_number}
    changed = (await put(county, opened, body)).json()
    assert changed["phone_masked"] is None
    assert changed["bank_account_masked"] is None
    async with county.as_(recorder()) as client:
        found = await client.post(f"{HOUSEHOLDS}/search", json={"identity_number": new_number})
    assert [row["id"] for row in found.json()["items"]] == [opened["id"]]


async def test_a_new_member_needs_a_number_and_health_and_an_unknown_one_is_refused(county: Harness) -> None:
    opened = await open_household(county)
    newcomer = person("daughter", 5, "2")
    for missing in ("identity_number", "health"):
        body = kept(opened)
        body["members"].append({key: value for key, value in newcomer.items() if key != missing})
        refused = await put(county, opened, body)
        assert refused.json()["code"] == "registry.field_needed"
        assert refused.json()["errors"][0]["pointer"] == f"/members/3/{missing}"
    body = kept(opened)
    body["members"].append(newcomer | {"id": "01900000-0000-7000-8000-000000000000"})
    assert (await put(county, opened, body)).json()["code"] == "registry.member_unknown"
    body = kept(opened)
    body["members"].append(dict(body["members"][0]))
    assert (await put(county, opened, body)).json()["code"] == "registry.person_twice_in_file"
    body = kept(opened)
    body["members"].append(newcomer)
    grown = await put(county, opened, body)
    assert (grown.status_code, grown.json()["member_count"]) == (200, 4)


async def test_a_number_of_another_file_is_refused_on_change_too(county: Harness) -> None:
    other = person()
    await open_household(county, recorder(village=OTHER_VILLAGE), village=OTHER_VILLAGE, members=[other])
    opened = await open_household(county)
    body = kept(opened)
    body["members"][0] |= {"identity_number": other["identity_number"]}
    refused = await put(county, opened, body)
    assert (refused.status_code, refused.json()["code"]) == (409, "registry.person_on_another_file")
    assert refused.json()["errors"][0]["pointer"] == "/members/0/identity_number"


async def test_a_registered_file_is_changed_with_a_reason_and_nobody_leaves_it_unsaid(county: Harness) -> None:
    opened = await open_household(county)
    await registered(county, opened)
    body = kept(opened, housing_level="C")
    unsaid = await put(county, opened, body, 3)
    assert (unsaid.status_code, unsaid.json()["code"]) == (422, "registry.reason_required")
    changed = await put(county, opened, body | {"reason": "房屋鉴定更正"}, 3)
    assert (changed.status_code, changed.json()["status"], changed.json()["version"]) == (200, "registered", 4)
    shrunk = body | {"reason": "成员死亡", "members": [body["members"][0], body["members"][2]]}
    lost = await put(county, opened, shrunk, 4)
    assert (lost.status_code, lost.json()["code"]) == (422, "registry.member_unaccounted")
    spouse = opened["members"][1]["id"]
    for departure, code in (
        ({"member_id": spouse, "kind": "lost", "on": days_ago(3)}, "registry.code_unknown"),
        ({"member_id": spouse, "kind": "error", "on": days_ago(-1)}, "registry.day_in_future"),
        (
            {"member_id": opened["members"][0]["id"], "kind": "error", "on": days_ago(1)},
            "registry.member_stays_and_leaves",
        ),
        ({"member_id": opened["id"], "kind": "error", "on": days_ago(1)}, "registry.member_unknown"),
    ):
        refused = await put(county, opened, shrunk | {"departures": [departure]}, 4)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    wrongly = {"member_id": spouse, "kind": "error", "on": days_ago(0)}
    unborn = await put(county, opened, shrunk | {"departures": [wrongly | {"on": "1930-01-01"}]}, 4)
    assert (unborn.status_code, unborn.json()["code"]) == (422, "registry.day_before_birth")
    assert unborn.json()["errors"][0]["pointer"] == "/departures/0/on"
    left = await put(county, opened, shrunk | {"departures": [wrongly]}, 4)
    assert left.status_code == 200, left.text
    assert left.json()["member_count"] == 2
    assert [(row["id"], row["kind"]["code"], row["on"]) for row in left.json()["departed"]] == [
        (spouse, "error", days_ago(0))
    ]


async def test_what_happens_to_a_registered_household_is_an_event_and_no_edit(county: Harness, owner: Any) -> None:
    opened = await open_household(county)
    await registered(county, opened)
    body = kept(opened, reason="据实修改")
    spouse = opened["members"][1]["id"]
    gone = body | {"members": [body["members"][0], body["members"][2]]}
    for kind in ("death", "moved_out", "married_out", "split_off", "merged"):
        departure = {"member_id": spouse, "kind": kind, "on": days_ago(0)}
        refused = await put(county, opened, gone | {"departures": [departure]}, 3)
        assert (refused.status_code, refused.json()["code"]) == (422, "registry.natural_change_needed"), kind
        assert refused.json()["errors"][0]["pointer"] == "/departures/0/kind"
    moved = await put(county, opened, body | {"village_code": OTHER_VILLAGE}, 3, township_officer())
    assert (moved.status_code, moved.json()["code"]) == (422, "registry.natural_change_needed")
    assert moved.json()["errors"][0]["pointer"] == "/village_code"
    joined = await put(county, opened, body | {"members": [*body["members"], person("nephew", 30)]}, 3)
    assert (joined.status_code, joined.json()["code"]) == (422, "registry.natural_change_needed")
    assert joined.json()["errors"][0]["pointer"] == "/members/3"
    assert await owner.fetchval("select max(version) from household_versions") == 3


async def test_nobody_takes_the_place_of_another_on_a_registered_file(county: Harness, owner: Any) -> None:
    opened = await open_household(county)
    await registered(county, opened)
    body, other = kept(opened, reason="据实修改"), person("spouse", 43, "2")
    rest = [body["members"][0], body["members"][2]]
    anew = {"name": "李更", "identity_number": other["identity_number"]}
    swapped = [rest[0], body["members"][1] | anew, rest[1]]
    refused = await put(county, opened, body | {"members": swapped}, 3)
    assert (refused.status_code, refused.json()["code"]) == (422, "registry.other_person")
    assert refused.json()["errors"][0]["pointer"] == "/members/1"
    assert await owner.fetchval("select max(version) from household_versions") == 3
    for version, (field, value) in enumerate(anew.items(), start=3):
        body["members"][1] |= {field: value}
        mended = await put(county, opened, body, version)
        assert mended.status_code == 200, f"a {field} written wrongly is corrected: {mended.text}"


async def test_the_head_can_change_in_one_step(county: Harness) -> None:
    opened = await open_household(county)
    body = kept(opened)
    body["members"][0] |= {"relation": "spouse"}
    body["members"][1] |= {"relation": "head"}
    changed = await put(county, opened, body)
    assert changed.status_code == 200, changed.text
    assert changed.json()["head_name"] == "李红"


async def test_the_past_is_shown_as_it_was_known_at_the_end_of_that_day(county: Harness, owner: Any) -> None:
    opened = await open_household(county)
    await owner.execute("update household_versions set recorded_on = recorded_on - 5")
    await put(county, opened, kept(opened, housing_level="C", attribute="dibao_poor"))
    async with county.as_(county_officer()) as client:
        one = f"{HOUSEHOLDS}/{opened['id']}"
        past = (await client.get(one, params={"as_of": days_ago(1)})).json()
        now = (await client.get(one, params={"as_of": days_ago(0)})).json()
        never = await client.get(one, params={"as_of": days_ago(6)})
        listed = (await client.get(HOUSEHOLDS, params={"as_of": days_ago(1), "attribute": "general_poor"})).json()
        listed_now = (await client.get(HOUSEHOLDS, params={"attribute": "general_poor"})).json()
        malformed = await client.get(one, params={"as_of": "2026-1-1"})
    assert (past["version"], past["housing_level"]["code"]) == (1, "B")
    assert (now["version"], now["housing_level"]["code"]) == (2, "C")
    assert never.status_code == 404
    assert [row["id"] for row in listed["items"]] == [opened["id"]]
    assert listed_now["items"] == []
    assert malformed.status_code == 422


async def test_somebody_of_another_village_changes_nothing_and_a_file_does_not_leave_the_scope(
    county: Harness,
) -> None:
    opened = await open_household(county)
    foreign = await put(county, opened, kept(opened), who=recorder(village=OTHER_VILLAGE))
    moved = await put(county, opened, kept(opened, village_code=OTHER_VILLAGE))
    assert (foreign.status_code, moved.status_code) == (404, 404)


async def test_a_person_who_left_may_be_on_another_file(county: Harness) -> None:
    child = person("son", 20)
    opened = await open_household(county, members=[person(), child])
    body = kept(opened)
    assert (await put(county, opened, body | {"members": body["members"][:1]})).status_code == 200
    alone = await open_household(county, members=[child | {"relation": "head"}])
    assert alone["member_count"] == 1
