"""The households a household came from, as funds are told: by splits and mergers, step after step."""

from __future__ import annotations

from typing import Any

from tests.services.registry.api.test_division_changes import change, send
from tests.services.registry.api.test_natural_changes_households import family, merge_of, split_of
from tests.services.registry.changes import done, event, facts, on_register, read, related
from tests.services.registry.people import OTHER_VILLAGE, TOWNSHIP, VILLAGE, days_ago, person
from tests.support.harness import Harness, actor

ASKER = actor(scope=("341622",), office="341622-finance")


async def told(registry: Harness, *people: dict[str, Any], asked_for: Any = ("kin", "absorbed")) -> list[Any]:
    asked = [{"ref": str(n), "identity_number": row["identity_number"]} for n, row in enumerate(people)]
    question = {"on": days_ago(0), "facts": list(asked_for), "people": asked}
    async with registry.as_(ASKER, issuer="funds") as client:
        answer = await client.post("/internal/persons/eligibility", json=question)
    assert answer.status_code == 200, answer.text
    return [row["facts"] for row in answer.json()["answers"]]


async def split_again(registry: Harness, file: dict[str, Any]) -> dict[str, Any]:
    """The grown child of the couple that split off forms a household of their own."""
    rest, own = facts(), facts(phone=None, bank_name=None, bank_account=None)
    for name in ("phone", "bank_name", "bank_account"):
        del rest[name]
    members = related((file["members"][2], "head"))
    body = event(file, on=days_ago(0), members=members, household=own, remaining=rest)
    made = await done(registry, "splits", body, file["version"])
    return await read(registry, made["other_household_id"])


async def test_a_household_that_split_twice_and_took_others_in_names_all_it_came_from(county: Harness) -> None:
    people = [
        person(age=70, name="赵大"), person("spouse", 68, "2", name="钱二"), person("son", 48, name="赵三"),
        person("daughter_in_law", 46, "2", name="孙四"), person("grandson", 22, name="赵五"),
    ]  # fmt: skip
    first = await on_register(county, members=people)
    made = await done(county, "splits", split_of(first), first["version"])
    second = await read(county, made["other_household_id"])
    third = await split_again(county, second)
    aunt, mother = person(age=72, sex="2", name="赵姑"), person(age=70, sex="2", name="赵母")
    fourth, fifth = [await on_register(county, members=[one]) for one in (aunt, mother)]
    joined = merge_of(fifth, fourth, relations=related((fourth["members"][0], "other")))
    await done(county, "merges", joined, fifth["version"])
    fifth = await read(county, fifth)
    taken = merge_of(third, fifth, on=days_ago(0), relations=related(*((one, "other") for one in fifth["members"])))
    await done(county, "merges", taken, third["version"])

    own, one_step, none = await told(county, people[4], people[2], people[0])
    assert own["kin"] == {
        second["id"]: days_ago(0), first["id"]: second["opened_on"],
        fifth["id"]: days_ago(0), fourth["id"]: days_ago(1),
    }  # fmt: skip
    assert sorted(own["absorbed"]) == sorted([fourth["id"], fifth["id"]])
    assert one_step == {"kin": {first["id"]: second["opened_on"]}, "absorbed": []}
    assert none == {"kin": {}, "absorbed": []}


async def test_a_household_that_comes_back_to_the_one_it_split_off_from_is_kin_of_it_once(county: Harness) -> None:
    people = family()
    file = await on_register(county, members=people)
    made = await done(county, "splits", split_of(file), file["version"])
    file, other = await read(county, file), await read(county, made["other_household_id"])
    relations = related(*zip(other["members"], ("son", "daughter_in_law", "grandson"), strict=True))
    back = merge_of(file, other, on=days_ago(0), relations=relations)
    await done(county, "merges", back, file["version"])
    (facts_,) = await told(county, people[0])
    assert facts_ == {"kin": {other["id"]: days_ago(0)}, "absorbed": [other["id"]]}


async def test_people_of_a_village_with_another_code_are_known_to_be_of_the_former_ones(county: Harness) -> None:
    first = person()
    await on_register(county, members=[first])
    merged = await send(county, change("merge", [VILLAGE], OTHER_VILLAGE, on=days_ago(1)))
    moves = [{"code": OTHER_VILLAGE, "new_code": "341622110201"}]
    recoded = await send(county, change("recode", [TOWNSHIP], ("341622110", "甲街道"), moves=moves, on=days_ago(0)))
    assert (merged.status_code, recoded.status_code) == (201, 201), recoded.text
    (facts_,) = await told(county, first, asked_for=["formerly"])
    assert facts_ == {"formerly": sorted([VILLAGE, OTHER_VILLAGE])}
