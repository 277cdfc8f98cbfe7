"""银行回单号: a bank's number names one movement of money at that bank, and another bank may use it as well."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.services.funds import credit
from tests.services.funds.api import test_donations as giving
from tests.services.funds.api import test_grant_returns as grants
from tests.services.funds.api.test_payments import approved_claim
from tests.services.funds.world import CONFIRMER, READER, World, claim_body, code_of, day, desk, grant_of

NEIGHBOUR = "341621"
EVERYTHING = ("receipt.register", "allocation.propose", "allocation.decide", "claim.file", "claim.review",
              "payment.order", "payment.confirm", "fund.read", "claim.read")  # fmt: skip


def neighbour(**changes: Any) -> Any:
    return desk(*EVERYTHING, office=f"{NEIGHBOUR}-finance", scope=(NEIGHBOUR,), **changes)


async def neighbours_order(world: World) -> dict[str, Any]:
    """A payment of the neighbouring county, which its own bank has."""
    world.projects["Q1"] = grant_of("Q1", county_code=NEIGHBOUR, division_code=f"{NEIGHBOUR}101200")
    maker, checker, releaser = neighbour(), neighbour(), neighbour()
    receipt = await world.receipt(await world.document({NEIGHBOUR: 10_000}), NEIGHBOUR, maker)
    body = {"receipt_id": receipt["receipt_id"], "project_code": "Q1", "amount_fen": 10_000, "proposed_on": day(3)}
    given = await world.made(maker, "/allocations", body)
    decision = {"outcome": "approve", "opinion": "同意", "decided_on": day(3, 10)}
    given = await world.made(checker, f"/allocations/{given['allocation_id']}/decision", decision)
    claimant = replace(neighbour(), office="341622-transport")
    claim = await world.made(claimant, "/claims", claim_body(given, 10_000))
    reviewed = {"outcome": "approve", "opinion": "已核", "reviewed_on": day(5, 10)}
    await world.made(checker, f"/claims/{claim['claim_id']}/review", reviewed)
    order = {"claim_id": claim["claim_id"], "order_no": "n1", "ordered_on": day(5, 12)}
    return await world.made(releaser, "/payments", order)


async def test_the_banks_of_two_counties_may_use_one_number(world: World) -> None:
    said = {"outcome": "paid", "settled_on": day(5, 13), "bank_reference": "20250513000001"}
    ours, theirs = await world.order(await approved_claim(world)), await neighbours_order(world)
    await world.made(CONFIRMER, f"/payments/{ours['payment_id']}/result", said)
    paid = await world.made(neighbour(), f"/payments/{theirs['payment_id']}/result", said)
    assert (paid["state"], paid["bank_reference"]) == ("paid", "20250513000001")
    back = {"amount_fen": 700, "returned_on": day(6), "reason": "账号有误", "bank_reference": "20250601000001"}
    for who, payment in ((CONFIRMER, ours), (neighbour(), theirs)):
        await world.made(who, f"/payments/{payment['payment_id']}/return", back)
    there = replace(giving.MAKER, scope=(NEIGHBOUR,), office=f"{NEIGHBOUR}-aid")
    body = giving.donation(bank_reference="20250601000001")
    await world.made(giving.MAKER, "/donations", body)
    await world.made(there, "/donations", body | {"division_code": NEIGHBOUR})
    again = await world.post(giving.MAKER, "/donations", body)
    assert (again.status_code, code_of(again)) == (409, "bank_reference_taken")
    await world.books_balance()


async def test_two_banks_of_one_county_may_use_one_number_for_what_they_lend_and_get_back(world: World) -> None:
    decided, teller = (replace(credit.bank_desk(), office="341622-other-bank") for _ in range(2))
    ours = await credit.approved(world, credit.household(world, 1))
    theirs = await credit.applied(world, credit.household(world, 2))
    for of_month, (path, who) in enumerate(credit.STEPS, start=6):
        body = credit.APPROVE | {"decided_on": day(1, of_month)}
        by = decided if path == "bank-decision" else who
        await world.made(by, f"/loans/{theirs['loan_id']}/{path}", body)
    payout, back = credit.disbursement(), credit.repayment(1_000, day(5))
    for who, loan in ((credit.TELLER, ours), (teller, theirs)):
        await world.made(who, f"/loans/{loan['loan_id']}/disbursement", payout)
        await world.made(who, f"/loans/{loan['loan_id']}/repayments", back)
        again = await world.post(who, f"/loans/{loan['loan_id']}/repayments", back)
        assert (again.status_code, code_of(again)) == (409, "bank_reference_taken")
    third = await credit.approved(world, credit.household(world, 3))
    taken = await world.post(credit.TELLER, f"/loans/{third['loan_id']}/disbursement", payout)
    assert (taken.status_code, code_of(taken)) == (409, "disbursement_number_taken")


async def test_money_that_came_back_does_not_bear_the_number_of_another_payment(world: World) -> None:
    first = await world.settle(await world.order(await approved_claim(world)))
    second = await world.settle(await world.order(await approved_claim(world)))
    path = f"/payments/{second['payment_id']}/return"
    back = {"amount_fen": 700, "returned_on": day(6), "reason": "账号有误", "bank_reference": first["bank_reference"]}
    taken = await world.post(CONFIRMER, path, back)
    assert (taken.status_code, code_of(taken)) == (409, "bank_reference_taken")
    assert (await world.seen(READER, f"/payments/{second['payment_id']}"))["returned_fen"] == 0
    own = back | {"bank_reference": second["bank_reference"]}
    assert (await world.made(CONFIRMER, path, own))["returned_fen"] == 700
    await world.books_balance()


async def test_a_grant_that_came_back_does_not_bear_the_number_of_another_grant(world: World) -> None:
    batch = await grants.paid(world, 1, 2)
    numbers = [line["bank_reference"] for line in batch["lines"]]
    taken = await world.post(CONFIRMER, grants.path_of(batch), grants.back(bank_reference=numbers[1]))
    assert (taken.status_code, code_of(taken)) == (409, "bank_reference_taken")
    await world.made(CONFIRMER, grants.path_of(batch), grants.back(bank_reference=numbers[0]))
    await world.books_balance()
