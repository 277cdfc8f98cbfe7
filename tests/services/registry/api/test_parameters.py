"""Parameters over HTTP: seeded with their sources, set for one's own area, never rewritten."""

from __future__ import annotations

import asyncio
from typing import Any

from shared.chassis import paging
from shared.chassis.clock import office_today
from tests.services.registry.people import COUNTY, county_officer, days_ago
from tests.support.harness import Harness, actor

PATH = "/api/v1/registry/parameters"
READER = actor("parameter.read")


def new(**other: Any) -> dict[str, Any]:
    return {
        "key": "publicity_days_household",
        "division_code": COUNTY,
        "valid_from": days_ago(0),
        "value": "10",
        "source": "县扶贫领导小组通知",
    } | other


async def test_every_seeded_figure_has_its_area_days_unit_and_source(county: Harness) -> None:
    rows, cursor = [], None
    async with county.as_(READER) as client:
        while True:
            page = (await client.get(PATH, params={"limit": 5} | ({"cursor": cursor} if cursor else {}))).json()
            rows += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        one = await client.get(PATH, params={"key": "publicity_days_household", "division_code": "620522001"})
        then = await client.get(PATH, params={"key": "poverty_line", "on": "2015-06-01"})
    assert len({(row["key"], row["division_code"], row["valid_from"]) for row in rows}) == len(rows) > 10
    assert all(row["source"] and row["unit"] for row in rows)
    assert [(row["division_code"], row["value"]) for row in one.json()["items"]] == [("00", "7"), ("620522", "5")]
    assert [row["value"] for row in then.json()["items"]] == ["285500"]


async def test_an_office_sets_a_figure_for_its_area_and_the_open_one_ends_the_day_before(county: Harness) -> None:
    async with county.as_(county_officer("parameter.read")) as client:
        first = await client.post(PATH, json=new())
        second = await client.post(PATH, json=new(valid_from=days_ago(-10), value="9"))
        rows = (await client.get(PATH, params={"key": "publicity_days_household", "division_code": COUNTY})).json()
    assert (first.status_code, second.status_code) == (201, 201), second.text
    days = [(row["division_code"], row["value"], row["valid_from"], row["valid_to"]) for row in rows["items"]]
    assert days[1:] == [
        (COUNTY, "10", days_ago(0), days_ago(-9)),
        (COUNTY, "9", days_ago(-10), None),
    ]


async def test_wrong_figures_are_refused(county: Harness) -> None:
    async with county.as_(county_officer()) as client:
        for change, status, code in (
            ({"key": "nothing"}, 422, "registry.parameter_unknown"),
            ({"value": "ten"}, 422, "registry.parameter_value"),
            ({"value": "0"}, 422, "registry.parameter_value"),
            ({"value": "999999999999"}, 422, "registry.parameter_value"),
            ({"value": "1/2"}, 422, "registry.parameter_value"),
            ({"key": "meeting_quorum", "value": "3/2"}, 422, "registry.parameter_value"),
            ({"valid_from": days_ago(1)}, 422, "registry.parameter_retroactive"),
            ({"division_code": "341622199"}, 422, "registry.division_unknown"),
            ({"division_code": "3416"}, 404, "not_found"),
            ({"division_code": "00"}, 404, "not_found"),
        ):
            refused = await client.post(PATH, json=new(**change))
            assert (refused.status_code, refused.json()["code"]) == (status, code), change
        assert (await client.post(PATH, json=new())).status_code == 201
        again = await client.post(PATH, json=new(value="8"))
    assert again.json()["code"] == "registry.parameter_retroactive"


async def test_a_forged_cursor_is_a_malformed_request(county: Harness) -> None:
    async with county.as_(READER) as client:
        answer = await client.get(PATH, params={"cursor": paging.encode("poverty_line", "00", "no day")})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/cursor")


async def test_two_who_set_the_same_figure_at_once_leave_one(county: Harness, owner: Any) -> None:
    async def set_(value: str) -> Any:
        async with county.as_(county_officer()) as client:
            return await client.post(PATH, json=new(value=value))

    answers = await asyncio.gather(set_("8"), set_("9"))
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    query = "select count(*) from parameters where division_code = $1 and valid_from = $2"
    assert await owner.fetchval(query, COUNTY, office_today()) == 1
