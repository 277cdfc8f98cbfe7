"""What happens seldom and all the same: money that comes back, is called back and is paid again, to the fen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.services.funds.api import test_recalls as recalls
from tests.services.funds.api import test_retentions as retentions
from tests.services.funds.world import (
    CLAIMANT,
    CONFIRMER,
    MAKER,
    READER,
    World,
    claim_body,
    code_of,
    day,
    grant_of,
    papers,
)

DUE = (date.fromisoformat(day(6)) + timedelta(days=90)).isoformat()
CONTRACT = {"contract_fen": 111_200}
"""Of which 90 percent, what is claimed before acceptance, are a little more than the allocation."""


async def came_back(world: World, payment: dict[str, Any], amount: int, on: str) -> dict[str, Any]:
    body = {"amount_fen": amount, "returned_on": on, "reason": "账号有误", "bank_reference": f"back-{on}-{amount}"}
    return await world.made(CONFIRMER, f"/payments/{payment['payment_id']}/return", body)


async def payment_of(world: World, claim: dict[str, Any]) -> dict[str, Any]:
    (found,) = (await world.seen(READER, "/payments", claim_id=claim["claim_id"]))["items"]
    payment: dict[str, Any] = found
    return payment


async def again(world: World, claim: dict[str, Any], on: str) -> dict[str, Any]:
    return await world.made(CLAIMANT, f"/claims/{claim['claim_id']}/again", {"claimed_on": on})


async def carried(world: World, claim: dict[str, Any], month: int) -> dict[str, Any]:
    """A filed claim, reviewed and paid in the month."""
    await world.review(claim, on=day(month, 20))
    return await world.settle(await world.order(claim, on=day(month, 21)), on=day(month, 22))


async def released(world: World, claim: dict[str, Any]) -> dict[str, Any]:
    body = {"released_on": DUE, "papers": papers("retention")}
    return await world.made(MAKER, f"/retentions/{claim['claim_id']}/release", body)


async def test_a_payment_that_comes_back_after_its_retention_was_released_is_paid_again_once(world: World) -> None:
    """Of 1,000 yuan 970 are paid, 30 released; the 970 come back and are paid again, and not a fen more."""
    world.projects["P1"] = grant_of("P1", **CONTRACT)
    claim = await retentions.withheld_claim(world)
    await retentions.shorten(world, 90)
    world.projects["P1"] = grant_of("P1", **CONTRACT, **retentions.ACCEPTED)
    await carried(world, await released(world, claim), 9)
    await came_back(world, await payment_of(world, claim), 97_000, day(10))
    second = await again(world, claim, day(10))
    assert (second["payable_fen"], second["withheld_fen"]) == (97_000, 0)
    more = await world.post(CLAIMANT, "/claims", claim_body({"allocation_id": claim["allocation_id"]}, 1, on=day(10)))
    assert code_of(more) in ("over_contract", "allocation_exhausted")
    await carried(world, second, 10)
    total = (await world.progress())["total"]
    assert (total["paid_fen"] - total["returned_fen"], total["withheld_fen"]) == (100_000, 0)
    body = {"released_on": day(10, 25), "papers": papers("retention")}
    for one in (claim, second):
        nothing = await world.post(MAKER, f"/retentions/{one['claim_id']}/release", body)
        assert code_of(nothing) == "nothing_withheld"
    await world.books_balance()


async def test_retention_is_released_after_its_payment_came_back_and_was_paid_again(world: World) -> None:
    world.projects["P1"] = grant_of("P1", **CONTRACT)
    claim = await retentions.withheld_claim(world)
    payment = await payment_of(world, claim)
    await came_back(world, payment, 40_000, day(6))
    assert (await came_back(world, payment, 57_000, day(6, 2)))["state"] == "returned"
    await carried(world, await again(world, claim, day(6, 3)), 6)
    await retentions.shorten(world, 90)
    world.projects["P1"] = grant_of("P1", **CONTRACT, **retentions.ACCEPTED)
    kept = await released(world, claim)
    assert kept["payable_fen"] == 3_000
    back = await came_back(world, await carried(world, kept, 9), 3_000, day(10))
    assert back["state"] == "returned"
    await carried(world, await again(world, kept, day(10)), 10)
    total = (await world.progress())["total"]
    assert (total["paid_fen"] - total["returned_fen"], total["withheld_fen"]) == (100_000, 0)
    await world.books_balance()


async def test_money_called_back_after_a_part_was_paid_is_not_paid_again(world: World) -> None:
    receipt = await world.money(100_000)
    allocation = await world.allocation(receipt, 100_000)
    payment = await world.paid(allocation, 60_000)
    target = {"allocation_id": allocation["allocation_id"]}
    over = await world.post(recalls.RECALLER, "/recalls", recalls.body(40_001, on=day(6), **target))
    assert over.status_code == 422
    first = await world.made(recalls.RECALLER, "/recalls", recalls.body(40_000, on=day(6), **target))
    assert (await recalls.decide(world, recalls.SECOND, first, on=day(6, 2))).status_code == 200
    await came_back(world, payment, 58_200, day(6, 3))
    second = await world.made(recalls.RECALLER, "/recalls", recalls.body(58_200, on=day(6, 4), **target))
    path = f"/claims/{payment['claim_id']}/again"
    short = await world.post(CLAIMANT, path, {"claimed_on": day(6, 5)})
    assert code_of(short) == "allocation_exhausted", "it is set aside"
    assert (await recalls.decide(world, recalls.SECOND, second, "refuse", on=day(6, 6))).status_code == 200
    claim = await world.made(CLAIMANT, path, {"claimed_on": day(6, 7)})
    assert (await world.post(recalls.RECALLER, "/recalls", recalls.body(1, on=day(6, 8), **target))).status_code == 422
    await carried(world, claim, 6)
    seen = await world.seen(READER, f"/receipts/{receipt['receipt_id']}")
    assert seen["left_fen"] == 40_000
    await world.allocation(receipt, 40_000, on=day(7), decided=day(7, 2))
    total = (await world.progress())["total"]
    assert total["paid_fen"] - total["returned_fen"] == 58_200
    await world.books_balance()
