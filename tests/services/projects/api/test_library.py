"""Entries of the library over HTTP: drafts, versions, what a submission must hold, who sees what."""

from __future__ import annotations

from tests.services.projects.support import (
    AMOUNT,
    COUNTY,
    LIBRARY,
    OTHER_COUNTY,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    YEAR,
    county_aid,
    day,
    draft,
    entry,
    get,
    officer,
    pointers,
    post,
    recorder,
    refusal,
)
from tests.support.harness import Harness, actor


async def test_a_proposal_gets_a_code_of_county_year_and_running_number(projects: Harness) -> None:
    who = recorder()
    first, second = await draft(projects, who), await draft(projects, who)
    other_year = await draft(projects, who, year=YEAR + 1)
    read = await get(projects, who, f"{LIBRARY}/{first}")
    assert (first, second, other_year) == (f"341622-{YEAR}-0001", f"341622-{YEAR}-0002", f"341622-{YEAR + 1}-0001")
    assert read.headers["etag"] == '"1"'
    assert read.json()["state"] == "draft"
    assert read.json()["entry"]["performance_targets"][0]["level1"] == "产出指标"


async def test_a_draft_may_be_incomplete_and_a_submission_names_every_missing_field(projects: Harness) -> None:
    who = recorder()
    minimal = {"year": YEAR, "name": "道路", "purpose": "works", "division_codes": [VILLAGE]}
    async with projects.as_(who) as client:
        code = (await client.post(LIBRARY, json=minimal)).json()["project_code"]
        refused = await client.post(f"{LIBRARY}/{code}/submission")
        after = await client.get(f"{LIBRARY}/{code}")
    assert refusal(refused) == (422, "projects.performance_targets_missing")
    assert set(pointers(refused)) == {
        "/category", "/nature", "/planned_start_on", "/planned_end_on", "/responsible_office", "/tasks",
        "/amount_fen", "/funding", "/beneficiaries", "/performance_targets", "/participation_mechanism",
    }  # fmt: skip
    assert after.json()["state"] == "draft"


async def test_without_an_output_and_an_effect_target_a_project_is_not_admitted(projects: Harness) -> None:
    who = recorder()
    output, satisfaction = entry()["performance_targets"]
    for targets in ([], [output], [satisfaction]):
        code = await draft(projects, who, performance_targets=targets)
        refused = await post(projects, who, f"{LIBRARY}/{code}/submission")
        assert refusal(refused) == (422, "projects.performance_targets_missing")
        assert pointers(refused) == ["/performance_targets"]


async def test_a_benefit_target_stands_for_satisfaction(projects: Harness) -> None:
    who = recorder()
    targets = [
        entry()["performance_targets"][0],
        {"level1": "效益", "level2": "社会效益", "level3": "受益人口", "operator": ">=", "value": "1", "unit": "人"},
    ]
    code = await draft(projects, who, performance_targets=targets)
    assert (await post(projects, who, f"{LIBRARY}/{code}/submission")).json()["state"] == "submitted"


async def test_an_office_without_code_is_missing_at_submission(projects: Harness) -> None:
    who = recorder()
    code = await draft(projects, who, responsible_office={"code": "", "name": "柏庄镇"})
    refused = await post(projects, who, f"{LIBRARY}/{code}/submission")
    assert refusal(refused) == (422, "projects.entry_incomplete")
    assert pointers(refused) == ["/responsible_office/code"]


WRONG: list[tuple[dict[str, object], str, str]] = [
    ({"category": "nothing"}, "projects.category_unknown", "/category"),
    ({"category": "rural_construction", "year": 2020}, "projects.category_unknown", "/category"),
    ({"nature": "nothing"}, "projects.nature_unknown", "/nature"),
    (
        {"funding": [{"source": "nothing", "amount_fen": AMOUNT}]},
        "projects.fund_source_unknown",
        "/funding/0/source",
    ),
    (
        {"funding": [{"source": "central_special", "amount_fen": AMOUNT - 1}]},
        "projects.funding_does_not_sum",
        "/funding",
    ),
    (
        {"beneficiaries": {"households": 1, "people": 2, "poor_people": 3}},
        "projects.poor_people_too_many",
        "/beneficiaries/poor_people",
    ),
    (
        {"beneficiaries": {"households": 3, "people": 2, "poor_people": 0}},
        "projects.people_too_few",
        "/beneficiaries/people",
    ),
    ({"planned_end_on": f"{YEAR}-03-09"}, "projects.period_reversed", "/planned_end_on"),
    (
        {"performance_targets": [entry()["performance_targets"][0] | {"level2": "满意"}]},
        "projects.target_level_unknown",
        "/performance_targets/0/level1",
    ),
    (
        {"performance_targets": [entry()["performance_targets"][0] | {"unit": "千\x00米"}]},
        "invalid_fields",
        "/performance_targets/0/unit",
    ),
    ({"division_codes": [VILLAGE, "341622106999"]}, "projects.division_unknown", "/division_codes/1"),
    ({"division_codes": [OTHER_VILLAGE]}, "projects.division_unknown", "/division_codes/0"),
    ({"division_codes": [VILLAGE, VILLAGE]}, "projects.site_twice", "/division_codes"),
    ({"division_codes": ["3416"]}, "projects.sites_not_in_one_county", "/division_codes"),
    (
        {"division_codes": [VILLAGE, "341621100201"]},
        "projects.sites_not_in_one_county",
        "/division_codes",
    ),
]


async def test_what_a_draft_says_must_be_right(projects: Harness) -> None:
    async with projects.as_(recorder()) as client:
        for changes, code, pointer in WRONG:
            refused = await client.post(LIBRARY, json=entry(**changes))
            assert refusal(refused) == (422, code)
            assert pointers(refused) == [pointer]
    listed = await get(projects, county_aid(), LIBRARY, count="exact")
    assert listed.json()["count"] == 0


async def test_only_villages_townships_and_counties_propose(projects: Harness) -> None:
    who = actor("project.propose", scope=("3416",), level="city")
    assert refusal(await post(projects, who, LIBRARY, entry())) == (403, "projects.wrong_office")


async def test_a_draft_is_edited_from_the_version_that_was_read(projects: Harness) -> None:
    who = recorder()
    code = await draft(projects, who)
    body = entry(name="新名称")
    async with projects.as_(who) as client:
        without = await client.put(f"{LIBRARY}/{code}", json=body)
        stale = await client.put(f"{LIBRARY}/{code}", json=body, headers={"If-Match": '"7"'})
        garbled = await client.put(f"{LIBRARY}/{code}", json=body, headers={"If-Match": "*"})
        edited = await client.put(f"{LIBRARY}/{code}", json=body, headers={"If-Match": '"1"'})
        again = await client.put(f"{LIBRARY}/{code}", json=body, headers={"If-Match": '"1"'})
        year = await client.put(f"{LIBRARY}/{code}", json=entry(year=2025), headers={"If-Match": '"2"'})
        history = (await client.get(f"{LIBRARY}/{code}/history")).json()
    assert (without.status_code, stale.status_code, garbled.status_code, again.status_code) == (428, 412, 412, 412)
    assert (edited.status_code, edited.headers["etag"], edited.json()["entry"]["name"]) == (200, '"2"', "新名称")
    assert refusal(year) == (422, "projects.code_fixed")
    assert [version["entry"]["name"] for version in history["versions"]] == ["土桥村通村道路工程", "新名称"]
    assert [state["action"] for state in history["states"]] == ["project.propose", "project.edit"]


async def test_a_submitted_proposal_is_not_edited_and_others_do_not_edit_a_draft(projects: Harness) -> None:
    who = recorder()
    code = await draft(projects, who)
    other = recorder(office="341622106205-team")
    match = {"If-Match": '"1"'}
    async with projects.as_(other) as client:
        not_theirs = await client.put(f"{LIBRARY}/{code}", json=entry(), headers=match)
        not_handed_in = await client.post(f"{LIBRARY}/{code}/submission")
    async with projects.as_(who) as client:
        submitted = await client.post(f"{LIBRARY}/{code}/submission", json={"submitted_on": day(1)})
        edited = await client.put(f"{LIBRARY}/{code}", json=entry(), headers=match)
        again = await client.post(f"{LIBRARY}/{code}/submission")
    assert refusal(not_theirs) == refusal(not_handed_in) == (403, "projects.not_the_proposer")
    assert (submitted.json()["state"], submitted.json()["state_since"]) == ("submitted", day(1))
    assert submitted.json()["next_step"] == "village_notice"
    assert refusal(edited) == refusal(again) == (409, "projects.not_editable")


async def test_nothing_is_submitted_in_the_future(projects: Harness) -> None:
    who = recorder()
    code = await draft(projects, who)
    refused = await post(projects, who, f"{LIBRARY}/{code}/submission", {"submitted_on": day(-1)})
    assert refusal(refused) == (422, "projects.day_in_future")
    assert pointers(refused) == ["/submitted_on"]


async def test_a_project_outside_the_scope_is_absent_in_every_way(projects: Harness) -> None:
    code = await draft(projects)
    absent = f"341622-{YEAR}-0999"
    for outsider in (recorder(OTHER_VILLAGE), county_aid(OTHER_COUNTY)):
        async with projects.as_(outsider) as client:
            for path in ("", "/history"):
                hidden = await client.get(f"{LIBRARY}/{code}{path}")
                missing = await client.get(f"{LIBRARY}/{absent}{path}")
                assert hidden.status_code == 404
                assert hidden.json() | {"trace_id": ""} == missing.json() | {"trace_id": ""}
            submitted = await client.post(f"{LIBRARY}/{code}/submission")
            listed = await client.get(LIBRARY, params={"count": "exact"})
        assert refusal(submitted) == (404, "not_found")
        assert (listed.json()["items"], listed.json()["count"]) == ([], 0)


async def test_a_project_of_two_villages_is_read_by_each_and_handled_by_the_township(projects: Harness) -> None:
    who = officer()
    code = await draft(projects, who, division_codes=[VILLAGE, OTHER_VILLAGE])
    assert (await get(projects, recorder(OTHER_VILLAGE), f"{LIBRARY}/{code}")).status_code == 200
    assert (await post(projects, recorder(OTHER_VILLAGE), f"{LIBRARY}/{code}/submission")).status_code == 404
    assert (await post(projects, who, f"{LIBRARY}/{code}/submission")).json()["next_step"] == "township_review"


async def test_the_list_is_filtered_paged_and_counted(projects: Harness) -> None:
    who = officer()
    codes = [await draft(projects, who, name=f"项目{number}") for number in range(3)]
    health = await draft(projects, who, category="health", division_codes=[TOWNSHIP], year=2025)
    async with projects.as_(county_aid()) as client:
        first = (await client.get(LIBRARY, params={"limit": 2, "year": YEAR, "count": "exact"})).json()
        rest = (await client.get(LIBRARY, params={"limit": 2, "year": YEAR, "cursor": first["next_cursor"]})).json()
        by_category = (await client.get(LIBRARY, params={"category": "health"})).json()
        by_village = (await client.get(LIBRARY, params={"within": VILLAGE})).json()
        by_state = (await client.get(LIBRARY, params={"status": "in_library"})).json()
        in_library = (await client.get(LIBRARY, params={"in_library": "true"})).json()
        in_plan = (await client.get(LIBRARY, params={"in_plan": "false", "within": COUNTY})).json()
        nonsense = await client.get(LIBRARY, params={"cursor": "x"})
    assert [row["project_code"] for row in first["items"] + rest["items"]] == codes
    assert (first["count"], rest["count"], rest["next_cursor"]) == (3, None, None)
    assert [row["project_code"] for row in by_category["items"]] == [health]
    assert len(by_village["items"]) == 3
    assert by_state["items"] == in_library["items"] == []
    assert len(in_plan["items"]) == 4
    assert nonsense.status_code == 400


async def test_roles_without_the_right_are_refused(projects: Harness) -> None:
    reader = actor("project.read")
    assert (await post(projects, reader, LIBRARY, entry())).status_code == 403
    async with projects.anonymous() as client:
        assert (await client.get(LIBRARY)).status_code == 401
