"""Budget statements over HTTP: the verdict explains itself, a correction is a new version."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.services.funds.world import COUNTY, ELSEWHERE, PROVINCE, READER, READING, YEAR, World, code_of, desk

STATER = desk("budget_statement.write", *READING)


def body(**changes: Any) -> dict[str, Any]:
    return {
        "division_code": COUNTY, "place_class": "scattered_county", "fund_year": YEAR,
        "revenue_before_fen": 1_000_000, "revenue_fen": 1_100_001, "added_fen": 15_001, "stock_fen": 999,
        "stock_used_fen": 499, "paper": "县财政决算报告",
    } | changes  # fmt: skip


async def test_a_counties_figures_are_judged_by_its_class(world: World) -> None:
    made = await world.made(STATER, "/budget-statements", body())
    growth, reuse = made["verdicts"]
    assert (growth["met"], growth["rate"], growth["base_fen"], growth["needed_fen"]) == (True, "0.15", 100_001, 15_001)
    assert (reuse["met"], reuse["needed_fen"], reuse["gap_fen"]) == (False, 500, 1)
    assert "还差0.01元" in reuse["explanation_zh"]
    assert "甘肃省文件" in growth["source"]
    again = await world.made(STATER, "/budget-statements", body(place_class="contiguous_county"))
    assert (again["version"], again["verdicts"][0]["rate"], again["verdicts"][0]["met"]) == (2, "0.20", False)
    listed = await world.seen(PROVINCE, "/budget-statements", division_code="34", fund_year=YEAR)
    assert listed["items"] == [again]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"place_class": "city"}, 422, "place_class_wrong"),
        ({"stock_used_fen": 1000}, 422, "stock_use_too_large"),
        ({"division_code": "341621"}, 404, "not_found"),
        ({"revenue_fen": 1.5}, 422, None),
        ({"added_fen": -1}, 422, None),
    ],
)
async def test_wrong_figures_are_refused_and_not_kept(
    world: World, changes: dict[str, Any], status: int, code: str | None
) -> None:
    refused = await world.post(STATER, "/budget-statements", body(**changes))
    assert refused.status_code == status, refused.text
    if code is not None:
        assert code_of(refused) == code
    listed = await world.seen(READER, "/budget-statements", division_code=COUNTY, fund_year=YEAR)
    assert listed["items"] == []
    assert (await world.post(ELSEWHERE, "/budget-statements", body())).status_code == 403
    assert (await world.get(ELSEWHERE, "/budget-statements", division_code=COUNTY, fund_year=YEAR)).status_code == 404


async def test_two_who_state_at_once_get_two_versions(world: World) -> None:
    answers = await asyncio.gather(*(world.insist(STATER, "/budget-statements", body()) for _ in range(4)))
    assert sorted(answer.json()["version"] for answer in answers) == [1, 2, 3, 4]


async def test_a_county_does_not_choose_its_class(world: World) -> None:
    """15 % is a scattered county's; one of a contiguous area adds 20 %."""
    world.kinds[COUNTY] = ["contiguous_area", "key"]
    refused = await world.post(STATER, "/budget-statements", body())
    assert (refused.status_code, code_of(refused)) == (422, "place_class_of_register")
    assert refused.json()["facts"] == {"place_class": "contiguous_county"}
    made = await world.made(STATER, "/budget-statements", body(place_class="contiguous_county"))
    assert (made["version"], made["verdicts"][0]["met"]) == (1, False)
    world.down.add("registry")
    assert (await world.post(STATER, "/budget-statements", body())).status_code == 503
