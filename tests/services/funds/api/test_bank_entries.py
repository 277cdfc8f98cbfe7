"""回单登记冲销: a return, dividend, contribution, repayment, deposit or recovery that should not have been entered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.services.funds import credit
from tests.services.funds.api import test_dividends as dividends
from tests.services.funds.api import test_grant_regrants as regrants
from tests.services.funds.api import test_grant_returns as returns
from tests.services.funds.api import test_household_cards as cards
from tests.services.funds.api import test_pools as pools
from tests.services.funds.api import test_risk_funds as risk
from tests.services.funds.api.test_payments import approved_claim
from tests.services.funds.credit import APPROVE, household
from tests.services.funds.world import CLAIMANT, COUNTY, READER, World, code_of, day, desk

MAKING = (
    "payment.confirm",
    "pool.manage",
    "pool.lend",
    "dividend.enter",
    "dividend.pay",
    "risk_fund.manage",
    "risk_fund.claim",
)
DECIDING = ("payment.confirm", "pool.decide", "dividend.decide", "risk_fund.decide")
READING = ("fund.read", "grant.read", "pool.read", "dividend.read", "risk_fund.read", "bank_entry.read")
MAKER = desk(*MAKING, *READING, "bank_entry.reverse", office=f"{COUNTY}-aid", sector="aid")
CHECKER = desk(*DECIDING, *READING, "bank_entry.decide", office=f"{COUNTY}-finance", sector="finance")
ELSEWHERE = "341621"
BANK_MAKER = desk(*MAKING, *READING, "bank_entry.reverse", office=f"{COUNTY}-bank", sector="banking")
WRONG = {"reason": "金额多录一位"}
Entered = tuple[str, int, str, dict[str, Any]]
"""A kind of entries, what they are of, the path they are entered at and the body of the newest."""


async def a_dividend(world: World) -> Entered:
    share = await dividends.held(world, household(world, 1), await dividends.origin(world))
    return "dividend_payment", share["share_id"], "/dividend-shares/{}/payments", dividends.payment(80_000)


async def a_contribution(world: World) -> Entered:
    pool = await pools.opened(world)
    own = {"origin": "member", "member_id": await pools.member(world, pool)}
    return "pool_contribution", pool, "/pools/{}/contributions", pools.money(50_000) | own


async def a_repayment(world: World) -> Entered:
    pool = await pools.opened(world)
    row = await pools.lent(world, pool, pools.lending(100_000, member_id=await pools.member(world, pool)))
    return (
        "pool_repayment",
        row["lending_id"],
        "/pool-lendings/{}/repayments",
        pools.money(100_000, "repaid_on", day(4)),
    )


async def a_deposit(world: World) -> Entered:
    body = risk.money(300_000) | {"origin": "县级预算"}
    return "risk_fund_deposit", await risk.fund(world), "/risk-funds/{}/deposits", body


async def a_recovery(world: World) -> Entered:
    fund = await risk.fund(world, 5_000_000)
    row = await risk.claimed(world, fund, await risk.overdue(world, fund))
    path = f"/risk-compensations/{row['compensation_id']}/decision"
    await world.made(credit.FINANCE, path, APPROVE | {"decided_on": day(12, 2)})
    body = risk.money(1_500_000, "recovered_on", day(12, 3))
    return "risk_recovery", row["compensation_id"], "/risk-compensations/{}/recoveries", body


async def a_return(world: World) -> Entered:
    payment = await world.settle(await world.order(await approved_claim(world)))
    body = {"amount_fen": 9_700, "returned_on": day(6), "reason": "记错一笔", "bank_reference": "back-1"}
    return "payment_return", payment["payment_id"], "/payments/{}/return", body


async def a_grant_return(world: World) -> Entered:
    batch = await returns.paid(world, 11, 12)
    return "grant_return", batch["lines"][0]["line_id"], "/grants/{}/return", returns.back()


ENTRIES = [a_return, a_grant_return, a_dividend, a_contribution, a_repayment, a_deposit, a_recovery]
Making = Callable[[World], Awaitable[Entered]]


def maker_of(kind: str) -> Any:
    return BANK_MAKER if kind == "risk_recovery" else MAKER


async def entries(world: World, kind: str, owner_id: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await world.seen(CHECKER, "/bank-entries", kind=kind, owner_id=owner_id))["items"]
    return found


async def asked(world: World, kind: str, entry_id: int) -> dict[str, Any]:
    body = {"kind": kind, "entry_id": entry_id} | WRONG
    return await world.made(maker_of(kind), "/bank-entry-reversals", body)


def decision(asked_for: dict[str, Any]) -> str:
    return f"/bank-entry-reversals/{asked_for['reversal_id']}/decision"


UNDO = APPROVE | {"decided_on": day(12, 20)}


async def undone(world: World, kind: str, entry_id: int) -> dict[str, Any]:
    return await world.made(CHECKER, decision(await asked(world, kind, entry_id)), UNDO)


async def tried(world: World, kind: str, entry_id: int) -> Any:
    return await world.post(CHECKER, decision(await asked(world, kind, entry_id)), UNDO)


async def entered(world: World, make: Making) -> tuple[Entered, int, dict[str, Any], Any]:
    """What was entered, its id, the answer to it, and how to enter it with another amount."""
    told = await make(world)
    kind, owner_id, path, body = told

    async def enter(amount: int | None = None) -> dict[str, Any]:
        return await world.made(
            maker_of(kind), path.format(owner_id), body | ({"amount_fen": amount} if amount else {})
        )

    answer = await enter()
    return told, (await entries(world, kind, owner_id))[0]["entry_id"], answer, enter


@pytest.mark.parametrize("make", ENTRIES)
async def test_what_was_entered_wrongly_is_undone_by_a_second_person_and_entered_right(
    world: World, make: Making
) -> None:
    (kind, owner_id, path, body), entry_id, answer, enter = await entered(world, make)
    taken = await world.post(maker_of(kind), path.format(owner_id), body)
    assert taken.status_code in (409, 422)
    row = await asked(world, kind, entry_id)
    amount = body.get("amount_fen", 300_000)
    assert (row["state"], row["amount_fen"], row["owner_id"]) == ("proposed", amount, owner_id)
    again = await world.post(maker_of(kind), "/bank-entry-reversals", {"kind": kind, "entry_id": entry_id} | WRONG)
    assert (again.status_code, code_of(again)) == (409, "entry_reversed")
    made = await world.made(CHECKER, decision(row), UNDO)
    assert (made["state"], made["decided_on"]) == ("approved", day(12, 20))
    assert code_of(await world.post(CHECKER, decision(row), UNDO)) == "already_decided"
    (first, *_) = await entries(world, kind, owner_id)
    assert (first["entry_id"], first["undone_on"], first["amount_fen"]) == (entry_id, day(12, 20), amount)
    (listed,) = (await world.seen(CHECKER, "/bank-entry-reversals", state="approved"))["items"]
    assert listed == made
    await world.books_balance()
    # The same reference, now right; everything is as if the wrong one had never been.
    right = await enter()
    assert {**right, "return_id": 0} == {**answer, "return_id": 0}
    await world.books_balance()


@pytest.mark.parametrize("make", ENTRIES)
async def test_an_undoing_that_is_refused_changes_nothing_and_may_be_asked_for_again(
    world: World, make: Making
) -> None:
    (kind, owner_id, _, _), entry_id, _, _ = await entered(world, make)
    before = await entries(world, kind, owner_id)
    row = await asked(world, kind, entry_id)
    made = await world.made(CHECKER, decision(row), UNDO | {"outcome": "refuse"})
    assert made["state"] == "refused"
    assert await entries(world, kind, owner_id) == before
    assert (await asked(world, kind, entry_id))["reversal_id"] != row["reversal_id"]


async def test_what_was_lent_or_claimed_since_is_not_undone(world: World) -> None:
    pool = await pools.opened(world, 400_000)
    (first,) = await entries(world, "pool_contribution", pool)
    await pools.lent(world, pool, pools.lending(300_000, member_id=await pools.member(world, pool)))
    refused = await tried(world, "pool_contribution", first["entry_id"])
    assert (refused.status_code, code_of(refused)) == (422, "pool_short")
    assert await pools.parts(world, pool) == (100_000, 0, 300_000)
    fund = await risk.fund(world, 5_000_000)
    await risk.claimed(world, fund, await risk.overdue(world, fund, 2))
    (put,) = await entries(world, "risk_fund_deposit", fund)
    refused = await tried(world, "risk_fund_deposit", put["entry_id"])
    assert refused.status_code == 422
    assert await risk.seen(world, fund) == (1_000_000, 4_000_000, 5_000_000)
    (still,) = await entries(world, "risk_fund_deposit", fund)
    assert still["undone_on"] is None
    await world.books_balance()


async def test_what_a_departure_or_another_claim_was_settled_on_is_not_undone(world: World) -> None:
    pool = await pools.opened(world)
    member = await pools.member(world, pool)
    lending = await pools.lent(world, pool, pools.lending(100_000, member_id=member))
    back = pools.money(100_000, "repaid_on", day(4))
    await world.made(MAKER, f"/pool-lendings/{lending['lending_id']}/repayments", back)
    own = pools.money(50_000) | {"origin": "member", "member_id": member}
    await world.made(MAKER, f"/pools/{pool}/contributions", own)
    await pools.left(world, member, day(6))
    (repaid,) = await entries(world, "pool_repayment", lending["lending_id"])
    put_in, _ = await entries(world, "pool_contribution", pool)
    for kind, entry in (("pool_repayment", repaid), ("pool_contribution", put_in)):
        refused = await tried(world, kind, entry["entry_id"])
        assert (refused.status_code, code_of(refused)) == (422, "entry_settled")
    fund = await risk.fund(world, 9_000_000)
    loan = await risk.overdue(world, fund, 3)
    row = await risk.claimed(world, fund, loan)
    path = f"/risk-compensations/{row['compensation_id']}"
    await world.made(credit.FINANCE, f"{path}/decision", APPROVE | {"decided_on": day(12, 2)})
    await world.made(credit.TELLER, f"{path}/recoveries", risk.money(1_500_000, "recovered_on", day(12, 3)))
    await risk.claimed(world, fund, loan, day(12, 4))
    (recovery,) = await entries(world, "risk_recovery", row["compensation_id"])
    refused = await tried(world, "risk_recovery", recovery["entry_id"])
    assert (refused.status_code, code_of(refused)) == (422, "entry_settled")
    await world.books_balance()


async def test_only_who_may_make_an_entry_asks_and_only_who_may_decide_on_such_money_undoes(world: World) -> None:
    (kind, owner_id, _, _), entry_id, _, _ = await entered(world, a_contribution)
    body = {"kind": kind, "entry_id": entry_id} | WRONG
    stranger = desk("bank_entry.reverse", "bank_entry.decide", "bank_entry.read", "dividend.read")
    assert (await world.post(stranger, "/bank-entry-reversals", body)).status_code == 403
    assert (await world.get(stranger, "/bank-entries", kind=kind, owner_id=owner_id)).status_code == 403
    elsewhere = desk(*MAKING, *READING, "bank_entry.reverse", office=f"{ELSEWHERE}-aid", scope=(ELSEWHERE,))
    assert (await world.post(elsewhere, "/bank-entry-reversals", body)).status_code == 404
    assert (await world.get(elsewhere, "/bank-entries", kind=kind, owner_id=owner_id)).status_code == 404
    row = await asked(world, kind, entry_id)
    assert (await world.post(stranger, decision(row), UNDO)).status_code == 403
    assert (await world.seen(stranger, "/bank-entry-reversals"))["items"] == []
    both = desk(*MAKING, *DECIDING, *READING, "bank_entry.reverse", "bank_entry.decide")
    _, paid, _, _ = await entered(world, a_dividend)
    own = await world.made(both, "/bank-entry-reversals", {"kind": "dividend_payment", "entry_id": paid} | WRONG)
    assert code_of(await world.post(both, decision(own), UNDO)) == "same_person"
    _, recovery, _, _ = await entered(world, a_recovery)
    of_bank = {"kind": "risk_recovery", "entry_id": recovery} | WRONG
    assert (await world.post(MAKER, "/bank-entry-reversals", of_bank)).status_code in (403, 404, 422)


async def test_two_who_undo_at_once_undo_it_once(world: World) -> None:
    (kind, owner_id, _, body), entry_id, _, _ = await entered(world, a_deposit)
    row = await asked(world, kind, entry_id)
    other = desk(*DECIDING, *READING, "bank_entry.decide", office=f"{COUNTY}-finance", sector="finance")
    answers = await asyncio.gather(*(world.insist(who, decision(row), UNDO) for who in (CHECKER, other, CHECKER)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert await risk.seen(world, owner_id) == (1_000_000, 0, 0)
    assert body["amount_fen"] == 300_000
    await world.books_balance()


async def test_a_dividend_undone_is_due_again_and_the_card_tells_both(world: World) -> None:
    (_, share, _, _), entry_id, _, _ = await entered(world, a_dividend)
    file = await world.seen(CHECKER, f"/dividend-shares/{share}", as_of=day(12, 31))
    assert file["shortfall_fen"] == 0
    await undone(world, "dividend_payment", entry_id)
    file = await world.seen(CHECKER, f"/dividend-shares/{share}", as_of=day(12, 31))
    assert (file["shortfall_fen"], file["paid_fen"], file["years"][0]["paid_fen"]) == (80_000, 0, 0)
    assert await cards.moved(world) == [
        ("dividend_reversal", "out", day(12, 20), 80_000),
        ("dividend", "in", day(4, 2), 80_000),
    ]


async def test_a_contribution_undone_is_not_paid_out_when_the_member_leaves(world: World) -> None:
    (_, pool, _, body), entry_id, _, enter = await entered(world, a_contribution)
    await undone(world, "pool_contribution", entry_id)
    await enter(5_000)
    await pools.left(world, body["member_id"], day(6))
    assert await pools.parts(world, pool) == (1_000_000, 0, 0)
    assert await cards.moved(world) == [
        ("pool_contribution_reversal", "in", day(12, 20), 50_000),
        ("pool_withdrawal", "in", day(6), 5_000),
        ("pool_contribution", "out", day(2), 5_000),
        ("pool_contribution", "out", day(2), 50_000),
    ]
    await world.books_balance()


async def test_a_lending_whose_last_repayment_is_undone_is_owed_again(world: World) -> None:
    (_, lending, _, _), entry_id, answer, enter = await entered(world, a_repayment)
    assert answer["state"] == "repaid"
    await undone(world, "pool_repayment", entry_id)
    (row,) = (await world.seen(CHECKER, "/pool-lendings"))["items"]
    assert (row["lending_id"], row["state"], row["outstanding_fen"]) == (lending, "lent", 100_000)
    assert (await enter(40_000))["outstanding_fen"] == 60_000
    await world.books_balance()


async def test_a_payment_whose_return_is_undone_is_paid_and_spent_again(world: World) -> None:
    (_, payment_id, _, _), entry_id, answer, _ = await entered(world, a_return)
    assert answer["state"] == "returned"
    total = (await world.progress())["total"]
    assert (total["paid_fen"], total["returned_fen"]) == (9_700, 9_700)
    await undone(world, "payment_return", entry_id)
    seen = await world.seen(CHECKER, f"/payments/{payment_id}")
    assert (seen["state"], seen["returns"]) == ("paid", [])
    assert (await world.seen(READER, f"/claims/{seen['claim_id']}"))["state"] == "paid"
    total = (await world.progress(as_of=day(6)))["total"]
    assert (total["paid_fen"], total["returned_fen"]) == (9_700, 0)
    walk = await world.seen(READER, "/trace", payment_id=payment_id)
    assert not [node for node in walk["nodes"] if node["type"] == "return"]
    await world.books_balance()


async def test_a_return_claimed_again_or_spent_elsewhere_since_is_not_undone(world: World) -> None:
    (_, payment_id, _, _), entry_id, answer, _ = await entered(world, a_return)
    again = {"claimed_on": day(6, 2)}
    made = await world.made(CLAIMANT, f"/claims/{answer['claim_id']}/again", again)
    refused = await tried(world, "payment_return", entry_id)
    assert (refused.status_code, code_of(refused)) == (422, "entry_settled")
    await world.review(made, "refuse", on=day(6, 3))
    # Refused, it is claimed by nobody again.
    (waiting,) = (await world.seen(CHECKER, "/bank-entry-reversals", state="proposed"))["items"]
    assert waiting["entry_id"] == entry_id
    assert (await world.post(CHECKER, decision(waiting), UNDO)).status_code == 200
    assert (await world.seen(CHECKER, f"/payments/{payment_id}"))["state"] == "paid"
    await world.books_balance()


async def test_a_grant_whose_return_is_undone_is_paid_and_held_again(world: World) -> None:
    (_, line_id, _, _), entry_id, answer, _ = await entered(world, a_grant_return)
    await undone(world, "grant_return", entry_id)
    batch = await world.seen(READER, f"/grant-batches/{answer['batch_id']}")
    assert [(row["state"], row["reason"]) for row in batch["lines"]] == [("paid", None), ("paid", None)]
    total = (await world.progress())["total"]
    assert (total["paid_fen"], total["returned_fen"]) == (600_000, 0)
    assert code_of(await regrants.regrant(world, batch, 0)) == "nothing_to_regrant"
    walk = await world.seen(READER, "/trace", batch_id=batch["batch_id"])
    assert walk["differences"] == []
    card = await world.seen(READER, "/households/household-1/grants")
    assert [(row["kind"], row["direction"]) for row in card["money"]] == [
        ("grant_return_reversal", "in"), ("grant_return", "out"), ("grant", "in"), ("grant", "in"),
    ]  # fmt: skip
    assert card["paid_fen"] == 600_000
    assert line_id == batch["lines"][0]["line_id"]
    await world.books_balance()


async def test_a_grant_given_anew_since_it_came_back_is_not_paid_once_more(world: World) -> None:
    (_, _, _, _), entry_id, answer, _ = await entered(world, a_grant_return)
    batch = await world.seen(READER, f"/grant-batches/{answer['batch_id']}")
    again = await regrants.regrant(world, batch, 0, prepared_on=day(6, 2))
    assert again.status_code == 201, again.text
    refused = await tried(world, "grant_return", entry_id)
    assert (refused.status_code, code_of(refused)) == (422, "entry_settled")
    await world.books_balance()


async def test_a_grant_paid_after_a_death_has_its_case_when_its_return_is_undone(world: World) -> None:
    _, entry_id, _, _ = await entered(world, a_grant_return)
    await world.died(11, day(5, 1))
    assert (await world.seen(CHECKER, "/claw-backs"))["items"] == []
    await undone(world, "grant_return", entry_id)
    (case,) = (await world.seen(CHECKER, "/claw-backs"))["items"]
    assert (case["state"], case["amount_fen"]) == ("open", 300_000)
