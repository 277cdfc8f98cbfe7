"""Annual plans over HTTP: only the library, within the estimate, decided by somebody else."""

from __future__ import annotations

import asyncio

from tests.services.projects.support import (
    AMOUNT,
    COUNTY,
    OTHER_COUNTY,
    PLANS,
    SHA,
    YEAR,
    Cast,
    approved_plan,
    bureau,
    county_aid,
    day,
    get,
    grant,
    in_library,
    ok,
    plan,
    pointers,
    post,
    refusal,
    walked,
)
from tests.support.harness import Harness

APPROVE = {"outcome": "approve", "opinion": "同意"}


async def test_an_approved_plan_plans_its_projects(projects: Harness) -> None:
    cast = Cast()
    code = await in_library(projects, cast)
    body = plan((code, 100), note="第一批")
    body["items"].append({"project_code": code, "amount_fen": 50, "fund_source": "county_special"})
    made = await ok(projects, cast.county, PLANS, body)
    assert (made["id"], made["state"], made["total_fen"]) == (f"{COUNTY}-{YEAR}-P001", "proposed", 150)
    assert (await grant(projects, code))["plan_line_fen"] == 0
    decided = await ok(projects, cast.second, f"{PLANS}/{made['id']}/decision", APPROVE | {"decided_on": day(44)})
    facts = await grant(projects, code)
    assert (decided["state"], decided["decided_on"], decided["opinion"]) == ("approved", day(44), "同意")
    assert (facts["state"], facts["plan_year"], facts["plan_line_fen"]) == ("planned", YEAR, 150)
    assert facts["state_since"] == day(44)


async def test_a_supplement_adds_to_the_line_within_the_estimate(projects: Harness) -> None:
    cast = Cast()
    code = await in_library(projects, cast)
    await approved_plan(projects, cast, (code, AMOUNT - 10))
    over = await post(projects, cast.county, PLANS, plan((code, 11), proposed_on=day(30)))
    await ok(projects, cast.county, PLANS, plan((code, 10), proposed_on=day(30)))
    full = await post(projects, cast.county, PLANS, plan((code, 1), proposed_on=day(30)))
    assert refusal(over) == refusal(full) == (422, "projects.plan_over_estimate")
    assert (over.json()["facts"], full.json()["facts"]) == ({"room_fen": 10}, {"room_fen": 0})
    assert pointers(over) == ["/items/0/amount_fen"]
    assert (await grant(projects, code))["plan_line_fen"] == AMOUNT - 10


async def test_lines_of_one_plan_share_the_estimate(projects: Harness) -> None:
    cast = Cast()
    code = await in_library(projects, cast)
    body = plan((code, AMOUNT))
    body["items"].append({"project_code": code, "amount_fen": 1, "fund_source": "county_special"})
    twice = plan((code, 1), (code, 2))
    assert refusal(await post(projects, cast.county, PLANS, body)) == (422, "projects.plan_over_estimate")
    assert refusal(await post(projects, cast.county, PLANS, twice)) == (422, "projects.plan_line_twice")


async def test_only_projects_of_the_countys_library_are_planned(projects: Harness) -> None:
    cast = Cast()
    outside = await walked(projects, cast)
    code = await in_library(projects, cast)
    unknown = f"{COUNTY}-{YEAR}-0999"
    both, outsider = county_aid(scope=(COUNTY, OTHER_COUNTY)), county_aid(OTHER_COUNTY)
    calls = (
        (cast.county, plan((code, 1), (outside, 1)), "projects.plan_project_not_in_library", "/items/1/project_code"),
        (cast.county, plan((unknown, 1)), "projects.plan_project_unknown", "/items/0/project_code"),
        (outsider, plan((code, 1), county_code=OTHER_COUNTY), "projects.plan_project_unknown", "/items/0/project_code"),
        (both, plan((code, 1), county_code=OTHER_COUNTY), "projects.plan_wrong_county", "/items/0/project_code"),
        (cast.county, plan((code, 1), county_code=OTHER_COUNTY), "projects.division_unknown", "/county_code"),
        (cast.county, plan((code, 1), county_code="341622106"), "projects.division_unknown", "/county_code"),
        (cast.county, plan((code, 1), proposed_on=day(47)), "projects.day_before_step_before", "/proposed_on"),
        (cast.county, plan((code, 1), proposed_on=day(-1)), "projects.day_in_future", "/proposed_on"),
    )  # fmt: skip
    for who, body, expected, pointer in calls:
        refused = await post(projects, who, PLANS, body)
        assert refusal(refused) == (422, expected)
        assert pointers(refused) == [pointer]
    nonsense = plan((code, 1))
    nonsense["items"][0]["fund_source"] = "nothing"
    assert refusal(await post(projects, cast.county, PLANS, nonsense)) == (422, "projects.fund_source_unknown")
    assert (await get(projects, cast.county, PLANS)).json()["items"] == []


async def test_a_project_is_planned_in_one_year(projects: Harness) -> None:
    cast = Cast()
    code = await in_library(projects, cast)
    await ok(projects, cast.county, PLANS, plan((code, 1)))
    other = await post(projects, cast.county, PLANS, plan((code, 1), fund_year=YEAR + 1))
    assert refusal(other) == (422, "projects.planned_in_another_year")


async def test_a_refused_plan_gives_its_room_back(projects: Harness) -> None:
    cast = Cast()
    code = await in_library(projects, cast)
    made = await ok(projects, cast.county, PLANS, plan((code, AMOUNT)))
    refused = {"outcome": "refuse", "opinion": "不同意"}
    await ok(projects, cast.second, f"{PLANS}/{made['id']}/decision", refused)
    again = await post(projects, cast.county, PLANS, plan((code, AMOUNT)))
    assert again.json()["id"] == f"{COUNTY}-{YEAR}-P002"
    assert (await grant(projects, code))["state"] == "in_library"


async def test_a_plan_is_decided_once_by_another_person_of_the_county(projects: Harness) -> None:
    cast = Cast()
    code = await in_library(projects, cast)
    made = await ok(projects, cast.county, PLANS, plan((code, 1)))
    path = f"{PLANS}/{made['id']}/decision"
    own = await post(projects, county_aid(person=cast.county.person, office="341622-aid2"), path, APPROVE)
    outside = await post(projects, county_aid(OTHER_COUNTY), path, APPROVE)
    city = await post(projects, county_aid("3416", level="city"), path, APPROVE)
    before = await post(projects, cast.second, path, APPROVE | {"decided_on": day(46)})
    assert refusal(own) == (403, "projects.same_person")
    assert refusal(outside) == (404, "not_found")
    assert refusal(city) == (403, "projects.wrong_office")
    assert refusal(before) == (422, "projects.day_before_step_before")
    assert (await grant(projects, code))["state"] == "in_library"
    answers = await asyncio.gather(*(post(projects, county_aid(), path, APPROVE) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert (await grant(projects, code))["plan_line_fen"] == 1


async def test_a_plan_whose_day_was_not_stated_is_decided_after_its_projects_were_filed(projects: Harness) -> None:
    cast = Cast()
    code = await in_library(projects, cast)
    made = await ok(projects, cast.county, PLANS, plan((code, 1), proposed_on=None))
    path = f"{PLANS}/{made['id']}/decision"
    before = await post(projects, cast.second, path, APPROVE | {"decided_on": day(47)})
    assert made["proposed_on"] is None
    assert refusal(before) == (422, "projects.day_before_step_before")
    assert (await ok(projects, cast.second, path, APPROVE | {"decided_on": day(46)}))["state"] == "approved"


async def test_two_plans_at_once_cannot_share_one_estimate(projects: Harness) -> None:
    cast = Cast()
    code = await in_library(projects, cast)
    bodies = [plan((code, AMOUNT)) for _ in range(3)]
    answers = await asyncio.gather(*(post(projects, cast.county, PLANS, body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422]


async def test_only_an_approved_plan_is_published_and_once(projects: Harness) -> None:
    cast = Cast()
    code = await in_library(projects, cast)
    made = await ok(projects, cast.county, PLANS, plan((code, 1)))
    path = f"{PLANS}/{made['id']}/notice"
    body = {"posted_on": day(20), "place": "县政府网站", "paper_sha256": SHA}
    early = await post(projects, cast.county, path, body)
    await ok(projects, cast.second, f"{PLANS}/{made['id']}/decision", APPROVE | {"decided_on": day(30)})
    before = await post(projects, cast.county, path, body | {"posted_on": day(31)})
    posted = await ok(projects, cast.county, path, body)
    again = await post(projects, cast.county, path, body)
    shown = (await get(projects, cast.county, f"{PLANS}/{made['id']}")).json()
    assert refusal(early) == (409, "projects.plan_not_approved")
    assert refusal(before) == (422, "projects.day_before_step_before")
    assert (posted["ends_on"], posted["subject"]) == (day(10), made["id"])
    assert refusal(again) == (409, "projects.plan_noticed")
    assert [row["id"] for row in shown["notices"]] == [posted["id"]]


async def test_plans_are_listed_within_the_scope(projects: Harness) -> None:
    cast = Cast()
    code = await in_library(projects, cast)
    ids = [(await ok(projects, cast.county, PLANS, plan((code, 1))))["id"] for _ in range(2)]
    async with projects.as_(bureau()) as client:
        asked: dict[str, str | int] = {"limit": 1, "fund_year": YEAR, "status": "proposed"}
        first = (await client.get(PLANS, params=asked)).json()
        rest = (await client.get(PLANS, params=asked | {"cursor": first["next_cursor"]})).json()
    outsider = county_aid(OTHER_COUNTY)
    hidden = await get(projects, outsider, f"{PLANS}/{ids[0]}")
    absent = await get(projects, outsider, f"{PLANS}/{COUNTY}-{YEAR}-P999")
    assert [row["id"] for row in first["items"] + rest["items"]] == ids
    assert rest["next_cursor"] is None
    assert (await get(projects, outsider, PLANS)).json()["items"] == []
    assert hidden.json() | {"trace_id": ""} == absent.json() | {"trace_id": ""}
    assert hidden.status_code == 404
