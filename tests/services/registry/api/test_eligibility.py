"""What the register tells funds about people to be paid."""

from __future__ import annotations

from typing import Any

from tests.services.registry.changes import done, event
from tests.services.registry.lists import registered
from tests.services.registry.people import (
    COUNTY,
    FOREIGN_VILLAGE,
    days_ago,
    household,
    open_household,
    person,
    recorder,
)
from tests.support.harness import Harness, actor

PATH = "/internal/persons/eligibility"
PAYER = actor(scope=(COUNTY,), office="341622-finance")


async def ask(registry: Harness, *people: dict[str, Any], on: str | None = None, who: Any = PAYER) -> list[Any]:
    body = {
        "on": on or days_ago(0),
        "people": [{"ref": str(i), "identity_number": row["identity_number"]} for i, row in enumerate(people)],
    }
    async with registry.as_(who, issuer="funds") as client:
        answer = await client.post(PATH, json=body)
    assert answer.status_code == 200, answer.text
    for row in people:
        assert row["identity_number"] not in answer.text
    answers: list[Any] = answer.json()["answers"]
    return answers


async def test_a_person_known_by_id_is_asked_again_without_the_number(county: Harness) -> None:
    head = person()
    household = await open_household(county, members=[head])
    await registered(county, household)
    known = household["members"][0]["id"]
    stranger = "01a2004c-58f5-76cb-be29-86dfa3dabf1c"
    asked = [{"ref": "a", "person_id": known}, {"ref": "b", "person_id": stranger}]
    async with county.as_(PAYER, issuer="funds") as client:
        answer = await client.post(PATH, json={"on": days_ago(0), "people": asked})
        both = [{"ref": "a", "person_id": known, "identity_number": head["identity_number"]}]
        refused = await client.post(PATH, json={"on": days_ago(0), "people": both})
        neither = await client.post(PATH, json={"on": days_ago(0), "people": [{"ref": "a"}]})
    assert [row["status"] for row in answer.json()["answers"]] == ["eligible", "not_registered"]
    assert answer.json()["answers"][0]["person_id"] == known
    assert (refused.status_code, neither.status_code) == (422, 422)


async def test_only_people_on_the_register_in_the_askers_area_are_eligible(county: Harness, owner: Any) -> None:
    head, drafted, foreign, unknown = person(), person(), person(), person()
    household = await open_household(county, members=[head])
    await registered(county, household)
    await open_household(county, members=[drafted])
    await open_household(county, recorder(village=FOREIGN_VILLAGE), village=FOREIGN_VILLAGE, members=[foreign])
    await owner.execute(
        "update households set status = 'registered', registered_on = current_date where village_code = $1",
        FOREIGN_VILLAGE,
    )
    answers = await ask(county, unknown, head, drafted, foreign)
    assert [row["ref"] for row in answers] == ["0", "1", "2", "3"]
    assert answers[1] == {
        "ref": "1",
        "status": "eligible",
        "person_id": household["members"][0]["id"],
        "household_id": household["id"],
        "division_code": household["village_code"],
        "name_masked": "张*",
        "household_version": 3,
        "facts": {},
    }
    for row in (answers[0], answers[2], answers[3]):
        assert row["status"] == "not_registered"
        assert row["person_id"] is row["household_id"] is row["division_code"] is row["name_masked"] is None
    trail = await owner.fetchval("select subjects from read_trail where action = 'person.eligibility'")
    assert household["members"][0]["id"] in trail
    before = await ask(county, head, on=days_ago(1))
    assert before[0]["status"] == "not_registered"


async def test_the_dead_are_not_eligible_from_the_day_of_death_on(county: Harness, owner: Any) -> None:
    head, spouse = person(), person("spouse", 40, "2")
    household = await open_household(county, members=[head, spouse])
    await registered(county, household)
    await owner.execute("update households set registered_on = registered_on - 30")
    died = event(household, on=days_ago(5), member_id=household["members"][1]["id"])
    await done(county, "deaths", died, 3)
    assert [row["status"] for row in await ask(county, head, spouse)] == ["eligible", "dead"]
    assert [row["status"] for row in await ask(county, head, spouse, on=days_ago(6))] == ["eligible", "eligible"]


async def test_the_dead_are_not_entered_anew(county: Harness, owner: Any) -> None:
    head, spouse = person(), person("spouse", 40, "2")
    first = await open_household(county, members=[head, spouse])
    await registered(county, first)
    await done(county, "deaths", event(first, on=days_ago(0), member_id=first["members"][1]["id"]), 3)
    async with county.as_(recorder()) as client:
        again = await client.post("/api/v1/registry/households", json=household(spouse | {"relation": "head"}))
    assert (again.status_code, again.json()["code"]) == (409, "registry.person_recorded_dead")
    assert again.json()["errors"][0]["pointer"] == "/members/0/identity_number"
    assert await owner.fetchval("select count(*) from households") == 1


async def test_whoever_moves_to_another_household_is_still_the_same_person(county: Harness, owner: Any) -> None:
    head, spouse = person(), person("spouse", 40, "2")
    first = await open_household(county, members=[head, spouse])
    await registered(county, first)
    (before,) = await ask(county, spouse)
    left = event(first, on=days_ago(0), kind="move_out", member_id=first["members"][1]["id"])
    await done(county, "leavings", left, 3)
    second = await open_household(county, members=[spouse | {"relation": "head"}])
    await registered(county, second)
    (after,) = await ask(county, spouse)
    assert second["members"][0]["id"] != before["person_id"]
    assert (after["status"], after["person_id"]) == ("eligible", before["person_id"])
    assert after["household_id"] == second["id"]
    for known in (before["person_id"], second["members"][0]["id"]):
        question = {"on": days_ago(0), "people": [{"ref": "a", "person_id": known}]}
        async with county.as_(PAYER, issuer="funds") as client:
            (again,) = (await client.post(PATH, json=question)).json()["answers"]
        assert (again["status"], again["person_id"]) == ("eligible", before["person_id"])


async def test_only_funds_may_ask_and_never_through_the_gateway(county: Harness) -> None:
    body = {"on": days_ago(0), "people": [{"ref": "0", "identity_number": person()["identity_number"]}]}
    for issuer in ("gateway", "projects"):
        async with county.as_(PAYER, issuer=issuer) as client:
            assert (await client.post(PATH, json=body)).status_code == 403
    too_many = body | {"people": [{"ref": str(i), "identity_number": "1" * 18} for i in range(5_001)]}
    async with county.as_(PAYER, issuer="funds") as client:
        assert (await client.post(PATH, json=too_many)).status_code == 422
        assert (await client.post(PATH, json=too_many | {"people": too_many["people"][:5_000]})).status_code == 200


async def test_without_a_trail_nobody_is_told_anything(county: Harness, owner: Any) -> None:
    await owner.execute("revoke insert on read_trail from lika_registry_app")
    async with county.as_(PAYER, issuer="funds") as client:
        answer = await client.post(
            PATH, json={"on": days_ago(0), "people": [{"ref": "0", "identity_number": person()["identity_number"]}]}
        )
    assert answer.status_code == 503


async def test_the_facts_a_grant_depends_on_are_told_when_asked_for_and_no_others(county: Harness, owner: Any) -> None:
    head, child = person(), person("son", 10)
    household = await open_household(county, members=[head, child], housing_level="D", bank_account="6217000099990001")
    await registered(county, household)
    other = await open_household(county, members=[person()], bank_account="6217000099990001")
    await registered(county, other)
    names = ["age", "schooling", "dibao", "housing_level", "member_count", "key_groups", "head_person_id",
             "account_mark", "kin", "absorbed"]  # fmt: skip
    asked = [
        {"ref": "child", "identity_number": child["identity_number"]},
        {"ref": "other", "person_id": other["members"][0]["id"]},
    ]
    async with county.as_(PAYER, issuer="funds") as client:
        answer = await client.post(PATH, json={"on": days_ago(0), "facts": names, "people": asked})
        none = await client.post(PATH, json={"on": days_ago(0), "people": asked})
        unknown = await client.post(PATH, json={"on": days_ago(0), "facts": ["age", "phone"], "people": asked})
    told = {row["ref"]: row["facts"] for row in answer.json()["answers"]}
    assert set(told["child"]) == set(names)
    assert (told["child"]["age"], told["child"]["schooling"], told["child"]["housing_level"]) == (10, "primary", "D")
    assert (told["child"]["member_count"], told["child"]["key_groups"]) == (2, [])
    assert (told["child"]["kin"], told["child"]["absorbed"]) == ({}, [])
    assert told["child"]["head_person_id"] == household["members"][0]["id"]
    assert told["child"]["account_mark"] == told["other"]["account_mark"] is not None
    assert "6217000099990001" not in answer.text
    assert [row["facts"] for row in none.json()["answers"]] == [{}, {}]
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (422, "/facts/1")
    noted = await owner.fetchval("select fields from read_trail where fields like '%account_mark%'")
    assert "age" in noted


async def test_who_of_an_area_meets_what_a_programme_asks_is_told_page_by_page(county: Harness) -> None:
    pupils = [person("son", 10), person("daughter", 11, "2"), person("grandson", 3)]
    household = await open_household(county, members=[person(), *pupils], housing_level="C")
    await registered(county, household)
    await open_household(county, members=[person(), person("son", 9)])  # not registered
    question: dict[str, Any] = {
        "on": days_ago(0),
        "division_code": COUNTY,
        "tests": [
            {"fact": "schooling", "values": ["primary", "grade_7"]},
            {"fact": "age", "low": 6, "high": 14},
            {"fact": "housing_level", "values": ["C", "D"]},
        ],
        "facts": ["schooling"],
        "limit": 1,
    }

    async def page(changes: dict[str, Any], who: Any = PAYER) -> Any:
        async with county.as_(who, issuer="funds") as client:
            return await client.post("/internal/persons/matching", json=question | changes)

    first = (await page({})).json()
    second = (await page({"after": first["next_after"]})).json()
    ids = {row["id"]: row for row in household["members"]}
    found = first["answers"] + second["answers"]
    assert {row["person_id"] for row in found} == {household["members"][1]["id"], household["members"][2]["id"]}
    assert all(row["status"] == "eligible" and row["ref"] in ids for row in found)
    assert second["next_after"] is None
    elsewhere = actor(scope=("410102",), office="410102-finance")
    assert (await page({}, elsewhere)).json()["answers"] == []
    wrong = ({"fact": "age", "values": ["6"]}, {"fact": "schooling", "low": 1}, {"fact": "name", "values": ["a"]},
             {"fact": "kin", "values": ["a"]}, {"fact": "dibao"})  # fmt: skip
    for test in wrong:
        refused = await page({"tests": [test]})
        assert (refused.status_code, refused.json()["code"]) == (422, "registry.fact_unknown")
    for test in ({"fact": "dibao", "values": ["true"]}, {"fact": "key_groups", "values": ["dibao"]}):
        assert (await page({"tests": [test]})).json()["answers"] == []


async def test_people_of_households_that_exited_are_found_where_they_are_asked_for(county: Harness, owner: Any) -> None:
    staying, left = [await open_household(county, members=[person()]) for _ in range(2)]
    await registered(county, staying, left)
    exit_ = "update households set status = 'exited', closed_on = current_date - 3 where id = $1"
    await owner.execute(exit_, left["id"])
    question = {"on": days_ago(0), "division_code": COUNTY, "tests": []}
    async with county.as_(PAYER, issuer="funds") as client:
        usual = (await client.post("/internal/persons/matching", json=question)).json()["answers"]
        both = (
            await client.post("/internal/persons/matching", json=question | {"statuses": ["eligible", "exited"]})
        ).json()["answers"]
    assert [(row["household_id"], row["status"]) for row in usual] == [(staying["id"], "eligible")]
    assert {(row["household_id"], row["status"]) for row in both} == {
        (staying["id"], "eligible"), (left["id"], "exited"),
    }  # fmt: skip
