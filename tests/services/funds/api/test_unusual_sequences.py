"""What happens seldom and all the same: money that comes back, is called back and is paid again, to the fen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.services.funds.api import test_recalls as recalls
from tests.services.funds.api import test_retentions as retentions
from tests.services.funds.checks import check_walks
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


async def test_what_came_back_and_was_called_back_is_claimed_again_on_money_given_anew(world: World) -> None:
    """Its papers lie with the first claim, its allocation is empty: another one of the project pays."""
    world.projects["P1"] = grant_of("P1", **CONTRACT)
    receipt = await world.money(300_000)
    allocation = await world.allocation(receipt, 100_000)
    claim = await world.claim(allocation, 100_000)
    await carried(world, claim, 5)
    await came_back(world, await payment_of(world, claim), 97_000, day(6))
    target = {"allocation_id": allocation["allocation_id"]}
    recall = await world.made(recalls.RECALLER, "/recalls", recalls.body(97_000, on=day(6, 2), **target))
    assert (await recalls.decide(world, recalls.SECOND, recall, on=day(6, 3))).status_code == 200
    fresh = await world.allocation(receipt, 97_000, on=day(6, 4), decided=day(6, 5))
    world.projects["P2"] = grant_of("P2")
    others = await world.allocation(receipt, 97_000, "P2", on=day(6, 4), decided=day(6, 5))
    asked = {"receipt_id": receipt["receipt_id"], "project_code": "P1", "amount_fen": 1, "proposed_on": day(6, 4)}
    waiting = await world.made(MAKER, "/allocations", asked)
    path = f"/claims/{claim['claim_id']}/again"
    refused = [
        (None, day(6, 6), "allocation_exhausted"), (others, day(6, 6), "allocation_of_another_project"),
        (waiting, day(6, 6), "step_not_due"), (fresh, day(6, 4), "day_before_step"),
        ({"allocation_id": 999}, day(6, 6), "not_found"),
    ]  # fmt: skip
    for origin, on, code in refused:
        body = {"claimed_on": on} | ({} if origin is None else {"allocation_id": origin["allocation_id"]})
        assert code_of(await world.post(CLAIMANT, path, body)) == code
    body = {"claimed_on": day(6, 6), "allocation_id": fresh["allocation_id"]}
    second = await world.made(CLAIMANT, path, body)
    await carried(world, second, 6)
    total = (await world.progress())["total"]
    assert (total["paid_fen"] - total["returned_fen"], total["withheld_fen"]) == (97_000, 3_000)
    await check_walks(world)


async def test_retention_that_came_back_in_part_is_claimed_and_not_a_fen_beyond_the_contract(world: World) -> None:
    world.projects["P1"] = grant_of("P1", contract_fen=100_000)
    allocation = await world.allocation(await world.money(200_000), 150_000)
    await retentions.shorten(world, 90)
    first = await world.claim(allocation, 90_000)
    await carried(world, first, 5)
    world.projects["P1"] = grant_of("P1", contract_fen=100_000, **retentions.ACCEPTED)
    await carried(world, await world.claim(allocation, 10_000, "final", on=day(6, 2)), 6)
    kept = await released(world, first)
    await came_back(world, await carried(world, kept, 9), 1_000, day(10))
    over = await world.post(CLAIMANT, "/claims", claim_body(allocation, 1_001, "final", on=day(10, 2)))
    assert (code_of(over), over.json()["facts"]) == ("over_contract", {"left_fen": 1_000})
    await carried(world, await world.claim(allocation, 1_000, "final", on=day(10, 2)), 10)
    assert (
        code_of(await world.post(CLAIMANT, "/claims", claim_body(allocation, 1, "final", on=day(11))))
        == "over_contract"
    )
    await check_walks(world)


async def test_retention_that_came_back_whole_is_claimed_again_once(world: World) -> None:
    """Whether anew or by another claim on the contract: what one of them took the other has not."""
    world.projects["P1"] = grant_of("P1", contract_fen=100_000)
    allocation = await world.allocation(await world.money(200_000), 150_000)
    await retentions.shorten(world, 90)
    first = await world.claim(allocation, 90_000)
    await carried(world, first, 5)
    world.projects["P1"] = grant_of("P1", contract_fen=100_000, **retentions.ACCEPTED)
    await carried(world, await world.claim(allocation, 10_000, "final", on=day(6, 2)), 6)
    kept = await released(world, first)
    await came_back(world, await carried(world, kept, 9), 2_700, day(10))
    other = await world.claim(allocation, 1_000, "final", on=day(10, 2))
    path = f"/claims/{kept['claim_id']}/again"
    assert code_of(await world.post(CLAIMANT, path, {"claimed_on": day(10, 3)})) == "over_contract"
    await world.review(other, "refuse", on=day(10, 4))
    await carried(world, await again(world, kept, day(10, 5)), 10)
    assert (
        code_of(await world.post(CLAIMANT, "/claims", claim_body(allocation, 1, "final", on=day(11))))
        == "over_contract"
    )
    await check_walks(world)


async def test_claiming_again_does_not_pass_the_stage_before_acceptance(world: World) -> None:
    world.projects["P1"] = grant_of("P1", contract_fen=100_000)
    allocation = await world.allocation(await world.money(200_000), 100_000)
    first = await world.claim(allocation, 20_000)
    await carried(world, first, 5)
    await came_back(world, await payment_of(world, first), 19_400, day(6))
    await carried(world, await world.claim(allocation, 80_000, on=day(6, 2)), 6)
    path = f"/claims/{first['claim_id']}/again"
    over = await world.post(CLAIMANT, path, {"claimed_on": day(7)})
    assert (code_of(over), over.json()["facts"]) == ("over_stage", {"left_fen": 9_400})
    world.projects["P1"] = grant_of("P1", contract_fen=100_000, **retentions.ACCEPTED)
    await world.tell("P1")
    await carried(world, await again(world, first, day(7)), 7)
    await check_walks(world)
