"""Programmes as data: who may have a grant, how much, once per what, and to whom it goes."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any

from tests.services.funds.api.test_grant_batches import APPROVE, allocation, approved, body, identity, ordered, person
from tests.services.funds.world import (
    CHECKER,
    CLAIMANT,
    ELSEWHERE,
    READER,
    READING,
    RELEASER,
    YEAR,
    World,
    day,
    desk,
    grant_of,
)

ROOT = "/grant-batches"
PERIOD = f"{YEAR - 1}-{YEAR}"


def line(number: str, amount: int, ref: str = "a", **more: Any) -> dict[str, Any]:
    return {"ref": ref, "identity_number": number, "amount_fen": amount} | more


def listed(given: dict[str, Any], programme: str, period: str, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    wanted = [one | {"ref": f"r{index}"} for index, one in enumerate(lines)]
    return body(given) | {"programme": programme, "period": period, "lines": wanted} | more


async def reasons(world: World, given: dict[str, Any], programme: str, period: str, *lines: Any) -> list[Any]:
    """The reason of each line of a list that keeps what is good, with what it turned on."""
    batch = await world.made(CLAIMANT, ROOT, listed(given, programme, period, *lines, mode="accept_good"))
    return [(row["reason"], row["reason_detail"]) for row in batch["lines"]]


async def test_who_does_not_meet_a_programmes_conditions_is_refused_by_the_fact(world: World) -> None:
    given = await allocation(world)
    worker = person(world, 1, away_region="country", away_months=3)
    near = person(world, 2, away_region="county", away_months=9)
    short = person(world, 3, away_region="province", away_months=2)
    silent = person(world, 4)
    lines = [line(number, 60_000) for number in (worker, near, short, silent)]
    assert await reasons(world, given, "transport_subsidy", str(YEAR), *lines) == [
        (None, None), ("not_entitled", "away_region"), ("not_entitled", "away_months"), ("not_entitled", "away_region"),
    ]  # fmt: skip
    refused = await world.post(CLAIMANT, ROOT, listed(given, "transport_subsidy", str(YEAR), lines[1]))
    assert "不符合补助条件:务工区域" in refused.text


async def test_the_facts_a_grant_was_computed_from_stay_with_it_and_nothing_else(world: World) -> None:
    given = await allocation(world)
    number = person(world, 1, schooling="bachelor_2", disability_grade="1")
    batch = await world.made(CLAIMANT, ROOT, body(given, number))
    (row,) = batch["lines"]
    assert row["facts"] == {"status": "eligible", "schooling": "bachelor_2"}
    content = ["person-1", "household-0", 3, row["facts"]]
    text = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    assert row["facts_hash"] == hashlib.sha256(text.encode()).hexdigest()
    person(world, 1, schooling="master")
    (again,) = (await world.seen(READER, f"{ROOT}/{batch['batch_id']}"))["lines"]
    assert (again["facts"], again["household_version"]) == (row["facts"], 3)


async def test_what_no_longer_holds_at_release_stops_the_line(world: World) -> None:
    batch = await approved(world, person(world, 1, schooling="bachelor_1"), person(world, 2))
    person(world, 1, schooling="preschool_age")
    order = {"order_no": "o1", "ordered_on": day(5, 12)}
    sent = await world.made(RELEASER, f"{ROOT}/{batch['batch_id']}/payment", order)
    assert [(row["state"], row["reason"], row["reason_detail"]) for row in sent["lines"]] == [
        ("stopped", "not_entitled", "schooling"), ("ordered", None, None),
    ]  # fmt: skip
    await world.books_balance()


async def test_what_is_due_no_more_in_full_is_stopped_at_release_and_what_grew_since_goes_out(world: World) -> None:
    """The danger level is put right from D to C after the approval: C has 15,000 yuan at most."""
    given = await allocation(world, 100_000_000)
    house: dict[str, Any] = {"key_groups": ["dibao"], "housing_level": "D", "member_count": 2}
    numbers = [person(world, number, **house) for number in (11, 21)]
    asked = listed(given, "housing_repair", "once", *(line(number, 2_000_000) for number in numbers))
    batch = await world.made(CLAIMANT, ROOT, asked)
    await world.made(CHECKER, f"{ROOT}/{batch['batch_id']}/decision", APPROVE)
    person(world, 11, **house | {"housing_level": "C"})
    person(world, 21, **house | {"member_count": 4})
    sent = await ordered(world, batch)
    assert [(row["state"], row["reason"]) for row in sent["lines"]] == [("stopped", "above_range"), ("ordered", None)]
    anew = listed(given, "housing_repair", "once", line(numbers[0], 1_500_000))
    assert (await world.post(CLAIMANT, ROOT, anew)).status_code == 201, "its place is free"
    await world.books_balance()


async def test_the_table_of_amounts_holds_to_the_fen_and_counts_the_household(world: World) -> None:
    given = await allocation(world, 100_000_000)
    house: dict[str, Any] = {"key_groups": ["dibao"], "housing_level": "C", "member_count": 3}
    cases = [
        (house, 1_500_000, None), (house, 1_500_001, "above_range"), (house, 499_999, "below_range"),
        (house | {"housing_level": "D", "member_count": 2}, 3_000_000, None),
        (house | {"housing_level": "D", "member_count": 3}, 3_000_001, "above_range"),
        (house | {"housing_level": "D", "member_count": 4}, 4_000_000, None),
        (house | {"housing_level": "D", "member_count": 6}, 5_000_001, "above_range"),
        (house | {"housing_level": "B"}, 500_000, "not_entitled"),
        (house | {"housing_level": "D", "member_count": None}, 1_500_000, "no_amount"),
    ]  # fmt: skip
    lines = [line(person(world, 10 * n, **facts), amount) for n, (facts, amount, _) in enumerate(cases)]
    found = await reasons(world, given, "housing_repair", "once", *lines)
    assert [reason for reason, _ in found] == [reason for _, _, reason in cases]


async def test_a_household_has_its_house_repaired_once_whoever_asks_and_however_it_split(world: World) -> None:
    given = await allocation(world, 100_000_000)
    house: dict[str, Any] = {"key_groups": ["dibao"], "housing_level": "C"}
    head, spouse = person(world, 11, **house), person(world, 12, **house)
    son = person(world, 21, kin={"household-1": day(4)}, **house)
    older = person(world, 31, kin={"household-1": f"{YEAR - 3}-01-01"}, **house)
    lines = [line(number, 500_000) for number in (head, spouse, son, older)]
    found = await reasons(world, given, "housing_repair", "once", *lines)
    assert [reason for reason, _ in found] == [None, "duplicate_household", "duplicate_household", None]
    world.people[head] |= {"household_id": "household-9"}
    assert await refused_for(world, listed(given, "housing_repair", "once", lines[0])) == {"duplicate_across"}


async def test_neither_two_splits_in_a_row_nor_a_merger_earns_a_household_anything_twice(world: World) -> None:
    given = await allocation(world, 100_000_000)
    house: dict[str, Any] = {"key_groups": ["dibao"], "housing_level": "C"}
    people = [
        person(world, 11, **house),
        person(world, 21, kin={"household-2": day(3), "household-1": day(2)}, **house),
        person(world, 31, kin={"household-1": day(3)}, absorbed=["household-1"], **house),
    ]
    found = await reasons(world, given, "housing_repair", "once", *(line(one, 500_000) for one in people))
    assert [reason for reason, _ in found] == [None, "duplicate_household", "duplicate_household"]


async def test_a_merged_household_has_one_cap_over_what_both_had(world: World) -> None:
    given = await allocation(world, 100_000_000)

    def relief(period: str, *people: str, fen: int = 300_000) -> dict[str, Any]:
        return listed(given, "temporary_relief", f"{YEAR}-{period}", *(line(one, fen) for one in people))

    one, two = person(world, 11), person(world, 71)
    await world.made(CLAIMANT, ROOT, relief("02", one, two))
    merged = {"kin": {"household-1": day(3)}, "absorbed": ["household-1"]}
    for number in (one, two):
        world.people[number] |= {"household_id": "household-7", "facts": merged}
    assert await refused_for(world, relief("04", one)) == {"above_household_cap"}
    await world.made(CLAIMANT, ROOT, relief("04", one, fen=200_000))
    assert await refused_for(world, relief("05", two, fen=100_000)) == {"above_household_cap"}


async def test_the_account_of_a_household_it_took_in_is_its_own_and_that_of_one_it_left_is_not(world: World) -> None:
    given = await allocation(world)
    first = person(world, 11, account_mark="one")
    await world.made(CLAIMANT, ROOT, body(given, first))
    merged: dict[str, Any] = {"account_mark": "one", "kin": {"household-1": day(4)}}
    left = person(world, 21, **merged, absorbed=[])
    assert await refused_for(world, body(given, left)) == {"account_shared"}
    world.people[left]["facts"]["absorbed"] = ["household-1"]
    await world.made(CLAIMANT, ROOT, body(given, left))


async def test_a_countys_money_reaches_its_people_after_the_county_was_given_another_code(world: World) -> None:
    pupils = [person(world, number) for number in (11, 21)]
    batch = await approved(world, *pupils)
    stranger = person(world, 31, division="341699101200")
    for number in pupils:
        world.people[number] |= {"division_code": "341699101200", "facts": {"formerly": ["341622101200"]}}
    released = await ordered(world, batch)
    assert [row["state"] for row in released["lines"]] == ["ordered", "ordered"]
    assert await refused_for(world, body(await allocation(world), stranger)) == {"outside_area"}


async def test_a_split_earns_no_second_cap_after_the_county_was_given_another_code(world: World) -> None:
    """What the household that split off has stands in a list of the county's former code."""
    new, division = "341621", "341621101200"
    given = await allocation(world)
    son = person(world, 11, kin={"household-0": day(4)})
    await world.made(CLAIMANT, ROOT, listed(given, "production_aid", str(YEAR), line(son, 600_000)))
    world.projects["G9"] = grant_of("G9", county_code=new, division_code=new, purpose="grants", contract_fen=None)
    receipt = await world.receipt(await world.document({new: 1_000_000}), new, ELSEWHERE)
    asked = {"receipt_id": receipt["receipt_id"], "project_code": "G9", "amount_fen": 1_000_000, "proposed_on": day(3)}
    proposed = await world.made(ELSEWHERE, "/allocations", asked)
    decider = desk("allocation.decide", *READING, office="341621-finance", scope=(new,))
    path = f"/allocations/{proposed['allocation_id']}/decision"
    await world.made(decider, path, APPROVE | {"decided_on": day(3, 10)})
    parents = person(world, 1, division=division, formerly=["341622101200"])
    more = listed(proposed, "production_aid", str(YEAR), line(parents, 400_001))
    refused = await world.post(ELSEWHERE, ROOT, more)
    assert "above_household_cap" in refused.text
    more["lines"][0]["amount_fen"] = 400_000
    await world.made(ELSEWHERE, ROOT, more)


async def refused_for(world: World, request: dict[str, Any]) -> set[str]:
    refused = await world.post(CLAIMANT, ROOT, request)
    assert refused.status_code == 422, refused.text
    return {row["code"] for row in refused.json()["errors"] if row["pointer"] != "/lines"}


async def test_programmes_that_exclude_each_other_are_not_given_together_even_in_a_race(world: World) -> None:
    given = await allocation(world)
    pupils = [person(world, n, schooling="secondary_vocational_1", age=16) for n in (1, 2)]
    await world.made(CLAIMANT, ROOT, body(given, pupils[0]))
    aid = listed(given, "education_subsidy", PERIOD, line(pupils[0], 60_000))
    assert await refused_for(world, aid) == {"excluded"}
    await world.made(CLAIMANT, ROOT, aid | {"period": f"{YEAR}-{YEAR + 1}"})
    both = [body(given, pupils[1]), listed(given, "education_subsidy", PERIOD, line(pupils[1], 60_000))]
    answers = await asyncio.gather(*(world.insist(CLAIMANT, ROOT, one) for one in both))
    assert sorted(answer.status_code for answer in answers)[0] == 201
    assert all(answer.status_code in (409, 422) for answer in answers if answer.status_code != 201)
    assert sum(answer.status_code == 201 for answer in answers) == 1
    await world.books_balance()


async def test_a_household_gets_no_more_in_a_year_than_its_cap_over_all_batches(world: World) -> None:
    given = await allocation(world)
    first, second = person(world, 11), person(world, 12)
    found = await reasons(world, given, "production_aid", str(YEAR), line(first, 600_000), line(second, 400_001))
    assert found == [(None, None), ("above_household_cap", None)]
    relief = [line(person(world, 20 + n), 430_000) for n in range(2)]
    await world.made(CLAIMANT, ROOT, listed(given, "temporary_relief", f"{YEAR}-03", *relief))
    more = listed(given, "temporary_relief", f"{YEAR}-04", line(person(world, 22), 100_000))
    assert await refused_for(world, more) == {"above_household_cap"}
    other = listed(given, "temporary_relief", f"{YEAR}-04", line(person(world, 32), 100_000))
    await world.made(CLAIMANT, ROOT, other)


async def test_the_grant_goes_to_whom_the_programme_says_and_to_nobody_else_named(world: World) -> None:
    given = await allocation(world)
    head = person(world, 11, age=45)
    child = person(world, 12, age=10, schooling="primary", head_person_id="person-11")
    grandmother, stranger = person(world, 13, age=70), person(world, 21)
    dead = person(world, 14, "dead", age=70)
    batch = await world.made(
        CLAIMANT,
        ROOT,
        listed(given, "education_subsidy", PERIOD, line(child, 60_000, payee_identity_number=grandmother)),
    )
    assert (batch["lines"][0]["payee_person_id"], batch["lines"][0]["payee_basis"]) == ("person-13", "guardian")
    next_year = f"{YEAR}-{YEAR + 1}"
    for payee, reason in (
        (stranger, "payee_not_allowed"),
        (dead, "payee_dead"),
        (identity(77), "payee_not_registered"),
    ):
        wrong = listed(given, "education_subsidy", next_year, line(child, 60_000, payee_identity_number=payee))
        assert await refused_for(world, wrong) == {reason}
    usual = listed(given, "education_subsidy", next_year, line(child, 60_000))
    (row,) = (await world.made(CLAIMANT, ROOT, usual))["lines"]
    assert (row["payee_person_id"], row["payee_basis"]) == ("person-11", "guardian")
    assert head not in str(batch)


async def test_a_guardian_who_left_the_childs_household_before_the_order_receives_nothing_for_it(world: World) -> None:
    given = await allocation(world)
    guardians = [person(world, 13, age=70), person(world, 23, age=70)]
    pupil: dict[str, Any] = {"age": 10, "schooling": "primary"}
    children = [person(world, 12, **pupil), person(world, 22, **pupil, account_mark="theirs")]
    lines = [line(one, 60_000, payee_identity_number=to) for one, to in zip(children, guardians, strict=True)]
    batch = await world.made(CLAIMANT, ROOT, listed(given, "education_subsidy", PERIOD, *lines))
    await world.made(CHECKER, f"{ROOT}/{batch['batch_id']}/decision", APPROVE)
    world.people[guardians[0]] |= {"household_id": "household-9"}
    for one in (children[1], guardians[1]):
        world.people[one] |= {"household_id": "household-8"}
    sent = await ordered(world, batch)
    assert [(row["state"], row["reason"]) for row in sent["lines"]] == [
        ("stopped", "payee_not_allowed"), ("ordered", None),
    ]  # fmt: skip
    await world.books_balance()


async def test_one_account_is_not_used_for_two_households(world: World) -> None:
    given = await allocation(world)
    people = [person(world, 1), person(world, 2), person(world, 11, account_mark="account-household-0")]
    found = await reasons(world, given, "rain_dew_plan", PERIOD, *(line(number, 300_000) for number in people))
    assert [reason for reason, _ in found] == [None, None, "account_shared"]
    alone = body(given, people[2])
    assert await refused_for(world, alone) == {"account_shared"}


async def test_every_programme_states_its_conditions_amounts_and_source(world: World) -> None:
    rows = (await world.seen(CHECKER, "/programmes"))["items"]
    assert all(row["source"] for row in rows)
    found = {row["code"]: row for row in rows}
    repair = found["housing_repair"]
    assert [row["per_person"] for row in repair["amounts"]] == [False, False, True]
    assert (repair["once_per"], repair["statuses"]) == ("household", ["eligible", "exited"])
    assert found["rain_dew_plan"]["exclusions"][0]["group_code"] == "tuition_aid"


async def test_a_household_split_off_lately_shares_the_cap_with_the_one_it_came_from(world: World) -> None:
    given = await allocation(world)

    async def asked(number: int, fen: int, **facts: Any) -> set[str]:
        line = {"ref": "a", "identity_number": person(world, number, **facts), "amount_fen": fen}
        wanted = body(given, lines=[line], programme="production_aid", period=str(YEAR))
        answer = await world.post(CLAIMANT, "/grant-batches", wanted)
        return (
            set()
            if answer.status_code == 201
            else {one["code"] for one in answer.json()["errors"] if one["pointer"] != "/lines"}
        )

    split = {"kin": {"household-0": day(4)}}
    assert await asked(11, 600_000, **split) == set()
    assert await asked(1, 400_001) == {"above_household_cap"}
    assert await asked(21, 400_001, **split) == {"above_household_cap"}
    assert await asked(21, 300_000, **split) == set()
    assert await asked(2, 100_000) == set()
    assert await asked(12, 1, **split) == {"above_household_cap"}
    long_ago = {"kin": {"household-0": day(4, year=YEAR - 3)}}
    assert await asked(31, 1_000_000, **long_ago) == set()
    assert await asked(3, 1) == {"above_household_cap"}
