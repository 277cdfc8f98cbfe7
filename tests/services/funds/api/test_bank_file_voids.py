"""A file of payments taken back before the bank answered it, or with an account nobody is paid on any more."""

from __future__ import annotations

import asyncio

from tests.services.funds.api import bank
from tests.services.funds.checks import check_walks
from tests.services.funds.world import CONFIRMER, COUNTY, READER, World, code_of, day, desk

WHY = {"reason": "收款账户已销户"}
NEW = "6228480402564890026"


async def test_a_file_the_bank_has_not_answered_is_taken_back_by_another_person(world: World) -> None:
    payments = await bank.ordered(world, [10_000, 20_000])
    await bank.account(world)
    file = await bank.built(world, payments)
    path = f"/bank-files/{file['bank_file_id']}"
    assert code_of(await world.post(bank.CASHIER, f"{path}/void", WHY)) == "same_person"
    answers = await asyncio.gather(*(world.insist(bank.SECOND, f"{path}/void", WHY) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert (await world.seen(READER, path))["void"]["reason"] == WHY["reason"]
    (listed,) = (await world.seen(READER, "/bank-files"))["items"]
    assert listed["void"]["voided_by"] == bank.SECOND.account
    assert code_of(await bank.take(world, file)) == "file_voided"
    told = await bank.send(world, file, bank.answer_of(file, "成功", "成功"))
    assert code_of(told) == "file_voided"
    again = await bank.built(world, payments)
    assert [line["end_to_end_id"] for line in again["lines"]] != [line["end_to_end_id"] for line in file["lines"]]
    twice = await world.post(bank.CASHIER, "/bank-files", {"payment_ids": [payments[0]["payment_id"]]})
    assert code_of(twice) == "payment_in_file"
    told = await bank.send(world, again, bank.answer_of(again, "成功", "成功"))
    assert told.status_code == 200, told.text
    late = await world.post(bank.SECOND, f"/bank-files/{again['bank_file_id']}/void", WHY)
    assert code_of(late) == "file_answered"
    elsewhere = desk("bank_file.build", scope=("341621",))
    assert (await world.post(elsewhere, f"{path}/void", WHY)).status_code == 404
    await check_walks(world)


async def test_an_order_of_a_voided_file_is_settled_by_hand(world: World) -> None:
    (payment,) = await bank.ordered(world, [10_000])
    await bank.account(world)
    file = await bank.built(world, [payment])
    by_hand = {"outcome": "paid", "settled_on": bank.TODAY, "bank_reference": "slip-1"}
    path = f"/payments/{payment['payment_id']}/result"
    assert code_of(await world.post(CONFIRMER, path, by_hand)) == "payment_with_bank"
    await world.made(bank.SECOND, f"/bank-files/{file['bank_file_id']}/void", WHY)
    await world.made(CONFIRMER, path, by_hand)
    await check_walks(world)


async def test_a_file_made_before_an_account_changed_does_not_leave_and_is_built_anew(world: World) -> None:
    """Nobody is paid on the old account; the file is voided, and the new one bears the account of now."""
    await world.policy("account_cool_down", "0", "day", day(1), place="34")
    payments = await bank.ordered(world, [10_000, 20_000])
    await bank.account(world)
    file = await bank.built(world, payments)
    proposed = await world.made(bank.PROPOSER, "/payee-accounts", bank.account_body(NEW, reason="原账户已销户"))
    assert (await bank.take(world, file)).status_code == 200, "nobody approved it yet"
    await world.made(bank.DECIDER, f"/payee-accounts/{proposed['payee_account_id']}/decision", bank.YES)
    refused = await bank.take(world, file)
    assert (code_of(refused), refused.json()["facts"]) == ("file_account_changed", {"lines": 2})
    await world.made(bank.SECOND, f"/bank-files/{file['bank_file_id']}/void", WHY)
    again = await bank.built(world, payments)
    taken = await bank.take(world, again)
    assert {row[3] for row in bank.cells(taken.content)[1:3]} == {NEW}
    assert again["county_code"] == COUNTY


async def test_what_was_taken_before_an_account_changed_is_answered_all_the_same(world: World) -> None:
    """The bank has it: its answer to the file is entered, as it came."""
    (payment,) = await bank.ordered(world, [10_000])
    await bank.account(world)
    file = await bank.built(world, [payment])
    assert (await bank.take(world, file)).status_code == 200
    await bank.account(world, NEW, reason="原账户已销户")
    told = await bank.send(world, file, bank.answer_of(file, "退汇"))
    assert told.status_code == 200, told.text
    await check_walks(world)
