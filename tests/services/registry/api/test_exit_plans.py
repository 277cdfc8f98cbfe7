"""Exit plans over HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.services.registry.people import COUNTY, TOWNSHIP, county_officer, open_household, township_officer
from tests.support.harness import Harness

PLANS = "/api/v1/registry/exit-plans"
PLAN = {"years": [{"year": 2027, "people": 2}, {"year": 2026, "people": 4}], "source": "县减贫规划"}


async def put(registry: Harness, body: Any, version: str | None = None, division: str = TOWNSHIP) -> Any:
    async with registry.as_(township_officer()) as client:
        headers = {} if version is None else {"if-match": version}
        return await client.put(f"{PLANS}/{division}", json=body, headers=headers)


async def test_a_plan_never_speaks_of_more_people_than_the_area_has_on_file(county: Harness, owner: Any) -> None:
    await open_household(county)
    await open_household(county)
    above = await put(county, PLAN | {"years": [{"year": 2026, "people": 7}]})
    assert (above.status_code, above.json()["code"]) == (422, "registry.plan_above_register")
    assert above.json()["facts"] == {"planned": 7, "people_on_register": 6}
    twice = await put(county, PLAN | {"years": [{"year": 2026, "people": 1}, {"year": 2026, "people": 1}]})
    assert twice.json()["errors"][0]["pointer"] == "/years/1/year"
    assert await owner.fetchval("select count(*) from exit_plans") == 0
    exact = await put(county, PLAN)
    assert exact.status_code == 200, exact.text
    async with county.as_(county_officer()) as client:
        read = (await client.get(PLANS, params={"division_code": TOWNSHIP})).json()
        absent = await client.get(PLANS, params={"division_code": COUNTY})
    assert read == exact.json()
    assert read["years"] == [{"year": 2026, "people": 4}, {"year": 2027, "people": 2}]
    assert (read["planned_total"], read["people_on_register"], read["version"]) == (6, 6, 1)
    assert absent.status_code == 404


async def test_a_plan_is_changed_from_the_version_that_was_read_and_every_version_stays(
    county: Harness, owner: Any
) -> None:
    await open_household(county)
    small = PLAN | {"years": [{"year": 2026, "people": 1}]}
    early = await put(county, small, '"1"')
    first = await put(county, small)
    unsaid = await put(county, small)
    answers = await asyncio.gather(*(put(county, small, '"1"') for _ in range(2)))
    assert (early.status_code, first.status_code, unsaid.status_code) == (412, 200, 428)
    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] == 200
    assert codes[1] in (409, 412)
    assert await owner.fetchval("select count(*) from exit_plans") == 2


async def test_a_plan_is_set_and_seen_only_in_ones_own_area(county: Harness) -> None:
    small = PLAN | {"years": [{"year": 2026, "people": 0}]}
    for division in (COUNTY, "341622102", "410102001"):
        assert (await put(county, small, division=division)).status_code == 404
    async with county.as_(township_officer()) as client:
        assert (await client.get(PLANS, params={"division_code": COUNTY})).status_code == 404
