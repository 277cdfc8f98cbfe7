"""Payments over HTTP: three persons, the bank's answer, what comes back."""

from __future__ import annotations

import uuid
from typing import Any

from tests.services.funds.world import (
    CHECKER,
    CLAIMANT,
    CONFIRMER,
    ELSEWHERE,
    READER,
    RELEASER,
    World,
    claim_body,
    code_of,
    day,
    desk,
)


async def approved_claim(world: World, amount: int = 10_000) -> dict[str, Any]:
    allocation = await world.allocation(await world.money(amount), amount)
    return await world.review(await world.claim(allocation, amount))


async def test_a_claim_is_paid_and_final_only_when_the_bank_confirms(world: World) -> None:
    claim = await approved_claim(world)
    payment = await world.order(claim)
    assert (payment["amount_fen"], payment["payee_name"], payment["state"]) == (9_700, "某路桥公司", "ordered")
    paid = await world.settle(payment)
    assert paid["state"] == "paid"
    assert (await world.seen(READER, f"/claims/{claim['claim_id']}"))["state"] == "paid"
    again = await world.post(
        RELEASER,
        f"/payments/{payment['payment_id']}/result",
        {"outcome": "paid", "settled_on": day(5, 13), "bank_reference": "r9"},
    )
    assert (again.status_code, code_of(again)) == (409, "already_decided")
    await world.books_balance()


async def test_maker_checker_and_releaser_are_three_persons(world: World) -> None:
    claim = await approved_claim(world)
    for person in (CLAIMANT.person, CHECKER.person):
        who = desk("payment.order", person=person)
        body = {"claim_id": claim["claim_id"], "order_no": "n1", "ordered_on": day(5, 12)}
        refused = await world.post(who, "/payments", body)
        assert (refused.status_code, code_of(refused)) == (403, "same_person")
    assert (await world.seen(READER, "/payments"))["items"] == []


async def test_who_ordered_a_payment_does_not_enter_what_the_bank_says_of_it(world: World) -> None:
    payment = await world.order(await approved_claim(world))
    path = f"/payments/{payment['payment_id']}"
    for outcome in ("paid", "refused"):
        said = {"outcome": outcome, "settled_on": day(5, 13), "bank_reference": "r1"}
        own = await world.post(RELEASER, f"{path}/result", said)
        assert (own.status_code, code_of(own)) == (403, "same_person")
    assert (await world.seen(READER, path))["state"] == "ordered"
    await world.settle(payment)
    back = {"amount_fen": 700, "returned_on": day(6), "reason": "账号有误", "bank_reference": "b1"}
    own = await world.post(RELEASER, f"{path}/return", back)
    assert (own.status_code, code_of(own)) == (403, "same_person")
    await world.made(CONFIRMER, f"{path}/return", back)
    await world.books_balance()


async def test_an_unreviewed_or_refused_claim_is_not_paid(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    claim = await world.made(CLAIMANT, "/claims", claim_body(allocation, 100))
    body = {"claim_id": claim["claim_id"], "order_no": "n1", "ordered_on": day(5, 12)}
    assert code_of(await world.post(RELEASER, "/payments", body)) == "step_not_due"
    await world.review(claim, "refuse")
    assert code_of(await world.post(RELEASER, "/payments", body)) == "step_not_due"
    assert (await world.post(ELSEWHERE, "/payments", body)).status_code == 404


async def test_an_order_the_bank_refuses_gives_the_money_back_to_the_claim(world: World) -> None:
    claim = await approved_claim(world)
    payment = await world.order(claim)
    refused = await world.settle(payment, "refused")
    assert refused["state"] == "refused"
    assert (await world.seen(READER, f"/claims/{claim['claim_id']}"))["state"] == "approved"
    second = await world.order(claim, on=day(5, 14))
    await world.settle(second, on=day(5, 15))
    assert (await world.progress())["total"]["paid_fen"] == 9_700
    await world.books_balance()


async def test_a_claim_is_ordered_once_and_numbers_are_used_once(world: World) -> None:
    claim = await approved_claim(world)
    body = {"claim_id": claim["claim_id"], "order_no": "n1", "ordered_on": day(5, 12)}
    payment = await world.made(RELEASER, "/payments", body)
    assert code_of(await world.post(RELEASER, "/payments", body | {"order_no": "n2"})) == "step_not_due"
    other = await approved_claim(world)
    taken = await world.post(RELEASER, "/payments", body | {"claim_id": other["claim_id"]})
    assert (taken.status_code, code_of(taken)) == (409, "order_number_taken")
    path = "/payments/{}/result"
    result = {"outcome": "paid", "settled_on": day(5, 13), "bank_reference": "r1"}
    await world.made(CONFIRMER, path.format(payment["payment_id"]), result)
    second = await world.order(other)
    taken = await world.post(CONFIRMER, path.format(second["payment_id"]), result)
    assert (taken.status_code, code_of(taken)) == (409, "bank_reference_taken")
    assert (await world.seen(READER, f"/payments/{second['payment_id']}"))["state"] == "ordered"
    await world.books_balance()


async def test_days_of_order_and_result_follow_each_other(world: World) -> None:
    claim = await approved_claim(world)
    body = {"claim_id": claim["claim_id"], "order_no": "n1"}
    early = await world.post(RELEASER, "/payments", body | {"ordered_on": day(5, 9)})
    assert code_of(early) == "day_before_step"
    payment = await world.order(claim)
    result = {"outcome": "paid", "settled_on": day(5, 11), "bank_reference": "r1"}
    early = await world.post(CONFIRMER, f"/payments/{payment['payment_id']}/result", result)
    assert code_of(early) == "day_before_step"


async def test_money_that_comes_back_is_spent_no_more_and_may_be_claimed_again(world: World) -> None:
    claim = await approved_claim(world)
    payment = await world.settle(await world.order(claim))
    path = f"/payments/{payment['payment_id']}/return"
    body = {"amount_fen": 700, "returned_on": day(6), "reason": "账号有误", "bank_reference": "b1"}
    back = await world.made(CONFIRMER, path, body)
    assert (back["returned_fen"], back["returns"][0]["reason"]) == (700, "账号有误")
    total = (await world.progress())["total"]
    assert (total["paid_fen"], total["returned_fen"], total["progress"]) == (9_700, 700, "0.900000")
    assert (await world.progress(as_of=day(5, 31)))["total"]["returned_fen"] == 0
    allocation = await world.seen(READER, f"/allocations/{claim['allocation_id']}")
    assert allocation["available_fen"] == 700
    too_much = await world.post(CONFIRMER, path, body | {"amount_fen": 9_001, "bank_reference": "b2"})
    assert (too_much.status_code, code_of(too_much)) == (422, "return_too_large")
    assert code_of(await world.post(CONFIRMER, path, body | {"amount_fen": 1})) == "bank_reference_taken"
    assert code_of(await world.post(CONFIRMER, path, body | {"returned_on": day(5), "bank_reference": "b3"})) == (
        "day_before_step"
    )
    transfers = await world.seen(READER, "/ledger/transfers")
    returned = next(row for row in transfers["items"] if row["kind"] == "return")
    paid = next(row for row in transfers["items"] if row["kind"] == "pay")
    assert returned["reverses"] == paid["transfer_id"]
    await world.books_balance()


async def test_money_does_not_come_back_from_an_order_not_paid(world: World) -> None:
    payment = await world.order(await approved_claim(world))
    body = {"amount_fen": 1, "returned_on": day(6), "reason": "退回", "bank_reference": uuid.uuid4().hex}
    refused = await world.post(CONFIRMER, f"/payments/{payment['payment_id']}/return", body)
    assert (refused.status_code, code_of(refused)) == (409, "step_not_due")
