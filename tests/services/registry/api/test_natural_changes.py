"""Natural change over HTTP: birth, death, who comes, who goes, who is away."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.services.registry.api.test_eligibility import ask
from tests.services.registry.changes import (
    CHANGES,
    HOUSEHOLDS,
    clerk,
    done,
    event,
    history,
    newborn,
    officer,
    on_register,
    post,
    read,
    refused,
    related,
    relations,
)
from tests.services.registry.lists import proposed
from tests.services.registry.people import (
    FOREIGN_VILLAGE,
    OTHER_VILLAGE,
    TOWNSHIP,
    VILLAGE,
    days_ago,
    open_household,
    person,
    recorder,
)
from tests.support.harness import Harness, actor


async def test_a_child_is_born_into_the_household(county: Harness) -> None:
    file = await on_register(county)
    born = await done(county, "births", event(file, on=days_ago(9), member=newborn(days_ago(9))), file["version"])
    after = await read(county, file)
    assert born["state"] == "done"
    assert born["versions"] == [{"household_id": file["id"], "version": after["version"]}]
    assert born["member_ids"] == [after["members"][3]["id"]]
    assert (after["status"], after["member_count"]) == ("registered", 4)
    assert relations(after)[3] == ("张新", "daughter")
    (*_, last) = await history(county, file)
    assert (last["kind"], last["reason"], last["natural_change_id"]) == ("birth", "据实办理", born["id"])
    assert last["true_from"] == days_ago(9)
    assert last["changed"] == ["/member_count", "/members/3"]


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"identity_number": None}, "registry.number_needed", "/member/identity_number"),
        ({"identity_number": "123456789012345678"}, "registry.identity_number_date", "/member/identity_number"),
        ({"health": None}, "registry.field_needed", "/member/health"),
        ({"id": "01900000-0000-7000-8000-000000000000"}, "registry.field_needed", "/member/id"),
        ({"relation": "mother"}, "registry.relation_not_of_kind", "/member/relation"),
        ({"relation": "son"}, "registry.relation_against_sex", "/member/relation"),
        ({"labour": "ordinary"}, "registry.labour_of_child", "/member/labour"),
        ({"ethnicity": "xx"}, "registry.code_unknown", "/member/ethnicity"),
    ],
)
async def test_a_birth_that_breaks_a_rule_is_refused_at_its_field(
    county: Harness, owner: Any, change: dict[str, Any], code: str, pointer: str
) -> None:
    file = await open_household(county)
    body = event(file, on=days_ago(9), member=newborn(days_ago(9)) | change)
    await refused(county, owner, "births", body, 1, code, pointer)


async def test_a_child_is_born_on_the_day_of_its_number_and_not_in_the_future(county: Harness, owner: Any) -> None:
    file = await open_household(county)
    child = newborn(days_ago(9))
    await refused(
        county, owner, "births", event(file, on=days_ago(8), member=child), 1, "registry.birth_day_differs", "/on"
    )
    await refused(
        county, owner, "births", event(file, on=days_ago(-1), member=child), 1, "registry.day_in_future", "/on"
    )


async def test_an_event_is_recorded_from_the_version_that_was_read_and_once_under_its_key(
    county: Harness, owner: Any
) -> None:
    file = await open_household(county)
    body = event(file, on=days_ago(9), member=newborn(days_ago(9)))
    assert (await post(county, "births", body)).status_code == 428
    await refused(county, owner, "births", body, 2, "version_changed", "")
    keyed = {"if-match": '"1"', "idempotency-key": "born"}
    async with county.as_(clerk(person="one")) as client:
        answers = [await client.post(f"{CHANGES}/births", json=body, headers=keyed) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert await owner.fetchval("select count(*) from natural_changes") == 1


async def test_a_file_under_decision_waits_and_one_outside_the_scope_is_absent(county: Harness, owner: Any) -> None:
    file = await open_household(county)
    body = event(file, on=days_ago(9), member=newborn(days_ago(9)))
    foreign = await post(county, "births", body, 1, clerk(OTHER_VILLAGE))
    forbidden = await post(county, "births", body, 1, recorder())
    assert (foreign.status_code, forbidden.status_code) == (404, 403)
    await proposed(county, file)
    await refused(county, owner, "births", body, 2, "registry.household_not_editable", "/household_id")


async def test_somebody_on_a_file_is_not_born_again_nor_anybody_recorded_as_dead(county: Harness, owner: Any) -> None:
    child = newborn(days_ago(9))
    other = await open_household(county, members=[person(), child])
    file = await open_household(county)
    body = event(file, on=days_ago(9), member=child)
    await refused(county, owner, "births", body, 1, "registry.person_on_another_file", "/member/identity_number")
    own = event(other, on=days_ago(9), member=child)
    await refused(county, owner, "births", own, 1, "registry.person_twice_in_file", "/member/identity_number")
    await done(county, "deaths", event(other, member_id=other["members"][1]["id"]), 1)
    await refused(county, owner, "births", body, 1, "registry.person_recorded_dead", "/member/identity_number")


async def test_what_was_stale_before_keeps_nobody_from_being_recorded(county: Harness, owner: Any) -> None:
    file = await open_household(county)
    await owner.execute("update household_members set schooling = 'grade_9' where relation = 'son'")
    await done(county, "deaths", event(file, member_id=file["members"][1]["id"]), 1)
    assert (await read(county, file))["member_count"] == 2


async def test_the_dead_leave_the_file_and_are_not_eligible_from_that_day(county: Harness, owner: Any) -> None:
    head, spouse = person(), person("spouse", 43, "2")
    file = await on_register(county, members=[head, spouse])
    await owner.execute("update households set registered_on = registered_on - 30")
    died = await done(
        county, "deaths", event(file, on=days_ago(3), member_id=file["members"][1]["id"]), file["version"]
    )
    after = await read(county, file)
    assert [(row["id"], row["kind"]["code"], row["on"]) for row in after["departed"]] == [
        (file["members"][1]["id"], "death", days_ago(3))
    ]
    assert (died["kind"]["label"], after["status"], after["head_name"]) == ("死亡", "registered", file["head_name"])
    assert [row["status"] for row in await ask(county, head, spouse)] == ["eligible", "dead"]
    assert [row["status"] for row in await ask(county, head, spouse, on=days_ago(4))] == ["eligible", "eligible"]


async def test_when_the_head_dies_the_successor_and_every_relation_are_named_at_once(
    county: Harness, owner: Any
) -> None:
    file = await on_register(county)
    head, spouse, son = file["members"]
    body, version = event(file, member_id=head["id"]), file["version"]
    await refused(county, owner, "deaths", body, version, "registry.successor_needed", "/relations")
    named = body | {"relations": related((spouse, "head"))}
    await refused(county, owner, "deaths", named, version, "registry.relation_unstated", "/relations")
    for pairs, code, pointer in (
        ([(spouse, "head"), (son, "head")], "registry.head_not_one", "/relations/1/relation"),
        ([(spouse, "head"), (son, "father")], "registry.relation_against_age", "/relations/1/relation"),
        ([(spouse, "head"), (son, "daughter")], "registry.relation_against_sex", "/relations/1/relation"),
        ([(spouse, "head"), (spouse, "son")], "registry.member_repeated", "/relations/1/member_id"),
        ([(spouse, "head"), (head, "son")], "registry.member_unknown", "/relations/1/member_id"),
        ([(spouse, "head"), (son, "xx")], "registry.code_unknown", "/relations/1/relation"),
    ):
        await refused(county, owner, "deaths", body | {"relations": related(*pairs)}, version, code, pointer)
    await done(county, "deaths", body | {"relations": related((spouse, "head"), (son, "son"))}, version)
    after = await read(county, file)
    assert relations(after) == [("李红", "head"), ("张宝", "son")]
    assert after["head_name"] == "李红"


async def test_with_the_last_of_a_household_its_file_closes_naturally(county: Harness, owner: Any) -> None:
    alone = await on_register(county, members=[person()])
    await done(county, "deaths", event(alone, member_id=alone["members"][0]["id"]), alone["version"])
    after = await read(county, alone)
    assert (after["status"], after["closed_on"], after["member_count"]) == ("closed", days_ago(1), 0)
    assert (after["members"], after["net_income_per_head"]) == ([], None)
    assert after["lineage"] == {"split_from": None, "merged_into": None, "closing": "natural"}
    more = event(alone, on=days_ago(0), member=newborn(days_ago(0)))
    await refused(county, owner, "births", more, after["version"], "registry.household_not_editable", "/household_id")
    async with county.as_(recorder()) as client:
        listed = (await client.get(HOUSEHOLDS, params={"status": "closed"})).json()
    assert [row["id"] for row in listed["items"]] == [alone["id"]]


async def test_nothing_happens_to_anybody_before_their_birth_or_their_joining(county: Harness, owner: Any) -> None:
    file = await open_household(county)
    await done(county, "births", event(file, on=days_ago(9), member=newborn(days_ago(9))), 1)
    bride = person("daughter_in_law", 30, "2", name="周婷")
    joined = await done(county, "joinings", event(file, on=days_ago(5), kind="marriage_in", member=bride), 2)
    child, wife = (await read(county, file))["members"][3:]
    assert joined["member_ids"] == [wife["id"]]
    for member, day, code in (
        (child, 10, "registry.day_before_birth"),
        (wife, 6, "registry.day_before_joining"),
        (wife, -1, "registry.day_in_future"),
    ):
        body = event(file, on=days_ago(day), member_id=member["id"])
        await refused(county, owner, "deaths", body, 3, code, "/on")
    unknown = event(file, member_id=file["id"])
    await refused(county, owner, "deaths", unknown, 3, "registry.member_unknown", "/member_id")


async def test_somebody_from_outside_the_register_marries_in(county: Harness, owner: Any) -> None:
    file = await open_household(county)
    bride = person("daughter_in_law", 30, "2", name="周婷")
    wrong = event(file, kind="marriage_in", member=bride | {"relation": "uncle"})
    await refused(county, owner, "joinings", wrong, 1, "registry.relation_not_of_kind", "/member/relation")
    second = event(file, kind="marriage_in", member=bride | {"relation": "spouse"})
    await refused(county, owner, "joinings", second, 1, "registry.spouse_twice", "/member/relation")
    await refused(county, owner, "joinings", event(file, kind="marriage_in"), 1, "registry.joining_source", "/member")
    await done(county, "joinings", event(file, kind="marriage_in", member=bride), 1)
    assert relations(await read(county, file))[3] == ("周婷", "daughter_in_law")


async def test_somebody_of_another_file_marries_in_and_stays_the_same_person(county: Harness, owner: Any) -> None:
    bride = person("daughter", 25, "2", name="周婷")
    giving = await on_register(county, village=VILLAGE, members=[person(age=60), bride])
    taking = await on_register(county)
    (before,) = await ask(county, bride)
    leaves = {
        "household_id": giving["id"],
        "version": giving["version"],
        "member_id": giving["members"][1]["id"],
        "relation": "daughter_in_law",
    }
    body = event(taking, kind="marriage_in", giving=leaves)
    stale = body | {"giving": leaves | {"version": 9}}
    await refused(county, owner, "joinings", stale, taking["version"], "version_changed", "/giving/version")
    nobody = body | {"giving": leaves | {"member_id": taking["members"][0]["id"]}}
    await refused(county, owner, "joinings", nobody, taking["version"], "registry.member_unknown", "/giving/member_id")
    itself = body | {"giving": leaves | {"household_id": taking["id"]}}
    await refused(county, owner, "joinings", itself, taking["version"], "registry.same_file", "/giving/household_id")
    moved = await done(county, "joinings", body, taking["version"])
    left, joined = await read(county, giving), await read(county, taking)
    assert [row["kind"]["code"] for row in left["departed"]] == ["married_out"]
    assert relations(joined)[3] == ("周婷", "daughter_in_law")
    assert {row["household_id"] for row in moved["versions"]} == {giving["id"], taking["id"]}
    assert [(await history(county, file))[-1]["kind"] for file in (giving, taking)] == ["marriage_out", "marriage_in"]
    (after,) = await ask(county, bride)
    assert (after["status"], after["person_id"]) == ("eligible", before["person_id"])
    assert after["household_id"] == taking["id"]
    row = await owner.fetchrow("select * from household_members where id = $1", joined["members"][3]["id"])
    assert str(row["came_from_member_id"]) == giving["members"][1]["id"]
    assert row["identity_index"] == await owner.fetchval(
        "select identity_index from household_members where id = $1", giving["members"][1]["id"]
    )


async def test_somebody_marries_out_to_another_file_or_off_the_register(county: Harness, owner: Any) -> None:
    bride = person("daughter", 25, "2", name="周婷")
    giving = await open_household(county, members=[person(age=60), bride, person("son", 22)])
    taking = await open_household(county, officer(TOWNSHIP), village=OTHER_VILLAGE)
    goes = {"household_id": taking["id"], "version": 1, "relation": "son_in_law"}
    body = event(giving, kind="marriage_out", member_id=giving["members"][1]["id"], receiving=goes)
    outside = await post(county, "leavings", body, 1)
    assert outside.status_code == 404
    wrong = await post(county, "leavings", body, 1, officer(TOWNSHIP))
    assert wrong.json()["errors"][0]["pointer"] == "/receiving/relation"
    body["receiving"]["relation"] = "daughter_in_law"
    await done(county, "leavings", body, 1, officer(TOWNSHIP))
    assert (await read(county, taking))["members"][3]["name"] == "周婷"
    gone = event(giving, kind="move_out", member_id=giving["members"][2]["id"])
    await done(county, "leavings", gone, 2)
    after = await read(county, giving)
    assert [row["kind"]["code"] for row in after["departed"]] == ["married_out", "moved_out"]
    assert (
        await owner.fetchval("select village_code from household_members where name = '周婷' and active")
        == OTHER_VILLAGE
    )


async def test_the_head_who_marries_out_is_followed_and_the_last_who_goes_closes_the_file(
    county: Harness, owner: Any
) -> None:
    mother, daughter = person(age=50, sex="2", name="周兰"), person("daughter", 25, "2", name="周婷")
    giving = await open_household(county, members=[mother, daughter])
    taking = await open_household(county, members=[person()])
    to = {"household_id": taking["id"], "version": 1, "relation": "spouse"}
    body = event(giving, kind="marriage_out", member_id=giving["members"][0]["id"], receiving=to)
    await refused(county, owner, "leavings", body, 1, "registry.successor_needed", "/relations")
    await done(county, "leavings", body | {"relations": related((giving["members"][1], "head"))}, 1)
    assert relations(await read(county, giving)) == [("周婷", "head")]
    last = event(giving, kind="move_out", member_id=giving["members"][1]["id"])
    await done(county, "leavings", last, 2)
    assert (await read(county, giving))["status"] == "closed"


async def test_whoever_left_a_household_does_not_marry_into_it_but_returns(county: Harness, owner: Any) -> None:
    spouse = person("spouse", 43, "2")
    file = await open_household(county, members=[person(), spouse])
    await done(county, "leavings", event(file, kind="move_out", member_id=file["members"][1]["id"]), 1)
    again = event(file, on=days_ago(0), kind="marriage_in", member=spouse)
    await refused(county, owner, "joinings", again, 2, "registry.person_returns", "/member/identity_number")


async def test_of_two_households_that_take_the_same_person_at_once_one_wins(county: Harness, owner: Any) -> None:
    giving = await open_household(county, members=[person(age=60), person("daughter", 25, "2", name="周婷")])
    takers = [await open_household(county, officer(TOWNSHIP), village=place) for place in (VILLAGE, OTHER_VILLAGE)]
    leaves = {"household_id": giving["id"], "version": 1, "member_id": giving["members"][1]["id"]}
    leaves["relation"] = "daughter_in_law"

    async def take(file: dict[str, Any]) -> Any:
        body = event(file, kind="marriage_in", giving=leaves)
        return await post(county, "joinings", body, 1, officer(TOWNSHIP))

    answers = await asyncio.gather(*(take(file) for file in takers))
    assert sorted(answer.status_code for answer in answers) == [201, 412]
    assert await owner.fetchval("select count(*) from household_members where name = '周婷' and active") == 1
    assert await owner.fetchval("select count(*) from natural_changes") == 1


async def test_two_births_of_one_child_at_once_in_two_households_are_one(county: Harness, owner: Any) -> None:
    files = [await open_household(county, recorder(village=place), village=place) for place in (VILLAGE, OTHER_VILLAGE)]
    child = newborn(days_ago(2))

    async def bear(file: dict[str, Any]) -> Any:
        body = event(file, on=days_ago(2), member=child)
        return await post(county, "births", body, 1, clerk(file["village_code"]))

    answers = await asyncio.gather(*(bear(file) for file in files))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert await owner.fetchval("select count(*) from household_members where name = '张新'") == 1


@pytest.mark.parametrize(("counts", "people"), [("1", 3), ("0", 2)])
async def test_who_is_in_prison_or_the_army_stays_and_is_counted_as_the_area_has_it(
    county: Harness, owner: Any, counts: str, people: int
) -> None:
    setter = actor("parameter.set", scope=("341622",), level="county")
    body = {"key": "absence_counts_in_income", "division_code": "341622", "valid_from": days_ago(0), "value": counts}
    async with county.as_(setter) as client:
        answer = await client.post("/api/v1/registry/parameters", json=body | {"source": "本县规定"})
        wrong = await client.post("/api/v1/registry/parameters", json=body | {"value": "2", "source": "本县规定"})
    assert (answer.status_code, wrong.status_code) == (201, 422)
    file = await open_household(county, members=[person(), person("spouse", 43, "2"), person("son", 20)])
    soldier = file["members"][2]
    away = event(file, on=days_ago(30), kind="military_service", member_id=soldier["id"])
    gone = await done(county, "absences", away, 1)
    after = await read(county, file)
    shown = after["members"][2]["absence"]
    assert (shown["kind"]["code"], shown["since"]) == ("military_service", days_ago(30))
    assert (after["member_count"], after["members"][2]["military"]) == (3, True)
    assert after["net_income_per_head"]["people"] == people
    row = await owner.fetchrow("select * from member_absences")
    assert (str(row["member_id"]), str(row["change_id"]), row["to_on"]) == (soldier["id"], gone["id"], None)
    again = event(file, kind="imprisonment", member_id=soldier["id"])
    await refused(county, owner, "absences", again, 2, "registry.already_away", "/member_id")
    early = event(file, on=days_ago(31), member_id=soldier["id"])
    await refused(county, owner, "deaths", early, 2, "registry.day_before_absence", "/on")
    await done(county, "deaths", event(file, member_id=soldier["id"]), 2)
    assert str(await owner.fetchval("select to_on from member_absences")) == days_ago(1)


async def test_whoever_moves_while_away_is_away_on_the_new_file_too(county: Harness, owner: Any) -> None:
    giving = await open_household(county, members=[person(age=60), person("son", 25)])
    taking = await open_household(county, members=[person(sex="2")])
    son = giving["members"][1]
    await done(county, "absences", event(giving, on=days_ago(40), kind="imprisonment", member_id=son["id"]), 1)
    to = {"household_id": taking["id"], "version": 1, "relation": "spouse"}
    await done(county, "leavings", event(giving, kind="marriage_out", member_id=son["id"], receiving=to), 2)
    shown = (await read(county, taking))["members"][1]["absence"]
    assert (shown["kind"]["code"], shown["since"]) == ("imprisonment", days_ago(40))
    periods = await owner.fetch("select from_on::text, to_on::text from member_absences order by to_on nulls last")
    assert [tuple(row) for row in periods] == [(days_ago(40), days_ago(1)), (days_ago(40), None)]


async def test_events_are_listed_on_either_side_filtered_and_paged(county: Harness) -> None:
    one = await open_household(county)
    other = await open_household(county, recorder(village=OTHER_VILLAGE), village=OTHER_VILLAGE)
    far = await open_household(county, recorder(village=FOREIGN_VILLAGE), village=FOREIGN_VILLAGE)
    for file, day in ((one, 3), (other, 2), (far, 1)):
        body = event(file, on=days_ago(day), member_id=file["members"][2]["id"])
        await done(county, "deaths", body, 1, clerk(file["village_code"]))
    moved = event(one, kind="move_out", member_id=one["members"][1]["id"])
    await done(county, "leavings", moved, 2)

    async def listed(who: Any, **params: Any) -> list[str]:
        async with county.as_(who) as client:
            answer = await client.get(CHANGES, params=params)
        assert answer.status_code == 200, answer.text
        return [f"{row['kind']['code']} {row['village_code'][-3:]}" for row in answer.json()["items"]]

    assert await listed(officer(TOWNSHIP)) == ["move_out 200", "death 201", "death 200"]
    assert await listed(clerk()) == ["move_out 200", "death 200"]
    assert await listed(clerk(), household=other["id"]) == []
    assert await listed(officer(TOWNSHIP), household=other["id"], kind="death", state="done") == ["death 201"]
    assert await listed(officer(TOWNSHIP), within=OTHER_VILLAGE) == ["death 201"]
    assert await listed(officer(TOWNSHIP), **{"from": days_ago(2), "to": days_ago(2)}) == ["death 201"]
    assert await listed(officer(TOWNSHIP), state="requested") == await listed(officer(TOWNSHIP), flagged="true") == []
    async with county.as_(officer(TOWNSHIP)) as client:
        first = (await client.get(CHANGES, params={"limit": 2})).json()
        rest = (await client.get(CHANGES, params={"limit": 2, "cursor": first["next_cursor"]})).json()
        bad = await client.get(CHANGES, params={"cursor": "WyJ4Il0"})
        got = await client.get(f"{CHANGES}/{rest['items'][0]['id']}")
    async with county.as_(clerk(FOREIGN_VILLAGE)) as client:
        absent = await client.get(f"{CHANGES}/{rest['items'][0]['id']}")
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (2, 1, None)
    assert (bad.status_code, got.status_code, absent.status_code) == (400, 200, 404)
    assert got.json()["paper"]["title"] == "村委会证明"
    assert got.json()["preview"] is None


async def test_events_hold_no_personal_value_and_are_kept_for_good(county: Harness, owner: Any) -> None:
    file = await open_household(county)
    bride = person("daughter_in_law", 30, "2", name="周婷", phone="13912345678")
    await done(county, "joinings", event(file, kind="marriage_in", member=bride), 1)
    stored = str(await owner.fetch("select t::text from natural_changes t"))
    told = str(await owner.fetch("select details::text from audit_entries where action like 'natural_change.%'"))
    for secret in (bride["identity_number"], "周婷", "13912345678"):
        assert secret not in stored + told
    rights = await owner.fetch(
        "select privilege_type from information_schema.role_table_grants"
        " where grantee = 'lika_registry_app' and table_name in ('natural_changes', 'natural_change_decisions')"
    )
    assert {row[0] for row in rights} == {"SELECT", "INSERT"}


async def test_the_county_and_the_auditor_read_and_record_nothing(county: Harness) -> None:
    file = await open_household(county)
    body = event(file, member_id=file["members"][1]["id"])
    reader = actor("natural_change.read", scope=("341622",))
    assert (await post(county, "deaths", body, 1, reader)).status_code == 403
    async with county.as_(reader) as client:
        assert (await client.get(CHANGES)).json()["items"] == []


async def test_nothing_happened_to_a_household_before_there_was_its_file(county: Harness, owner: Any) -> None:
    file = await on_register(county, identified_on=days_ago(30))
    spouse = file["members"][1]
    path = "deaths"
    early = await post(county, path, event(file, on=days_ago(31), member_id=spouse["id"]), file["version"])
    assert (early.status_code, early.json()["code"]) == (422, "registry.true_from_too_early")
    assert early.json()["errors"][0]["pointer"] == "/on"
    born = event(file, on=days_ago(31), member=newborn(days_ago(31)))
    assert (await post(county, "births", born, file["version"])).status_code == 422
    assert await owner.fetchval("select count(*) from natural_changes") == 0
    await done(county, path, event(file, on=days_ago(30), member_id=spouse["id"]), file["version"])
