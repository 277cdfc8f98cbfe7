"""Parameters over HTTP: what holds where and when, and setting one for one's own area."""

from __future__ import annotations

from tests.services.projects.support import (
    COUNTY,
    LIBRARY,
    OTHER_COUNTY,
    Cast,
    county_aid,
    day,
    get,
    notice,
    ok,
    post,
    refusal,
    submitted,
)
from tests.support.harness import Harness, actor

PATH = "/api/v1/projects/parameters"


def new(**changes: str) -> dict[str, str]:
    return {
        "key": "publicity_days_village",
        "division_code": COUNTY,
        "valid_from": day(0),
        "value": "15",
        "source": "县扶贫领导小组会议纪要",
    } | changes


async def test_every_place_starts_with_ten_days_of_notice(projects: Harness) -> None:
    rows = (await get(projects, county_aid(), PATH, division_code=COUNTY)).json()
    values = {row["key"]: row["value"] for row in rows}
    assert values == {
        "publicity_days_village": "10",
        "publicity_days_township": "10",
        "publicity_days_county": "10",
        "retention_rate_max": "0.05",
    }
    assert all(row["source"] for row in rows)
    assert (await get(projects, county_aid(), PATH, on="2015-12-31")).json() == []


async def test_a_county_sets_its_own_days_and_the_value_before_ends(projects: Harness) -> None:
    cast = Cast()
    await ok(projects, cast.county, PATH, new())
    await ok(projects, cast.county, PATH, new(value="12", valid_from=day(-3)))
    here = (await get(projects, cast.county, PATH, division_code="341622106205")).json()
    later = (await get(projects, cast.county, PATH, division_code=COUNTY, on=day(-3))).json()
    elsewhere = (await get(projects, cast.county, PATH, division_code=OTHER_COUNTY)).json()
    found = [next(row for row in rows if row["key"] == "publicity_days_village") for rows in (here, later, elsewhere)]
    assert [row["value"] for row in found] == ["15", "12", "10"]
    assert found[0]["valid_to"] == day(-2)
    code = await submitted(projects, cast, 5)
    today = await ok(projects, cast.recorder, f"{LIBRARY}/{code}/notices", notice("village", 0))
    assert (today["days"], today["ends_on"]) == (15, day(-15))


async def test_a_notice_runs_the_days_that_held_when_it_was_put_up(projects: Harness) -> None:
    cast = Cast()
    await ok(projects, cast.county, PATH, new())
    code = await submitted(projects, cast, 5)
    posted = await ok(projects, cast.recorder, f"{LIBRARY}/{code}/notices", notice("village", 1))
    assert posted["days"] == 10


async def test_what_may_not_be_set_is_refused(projects: Harness) -> None:
    who = county_aid()
    cases = (
        (new(key="weather"), 422, "projects.parameter_unknown"),
        (new(value="0"), 422, "projects.parameter_out_of_range"),
        (new(value="10.5"), 422, "projects.parameter_out_of_range"),
        (new(value="91"), 422, "projects.parameter_out_of_range"),
        (new(key="retention_rate_max", value="1.01"), 422, "projects.parameter_out_of_range"),
        (new(valid_from=day(1)), 422, "projects.parameter_in_the_past"),
        (new(division_code=OTHER_COUNTY), 422, "projects.division_unknown"),
        (new(division_code="341622999"), 422, "projects.division_unknown"),
        (new(division_code="00"), 422, "projects.division_unknown"),
    )
    for body, status, code in cases:
        assert refusal(await post(projects, who, PATH, body)) == (status, code)
    await ok(projects, who, PATH, new())
    assert refusal(await post(projects, who, PATH, new(value="11"))) == (409, "projects.parameter_overlaps")
    assert (await post(projects, actor("parameter.read"), PATH, new())).status_code == 403


async def test_code_lists_are_data_with_sources(projects: Harness) -> None:
    who = county_aid()
    base = "/api/v1/projects"
    old = (await get(projects, who, f"{base}/categories", year=2018)).json()["items"]
    new_regime = (await get(projects, who, f"{base}/categories", year=2021)).json()["items"]
    lists = [(await get(projects, who, f"{base}/{name}")).json()["items"] for name in
             ("natures", "fund-sources", "procurement-modes")]  # fmt: skip
    chains = (await get(projects, who, f"{base}/chains")).json()
    assert "rural_construction" not in {row["code"] for row in old}
    assert "rural_construction" in {row["code"] for row in new_regime}
    assert all(row["source"] for rows in [old, *lists] for row in rows)
    assert len(chains["steps"]) == 7 + 6 + 4
    assert {row["key"] for row in chains["checklist"] if row["required"]} == {
        "compliance", "estimate_accurate", "funding_reliable", "land"
    }  # fmt: skip
