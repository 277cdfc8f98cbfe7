"""Spending progress over HTTP: the 90 % rule, groups that add up, every delayed fen with its owner."""

from __future__ import annotations

from tests.services.funds.world import World, day


async def test_money_is_spent_when_the_payee_has_it_and_not_before(world: World) -> None:
    receipt = await world.money(100_000_000)
    allocation = await world.allocation(receipt, 50_000_000)
    claim = await world.claim(allocation, 10_000_000)
    await world.review(claim)
    payment = await world.order(claim)
    before = await world.progress()
    await world.settle(payment)
    after = await world.progress()
    assert before["total"]["paid_fen"] == 0
    assert before["total"]["progress"] == "0.000000"
    assert after["total"] | {"clauses": None} == {
        "received_fen": 100_000_000,
        "allocated_fen": 50_000_000,
        "paid_fen": 9_700_000,
        "returned_fen": 0,
        "withheld_fen": 300_000,
        "progress": "0.097000",
        "progress_percent": "9.70",
        "points_ahead": "-90.30",
        "pace": "1.000000",
        "verdict": "failed",
        "gap_fen": 80_300_000,
        "clauses": None,
    }
    assert (await world.progress(as_of=day(5, 12)))["total"]["paid_fen"] == 0
    await world.books_balance()
