"""Coming back, over HTTP: from an absence, to a household somebody had left, from a recorded death."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.services.registry.api.test_eligibility import ask
from tests.services.registry.changes import (
    clerk,
    done,
    event,
    history,
    on_register,
    post,
    read,
    refused,
    related,
    relations,
    state,
)
from tests.services.registry.changes import county as county_decider
from tests.services.registry.people import days_ago, open_household, person
from tests.support.harness import Harness

YES = {"outcome": "accept", "opinion": "核实在世"}


async def test_whoever_comes_back_from_the_army_is_here_again(county: Harness, owner: Any) -> None:
    file = await open_household(county, members=[person(), person("son", 20)])
    son = file["members"][1]["id"]
    here = event(file, member_id=son)
    await refused(county, owner, "returns", here, 1, "registry.not_away", "/member_id")
    gone = await done(county, "absences", event(file, on=days_ago(30), kind="military_service", member_id=son), 1)
    too_early = event(file, on=days_ago(31), member_id=son)
    await refused(county, owner, "returns", too_early, 2, "registry.day_before_absence", "/on")
    stated = event(file, member_id=son, relation="son")
    await refused(county, owner, "returns", stated, 2, "registry.return_states", "/member")
    back = await done(county, "returns", here, 2)
    after = await read(county, file)
    assert (after["members"][1]["absence"], after["members"][1]["military"]) == (None, False)
    row = await owner.fetchrow(
        "select change_id::text, from_on::text, to_on::text, ended_by::text from member_absences"
    )
    assert tuple(row) == (gone["id"], days_ago(30), days_ago(1), back["id"])
    events = await history(county, file)
    assert [one["kind"] for one in events] == ["opened", "military_service", "return"]
    assert [(one["label"], one["after"]["label"]) for one in events[1]["fields"] if one["name"] == "absence"] == [
        ("外出原因", "服兵役")
    ]


async def test_whoever_left_returns_as_the_same_member(county: Harness, owner: Any) -> None:
    spouse = person("spouse", 43, "2", name="李红")
    file = await on_register(county, members=[person(), spouse])
    left = file["members"][1]["id"]
    (before,) = await ask(county, spouse)
    await done(county, "leavings", event(file, on=days_ago(5), kind="move_out", member_id=left), file["version"])
    version = file["version"] + 1
    body = event(file, member_id=left)
    await refused(county, owner, "returns", body, version, "registry.field_needed", "/relation")
    early = body | {"on": days_ago(6), "relation": "spouse"}
    await refused(county, owner, "returns", early, version, "registry.day_before_departure", "/on")
    unknown = body | {"member_id": file["id"], "relation": "spouse"}
    await refused(county, owner, "returns", unknown, version, "registry.member_unknown", "/member_id")
    wrong = body | {"relation": "son"}
    await refused(county, owner, "returns", wrong, version, "registry.relation_against_sex", "/relation")
    both = body | {"relation": "spouse", "member": person("spouse", 43, "2")}
    await refused(county, owner, "returns", both, version, "registry.return_states", "/member")
    someone = body | {"member": person("spouse", 43, "2")}
    await refused(county, owner, "returns", someone, version, "registry.return_states", "/member/identity_number")
    await done(county, "returns", body | {"relation": "spouse"}, version)
    after = await read(county, file)
    assert [row["id"] for row in after["members"]] == [file["members"][0]["id"], left]
    assert after["departed"] == []
    (paid,) = await ask(county, spouse)
    assert (paid["status"], paid["person_id"]) == ("eligible", before["person_id"])


async def test_what_changed_meanwhile_is_stated_with_the_return(county: Harness, owner: Any) -> None:
    file = await open_household(county, members=[person(), person("son", 10)])
    son = file["members"][1]["id"]
    await done(county, "leavings", event(file, on=days_ago(5), kind="move_out", member_id=son), 1)
    again = {name: value for name, value in person("son", 10, name="张大宝").items() if name != "identity_number"}
    body = event(file, member_id=son, member=again)
    wrong = body | {"member": again | {"schooling": "senior_1"}}
    await refused(county, owner, "returns", wrong, 2, "registry.schooling_against_age", "/member/schooling")
    await done(county, "returns", body, 2)
    assert relations(await read(county, file))[1] == ("张大宝", "son")


async def test_whoever_is_on_another_file_does_not_return(county: Harness, owner: Any) -> None:
    bride = person("daughter", 25, "2", name="周婷")
    file = await open_household(county, members=[person(age=60), bride])
    taking = await open_household(county)
    to = {"household_id": taking["id"], "version": 1, "relation": "daughter_in_law"}
    member = file["members"][1]["id"]
    await done(county, "leavings", event(file, kind="marriage_out", member_id=member, receiving=to), 1)
    body = event(file, on=days_ago(0), member_id=member, relation="daughter")
    await refused(county, owner, "returns", body, 2, "registry.person_on_another_file", "/member_id")


async def test_a_closed_file_opens_again_with_whoever_returns(county: Harness, owner: Any) -> None:
    file = await on_register(county, members=[person(name="赵大")])
    member, version = file["members"][0]["id"], file["version"]
    await done(county, "leavings", event(file, on=days_ago(5), kind="move_out", member_id=member), version)
    body = event(file, member_id=member)
    nobody = body | {"relation": "spouse"}
    await refused(county, owner, "returns", nobody, version + 1, "registry.successor_needed", "/relations")
    await done(county, "returns", body | {"relation": "head"}, version + 1)
    after = await read(county, file)
    assert (after["status"], after["closed_on"], after["lineage"]) == ("registered", None, None)
    assert (after["head_name"], after["member_count"]) == ("赵大", 1)


async def dead(county: Harness) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A registered file whose head is recorded as dead, the person, and the request to take it back."""
    head = person(name="赵大")
    file = await on_register(county, members=[head, person("spouse", 43, "2", name="钱二"), person("son", 20)])
    old, spouse, son = file["members"]
    body = event(file, on=days_ago(5), member_id=old["id"], relations=related((spouse, "head"), (son, "son")))
    await done(county, "deaths", body, file["version"])
    after = await read(county, file)
    back = event(
        after, on=days_ago(5), member_id=old["id"], relation="head", relations=related((spouse, "spouse"), (son, "son"))
    )
    return after, head, back


async def test_the_county_takes_back_a_recorded_death_and_the_head_is_head_again(county: Harness) -> None:
    file, head, body = await dead(county)
    asked = await done(county, "returns", body, file["version"])
    assert (asked["state"], asked["versions"]) == ("requested", [])
    assert [one["relation"] for one in asked["relations"]] == ["spouse", "son"]
    assert [row["status"] for row in await ask(county, head)] == ["dead"]
    answer = await done(county, f"{asked['id']}/county-decision", YES, who=county_decider())
    after = await read(county, file)
    assert answer["state"] == "accepted"
    assert answer["versions"] == [{"household_id": file["id"], "version": after["version"]}]
    assert sorted(relations(after)) == sorted([("赵大", "head"), ("钱二", "spouse"), ("张宝", "son")])
    assert (after["head_name"], after["departed"]) == ("赵大", [])
    assert [row["status"] for row in await ask(county, head)] == ["eligible"]


async def test_a_recorded_death_is_decided_by_the_county_and_by_another_person(county: Harness, owner: Any) -> None:
    file, _, body = await dead(county)
    unsound = body | {"relations": []}
    await refused(county, owner, "returns", unsound, file["version"], "registry.head_not_one", "/relation")
    restated = body | {"relation": None, "member": person(name="赵大")}
    await refused(county, owner, "returns", restated, file["version"], "registry.return_states", "/member")
    asked = await done(county, "returns", body, file["version"], clerk(person="one"))
    await refused(county, owner, "returns", body, file["version"], "registry.change_open", "")
    path, before = f"{asked['id']}/county-decision", await state(owner)
    for who, status, code in (
        (clerk(), 403, "forbidden"),
        (county_decider("one"), 403, "registry.same_person"),
        (clerk("341622101200", None, "natural_change.decide_county"), 403, "registry.wrong_level"),
        (clerk("341622101201", None, "natural_change.decide_county"), 404, "not_found"),
    ):
        answer = await post(county, path, YES, who=who)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    village = await post(county, f"{asked['id']}/withdrawal", {"opinion": "误报"})
    assert (village.status_code, village.json()["code"]) == (409, "registry.decision_elsewhere")
    assert await state(owner) == before


async def test_the_county_refuses_and_the_person_stays_recorded_as_dead(county: Harness) -> None:
    file, _, body = await dead(county)
    asked = await done(county, "returns", body, file["version"])
    no = {"outcome": "refuse", "opinion": "死亡属实"}
    answer = await done(county, f"{asked['id']}/county-decision", no, who=county_decider())
    assert (answer["state"], answer["versions"]) == ("refused", [])
    assert (await read(county, file))["version"] == file["version"]
    late = await post(county, f"{asked['id']}/county-decision", YES, who=county_decider())
    assert (late.status_code, late.json()["code"]) == (409, "registry.change_decided")


async def test_of_two_county_decisions_at_once_one_wins(county: Harness, owner: Any) -> None:
    file, _, body = await dead(county)
    asked = await done(county, "returns", body, file["version"])
    path = f"{asked['id']}/county-decision"
    answers = await asyncio.gather(*(post(county, path, YES, who=county_decider(name)) for name in ("x", "y")))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert await owner.fetchval("select count(*) from natural_change_decisions") == 1
