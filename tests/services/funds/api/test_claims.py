"""Claims over HTTP: papers once, not before the step before, never past contract or allocation."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.services.funds.world import (
    CHECKER,
    CLAIMANT,
    ELSEWHERE,
    MAKER,
    READER,
    World,
    claim_body,
    code_of,
    day,
    desk,
    grant_of,
    paper,
    papers,
)

ACCEPTED = {"version": 2, "state": "accepted", "state_since": day(9), "accepted_on": day(9)}


async def test_a_claim_sets_money_aside_and_a_refusal_gives_it_and_the_papers_back(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    body = claim_body(allocation, 400)
    claim = await world.made(CLAIMANT, "/claims", body)
    assert (claim["payable_fen"], claim["withheld_fen"], claim["state"]) == (388, 12, "filed")
    path = f"/allocations/{allocation['allocation_id']}"
    assert (await world.seen(READER, path))["available_fen"] == 600
    again = await world.post(CLAIMANT, "/claims", body)
    assert (again.status_code, code_of(again)) == (422, "paper_already_used")
    refused = await world.review(claim, "refuse")
    assert (refused["state"], refused["opinion"]) == ("refused", "已核")
    assert (await world.seen(READER, path))["available_fen"] == 1000
    await world.made(CLAIMANT, "/claims", body)
    await world.books_balance()


@pytest.mark.parametrize(
    ("project", "changes", "code"),
    [
        ({"state": "planned"}, {}, "not_contracted"),
        ({"contract_fen": None}, {}, "not_contracted"),
        ({}, {"kind": "final", "papers": papers("final")}, "not_accepted"),
        (ACCEPTED, {"kind": "final", "papers": papers("final"), "claimed_on": day(8, 31)}, "day_before_step"),
        ({}, {"kind": "retention", "papers": papers("retention")}, "retention_by_release"),
        ({}, {"claimed_on": day(3, 14)}, "day_before_step"),
        ({}, {"amount_fen": 1001}, "allocation_exhausted"),
        ({"contract_fen": 399}, {}, "over_contract"),
        ({}, {"papers": [paper("invoice")]}, "paper_missing"),
        ({}, {"papers": [*papers("progress"), paper("photo")]}, "paper_unknown"),
        ({}, {"papers": [paper("invoice", "a"), paper("progress_certificate", "a")]}, "paper_repeated"),
    ],
)
async def test_a_wrong_claim_is_refused_and_no_money_is_set_aside(
    world: World, project: dict[str, Any], changes: dict[str, Any], code: str
) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    if project:
        fresh = "P2" if project.get("state") == "planned" else "P1"
        world.projects[fresh] = grant_of(fresh, **({"version": 2} | project))
        if fresh == "P2":
            allocation = await world.allocation(await world.money(1000), 1000, "P2")
    refused = await world.post(CLAIMANT, "/claims", claim_body(allocation, 400) | changes)
    assert (refused.status_code, code_of(refused)) == (422, code)
    path = f"/allocations/{allocation['allocation_id']}"
    assert (await world.seen(READER, path))["available_fen"] == 1000
    assert (await world.seen(READER, "/claims"))["items"] == []


async def test_a_claim_of_before_the_acceptance_waits_for_no_news_of_the_contract(world: World) -> None:
    """Funds may know the last version of a project before those between have arrived."""
    world.projects["P2"] = grant_of("P2", **ACCEPTED | {"version": 7, "contracted_on": day(5)})
    allocation = await world.allocation(await world.money(1000), 1000, "P2")
    early = await world.post(CLAIMANT, "/claims", claim_body(allocation, 400) | {"claimed_on": day(4, 30)})
    assert (code_of(early), early.json()["facts"]) == ("day_before_step", {"not_before": day(5)})
    await world.made(CLAIMANT, "/claims", claim_body(allocation, 400) | {"claimed_on": day(5)})


async def test_a_paper_serves_one_claim_in_the_county_whatever_the_project(world: World) -> None:
    world.projects["P2"] = grant_of("P2")
    receipt = await world.money(2000)
    one, other = await world.allocation(receipt, 1000), await world.allocation(receipt, 1000, "P2")
    shared = papers("progress")
    await world.made(CLAIMANT, "/claims", claim_body(one, 100) | {"papers": shared})
    reused = [shared[0], paper("progress_certificate")]
    refused = await world.post(CLAIMANT, "/claims", claim_body(other, 100) | {"papers": reused})
    assert code_of(refused) == "paper_already_used"


async def test_an_undecided_allocation_and_one_elsewhere_cannot_be_claimed_on(world: World) -> None:
    receipt = await world.money(1000)
    body = {"receipt_id": receipt["receipt_id"], "project_code": "P1", "amount_fen": 1000, "proposed_on": day(3)}
    proposed = await world.made(MAKER, "/allocations", body)
    refused = await world.post(CLAIMANT, "/claims", claim_body(proposed, 1))
    assert (refused.status_code, code_of(refused)) == (409, "step_not_due")
    assert (await world.post(ELSEWHERE, "/claims", claim_body(proposed, 1))).status_code == 404


async def test_a_project_of_grants_takes_no_claims(world: World) -> None:
    world.projects["P1"] = grant_of("P1", purpose="grants")
    allocation = await world.allocation(await world.money(1000), 1000)
    refused = await world.post(CLAIMANT, "/claims", claim_body(allocation, 1))
    assert code_of(refused) == "claims_not_for_grants"


async def test_the_claimant_does_not_review_and_a_claim_is_reviewed_once(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    claim = await world.claim(allocation, 100)
    path = f"/claims/{claim['claim_id']}/review"
    body = {"outcome": "approve", "opinion": "已核", "reviewed_on": day(5, 10)}
    own = desk("claim.review", person=CLAIMANT.person)
    assert code_of(await world.post(own, path, body)) == "same_person"
    assert code_of(await world.post(CHECKER, path, body | {"reviewed_on": day(4, 30)})) == "day_before_step"
    answers = await asyncio.gather(*(world.insist(desk("claim.review"), path, body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    await world.books_balance()


async def test_twenty_claims_on_an_allocation_for_ten_are_served_exactly_ten_times(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    bodies = [claim_body(allocation, 100) for _ in range(20)]
    answers = await asyncio.gather(*(world.insist(desk("claim.file"), "/claims", body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [422] * 10
    assert {code_of(answer) for answer in answers if answer.status_code == 422} == {"allocation_exhausted"}
    await world.books_balance()


async def test_claims_are_listed_by_area_year_state_and_page(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    made = [await world.claim(allocation, 100) for _ in range(3)]
    first = await world.seen(READER, "/claims", state="filed", limit=2)
    rest = await world.seen(READER, "/claims", state="filed", limit=2, cursor=first["next_cursor"])
    ids = [row["claim_id"] for row in first["items"] + rest["items"]]
    assert ids == [row["claim_id"] for row in reversed(made)]
    assert rest["next_cursor"] is None
    assert (await world.seen(READER, "/claims", state="paid"))["items"] == []
    assert (await world.seen(ELSEWHERE, "/claims"))["items"] == []
