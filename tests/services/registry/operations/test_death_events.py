"""Deaths are told to funds in the transaction that records them, by the id funds know the person by."""

from __future__ import annotations

import json
from typing import Any

from tests.services.registry.changes import done, event
from tests.services.registry.lists import registered
from tests.services.registry.people import days_ago, open_household, person
from tests.support.harness import Harness


async def told(owner: Any) -> list[tuple[str, str, int, dict[str, Any]]]:
    rows = await owner.fetch("select type, subject, sequence, data from outbox_events order by id")
    return [(row["type"], row["subject"], row["sequence"], json.loads(row["data"])) for row in rows]


async def test_a_death_is_told_by_the_first_id_with_its_day_and_nothing_else(county: Harness, owner: Any) -> None:
    head, spouse = person(), person("spouse", 40, "2")
    household = await open_household(county, members=[head, spouse])
    await registered(county, household)
    left = event(household, on=days_ago(3), kind="move_out", member_id=household["members"][1]["id"])
    await done(county, "leavings", left, 3)
    assert await told(owner) == []
    other = await open_household(county, members=[spouse | {"relation": "head"}, person("son", 20)])
    died = event(other, on=days_ago(1), member_id=other["members"][0]["id"])
    son = {"member_id": other["members"][1]["id"], "relation": "head"}
    await done(county, "deaths", died | {"relations": [son]}, 1)
    first = household["members"][1]["id"]
    assert await told(owner) == [("person.died", first, 1, {"person_id": first, "died_on": days_ago(1)})]
