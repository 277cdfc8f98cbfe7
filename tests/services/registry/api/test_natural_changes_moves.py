"""A household moves to another village, over HTTP: one side asks, the other accepts."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.services.registry.api.test_eligibility import ask
from tests.services.registry.changes import (
    CHANGES,
    HOUSEHOLDS,
    clerk,
    done,
    event,
    history,
    officer,
    on_register,
    post,
    read,
    refused,
    state,
)
from tests.services.registry.lists import proposed
from tests.services.registry.people import (
    FOREIGN_VILLAGE,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    days_ago,
    open_household,
    open_natural_village,
    person,
)
from tests.support.harness import Harness, actor

ACCEPT = {"opinion": "同意接收", "group": "三组"}
OPINION = {"opinion": "住房未落实"}


def move(file: dict[str, Any], to: str = OTHER_VILLAGE, **other: Any) -> dict[str, Any]:
    return event(file, to_village=to, **other)


async def asked(county: Harness, file: dict[str, Any], to: str = OTHER_VILLAGE) -> dict[str, Any]:
    change: dict[str, Any] = await done(county, "village-moves", move(file, to), file["version"])
    return change


async def test_nothing_moves_before_the_receiving_village_accepts(county: Harness) -> None:
    head = person(name="张小明")
    file = await on_register(county, members=[head])
    change = await asked(county, file)
    assert (change["state"], change["other_village_code"], change["versions"]) == ("requested", OTHER_VILLAGE, [])
    assert (await read(county, file))["village_code"] == VILLAGE
    receiver = clerk(OTHER_VILLAGE)
    async with county.as_(receiver) as client:
        hidden = await client.get(f"{HOUSEHOLDS}/{file['id']}")
        seen = await client.get(f"{CHANGES}/{change['id']}")
        waiting = (await client.get(CHANGES, params={"state": "requested"})).json()
    assert hidden.status_code == 404
    assert [row["id"] for row in waiting["items"]] == [change["id"]]
    assert seen.json()["preview"] == {
        "household_no": file["household_no"],
        "head_name_masked": "张*",
        "member_count": 1,
        "attribute": {"code": "general_poor", "label": "一般贫困户"},
        "people": [{"name_masked": "张*", "relation": {"code": "head", "label": "户主"}}],
    }
    assert "张小明" not in seen.text
    taken = await done(county, f"{change['id']}/acceptance", ACCEPT, who=receiver)
    assert (taken["state"], taken["decision"]["outcome"], taken["preview"]) == ("accepted", "accepted", None)


async def test_file_and_people_then_belong_to_the_new_village_and_history_and_number_stay(
    county: Harness, owner: Any
) -> None:
    head = person(name="张小明")
    file = await on_register(
        county, members=[head, person("son", 20)], natural_village=await open_natural_village(county)
    )
    (before,) = await ask(county, head)
    past = await history(county, file)
    change = await asked(county, file)
    taken = await done(county, f"{change['id']}/acceptance", ACCEPT, who=clerk(OTHER_VILLAGE))
    after = await read(county, file, clerk(OTHER_VILLAGE))
    assert (after["household_no"], after["village_code"], after["group"]) == (
        file["household_no"],
        OTHER_VILLAGE,
        "三组",
    )
    assert (after["status"], after["natural_village"]) == ("registered", None)
    assert taken["versions"] == [{"household_id": file["id"], "version": after["version"]}]
    villages = await owner.fetch("select distinct village_code from household_members")
    assert [row[0] for row in villages] == [OTHER_VILLAGE]
    now = await history(county, file)
    assert now[:-1] == past
    assert (now[-1]["kind"], now[-1]["true_from"], now[-1]["natural_change_id"]) == (
        "village_move",
        days_ago(1),
        change["id"],
    )
    (paid,) = await ask(county, head)
    assert (paid["person_id"], paid["household_id"]) == (before["person_id"], before["household_id"])
    async with county.as_(clerk()) as client:
        gone = await client.get(f"{HOUSEHOLDS}/{file['id']}")
        still = await client.get(f"{CHANGES}/{change['id']}")
    assert (gone.status_code, still.json()["state"]) == (404, "accepted")


async def test_a_household_moves_between_counties(county: Harness) -> None:
    file = await on_register(county)
    change = await asked(county, file, FOREIGN_VILLAGE)
    await done(county, f"{change['id']}/acceptance", ACCEPT, who=clerk(FOREIGN_VILLAGE))
    after = await read(county, file, clerk(FOREIGN_VILLAGE))
    assert (after["village_code"], after["status"]) == (FOREIGN_VILLAGE, "registered")


async def test_only_the_receiving_side_accepts_and_another_person_than_asked(county: Harness, owner: Any) -> None:
    file = await open_household(county)
    who = officer(TOWNSHIP, person="one")
    change = await done(county, "village-moves", move(file), 1, who)
    before = await state(owner)
    path = f"{change['id']}/acceptance"
    for other, status, code in (
        (clerk(), 403, "forbidden"),
        (officer(TOWNSHIP, person="one"), 403, "registry.same_person"),
        (clerk(OTHER_VILLAGE, "one"), 403, "registry.same_person"),
        (clerk(FOREIGN_VILLAGE), 404, "not_found"),
        (actor("natural_change.write", scope=(OTHER_VILLAGE,)), 403, "forbidden"),
    ):
        answer = await post(county, path, ACCEPT, who=other)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    wrong = await post(county, path, ACCEPT | {"natural_village": VILLAGE + "001"}, who=clerk(OTHER_VILLAGE))
    assert wrong.json()["code"] == "registry.natural_village_elsewhere"
    assert wrong.json()["errors"][0]["pointer"] == "/natural_village"
    unknown = await post(county, path, ACCEPT | {"natural_village": OTHER_VILLAGE + "777"}, who=clerk(OTHER_VILLAGE))
    assert unknown.json()["code"] == "registry.natural_village_unknown"
    assert unknown.json()["errors"][0]["pointer"] == "/natural_village"
    assert await state(owner) == before
    known = await open_natural_village(county, OTHER_VILLAGE)
    taken = await post(county, path, ACCEPT | {"natural_village": known}, who=clerk(OTHER_VILLAGE))
    assert taken.status_code == 200, taken.text


async def test_the_receiving_side_refuses_and_the_giving_side_takes_back(county: Harness, owner: Any) -> None:
    file = await open_household(county)
    first = await asked(county, file)
    again = move(file)
    await refused(county, owner, "village-moves", again, 1, "registry.change_open", "")
    not_mine = await post(county, f"{first['id']}/withdrawal", OPINION, who=clerk(OTHER_VILLAGE))
    not_his = await post(county, f"{first['id']}/refusal", OPINION, who=clerk(person="two"))
    assert (not_mine.status_code, not_his.status_code) == (403, 403)
    answer = await done(county, f"{first['id']}/refusal", OPINION, who=clerk(OTHER_VILLAGE))
    assert (answer["state"], answer["decision"]["opinion"]) == ("refused", "住房未落实")
    second = await asked(county, file)
    back = await done(county, f"{second['id']}/withdrawal", {"opinion": "不迁了"})
    assert back["state"] == "withdrawn"
    late = await post(county, f"{second['id']}/acceptance", ACCEPT, who=clerk(OTHER_VILLAGE))
    assert (late.status_code, late.json()["code"]) == (409, "registry.change_decided")
    assert (await read(county, file))["village_code"] == VILLAGE


async def test_a_request_that_breaks_a_rule_is_refused_at_its_field(county: Harness, owner: Any) -> None:
    file = await open_household(county)
    for to, code in (
        (VILLAGE, "registry.same_village"),
        (TOWNSHIP, "registry.village_code_needed"),
        ("341622101999", "registry.division_unknown"),
    ):
        await refused(county, owner, "village-moves", move(file, to), 1, code, "/to_village")
    late = move(file, on=days_ago(-1))
    await refused(county, owner, "village-moves", late, 1, "registry.day_in_future", "/on")


async def test_a_file_under_decision_is_not_taken_over_before_it_is_decided(county: Harness, owner: Any) -> None:
    file = await open_household(county)
    change = await asked(county, file)
    await proposed(county, file)
    answer = await post(county, f"{change['id']}/acceptance", ACCEPT, who=clerk(OTHER_VILLAGE))
    assert (answer.status_code, answer.json()["code"]) == (409, "registry.household_not_editable")
    assert await owner.fetchval("select count(*) from natural_change_decisions") == 0


async def test_of_two_who_decide_at_once_one_wins(county: Harness, owner: Any) -> None:
    file = await open_household(county)
    change = await asked(county, file)
    answers = await asyncio.gather(
        post(county, f"{change['id']}/acceptance", ACCEPT, who=clerk(OTHER_VILLAGE)),
        post(county, f"{change['id']}/acceptance", ACCEPT, who=officer(TOWNSHIP, person="two")),
        post(county, f"{change['id']}/refusal", OPINION, who=clerk(OTHER_VILLAGE, "three")),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert await owner.fetchval("select count(*) from natural_change_decisions") == 1


async def test_a_change_that_needs_no_decision_is_not_decided(county: Harness) -> None:
    file = await open_household(county)
    died = await done(county, "deaths", event(file, member_id=file["members"][1]["id"]), 1)
    answer = await post(county, f"{died['id']}/acceptance", ACCEPT, who=officer(TOWNSHIP, person="two"))
    assert (answer.status_code, answer.json()["code"]) == (409, "registry.change_decided")
