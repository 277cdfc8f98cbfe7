"""Retention over HTTP: unspent until released, not before it is due."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from shared.chassis.clock import office_today
from tests.services.funds.api import test_recalls as recalls
from tests.services.funds.api.test_uses import banned
from tests.services.funds.checks import check_progress
from tests.services.funds.world import (
    CLAIMANT,
    COUNTY,
    MAKER,
    READER,
    World,
    claim_body,
    code_of,
    day,
    grant_of,
    papers,
)

ACCEPTED = {"version": 2, "state": "accepted", "state_since": day(6), "accepted_on": day(6)}


async def withheld_claim(world: World) -> dict[str, Any]:
    allocation = await world.allocation(await world.money(100_000), 100_000)
    claim = await world.review(await world.claim(allocation, 100_000))
    await world.settle(await world.order(claim))
    return claim


async def shorten(world: World, days: int) -> None:
    await world.policy("retention_days", str(days), "day", day(1), place="34")


async def test_retention_is_unspent_until_released_reviewed_and_paid(world: World) -> None:
    claim = await withheld_claim(world)
    assert (await world.progress())["total"]["withheld_fen"] == 3_000
    await shorten(world, 90)
    world.projects["P1"] = grant_of("P1", **ACCEPTED)
    due = date.fromisoformat(day(6)) + timedelta(days=90)
    body = {"released_on": due.isoformat(), "papers": papers("retention")}
    released = await world.made(MAKER, f"/retentions/{claim['claim_id']}/release", body)
    assert (released["kind"], released["payable_fen"], released["withheld_fen"]) == ("retention", 3_000, 0)
    listed = await world.seen(READER, "/retentions")
    assert listed["items"] == []
    await world.review(released, on=day(10))
    await world.settle(await world.order(released, on=day(10, 2)), on=day(10, 3))
    total = (await world.progress())["total"]
    assert (total["paid_fen"], total["withheld_fen"], total["progress"]) == (100_000, 0, "1.000000")
    assert total["verdict"] == "met"
    await world.books_balance()


async def test_retention_waits_while_more_is_claimed_than_the_works_cost_in_the_end(world: World) -> None:
    claim = await withheld_claim(world)
    await shorten(world, 90)
    due = date.fromisoformat(day(6)) + timedelta(days=90)
    body = {"released_on": due.isoformat(), "papers": papers("retention")}
    path = f"/retentions/{claim['claim_id']}/release"
    world.projects["P1"] = grant_of("P1", **ACCEPTED, final_account_fen=99_999)
    assert code_of(await world.post(MAKER, path, body)) == "over_final_account"
    assert (await world.progress())["total"]["withheld_fen"] == 3_000
    world.projects["P1"] = grant_of("P1", **ACCEPTED | {"version": 3}, final_account_fen=100_000)
    assert (await world.made(MAKER, path, body))["payable_fen"] == 3_000
    await world.books_balance()


async def test_retention_is_not_released_before_acceptance_nor_before_it_is_due(world: World) -> None:
    claim = await withheld_claim(world)
    await shorten(world, 90)
    path = f"/retentions/{claim['claim_id']}/release"
    body = {"released_on": day(10), "papers": papers("retention")}
    assert code_of(await world.post(MAKER, path, body)) == "not_accepted"
    world.projects["P1"] = grant_of("P1", **ACCEPTED)
    due = date.fromisoformat(day(6)) + timedelta(days=90)
    early = await world.post(MAKER, path, body | {"released_on": (due - timedelta(days=1)).isoformat()})
    assert (code_of(early), early.json()["facts"]) == ("retention_not_due", {"due_on": due.isoformat()})
    assert code_of(await world.post(MAKER, path, body | {"papers": []})) == "paper_missing"
    await world.tell("P1")
    listed = await world.seen(READER, "/retentions")
    assert [(row["withheld_fen"], row["due_on"]) for row in listed["items"]] == [(3_000, due.isoformat())]


async def test_the_due_list_holds_what_may_be_released_by_a_day_and_pages_over_the_rest(world: World) -> None:
    await shorten(world, 30)
    world.projects["P2"] = grant_of("P2", **ACCEPTED)
    receipt = await world.money(40_000)
    accepted, running = await world.allocation(receipt, 20_000, "P2"), await world.allocation(receipt, 20_000)
    claims = [await world.claim(one, 10_000, on=day(6, 2)) for one in (accepted, running, running, accepted)]
    for claim in claims:
        await world.review(claim, on=day(6, 3))
        await world.settle(await world.order(claim, on=day(6, 4)), on=day(6, 5))
    assert (await world.seen(READER, "/retentions", due_by=day(6, 30)))["items"] == []
    first = await world.seen(READER, "/retentions", due_by=day(7), limit=1)
    rest = await world.seen(READER, "/retentions", due_by=day(7), limit=1, cursor=first["next_cursor"])
    found = [row["claim_id"] for row in first["items"] + rest["items"]]
    assert found == [claims[3]["claim_id"], claims[0]["claim_id"]]
    assert rest["next_cursor"] is None
    assert len((await world.seen(READER, "/retentions"))["items"]) == 4


async def test_retention_is_released_once_and_a_refused_release_may_be_made_again(world: World) -> None:
    claim = await withheld_claim(world)
    await shorten(world, 0)
    world.projects["P1"] = grant_of("P1", **ACCEPTED)
    path = f"/retentions/{claim['claim_id']}/release"
    body = {"released_on": day(7), "papers": papers("retention")}
    released = await world.made(MAKER, path, body)
    again = await world.post(MAKER, path, body | {"papers": papers("retention")})
    assert (again.status_code, code_of(again)) == (409, "nothing_withheld")
    await world.review(released, "refuse", on=day(7, 2))
    assert (await world.progress())["total"]["withheld_fen"] == 3_000
    await world.made(MAKER, path, body | {"released_on": day(8)})
    await world.books_balance()


async def test_due_retention_that_nobody_released_is_the_project_sides_delay(world: World) -> None:
    await withheld_claim(world)
    await shorten(world, 30)
    world.projects["P1"] = grant_of("P1", **ACCEPTED)
    await world.claim(await world.allocation(await world.money(1_000), 1_000), 1)
    answer = await world.progress(as_of=day(12))
    due = [row for row in answer["delays"] if row["step"] == "retention_release"]
    assert [(row["amount_fen"], row["responsible"], row["since"]) for row in due] == [(3_000, "project", day(7))]
    earlier = await world.progress(as_of=day(6, 15))
    assert earlier["withheld_not_due_fen"] == 3_000
    assert not [row for row in earlier["delays"] if row["step"] == "retention_release"]


async def test_what_is_released_is_for_the_use_of_the_claim_it_was_withheld_of(world: World) -> None:
    """Claimed for training on money for works; what is forbidden since is not paid out as works."""
    allocation = await world.allocation(await world.money(100_000), 100_000)
    body = claim_body(allocation, 100_000) | {"use_code": "training_grants"}
    claim = await world.review(await world.made(CLAIMANT, "/claims", body))
    await world.settle(await world.order(claim))
    await shorten(world, 90)
    world.projects["P1"] = grant_of("P1", **ACCEPTED)
    path = f"/retentions/{claim['claim_id']}/release"
    wanted = {"released_on": day(10), "papers": papers("retention")}
    await banned(world, "training_grants", office_today())
    refused = await world.post(MAKER, path, wanted)
    assert (refused.status_code, code_of(refused)) == (422, "use_forbidden")
    assert (await world.progress())["total"]["withheld_fen"] == 3_000


async def test_retention_of_a_stopped_project_is_called_back_and_given_to_another(world: World) -> None:
    receipt = await world.money(100_000)
    allocation = await world.allocation(receipt, 100_000)
    claim = await world.review(await world.claim(allocation, 100_000))
    await world.settle(await world.order(claim))
    await world.tell("P1", state="stopped")
    wanted = recalls.body(3_000, day(6), claim_id=claim["claim_id"])
    recall = await world.made(recalls.RECALLER, "/recalls", wanted)
    assert (recall["taken_from"], recall["allocation_id"]) == ("withheld", allocation["allocation_id"])
    assert (await check_progress(world, division_code=COUNTY))["total"]["withheld_fen"] == 0
    assert (await world.seen(READER, "/retentions"))["items"] == []
    assert code_of(await recalls.decide(world, recalls.RECALLER, recall, on=day(6, 2))) == "forbidden"
    assert (await recalls.decide(world, recalls.SECOND, recall, on=day(6, 2))).json()["state"] == "approved"
    assert await recalls.left(world, receipt) == 3_000
    seen = await world.seen(READER, f"/allocations/{allocation['allocation_id']}")
    assert (seen["available_fen"], seen["reduced_fen"]) == (0, 3_000)
    total = (await check_progress(world, division_code=COUNTY))["total"]
    assert (total["received_fen"], total["allocated_fen"], total["paid_fen"]) == (100_000, 97_000, 97_000)
    for thing in ("receipt", "allocation", "claim"):
        number = {"receipt": receipt, "allocation": allocation, "claim": claim}[thing][f"{thing}_id"]
        walk = await world.seen(READER, "/trace", **{f"{thing}_id": number})
        assert walk["differences"] == []
        found = {(edge["source"].split(":")[0], edge["target"].split(":")[0]): edge for edge in walk["edges"]}
        assert found["claim", "recall"]["amount_fen"] == found["recall", "receipt"]["amount_fen"] == 3_000
    world.projects["P2"] = grant_of("P2")
    await world.allocation(receipt, 3_000, "P2", on=day(7), decided=day(7, 2))
    await world.books_balance()


async def test_retention_not_called_back_is_released_as_before_and_no_more_is_called_back(world: World) -> None:
    claim = await withheld_claim(world)
    await shorten(world, 0)
    world.projects["P1"] = grant_of("P1", **ACCEPTED)
    target = {"claim_id": claim["claim_id"]}
    over = await world.post(recalls.RECALLER, "/recalls", recalls.body(3_001, day(6), **target))
    assert code_of(over) == "nothing_withheld"
    both = recalls.body(1, day(6), allocation_id=claim["allocation_id"], **target)
    assert (await world.post(recalls.RECALLER, "/recalls", both)).status_code == 422
    kept = await world.made(recalls.RECALLER, "/recalls", recalls.body(1_000, day(6), **target))
    whole = await world.made(recalls.RECALLER, "/recalls", recalls.body(2_000, day(6), **target))
    path, body = f"/retentions/{claim['claim_id']}/release", {"released_on": day(7), "papers": papers("retention")}
    assert code_of(await world.post(MAKER, path, body)) == "nothing_withheld", "all of it is set aside"
    assert (await recalls.decide(world, recalls.SECOND, whole, "refuse", day(6, 2))).status_code == 200
    assert (await recalls.decide(world, recalls.SECOND, kept, on=day(6, 2))).status_code == 200
    released = await world.made(MAKER, path, body)
    assert released["payable_fen"] == 2_000
    refused = await world.post(recalls.RECALLER, "/recalls", recalls.body(1, day(8), **target))
    assert code_of(refused) == "nothing_withheld"
    await world.review(released, on=day(10))
    await world.settle(await world.order(released, on=day(10, 2)), on=day(10, 3))
    total = (await check_progress(world, division_code=COUNTY))["total"]
    assert (total["received_fen"], total["paid_fen"], total["withheld_fen"]) == (100_000, 99_000, 0)
    await world.books_balance()


async def test_what_is_held_back_of_a_claim_nobody_has_paid_is_not_called_back(world: World) -> None:
    allocation = await world.allocation(await world.money(100_000), 100_000)
    claim = await world.review(await world.claim(allocation, 100_000))
    target = recalls.body(3_000, day(6), claim_id=claim["claim_id"])
    refused = await world.post(recalls.RECALLER, "/recalls", target)
    assert (code_of(refused), refused.json()["facts"]) == ("step_not_due", {"state": "approved"})
    await world.order(claim)
    assert code_of(await world.post(recalls.RECALLER, "/recalls", target)) == "step_not_due"
    assert (await world.progress())["total"]["withheld_fen"] == 3_000


async def test_what_was_called_back_of_a_contract_may_be_claimed_for_its_repair(world: World) -> None:
    world.projects["P1"] = grant_of("P1", contract_fen=111_200)
    receipt = await world.money(103_000)
    claim = await world.review(await world.claim(await world.allocation(receipt, 100_000), 100_000))
    await world.settle(await world.order(claim))
    more = await world.allocation(receipt, 3_000)
    assert code_of(await world.post(CLAIMANT, "/claims", claim_body(more, 3_000, on=day(7)))) == "over_stage"
    recall = await world.made(recalls.RECALLER, "/recalls", recalls.body(3_000, day(6), claim_id=claim["claim_id"]))
    assert code_of(await world.post(CLAIMANT, "/claims", claim_body(more, 3_000, on=day(7)))) == "over_stage"
    assert (await recalls.decide(world, recalls.SECOND, recall, on=day(6, 2))).status_code == 200
    await world.made(CLAIMANT, "/claims", claim_body(more, 3_000, on=day(7)))
    await check_progress(world, division_code=COUNTY)
    await world.books_balance()


async def test_retention_of_a_claim_nobody_has_paid_is_not_released(world: World) -> None:
    await shorten(world, 0)
    claim = await world.review(await world.claim(await world.allocation(await world.money(100_000), 100_000), 100_000))
    world.projects["P1"] = grant_of("P1", **ACCEPTED)
    path = f"/retentions/{claim['claim_id']}/release"
    body = {"released_on": day(7), "papers": papers("retention")}
    refused = await world.post(MAKER, path, body)
    assert (refused.status_code, code_of(refused), refused.json()["facts"]) == (
        409, "step_not_due", {"state": "approved"},
    )  # fmt: skip
    assert (await world.progress())["total"]["withheld_fen"] == 3_000
    await world.settle(await world.order(claim))
    await world.made(MAKER, path, body)


async def test_retention_of_a_claim_that_is_not_paid_waits_for_finance_and_is_not_due(world: World) -> None:
    """Its release is refused; so it is in no list of what is due, and nobody but finance is late."""
    await shorten(world, 30)
    claim = await world.review(await world.claim(await world.allocation(await world.money(100_000), 100_000), 100_000))
    world.projects["P1"] = grant_of("P1", **ACCEPTED)
    await world.tell("P1")
    assert (await world.seen(READER, "/retentions", due_by=day(10)))["items"] == []
    steps = [row["step"] for row in (await world.progress(as_of=day(12)))["delays"]]
    assert steps == ["payment"]
    await check_progress(world, division_code=COUNTY, as_of=day(12))
    await world.settle(await world.order(claim, on=day(10)), on=day(10, 2))
    (due,) = (await world.seen(READER, "/retentions", due_by=day(10)))["items"]
    assert due["claim_id"] == claim["claim_id"]
    steps = [row["step"] for row in (await world.progress(as_of=day(12)))["delays"]]
    assert steps == ["retention_release"]
