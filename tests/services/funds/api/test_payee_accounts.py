"""Payees' accounts over HTTP: two persons, one payee each, never in clear, a change waits."""

from __future__ import annotations

import asyncio

from sqlalchemy import text

from tests.services.funds.api.bank import (
    ACCOUNT,
    CASHIER,
    DECIDER,
    PROPOSER,
    USCC,
    YES,
    account,
    account_body,
    built,
    cells,
    ordered,
    take,
)
from tests.services.funds.world import COUNTY, READER, World, code_of, day, desk, grant_of

OTHER = "6228480402564890026"


async def test_an_account_is_used_once_another_person_approved_it_and_is_shown_masked(world: World) -> None:
    payment = (await ordered(world, [10_000]))[0]
    proposed = await world.made(PROPOSER, "/payee-accounts", account_body())
    assert (proposed["payee_name"], proposed["account_masked"]) == ("某路桥公司", "********0018")
    assert ACCOUNT not in str(proposed)
    path = f"/payee-accounts/{proposed['payee_account_id']}/decision"
    own = desk("payee_account.decide", person=PROPOSER.person)
    assert code_of(await world.post(own, path, YES)) == "same_person"
    body = {"payment_ids": [payment["payment_id"]]}
    waiting = await world.post(CASHIER, "/bank-files", body)
    assert (waiting.status_code, code_of(waiting)) == (422, "payee_account_missing")
    answers = await asyncio.gather(*(world.insist(desk("payee_account.decide"), path, YES) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    await built(world, [payment])
    listed = await world.seen(READER, "/payee-accounts", payee_uscc=USCC)
    assert [row["state"] for row in listed["items"]] == ["approved"]
    assert ACCOUNT not in str(listed)


async def test_a_changed_account_is_paid_on_after_the_waiting_days(world: World) -> None:
    payment = (await ordered(world, [10_000]))[0]
    await account(world)
    changed = await account(world, OTHER, reason="原账户退汇")
    assert changed["usable_from"] > day(1)
    waits = await world.post(CASHIER, "/bank-files", {"payment_ids": [payment["payment_id"]]})
    assert (waits.status_code, code_of(waits)) == (422, "payee_account_waits")
    assert waits.json()["facts"] == {"usable_from": changed["usable_from"]}


async def test_without_waiting_days_the_change_holds_at_once(world: World) -> None:
    await world.policy("account_cool_down", "0", "day", day(1), place="34")
    payment = (await ordered(world, [10_000]))[0]
    await account(world)
    await account(world, OTHER)
    file = await built(world, [payment])
    assert file["lines"][0]["account_masked"] == "********0026"


async def test_one_account_serves_one_payee_and_a_payee_proposes_one_at_a_time(world: World) -> None:
    world.projects["P2"] = grant_of("P2", contractor_uscc="91341622MA2N000001", contractor_name="另一公司")
    await ordered(world, [10_000])
    await world.claim(await world.allocation(await world.money(1_000), 1_000, "P2"), 100)
    await account(world)
    shared = await world.post(PROPOSER, "/payee-accounts", account_body(payee_uscc="91341622MA2N000001"))
    assert (shared.status_code, code_of(shared)) == (422, "account_shared")
    same = await world.post(PROPOSER, "/payee-accounts", account_body())
    assert code_of(same) == "account_unchanged"
    await world.made(PROPOSER, "/payee-accounts", account_body(OTHER))
    second = await world.post(PROPOSER, "/payee-accounts", account_body("6228480402564890034"))
    assert (second.status_code, code_of(second)) == (409, "account_proposed")


async def test_a_payee_nobody_contracted_and_a_county_elsewhere_have_no_account(world: World) -> None:
    unknown = await world.post(PROPOSER, "/payee-accounts", account_body(payee_uscc="91341622MA2N000009"))
    assert (unknown.status_code, code_of(unknown)) == (422, "payee_unknown")
    outside = desk("payee_account.propose", scope=("341621",))
    assert (await world.post(outside, "/payee-accounts", account_body())).status_code == 404
    for wrong in ({"account": "62284804x"}, {"account": 6228480402564890018}, {"bank_name": "=HYPERLINK(1)"}):
        assert (await world.post(PROPOSER, "/payee-accounts", account_body() | wrong)).status_code == 422


async def test_a_sealed_account_copied_to_another_row_does_not_open(world: World) -> None:
    """The control of sealing: what is bound to its row is of no use elsewhere."""
    from cryptography.exceptions import InvalidTag

    from services.funds.storage.sealing import Place

    await ordered(world, [10_000])
    await account(world)
    async with world.funds.fastapi.state.database.session() as session:
        sealed, row = (await session.execute(text("select account_sealed, seal_row from payee_accounts"))).one()
    seals = world.funds.fastapi.state.seals
    assert seals.open(sealed, Place("payee_accounts", row, "account")) == ACCOUNT
    try:
        seals.open(sealed, Place("payee_accounts", "0" * 32, "account"))
    except InvalidTag:
        return
    raise AssertionError("it opened elsewhere")


async def test_a_refused_account_is_never_paid_on(world: World) -> None:
    payment = (await ordered(world, [10_000]))[0]
    proposed = await world.made(PROPOSER, "/payee-accounts", account_body())
    path = f"/payee-accounts/{proposed['payee_account_id']}/decision"
    refused = await world.made(DECIDER, path, YES | {"outcome": "refuse"})
    assert (refused["state"], refused["usable_from"]) == ("refused", None)
    again = await world.post(CASHIER, "/bank-files", {"payment_ids": [payment["payment_id"]]})
    assert code_of(again) == "payee_account_missing"
    assert refused["county_code"] == COUNTY


async def test_a_contractor_two_projects_write_in_two_ways_is_paid_by_both(world: World) -> None:
    first = (await ordered(world, [10_000]))[0]
    await account(world)
    world.projects["P2"] = grant_of("P2", contractor_name="某路桥有限公司")
    await world.tell("P2")
    allocation = await world.allocation(await world.money(20_000), 20_000, "P2")
    claim = await world.claim(allocation, 20_000)
    await world.review(claim)
    second = await world.order(claim)
    body = {"payment_ids": [first["payment_id"], second["payment_id"]]}
    file = await world.made(CASHIER, "/bank-files", body)
    assert len({line["payee_name"] for line in file["lines"]}) == 1


async def test_a_contractor_that_bears_another_name_is_paid_on_the_account_in_that_name(world: World) -> None:
    """The same account is entered and approved anew; orders of before leave in the new name, too."""
    old = (await ordered(world, [10_000]))[0]
    await account(world)
    renamed = "某路桥集团有限公司"
    world.projects["P1"] = grant_of("P1", version=2, contractor_name=renamed)
    new = (await ordered(world, [20_000]))[0]
    body = {"payment_ids": [new["payment_id"], old["payment_id"]]}
    assert code_of(await world.post(CASHIER, "/bank-files", body)) == "payee_account_missing"
    await world.policy("account_cool_down", "0", "day", day(1), place="34")
    await account(world)
    assert code_of(await world.post(PROPOSER, "/payee-accounts", account_body())) == "account_unchanged"
    file = await world.made(CASHIER, "/bank-files", body)
    assert [line["payee_name"] for line in file["lines"]] == [renamed, renamed]
    taken = await take(world, file)
    assert [row[2] for row in cells(taken.content)[1:3]] == [renamed, renamed]
