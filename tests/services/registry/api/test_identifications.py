"""Identification over HTTP: the chain, its days, its persons, its races."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from shared.chassis.clock import office_today
from tests.services.registry.lists import (
    APPROVE,
    LISTS,
    MEETING,
    RETURN,
    done,
    notice,
    noticed,
    post,
    proposed,
    registered,
)
from tests.services.registry.people import (
    OTHER_VILLAGE,
    VILLAGE,
    county_officer,
    days_ago,
    open_household,
    person,
    recorder,
    township_officer,
)
from tests.services.registry.years import closed_through_today
from tests.support.harness import Harness, actor

HOUSEHOLDS = "/api/v1/registry/households"


async def get_household(registry: Harness, household_id: str, path: str = "") -> dict[str, Any]:
    async with registry.as_(county_officer()) as client:
        found: dict[str, Any] = (await client.get(f"{HOUSEHOLDS}/{household_id}{path}")).json()
    return found


async def test_a_list_goes_from_the_village_to_the_register_and_every_step_is_kept(county: Harness) -> None:
    first = await open_household(county)
    second = await open_household(county)
    listed = await registered(county, first, second)
    async with county.as_(county_officer()) as client:
        read = (await client.get(f"{LISTS}/{listed['id']}")).json()
        lines = (await client.get(LISTS, params={"state": "registered", "within": VILLAGE})).json()
    assert read == listed
    assert (read["state"], read["household_count"]) == ("registered", 2)
    assert read["meeting"]["quorum"] == "2/3"
    assert read["notice"]["days"] == 7
    assert [step["step"] for step in read["decisions"]] == ["township_decision", "county_decision"]
    assert [line["id"] for line in lines["items"]] == [listed["id"]]
    household = await get_household(county, first["id"])
    assert household["status"] == "registered"
    assert household["registered_on"] == office_today().isoformat()
    history = await get_household(county, first["id"], "/history")
    assert [event["kind"] for event in history["events"]] == ["opened", "proposed", "registered"]
    assert [event["version"] for event in history["events"]] == [1, 2, 3]
    assert history["events"][2]["reason"] == "同意"
    assert history["events"][2]["identification_id"] == listed["id"]


async def test_what_was_decided_on_is_frozen_for_good(county: Harness, owner: Any) -> None:
    await registered(county)
    for table in (
        "household_versions", "household_events", "village_meetings", "village_notices", "objections",
        "objection_answers", "identification_decisions", "exit_plans", "household_import_files",
    ):  # fmt: skip
        rights = await owner.fetch(
            "select privilege_type from information_schema.role_table_grants "
            "where grantee = 'lika_registry_app' and table_name = $1",
            table,
        )
        assert {row[0] for row in rights} == {"SELECT", "INSERT"}, table


async def test_a_household_is_on_at_most_one_open_list(county: Harness) -> None:
    household = await open_household(county)
    await proposed(county, household)
    body = {"village_code": VILLAGE, "year": 2026, "household_ids": [household["id"]]}
    again = await post(county, recorder(), "", body)
    assert (again.status_code, again.json()["code"]) == (409, "registry.household_not_proposable")
    assert again.json()["errors"][0]["pointer"] == "/household_ids/0"


async def test_a_household_is_proposed_once_when_two_propose_it_together(county: Harness) -> None:
    household = await open_household(county)
    body = {"village_code": VILLAGE, "year": 2026, "household_ids": [household["id"]]}
    answers = await asyncio.gather(*(post(county, recorder(), "", body) for _ in range(4)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 3}


async def test_only_households_of_the_village_are_proposed_and_each_once(county: Harness) -> None:
    here = await open_household(county)
    there = await open_household(county, village=OTHER_VILLAGE)
    for ids in (
        [here["id"], there["id"]],
        [here["id"], here["id"]],
        [here["id"], "01900000-0000-7000-8000-000000000000"],
    ):
        body = {"village_code": VILLAGE, "year": 2026, "household_ids": ids}
        refused = await post(county, township_officer(), "", body)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "/household_ids/1"
    assert (await get_household(county, here["id"]))["status"] == "draft"


async def test_a_file_under_decision_is_not_changed(county: Harness) -> None:
    household = await open_household(county)
    await proposed(county, household)
    async with county.as_(recorder()) as client:
        now = await client.get(f"{HOUSEHOLDS}/{household['id']}")
        from tests.services.registry.people import household as body

        changed = await client.put(
            f"{HOUSEHOLDS}/{household['id']}", json=body(), headers={"if-match": now.headers["etag"]}
        )
    assert (changed.status_code, changed.json()["code"]) == (409, "registry.household_not_editable")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"present": 19, "votes_for": 15, "votes_against": 0}, "registry.quorum_missed"),
        ({"present": 31}, "registry.meeting_figures"),
        ({"votes_for": 16}, "registry.meeting_figures"),
        ({"votes_for": 10, "votes_against": 10}, "registry.majority_missed"),
        ({"held_on": days_ago(-1)}, "registry.day_in_future"),
        ({"paper_sha256": "x"}, "invalid_fields"),
    ],
)
async def test_a_meeting_without_quorum_majority_or_sound_figures_is_refused(
    county: Harness, change: dict[str, Any], code: str
) -> None:
    listed = await proposed(county)
    refused = await post(county, recorder(), f"/{listed['id']}/meeting", MEETING | change)
    assert (refused.status_code, refused.json()["code"]) == (422, code)
    kept = await done(county, recorder(), f"/{listed['id']}/meeting", MEETING | {"votes_for": 11, "votes_against": 9})
    assert kept["state"] == "reviewed"


async def test_steps_are_not_skipped_or_repeated(county: Harness) -> None:
    listed = await proposed(county)
    path = f"/{listed['id']}"
    early = [
        await post(county, recorder(), path + "/notice", notice()),
        await post(county, township_officer(), path + "/township-decision", APPROVE),
        await post(county, county_officer(), path + "/county-decision", APPROVE),
        await post(
            county,
            recorder(),
            path + "/objections",
            {"household_id": listed["households"][0]["household_id"], "raised_on": days_ago(0), "reason": "有车"},
        ),
    ]
    await done(county, recorder(), path + "/meeting", MEETING)
    repeated = await post(county, recorder(), path + "/meeting", MEETING)
    for answer in [*early, repeated]:
        assert (answer.status_code, answer.json()["code"]) == (409, "registry.step_not_due"), answer.text


async def test_a_notice_is_counted_by_the_server_and_a_late_record_is_marked(county: Harness) -> None:
    listed = await proposed(county)
    path = f"/{listed['id']}"
    await done(county, recorder(), path + "/meeting", MEETING | {"held_on": days_ago(3)})
    before_meeting = await post(county, recorder(), path + "/notice", notice(4))
    future = await post(county, recorder(), path + "/notice", notice(-1))
    assert before_meeting.json()["code"] == "registry.notice_before_meeting"
    assert future.json()["code"] == "registry.day_in_future"
    late = await done(county, recorder(), path + "/notice", notice(3))
    assert late["notice"]["recorded_late"] is True
    assert late["notice"]["recorded_on"] == days_ago(0)
    assert late["notice"]["ends_on"] == late["notice_ends_on"] == days_ago(-4)
    assert late["notice"]["days_source"]
    fresh = await proposed(county)
    await done(county, recorder(), f"/{fresh['id']}/meeting", MEETING)
    on_time = await done(county, recorder(), f"/{fresh['id']}/notice", notice(0))
    assert on_time["notice"]["recorded_late"] is False


async def test_the_township_decides_on_the_last_day_of_the_notice_and_not_the_day_before(county: Harness) -> None:
    running = await noticed(county, days=6)
    over = await noticed(county, days=7)
    early = await post(county, township_officer(), f"/{running['id']}/township-decision", APPROVE)
    assert (early.status_code, early.json()["code"]) == (409, "registry.notice_running")
    assert early.json()["facts"]["ends_on"] == days_ago(-1)
    accepted = await done(county, township_officer(), f"/{over['id']}/township-decision", APPROVE)
    assert accepted["state"] == "township_approved"


async def test_a_shorter_notice_set_for_the_area_counts_where_and_when_it_is_in_force(county: Harness) -> None:
    async with county.as_(county_officer()) as client:
        answer = await client.post(
            "/api/v1/registry/parameters",
            json={
                "key": "publicity_days_household", "division_code": "341622", "valid_from": days_ago(0),
                "value": "5", "source": "县通知",
            },
        )  # fmt: skip
    assert answer.status_code == 201, answer.text
    assert (await noticed(county, days=1))["notice"]["days"] == 7
    assert (await noticed(county, days=0))["notice"]["days"] == 5


@pytest.mark.parametrize("step", ["propose", "meeting", "notice"])
async def test_who_proposed_or_recorded_does_not_decide_under_any_account(county: Harness, step: str) -> None:
    same, others = "person-same", {"propose": recorder(), "meeting": recorder(), "notice": recorder()}
    who = others | {step: township_officer(person=same)}
    household = await open_household(county)
    listed = await proposed(county, household, who=who["propose"])
    await done(county, who["meeting"], f"/{listed['id']}/meeting", MEETING)
    await done(county, who["notice"], f"/{listed['id']}/notice", notice())
    refused = await post(county, township_officer(person=same), f"/{listed['id']}/township-decision", APPROVE)
    assert (refused.status_code, refused.json()["code"]) == (403, "registry.same_person")
    await done(county, township_officer(), f"/{listed['id']}/township-decision", APPROVE)
    county_refused = await post(county, county_officer(person=same), f"/{listed['id']}/county-decision", APPROVE)
    assert county_refused.json()["code"] == "registry.same_person"


async def test_the_county_decider_is_not_the_township_decider(county: Harness) -> None:
    listed = await noticed(county)
    await done(county, township_officer(person="both"), f"/{listed['id']}/township-decision", APPROVE)
    refused = await post(county, county_officer(person="both"), f"/{listed['id']}/county-decision", APPROVE)
    assert (refused.status_code, refused.json()["code"]) == (403, "registry.same_person")


async def test_a_step_belongs_to_the_level_the_chain_names(county: Harness) -> None:
    listed = await noticed(county)
    from_county = await post(
        county, county_officer("identification.decide_township"), f"/{listed['id']}/township-decision", APPROVE
    )
    await done(county, township_officer(), f"/{listed['id']}/township-decision", APPROVE)
    from_township = await post(
        county, township_officer("identification.decide_county"), f"/{listed['id']}/county-decision", APPROVE
    )
    for answer in (from_county, from_township):
        assert (answer.status_code, answer.json()["code"]) == (403, "registry.wrong_level")


async def test_when_two_decide_at_once_one_wins_and_the_other_meets_a_conflict(county: Harness, owner: Any) -> None:
    listed = await noticed(county)
    path = f"/{listed['id']}/township-decision"
    answers = await asyncio.gather(*(post(county, township_officer(), path, APPROVE) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    path = f"/{listed['id']}/county-decision"
    answers = await asyncio.gather(*(post(county, county_officer(), path, body) for body in (APPROVE, RETURN)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await owner.fetchval("select count(*) from identification_decisions") == 2


async def test_an_open_objection_blocks_and_an_upheld_one_takes_the_household_out(county: Harness) -> None:
    rich, poor = await open_household(county), await open_household(county)
    listed = await noticed(county, rich, poor)
    path = f"/{listed['id']}"
    body = {"household_id": rich["id"], "raised_on": days_ago(1), "reason": "家中有商品房"}
    raised = await done(county, recorder(), path + "/objections", body)
    objection = raised["objections"][0]
    blocked = await post(county, township_officer(), path + "/township-decision", APPROVE)
    assert (blocked.status_code, blocked.json()["code"]) == (409, "registry.objection_open")
    answer_path = f"{path}/objections/{objection['id']}/answer"
    answered = await done(county, recorder(), answer_path, {"finding": "属实", "upheld": True})
    assert answered["objections"][0]["answer"]["upheld"] is True
    again = await post(county, recorder(), answer_path, {"finding": "不属实", "upheld": False})
    assert (again.status_code, again.json()["code"]) == (409, "registry.objection_answered")
    await done(county, township_officer(), path + "/township-decision", APPROVE)
    await done(county, county_officer(), path + "/county-decision", APPROVE)
    assert (await get_household(county, rich["id"]))["status"] == "returned"
    assert (await get_household(county, poor["id"]))["status"] == "registered"
    history = await get_household(county, rich["id"], "/history")
    assert (history["events"][-1]["kind"], history["events"][-1]["reason"]) == ("taken_out", "属实")


async def test_no_step_gives_a_file_a_standing_on_a_day_of_a_closed_year(county: Harness, owner: Any) -> None:
    rich, poor = await open_household(county), await open_household(county)
    draft = await open_household(county)
    listed = await noticed(county, rich, poor)
    path = f"/{listed['id']}"
    raised_on = {"household_id": rich["id"], "raised_on": days_ago(1), "reason": "家中有商品房"}
    raised = await done(county, recorder(), path + "/objections", raised_on)
    answer = f"{path}/objections/{raised['objections'][0]['id']}/answer"
    upheld = {"finding": "属实", "upheld": True}
    propose = {"village_code": VILLAGE, "year": 2026, "household_ids": [draft["id"]]}
    exclude = APPROVE | {"excluded_household_ids": [{"id": rich["id"], "reason": "家中有商品房"}]}
    await closed_through_today(owner)
    before = await owner.fetch("select household_id, version from household_versions order by 1, 2")

    async def held(who: Any, at: str, body: Any) -> None:
        refused = await post(county, who, at, body)
        told = (refused.status_code, refused.json()["code"])
        assert told == (409, "registry.today_in_closed_year"), (at, refused.text)

    await held(recorder(), "", propose)
    await held(recorder(), answer, upheld)
    await done(county, recorder(), answer, upheld | {"upheld": False})
    await held(township_officer(), path + "/township-decision", RETURN)
    await held(township_officer(), path + "/township-decision", exclude)
    await done(county, township_officer(), path + "/township-decision", APPROVE)
    await held(county_officer(), path + "/county-decision", APPROVE)
    assert await owner.fetch("select household_id, version from household_versions order by 1, 2") == before
    await owner.execute("update register_years set closed_through = closed_through - 1")
    await done(county, county_officer(), path + "/county-decision", APPROVE)
    assert (await get_household(county, poor["id"]))["status"] == "registered"


async def test_an_objection_after_the_township_still_blocks_the_county(county: Harness) -> None:
    household = await open_household(county)
    listed = await noticed(county, household)
    path = f"/{listed['id']}"
    await done(county, township_officer(), path + "/township-decision", APPROVE)
    early = {"household_id": household["id"], "raised_on": days_ago(8), "reason": "有车"}
    assert (await post(county, recorder(), path + "/objections", early)).json()[
        "code"
    ] == "registry.objection_before_notice"
    raised = await done(county, recorder(), path + "/objections", early | {"raised_on": days_ago(0)})
    blocked = await post(county, county_officer(), path + "/county-decision", APPROVE)
    assert blocked.json()["code"] == "registry.objection_open"
    answer_path = f"{path}/objections/{raised['objections'][0]['id']}/answer"
    await done(county, recorder(), answer_path, {"finding": "车辆用于生产", "upheld": False})
    final = await done(county, county_officer(), path + "/county-decision", APPROVE)
    assert final["households"][0]["taken_out_reason"] is None


async def test_a_decision_excludes_households_with_their_reasons(county: Harness) -> None:
    one, two = await open_household(county), await open_household(county)
    listed = await noticed(county, one, two)
    path = f"/{listed['id']}/township-decision"
    everybody = [{"id": row["id"], "reason": "收入超线"} for row in (one, two)]
    nobody_left = await post(county, township_officer(), path, APPROVE | {"excluded_household_ids": everybody})
    stranger = await post(
        county, township_officer(), path, APPROVE | {"excluded_household_ids": [{"id": listed["id"], "reason": "x"}]}
    )
    assert (nobody_left.status_code, nobody_left.json()["code"]) == (409, "registry.nobody_left")
    assert stranger.json()["errors"][0]["pointer"] == "/excluded_household_ids/0/id"
    decided = await done(county, township_officer(), path, APPROVE | {"excluded_household_ids": everybody[:1]})
    taken = {row["household_id"]: row["taken_out_reason"] for row in decided["households"]}
    assert taken == {one["id"]: "收入超线", two["id"]: None}
    assert decided["decisions"][0]["excluded_household_ids"] == everybody[:1]
    assert (await get_household(county, one["id"]))["status"] == "returned"
    again = await proposed(county, one)
    assert again["state"] == "proposed"


async def test_a_returned_list_gives_every_file_back_to_the_village(county: Harness) -> None:
    household = await open_household(county)
    listed = await noticed(county, household)
    returned = await done(county, township_officer(), f"/{listed['id']}/township-decision", RETURN)
    assert returned["state"] == "returned"
    assert (await get_household(county, household["id"]))["status"] == "returned"
    late = await post(county, county_officer(), f"/{listed['id']}/county-decision", APPROVE)
    assert late.json()["code"] == "registry.step_not_due"
    assert (await proposed(county, household))["state"] == "proposed"


async def test_no_step_on_a_list_is_seen_or_done_from_outside_its_village(county: Harness) -> None:
    listed = await noticed(county)
    objection = {"household_id": listed["households"][0]["household_id"], "raised_on": days_ago(0), "reason": "有车"}
    absent = "01900000-0000-7000-8000-000000000000"
    permissions = (
        "identification.read", "identification.meeting", "identification.notice", "identification.objection",
        "identification.decide_township", "identification.decide_county", "identification.propose",
    )  # fmt: skip
    stranger = actor(*permissions, scope=(OTHER_VILLAGE, "341622102"), level="township")
    async with county.as_(stranger) as client:
        for path, body in (
            ("/meeting", MEETING),
            ("/notice", notice()),
            ("/objections", objection),
            (f"/objections/{absent}/answer", {"finding": "x", "upheld": True}),
            ("/township-decision", APPROVE),
            ("/county-decision", APPROVE),
        ):
            real = await client.post(f"{LISTS}/{listed['id']}{path}", json=body)
            random = await client.post(f"{LISTS}/{absent}{path}", json=body)
            assert real.status_code == 404, path
            assert real.json() | {"trace_id": ""} == random.json() | {"trace_id": ""}
        assert (await client.get(f"{LISTS}/{listed['id']}")).status_code == 404
        assert (await client.get(LISTS)).json()["items"] == []
        into = {"village_code": VILLAGE, "year": 2026, "household_ids": [objection["household_id"]]}
        assert (await client.post(LISTS, json=into)).status_code == 404


async def test_the_public_sees_notices_and_nothing_that_must_not_be_published(county: Harness) -> None:
    household = await open_household(county, members=[person(name="欧阳娜娜", health=["serious_illness"])])
    await noticed(county, household, days=2)
    past = await noticed(county, days=9)
    async with county.as_(actor("public.read", scope=())) as client:
        page = (await client.get("/api/v1/public/registry/notices", params={"within": "341622"})).json()
        first = (await client.get("/api/v1/public/registry/notices", params={"limit": 1})).json()
        rest = (await client.get("/api/v1/public/registry/notices", params={"cursor": first["next_cursor"]})).json()
        running = (await client.get("/api/v1/public/registry/notices", params={"running": True})).json()
        elsewhere = (await client.get("/api/v1/public/registry/notices", params={"within": "41"})).json()
    assert [row["running"] for row in page["items"]] == [True, False]
    assert [row["id"] for row in rest["items"]] == [past["id"]]
    assert len(running["items"]) == 1
    assert elsewhere["items"] == []
    shown = page["items"][0]
    assert set(shown) == {"id", "village_code", "village_name", "posted_on", "ends_on", "running", "households"}
    assert shown["village_name"] == "前王村"
    assert shown["households"] == [
        {
            "household_no": household["household_no"],
            "head_name_masked": "欧*",
            "member_count": 1,
            "attribute": {"code": "general_poor", "label": "一般贫困户"},
        }
    ]
