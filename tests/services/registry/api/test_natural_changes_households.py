"""Households that split and merge, over HTTP: standing, lineage, what each of the two has."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.services.registry.api.test_eligibility import ask
from tests.services.registry.changes import (
    clerk,
    done,
    event,
    facts,
    history,
    officer,
    on_register,
    post,
    read,
    refused,
    related,
    relations,
)
from tests.services.registry.people import (
    OTHER_VILLAGE,
    TOWNSHIP,
    days_ago,
    open_household,
    person,
    recorder,
)
from tests.support.harness import Harness


def family() -> list[dict[str, Any]]:
    """A couple, their grown son, his wife and child."""
    return [
        person(age=60, name="赵大"), person("spouse", 58, "2", name="钱二"), person("son", 35, name="赵三"),
        person("daughter_in_law", 33, "2", name="孙四"), person("grandson", 8, name="赵五"),
    ]  # fmt: skip


def split_of(file: dict[str, Any], **other: Any) -> dict[str, Any]:
    """The son goes with wife and child."""
    _, _, son, wife, child = file["members"]
    land = {"arable_mu": "2.50", "income": {"wage_fen": 600_000}}
    rest = facts(arable_mu="1.00", income={"transfer_fen": 120_000})
    for name in ("phone", "bank_name", "bank_account"):
        del rest[name]
    body = event(
        file,
        members=related((son, "head"), (wife, "spouse"), (child, "son")),
        household=facts(phone=None, bank_name=None, bank_account=None, **land),
        remaining=rest,
    )
    return body | other


async def test_some_of_a_household_form_their_own_and_both_files_are_stated_anew(county: Harness, owner: Any) -> None:
    people = family()
    file = await on_register(county, members=people)
    before = await ask(county, people[2])
    done_ = await done(county, "splits", split_of(file), file["version"])
    old, new = await read(county, file), await read(county, done_["other_household_id"])
    assert relations(old) == [("赵大", "head"), ("钱二", "spouse")]
    assert relations(new) == [("赵三", "head"), ("孙四", "spouse"), ("赵五", "son")]
    assert (old["arable_mu"], new["arable_mu"]) == ("1.00", "2.50")
    assert (old["income"]["transfer_fen"], new["income"]["wage_fen"]) == (120_000, 600_000)
    assert (old["phone_masked"], old["bank_name"]) == (file["phone_masked"], file["bank_name"])
    assert new["phone_masked"] is None
    assert (new["status"], new["registered_on"]) == ("registered", file["registered_on"])
    assert new["lineage"] == {"split_from": file["id"], "merged_into": None, "closing": None}
    assert [row["kind"]["code"] for row in old["departed"]] == ["split_off"] * 3
    assert [(await history(county, one))[-1]["kind"] for one in (old, new)] == ["split", "split"]
    assert (await history(county, new))[0]["natural_change_id"] == done_["id"]
    assert {row["household_id"]: row["version"] for row in done_["versions"]} == {
        old["id"]: old["version"],
        new["id"]: 1,
    }
    after = await ask(county, people[2])
    assert (after[0]["status"], after[0]["person_id"]) == ("eligible", before[0]["person_id"])
    assert after[0]["household_id"] == new["id"]
    assert await owner.fetchval("select true_from::text from household_versions where household_id = $1", new["id"])


async def test_a_split_soon_after_registration_is_flagged_and_a_later_one_is_not(county: Harness, owner: Any) -> None:
    flagged = await on_register(county, members=family())
    soon = await done(county, "splits", split_of(flagged), flagged["version"])
    assert soon["flags"] == ["split_soon_after_registration"]
    later = await on_register(county, members=family())
    await owner.execute("update households set registered_on = registered_on - 200 where id = $1", later["id"])
    assert (await done(county, "splits", split_of(later), later["version"]))["flags"] == []
    draft = await open_household(county, members=family())
    assert (await done(county, "splits", split_of(draft), 1))["flags"] == []
    async with county.as_(clerk()) as client:
        listed = (await client.get("/api/v1/registry/natural-changes", params={"flagged": "true"})).json()
    assert [row["id"] for row in listed["items"]] == [soon["id"]]


async def test_a_split_that_breaks_a_rule_is_refused_at_its_field(county: Harness, owner: Any) -> None:
    file = await open_household(county, members=family())
    head, spouse, son, wife, child = file["members"]
    body = split_of(file)
    everybody = related((head, "head"), (spouse, "spouse"), (son, "son"), (wife, "daughter_in_law"), (child, "other"))
    for change, code, pointer in (
        ({"members": everybody}, "registry.nobody_stays", "/members"),
        ({"members": related((son, "son"), (wife, "spouse"))}, "registry.head_not_one", "/members"),
        ({"members": related((son, "head"), (son, "son"))}, "registry.member_repeated", "/members/1/member_id"),
        ({"members": related((son, "head"), (file, "son"))}, "registry.member_unknown", "/members/1/member_id"),
        (
            {"members": related((son, "head"), (wife, "spouse"), (child, "father"))},
            "registry.relation_against_age",
            "/members/2/relation",
        ),
        ({"members": related((head, "head"))}, "registry.successor_needed", "/relations"),
        (
            {"household": body["household"] | {"village_code": OTHER_VILLAGE}},
            "registry.village_differs",
            "/household/village_code",
        ),
        (
            {"remaining": body["remaining"] | {"village_code": OTHER_VILLAGE}},
            "registry.village_differs",
            "/remaining/village_code",
        ),
        (
            {"household": body["household"] | {"irrigated_mu": "9.00"}},
            "registry.irrigated_above_arable",
            "/household/irrigated_mu",
        ),
        (
            {"remaining": body["remaining"] | {"irrigated_mu": "9.00"}},
            "registry.irrigated_above_arable",
            "/remaining/irrigated_mu",
        ),
        ({"on": days_ago(-1)}, "registry.day_in_future", "/on"),
    ):
        await refused(county, owner, "splits", body | change, 1, code, pointer)


async def test_a_child_goes_with_its_absence_when_the_household_splits(county: Harness, owner: Any) -> None:
    file = await open_household(county, members=family())
    son = file["members"][2]
    away = event(file, on=days_ago(20), kind="imprisonment", member_id=son["id"])
    await done(county, "absences", away, 1)
    _, _, _, wife, child = file["members"]
    members = related((son, "spouse"), (wife, "head"), (child, "son"))
    split = await done(county, "splits", split_of(file, members=members), 2)
    new = await read(county, split["other_household_id"])
    assert new["members"][0]["absence"]["since"] == days_ago(20)
    assert await owner.fetchval("select count(*) from member_absences where to_on is null") == 1


def merge_of(file: dict[str, Any], other: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The other household, a mother, joins that of her son."""
    body = event(
        file,
        other={"household_id": other["id"], "version": other["version"]},
        household=facts(arable_mu="3.50"),
        relations=related((other["members"][0], "mother")),
    )
    return body | more


async def test_two_households_of_a_village_become_one_and_the_other_file_says_into_which(
    county: Harness, owner: Any
) -> None:
    mother = person(age=70, sex="2", name="赵母")
    other = await on_register(county, members=[mother])
    file = await on_register(county)
    (before,) = await ask(county, mother)
    merged = await done(county, "merges", merge_of(file, other), file["version"])
    kept, closed = await read(county, file), await read(county, other)
    assert relations(kept)[3] == ("赵母", "mother")
    assert (kept["arable_mu"], kept["member_count"], kept["status"]) == ("3.50", 4, "registered")
    assert (closed["status"], closed["closed_on"], closed["member_count"]) == ("closed", days_ago(1), 0)
    assert closed["lineage"] == {"split_from": None, "merged_into": file["id"], "closing": "merged"}
    assert [row["kind"]["code"] for row in closed["departed"]] == ["merged"]
    assert merged["other_household_id"] == other["id"]
    assert [(await history(county, one))[-1]["kind"] for one in (kept, closed)] == ["merge", "merge"]
    (after,) = await ask(county, mother)
    assert (after["status"], after["person_id"]) == ("eligible", before["person_id"])
    back = event(closed, on=days_ago(0), member_id=closed["departed"][0]["id"], relation="head")
    await refused(county, owner, "returns", back, closed["version"], "registry.return_elsewhere", "/member_id")


async def test_a_merge_that_breaks_a_rule_is_refused_at_its_field(county: Harness, owner: Any) -> None:
    file = await open_household(county)
    other = await open_household(county, members=[person(age=70, sex="2", name="赵母")])
    elsewhere = await open_household(county, recorder(village=OTHER_VILLAGE), village=OTHER_VILLAGE)
    body = merge_of(file, other)
    for change, code, pointer in (
        ({"relations": []}, "registry.relation_unstated", "/relations"),
        ({"relations": related((other["members"][0], "head"))}, "registry.head_not_one", "/relations/0/relation"),
        (
            {"relations": related((other["members"][0], "son"))},
            "registry.relation_against_sex",
            "/relations/0/relation",
        ),
        ({"other": {"household_id": file["id"], "version": 1}}, "registry.same_file", "/other/household_id"),
        ({"other": {"household_id": other["id"], "version": 2}}, "version_changed", "/other/version"),
        ({"other": {"household_id": elsewhere["id"], "version": 1}}, "not_found", "/other/household_id"),
        (
            {"household": body["household"] | {"village_code": OTHER_VILLAGE}},
            "registry.village_differs",
            "/household/village_code",
        ),
    ):
        await refused(county, owner, "merges", body | change, 1, code, pointer)
    away = merge_of(file, elsewhere)
    across = await post(county, "merges", away, 1, officer(TOWNSHIP))
    assert across.json()["code"] == "registry.village_differs"
    registered = await on_register(county, members=[person(age=71, sex="2")])
    mixed = merge_of(file, registered)
    await refused(county, owner, "merges", mixed, 1, "registry.merge_standing", "/other/household_id")


async def test_the_head_of_the_household_that_comes_may_become_the_head_of_both(county: Harness) -> None:
    file = await open_household(county, members=[person(age=70, name="赵父"), person("spouse", 69, "2", name="钱母")])
    other = await open_household(county, members=[person(age=40, name="赵子")])
    father, mother = file["members"]
    body = merge_of(
        file, other, relations=related((other["members"][0], "head"), (father, "father"), (mother, "mother"))
    )
    await done(county, "merges", body, 1)
    after = await read(county, file)
    assert (after["head_name"], sorted(relations(after))) == (
        "赵子",
        sorted([("赵子", "head"), ("赵父", "father"), ("钱母", "mother")]),
    )


async def test_of_two_splits_at_once_one_wins(county: Harness, owner: Any) -> None:
    file = await open_household(county, members=family())
    answers = await asyncio.gather(*(post(county, "splits", split_of(file), 1) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 412]
    assert await owner.fetchval("select count(*) from households") == 2
