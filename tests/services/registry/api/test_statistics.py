"""Counts over HTTP: groups that add up, within the scope."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.chassis.clock import office_today
from tests.services.registry.changes import clerk, done, event, read
from tests.services.registry.lists import registered
from tests.services.registry.people import (
    COUNTY,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    county_officer,
    days_ago,
    open_household,
    person,
    township_officer,
)
from tests.support.harness import Harness

PATH = "/api/v1/registry/statistics"


async def test_groups_add_up_to_the_total_at_every_level(county: Harness) -> None:
    first = await open_household(county)
    await open_household(county, members=[person()], main_cause="no_land")
    await open_household(county, village=OTHER_VILLAGE, members=[person(), person("son", 20)], attribute="dibao_poor")
    await open_household(
        county,
        township_officer(township="341622102"),
        village="341622102200",
        members=[person()],
        attribute="dibao_poor",
    )
    await registered(county, first)
    expected = {
        ("division", COUNTY): [(TOWNSHIP, "甲镇", 3, 6), ("341622102", "乙镇", 1, 1)],
        ("division", TOWNSHIP): [(VILLAGE, "前王村", 2, 4), (OTHER_VILLAGE, "后王村", 1, 2)],
        ("division", VILLAGE): [(VILLAGE, "前王村", 2, 4)],
        ("status", COUNTY): [("draft", "草稿", 3, 4), ("registered", "在册", 1, 3)],
        ("attribute", COUNTY): [("dibao_poor", "低保贫困户", 2, 3), ("general_poor", "一般贫困户", 2, 4)],
        ("main_cause", COUNTY): [("illness", "因病", 3, 6), ("no_land", "缺土地", 1, 1)],
    }
    async with county.as_(county_officer()) as client:
        for (group_by, area), groups in expected.items():
            answer = (await client.get(PATH, params={"division_code": area, "group_by": group_by})).json()
            found = [(row["key"], row["label"], row["households"], row["people"]) for row in answer["groups"]]
            assert found == groups
            assert answer["households"] == sum(row[2] for row in groups)
            assert answer["people"] == sum(row[3] for row in groups)


@pytest.mark.parametrize("area", [COUNTY, "341622102", "41", "00"])
async def test_an_area_outside_the_scope_is_absent_and_not_counted(county: Harness, area: str) -> None:
    await open_household(county)
    async with county.as_(township_officer()) as client:
        assert (await client.get(PATH, params={"division_code": area})).status_code == 404


@pytest.mark.parametrize("group_by", ["division", "status", "attribute", "main_cause"])
async def test_statistics_of_a_past_day_count_what_was_known_at_its_end(
    county: Harness, owner: Any, group_by: str
) -> None:
    """Two files of ten days ago, one of them registered and smaller by a death since; and a file of today."""
    first = await open_household(county)
    await open_household(county, village=OTHER_VILLAGE, members=[person()], attribute="dibao_poor")
    await owner.execute("update household_versions set recorded_on = recorded_on - 10")
    before = await counted(county, group_by)
    await registered(county, first)
    died = event(first, member_id=first["members"][2]["id"])
    await done(county, "deaths", died, (await read(county, first))["version"], clerk())
    await open_household(county, members=[person()], main_cause="no_land")
    assert (before["households"], before["people"]) == (2, 4)
    assert await counted(county, group_by, days_ago(11)) == before | {"households": 0, "people": 0, "groups": []}
    assert await counted(county, group_by, days_ago(10)) == await counted(county, group_by, days_ago(1)) == before
    now = await counted(county, group_by)
    assert (now["households"], now["people"]) == (3, 4)
    assert now["groups"] != before["groups"]
    assert await counted(county, group_by, days_ago(0)) == now


async def counted(county: Harness, group_by: str, as_of: str | None = None) -> Any:
    asked = {"division_code": COUNTY, "group_by": group_by} | ({} if as_of is None else {"as_of": as_of})
    async with county.as_(county_officer()) as client:
        answer = await client.get(PATH, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_statistics_of_a_past_day_leave_out_what_lies_outside_the_scope_now(county: Harness, owner: Any) -> None:
    await open_household(county)
    elsewhere = await open_household(county, village=OTHER_VILLAGE, members=[person()])
    await owner.execute("update household_versions set recorded_on = recorded_on - 10")
    await owner.execute("update households set village_code = '341622102200' where id = $1", elsewhere["id"])
    async with county.as_(township_officer()) as client:
        answer = await client.get(PATH, params={"division_code": TOWNSHIP, "as_of": days_ago(5)})
        outside = await client.get(PATH, params={"division_code": COUNTY, "as_of": days_ago(5)})
    assert (answer.json()["households"], answer.json()["people"]) == (1, 3)
    assert outside.status_code == 404


async def test_statistics_are_of_no_day_to_come(county: Harness) -> None:
    tomorrow = (office_today() + timedelta(days=1)).isoformat()
    async with county.as_(county_officer()) as client:
        answer = await client.get(PATH, params={"division_code": COUNTY, "as_of": tomorrow})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "registry.day_in_future")
    assert problem["errors"][0]["pointer"] == "/as_of"


@pytest.mark.parametrize(
    "path",
    ["statistics", "statistics/people", "divisions", "divisions/341622", "households", "people", "trail/checkpoints"],
)
async def test_a_query_parameter_nobody_declared_is_refused_and_never_ignored(county: Harness, path: str) -> None:
    asked = {"division_code": COUNTY} if path == "statistics" else {}
    who = county_officer("division.read", "audit.read")
    async with county.as_(who) as client:
        answer = await client.get(f"/api/v1/registry/{path}", params=asked | {"as_off": "2024-01-01"})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "invalid_fields"), answer.text
    assert {"pointer": "/as_off", "code": "extra_field", "title": "不认识的字段 / Unknown field"} in problem["errors"]
