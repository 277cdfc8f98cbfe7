"""Years closed late: what is frozen with them."""

from __future__ import annotations

from typing import Any

from shared.chassis.clock import office_today
from shared.chassis.identity import Actor
from tests.services.registry.changes import HOUSEHOLDS, done, event
from tests.services.registry.people import (
    COUNTY,
    days_ago,
    open_household,
    person,
)
from tests.services.registry.years import LAST_YEAR, YEARS, age, close, closer, listed
from tests.support.harness import Harness, actor

TODAY = office_today().isoformat()
LAST_DAY = f"{LAST_YEAR}-12-31"


async def get(registry: Harness, path: str, who: Actor | None = None, **params: Any) -> Any:
    async with registry.as_(who or closer()) as client:
        return await client.get(path, params=params)


async def both_closed(registry: Harness) -> None:
    for year in (LAST_YEAR - 1, LAST_YEAR):
        answer = await close(registry, year)
        assert answer.status_code == 202, answer.text
        assert (await listed(registry, year))["state"] == "closed"


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
