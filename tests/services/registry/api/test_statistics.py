"""Counts over HTTP: groups that add up, within the scope."""

from __future__ import annotations

import pytest

from tests.services.registry.lists import registered
from tests.services.registry.people import (
    COUNTY,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    county_officer,
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
