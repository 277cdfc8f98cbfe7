"""Grants to people over HTTP: registered, alive, once, within the range; no identity number is kept."""

from __future__ import annotations

import asyncio
import os
import uuid
from typing import Any

import asyncpg

from tests.services.funds.checks import check_progress
from tests.services.funds.world import (
    CHECKER,
    CLAIMANT,
    CONFIRMER,
    COUNTY,
    ELSEWHERE,
    READER,
    RELEASER,
    YEAR,
    World,
    code_of,
    day,
    desk,
    grant_of,
)
from tests.support import server

APPROVE = {"outcome": "approve", "opinion": "同意", "decided_on": day(5, 10)}


def identity(number: int) -> str:
    return f"34122219900101{number:04d}"


def person(world: World, number: int, status: str = "eligible", division: str = "341622101200", **facts: Any) -> str:
    """A person the registry knows, ten to a household; their identity number."""
    world.people[identity(number)] = {
        "status": status,
        "person_id": f"person-{number}",
        "household_id": f"household-{number // 10}",
        "division_code": division,
        "name_masked": "张*",
        "household_version": 3,
        "facts": facts,
    }
    return identity(number)


async def allocation(world: World, amount: int = 10_000_000) -> dict[str, Any]:
    world.projects["G1"] = grant_of("G1", purpose="grants", state="planned", contract_fen=None)
    return await world.allocation(await world.money(amount), amount, "G1")


def body(allocation: dict[str, Any], *numbers: str, **changes: Any) -> dict[str, Any]:
    return {
        "programme": "rain_dew_plan",
        "allocation_id": allocation["allocation_id"],
        "fund_year": YEAR,
        "period": f"{YEAR - 1}-{YEAR}",
        "mode": "refuse_batch",
        "prepared_on": day(5),
        "lines": [
            {"ref": f"r{index}", "identity_number": number, "amount_fen": 300_000}
            for index, number in enumerate(numbers)
        ],
    } | changes


async def prepared(world: World, *numbers: str, **changes: Any) -> dict[str, Any]:
    return await world.made(CLAIMANT, "/grant-batches", body(await allocation(world), *numbers, **changes))


async def approved(world: World, *numbers: str) -> dict[str, Any]:
    batch = await prepared(world, *numbers)
    return await world.made(CHECKER, f"/grant-batches/{batch['batch_id']}/decision", APPROVE)


async def ordered(world: World, batch: dict[str, Any]) -> dict[str, Any]:
    order = {"order_no": uuid.uuid4().hex[:10], "ordered_on": day(5, 12)}
    return await world.made(RELEASER, f"/grant-batches/{batch['batch_id']}/payment", order)


async def test_a_list_goes_from_the_village_to_the_households_account(world: World) -> None:
    numbers = [person(world, number) for number in (11, 12, 13)]
    batch = await approved(world, *numbers)
    assert (batch["state"], batch["total_fen"], batch["accepted_lines"]) == ("approved", 900_000, 3)
    batch = await ordered(world, batch)
    lines = batch["lines"]
    result = {
        "settled_on": day(5, 13),
        "lines": [
            {"line_id": lines[0]["line_id"], "outcome": "paid", "bank_reference": "b1"},
            {"line_id": lines[1]["line_id"], "outcome": "returned", "bank_reference": "b2"},
        ],
    }
    path = f"/grant-batches/{batch['batch_id']}/result"
    partly = await world.made(CONFIRMER, path, result)
    assert (partly["state"], [line["state"] for line in partly["lines"]]) == (
        "ordered",
        ["paid", "returned", "ordered"],
    )
    done = await world.made(CONFIRMER, path, {"settled_on": day(5, 14), "all_paid_reference": "rest"})
    assert (done["state"], done["lines"][2]["bank_reference"]) == ("settled", "rest-3")
    answer = await check_progress(world, READER, division_code=COUNTY)
    assert (answer["total"]["paid_fen"], answer["total"]["returned_fen"]) == (600_000, 0)
    held = await world.seen(READER, "/grants", household_id="household-1")
    assert sorted((row["person_id"], row["state"]) for row in held["items"]) == [
        ("person-11", "paid"), ("person-12", "returned"), ("person-13", "paid"),
    ]  # fmt: skip
    assert (await world.seen(ELSEWHERE, "/grants", household_id="household-1"))["items"] == []
    await world.books_balance()


async def test_who_ordered_a_list_does_not_enter_what_the_bank_says_of_it(world: World) -> None:
    batch = await ordered(world, await approved(world, person(world, 11)))
    path = f"/grant-batches/{batch['batch_id']}/result"
    own = await world.post(RELEASER, path, {"settled_on": day(5, 13), "all_paid_reference": "p"})
    assert (own.status_code, code_of(own)) == (403, "same_person")
    await world.made(CONFIRMER, path, {"settled_on": day(5, 13), "all_paid_reference": "p"})


async def test_each_refused_line_has_its_reason_and_one_refuses_the_whole_list(world: World) -> None:
    good, dead = person(world, 1), person(world, 2, "dead")
    left, far = person(world, 3, "exited"), person(world, 4, division="341621101")
    given = await allocation(world)
    numbers = [good, dead, left, far, identity(99), good]
    request = body(given, *numbers)
    refused = await world.post(CLAIMANT, "/grant-batches", request)
    assert (refused.status_code, code_of(refused), refused.json()["facts"]) == (
        422,
        "grant_lines_refused",
        {"refused": 5},
    )
    assert [(row["pointer"], row["code"]) for row in refused.json()["errors"] if row["pointer"] != "/lines"] == [
        ("/lines/1", "dead"),
        ("/lines/2", "exited"),
        ("/lines/3", "outside_area"),
        ("/lines/4", "not_registered"),
        ("/lines/5", "duplicate_in_batch"),
    ]
    assert all(number not in refused.text for number in numbers)
    assert (await world.seen(READER, "/grant-batches"))["items"] == []
    accepted = await world.made(CLAIMANT, "/grant-batches", request | {"mode": "accept_good"})
    assert (accepted["total_fen"], accepted["accepted_lines"], accepted["refused_lines"]) == (300_000, 1, 5)
    assert accepted["lines"][1]["reason"] == "dead"
    path = f"/allocations/{given['allocation_id']}"
    assert (await world.seen(READER, path))["available_fen"] == 10_000_000 - 300_000
    none_good = body(given, dead, mode="accept_good")
    assert code_of(await world.post(CLAIMANT, "/grant-batches", none_good)) == "no_grant_line_good"


async def test_amounts_stay_in_the_programmes_range(world: World) -> None:
    given = await allocation(world)
    lines = [
        {"ref": f"r{n}", "identity_number": person(world, n, schooling="senior_1"), "amount_fen": amount}
        for n, amount in enumerate((59_999, 60_000, 100_000, 100_001))
    ]
    request = body(given, programme="education_subsidy", mode="accept_good") | {"lines": lines}
    batch = await world.made(CLAIMANT, "/grant-batches", request)
    assert [line["reason"] for line in batch["lines"]] == ["below_range", None, None, "above_range"]


async def test_nobody_has_the_same_grant_twice_even_when_two_lists_race(world: World) -> None:
    number = person(world, 1)
    given = await allocation(world)
    bodies = [body(given, number) for _ in range(5)]
    answers = await asyncio.gather(*(world.insist(CLAIMANT, "/grant-batches", one) for one in bodies))
    assert sorted(answer.status_code for answer in answers)[0] == 201
    assert sum(answer.status_code == 201 for answer in answers) == 1
    refused = await world.post(CLAIMANT, "/grant-batches", body(given, number))
    assert {row["code"] for row in refused.json()["errors"]} >= {"duplicate_across"}
    await world.made(CLAIMANT, "/grant-batches", body(given, number, period=f"{YEAR}-{YEAR + 1}"))
    await world.books_balance()


async def test_a_refused_list_gives_its_money_back_and_its_people_may_be_listed_again(world: World) -> None:
    number = person(world, 1)
    batch = await prepared(world, number)
    path = f"/grant-batches/{batch['batch_id']}/decision"
    refused = await world.made(CHECKER, path, APPROVE | {"outcome": "refuse"})
    assert (refused["state"], refused["lines"][0]["state"]) == ("refused", "refused")
    path = f"/allocations/{batch['allocation_id']}"
    given = await world.seen(READER, path)
    assert given["available_fen"] == 10_000_000
    await world.made(CLAIMANT, "/grant-batches", body(given, number))


async def test_preparer_decider_and_releaser_are_three_persons_and_steps_keep_their_order(world: World) -> None:
    batch = await prepared(world, person(world, 1))
    root = f"/grant-batches/{batch['batch_id']}"
    order = {"order_no": "n1", "ordered_on": day(5, 12)}
    assert code_of(await world.post(RELEASER, f"{root}/payment", order)) == "step_not_due"
    own = desk("grant.decide", person=CLAIMANT.person)
    assert code_of(await world.post(own, f"{root}/decision", APPROVE)) == "same_person"
    assert code_of(await world.post(CHECKER, f"{root}/decision", APPROVE | {"decided_on": day(4)})) == "day_before_step"
    await world.made(CHECKER, f"{root}/decision", APPROVE)
    assert code_of(await world.post(CHECKER, f"{root}/decision", APPROVE)) == "already_decided"
    for human in (CLAIMANT.person, CHECKER.person):
        who = desk("payment.order", person=human)
        assert code_of(await world.post(who, f"{root}/payment", order)) == "same_person"
    result = {"settled_on": day(5, 13), "all_paid_reference": "r"}
    assert code_of(await world.post(CONFIRMER, f"{root}/result", result)) == "step_not_due"
    assert (await world.post(ELSEWHERE, f"{root}/payment", order)).status_code == 404


async def test_who_died_after_the_list_was_approved_is_stopped_at_release(world: World) -> None:
    """死亡人员领取: the register is asked again before the money leaves."""
    numbers = [person(world, 1), person(world, 2)]
    batch = await approved(world, *numbers)
    person(world, 2, "dead")
    sent = await ordered(world, batch)
    assert [(line["state"], line["reason"]) for line in sent["lines"]] == [("ordered", None), ("stopped", "dead")]
    given = await world.seen(READER, f"/allocations/{batch['allocation_id']}")
    assert given["available_fen"] == 10_000_000 - 300_000
    await world.books_balance()


async def test_without_the_registers_answer_nothing_is_released(world: World) -> None:
    batch = await approved(world, person(world, 1))
    world.down.add("registry")
    path = f"/grant-batches/{batch['batch_id']}/payment"
    away = await world.post(RELEASER, path, {"order_no": "n1", "ordered_on": day(5, 12)})
    assert away.status_code == 503
    assert (await world.seen(READER, f"/grant-batches/{batch['batch_id']}"))["state"] == "approved"


async def test_a_list_of_dead_people_only_is_settled_without_a_fen(world: World) -> None:
    batch = await approved(world, person(world, 1))
    person(world, 1, "dead")
    assert (await ordered(world, batch))["state"] == "settled"
    await world.books_balance()


async def test_wrong_lists_are_refused_and_no_money_is_set_aside(world: World) -> None:
    given = await allocation(world, 500_000)
    number, other = person(world, 1), person(world, 2)
    works = await world.allocation(await world.money(1000), 1000)
    twice = body(given, number, other)
    twice["lines"][1]["ref"] = "r0"
    for request, code in (
        (body(works, number), "grants_not_for_works"),
        (body(given, number, fund_year=YEAR - 1), "other_fund_year"),
        (body(given, number, programme="moon_plan"), "programme_unknown"),
        (body(given, number, period=f"{YEAR}"), "period_wrong"),
        (body(given, number, period=f"{YEAR - 1}-{YEAR}-"), "period_wrong"),
        (body(given, number, period=f"{YEAR - 3}-{YEAR - 2}"), "period_wrong"),
        (body(given, number, prepared_on=day(3, 9)), "day_before_step"),
        (twice, "grant_line_repeated"),
        (body(given, number, other), "allocation_exhausted"),
    ):
        refused = await world.post(CLAIMANT, "/grant-batches", request)
        assert (refused.status_code, code_of(refused)) == (422, code)
    assert (await world.seen(READER, f"/allocations/{given['allocation_id']}"))["available_fen"] == 500_000
    assert (await world.get(READER, "/grants")).status_code == 422


async def test_a_result_names_lines_of_the_batch_once(world: World) -> None:
    batch = await ordered(world, await approved(world, person(world, 1), person(world, 2)))
    path = f"/grant-batches/{batch['batch_id']}/result"
    first = batch["lines"][0]["line_id"]

    def result(*ids: int) -> dict[str, Any]:
        lines = [{"line_id": one, "outcome": "paid", "bank_reference": uuid.uuid4().hex} for one in ids]
        return {"settled_on": day(5, 13), "lines": lines}

    assert code_of(await world.post(CONFIRMER, path, result(9_999))) == "grant_line_unknown"
    assert code_of(await world.post(CONFIRMER, path, result(first, first))) == "grant_line_repeated"
    assert code_of(await world.post(CONFIRMER, path, result())) == "no_grant_line_good"
    await world.made(CONFIRMER, path, result(first))
    assert code_of(await world.post(CONFIRMER, path, result(first))) == "grant_line_settled"


async def test_no_identity_number_is_in_the_database_and_every_reading_is_noted(world: World) -> None:
    number = person(world, 1)
    batch = await prepared(world, number)
    seen = await world.get(READER, f"/grant-batches/{batch['batch_id']}")
    assert number not in seen.text
    url = os.environ[server.ADMIN_DSN].rsplit("/", 1)[0] + "/" + world.funds.database
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch("select tablename from pg_tables where schemaname = 'public'")
        for table in tables:
            rows = await connection.fetch(f'select t::text as row from "{table["tablename"]}" t')
            assert not [row for row in rows if number in row["row"]], table["tablename"]
        trail = await connection.fetch("select subjects::text as subjects from read_trail")
    finally:
        await connection.close()
    assert "person-1" in trail[0]["subjects"]
