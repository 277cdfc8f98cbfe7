"""The way into the library over HTTP: order, notice days, who decides, filing, removal."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.services.projects.support import (
    CHECKLIST,
    LIBRARY,
    OTHER_COUNTY,
    OTHER_VILLAGE,
    PLANS,
    SHA,
    VILLAGE,
    Cast,
    ago,
    bureau,
    county_aid,
    day,
    decision,
    draft,
    get,
    in_library,
    notice,
    officer,
    ok,
    plan,
    pointers,
    post,
    recorder,
    refusal,
    submitted,
    walked,
)
from tests.support.harness import Harness, actor


async def test_a_villages_project_walks_the_whole_chain_into_the_library(projects: Harness) -> None:
    cast = Cast()
    code = await in_library(projects, cast)
    project = (await get(projects, cast.county, f"{LIBRARY}/{code}")).json()
    history = (await get(projects, cast.county, f"{LIBRARY}/{code}/history")).json()
    assert (project["state"], project["state_since"], project["in_library"]) == ("in_library", day(46), True)
    assert project["next_step"] is None
    assert [row["state"] for row in history["states"]] == [
        "draft", "submitted", "village_noticed", "township_reviewed", "township_noticed", "department_reviewed",
        "county_decided", "county_decided", "in_library",
    ]  # fmt: skip
    assert [row["step"] for row in history["notices"]] == ["village_notice", "township_notice", "county_notice"]
    assert [row["ends_on"] for row in history["notices"]] == [day(69), day(58), day(46)]
    assert all(row["recorded_late"] for row in history["notices"] + history["decisions"])
    assert {row["office"] for row in history["decisions"]} == {
        "341622106-township", "341622-transport", "341622-aid"
    }  # fmt: skip
    assert all(row["opinion"] == "同意" for row in history["decisions"])


async def test_townships_and_counties_enter_the_chain_at_their_own_level(projects: Harness) -> None:
    cast = Cast()
    for proposer, due in ((officer(), "township_review"), (bureau(), "department_review")):
        code = await draft(projects, proposer, division_codes=[VILLAGE, OTHER_VILLAGE])
        project = await ok(projects, proposer, f"{LIBRARY}/{code}/submission", {"submitted_on": day(30)})
        assert project["next_step"] == due
        skipped = await post(projects, cast.county, f"{LIBRARY}/{code}/decisions", decision("county_decision", 29))
        assert refusal(skipped) == (409, "projects.not_the_next_step")
    reviewed = await post(projects, cast.bureau, f"{LIBRARY}/{code}/decisions", decision("department_review", 29))
    assert reviewed.status_code == 201


async def test_no_step_is_skipped_repeated_or_reordered(projects: Harness) -> None:
    cast = Cast()
    code = await draft(projects, cast.recorder)
    path = f"{LIBRARY}/{code}"
    calls: list[tuple[Any, str, Any]] = [
        (cast.recorder, "notices", notice("village", 79)),
        (cast.officer, "decisions", decision("township_review", 60)),
        (cast.officer, "notices", notice("township", 60)),
        (cast.bureau, "decisions", decision("department_review", 50)),
        (cast.county, "decisions", decision("county_decision", 50)),
        (cast.county, "notices", notice("county", 50)),
        (cast.county, "filing", {"filed_on": day(40)}),
    ]
    for who, what, body in calls:
        assert refusal(await post(projects, who, f"{path}/{what}", body)) == (409, "projects.not_the_next_step")
    await ok(projects, cast.recorder, f"{path}/submission", {"submitted_on": day(80)})
    for due, (who, what, body) in enumerate(calls):
        for later, (other, other_what, other_body) in enumerate(calls):
            if later != due:
                refused = await post(projects, other, f"{path}/{other_what}", other_body)
                assert refusal(refused) == (409, "projects.not_the_next_step")
        await ok(projects, who, f"{path}/{what}", body)
    assert (await get(projects, cast.county, path)).json()["state"] == "in_library"


async def test_the_step_after_a_notice_waits_for_its_last_day(projects: Harness) -> None:
    cast = Cast()
    code = await submitted(projects, cast, 20)
    path = f"{LIBRARY}/{code}"
    posted = await ok(projects, cast.recorder, f"{path}/notices", notice("village", 9))
    early = await post(projects, cast.officer, f"{path}/decisions", decision("township_review", 0))
    project = (await get(projects, cast.officer, path)).json()
    assert (posted["days"], posted["ends_on"]) == (10, day(-1))
    assert refusal(early) == (409, "projects.notice_running")
    assert early.json()["facts"] == {"until": day(-1)}
    assert (project["state"], project["next_step"], project["next_step_from"]) == (
        "village_noticed", "township_review", day(-1)
    )  # fmt: skip


async def test_a_notice_that_ran_its_ten_days_today_is_enough(projects: Harness) -> None:
    cast = Cast()
    code = await submitted(projects, cast, 20)
    path = f"{LIBRARY}/{code}"
    await ok(projects, cast.recorder, f"{path}/notices", notice("village", 10))
    backdated = await post(projects, cast.officer, f"{path}/decisions", decision("township_review", 1))
    on_the_day = await post(projects, cast.officer, f"{path}/decisions", decision("township_review", 0))
    assert refusal(backdated) == (409, "projects.notice_running")
    assert on_the_day.status_code == 201


async def test_the_filing_waits_for_the_countys_notice_too(projects: Harness) -> None:
    cast = Cast()
    code = await walked(projects, cast)
    early = await post(projects, cast.county, f"{LIBRARY}/{code}/filing", {"filed_on": day(47)})
    assert refusal(early) == (409, "projects.notice_running")
    assert (await get(projects, cast.county, f"{LIBRARY}/{code}")).json()["in_library"] is False


async def test_a_notice_recorded_afterwards_has_its_paper_and_its_place_in_the_order(projects: Harness) -> None:
    cast = Cast()
    code = await submitted(projects, cast, 20)
    path = f"{LIBRARY}/{code}/notices"
    before = await post(projects, cast.recorder, path, notice("village", 21))
    future = await post(projects, cast.recorder, path, notice("village", -1))
    paperless = await post(projects, cast.recorder, path, notice("village", 5) | {"paper_sha256": None})
    late = await ok(projects, cast.recorder, path, notice("village", 20))
    assert refusal(before) == (422, "projects.day_before_step_before")
    assert refusal(future) == (422, "projects.day_in_future")
    assert pointers(before) == pointers(future) == ["/posted_on"]
    assert refusal(paperless) == (422, "projects.paper_missing")
    assert (late["recorded_late"], late["paper_sha256"]) == (True, SHA)


async def test_a_notice_put_up_today_needs_no_paper_yet(projects: Harness) -> None:
    cast = Cast()
    code = await submitted(projects, cast, 0)
    body = notice("village", 0) | {"paper_sha256": None}
    assert (await ok(projects, cast.recorder, f"{LIBRARY}/{code}/notices", body))["recorded_late"] is False


async def test_every_step_belongs_to_its_level_and_sector(projects: Harness) -> None:
    cast = Cast()
    code = await submitted(projects, cast)
    path = f"{LIBRARY}/{code}"
    assert refusal(await post(projects, cast.county, f"{path}/notices", notice("village", 79))) == (
        403, "projects.wrong_office"
    )  # fmt: skip
    await ok(projects, cast.recorder, f"{path}/notices", notice("village", 79))
    county_reviewer = actor("project.read", "project.review_township", level="county", sector="aid")
    review = await post(projects, county_reviewer, f"{path}/decisions", decision("township_review", 60))
    assert refusal(review) == (403, "projects.wrong_office")
    await ok(projects, cast.officer, f"{path}/decisions", decision("township_review", 60))
    await ok(projects, cast.officer, f"{path}/notices", notice("township", 60))
    water = await post(projects, bureau("water"), f"{path}/decisions", decision("department_review", 50))
    assert refusal(water) == (403, "projects.wrong_office")
    await ok(projects, cast.bureau, f"{path}/decisions", decision("department_review", 50))
    transport = actor("project.read", "project.decide_county", level="county", sector="transport")
    county = await post(projects, transport, f"{path}/decisions", decision("county_decision", 50))
    assert refusal(county) == (403, "projects.wrong_office")


async def test_the_aid_office_argues_a_project_whose_bureau_has_no_reviewer(projects: Harness) -> None:
    cast = Cast()
    code = await walked(projects, cast, "township_notice", responsible_office={"code": "341622-energy", "name": "x"})
    review = await post(projects, cast.second, f"{LIBRARY}/{code}/decisions", decision("department_review", 58))
    same = await post(projects, cast.second, f"{LIBRARY}/{code}/decisions", decision("county_decision", 57))
    assert review.status_code == 201
    assert refusal(same) == (403, "projects.same_person")


async def test_each_step_needs_its_own_permission(projects: Harness) -> None:
    cast = Cast()
    code = await submitted(projects, cast)
    for step in ("township_review", "department_review", "county_decision"):
        refused = await post(projects, cast.recorder, f"{LIBRARY}/{code}/decisions", decision(step))
        assert refusal(refused) == (403, "forbidden")


async def test_whoever_proposes_never_decides_whatever_account_is_used(projects: Harness) -> None:
    cast = Cast()
    code = await walked(projects, cast, "village_notice")
    same_human = officer(person=cast.recorder.person)
    refused = await post(projects, same_human, f"{LIBRARY}/{code}/decisions", decision("township_review", 69))
    history = (await get(projects, cast.county, f"{LIBRARY}/{code}/history")).json()
    assert refusal(refused) == (403, "projects.same_person")
    assert history["decisions"] == []


async def test_deciders_differ_from_each_other(projects: Harness) -> None:
    cast = Cast()
    code = await walked(projects, cast, "department_review")
    again = county_aid(person=cast.officer.person)
    refused = await post(projects, again, f"{LIBRARY}/{code}/decisions", decision("county_decision", 57))
    assert refusal(refused) == (403, "projects.same_person")


async def test_an_argued_project_has_every_point_of_its_checklist_in_order(projects: Harness) -> None:
    cast = Cast()
    code = await walked(projects, cast, "township_notice")
    path = f"{LIBRARY}/{code}/decisions"
    for checklist, expected in (
        ({}, "projects.checklist_incomplete"),
        (CHECKLIST | {"land": False}, "projects.checklist_incomplete"),
        (CHECKLIST | {"beauty": True}, "projects.checklist_unknown"),
    ):
        body = decision("department_review", 58, checklist=checklist)
        assert refusal(await post(projects, cast.bureau, path, body)) == (422, expected)
    returned = decision("department_review", 58, outcome="return", reasons=["用地未落实"], checklist={"land": False})
    assert (await post(projects, cast.bureau, path, returned)).status_code == 201


async def test_a_returned_project_is_edited_and_walks_the_chain_again(projects: Harness) -> None:
    cast = Cast()
    code = await walked(projects, cast, "village_notice")
    path = f"{LIBRARY}/{code}"
    silent = await post(projects, cast.officer, f"{path}/decisions", decision("township_review", 69, outcome="return"))
    body = decision("township_review", 69, outcome="return", reasons=["概算不实"])
    await ok(projects, cast.officer, f"{path}/decisions", body)
    before = await post(projects, cast.recorder, f"{path}/submission", {"submitted_on": day(70)})
    resubmitted = await ok(projects, cast.recorder, f"{path}/submission", {"submitted_on": day(60)})
    await ok(projects, cast.recorder, f"{path}/notices", notice("village", 60))
    await ok(projects, cast.officer, f"{path}/decisions", decision("township_review", 50))
    history = (await get(projects, cast.county, f"{path}/history")).json()
    assert refusal(silent) == (422, "projects.reason_missing")
    assert refusal(before) == (422, "projects.day_before_step_before")
    assert (resubmitted["state"], resubmitted["next_step"]) == ("submitted", "village_notice")
    assert [(row["round"], row["outcome"]) for row in history["decisions"]] == [(1, "return"), (2, "approve")]
    assert history["states"][3]["reason"] == "概算不实"


async def test_a_refused_project_is_at_its_end(projects: Harness) -> None:
    cast = Cast()
    code = await walked(projects, cast, "village_notice")
    body = decision("township_review", 69, outcome="refuse", reasons=["不必要"])
    await ok(projects, cast.officer, f"{LIBRARY}/{code}/decisions", body)
    project = (await get(projects, cast.recorder, f"{LIBRARY}/{code}")).json()
    again = await post(projects, cast.recorder, f"{LIBRARY}/{code}/submission")
    assert (project["state"], project["next_step"]) == ("refused", None)
    assert refusal(again) == (409, "projects.not_editable")


async def test_of_two_deciders_at_once_exactly_one_wins(projects: Harness) -> None:
    cast = Cast()
    code = await walked(projects, cast, "department_review")
    deciders = [county_aid() for _ in range(4)]
    answers = await asyncio.gather(
        *(post(projects, who, f"{LIBRARY}/{code}/decisions", decision("county_decision", 57)) for who in deciders)
    )
    history = (await get(projects, cast.county, f"{LIBRARY}/{code}/history")).json()
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert len([row for row in history["decisions"] if row["step"] == "county_decision"]) == 1


async def test_removal_needs_a_reason_and_a_project_of_the_library(projects: Harness) -> None:
    cast = Cast()
    early = await walked(projects, cast)
    code = await in_library(projects, cast)
    removal = {"reason": "土地未落实,无法实施"}
    assert refusal(await post(projects, cast.county, f"{LIBRARY}/{early}/removal", removal)) == (
        409, "projects.not_in_library"
    )  # fmt: skip
    wordless = await post(projects, cast.county, f"{LIBRARY}/{code}/removal", {"reason": " "})
    other_sector = actor("project.decide_county", sector="transport")
    wrong = await post(projects, other_sector, f"{LIBRARY}/{code}/removal", removal)
    removed = await ok(projects, cast.county, f"{LIBRARY}/{code}/removal", removal)
    history = (await get(projects, cast.county, f"{LIBRARY}/{code}/history")).json()
    assert (wordless.status_code, refusal(wrong)) == (422, (403, "projects.wrong_office"))
    assert (removed["state"], removed["in_library"]) == ("removed", False)
    assert history["states"][-1]["reason"] == removal["reason"]


async def test_a_project_in_a_plan_is_not_removed(projects: Harness) -> None:
    cast = Cast()
    code = await in_library(projects, cast)
    made = await ok(projects, cast.county, PLANS, plan((code, 1_000)))
    proposed = await post(projects, cast.county, f"{LIBRARY}/{code}/removal", {"reason": "x"})
    refuse = {"outcome": "refuse", "opinion": "不同意", "decided_on": ago(44).isoformat()}
    await ok(projects, cast.second, f"{PLANS}/{made['id']}/decision", refuse)
    after = await post(projects, cast.county, f"{LIBRARY}/{code}/removal", {"reason": "x"})
    assert refusal(proposed) == (409, "projects.still_in_plan")
    assert after.json()["state"] == "removed"


async def test_the_chain_of_another_area_is_absent(projects: Harness) -> None:
    cast = Cast()
    code = await walked(projects, cast)
    path = f"{LIBRARY}/{code}"
    outsiders: tuple[tuple[Any, str, Any], ...] = (
        (recorder(OTHER_VILLAGE), "notices", notice("village")),
        (officer("341622107"), "decisions", decision("township_review")),
        (county_aid(OTHER_COUNTY), "filing", {}),
        (county_aid(OTHER_COUNTY), "removal", {"reason": "x"}),
    )
    for who, what, body in outsiders:
        assert refusal(await post(projects, who, f"{path}/{what}", body)) == (404, "not_found")
