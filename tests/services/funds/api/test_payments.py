"""Payments over HTTP: order, the bank's answer, what comes back."""

from __future__ import annotations

from tests.services.funds.world import World


async def test_a_claim_is_paid_and_counts_as_spent_only_when_the_bank_confirms(world: World) -> None:
    receipt = await world.money(50_000_000)
    allocation = await world.allocation(receipt, 50_000_000)
    claim = await world.claim(allocation, 10_000_000)
    assert (claim["payable_fen"], claim["withheld_fen"]) == (9_700_000, 300_000)
    await world.review(claim)
    payment = await world.order(claim)
    paid = await world.settle(payment)
    assert paid["state"] == "paid"
