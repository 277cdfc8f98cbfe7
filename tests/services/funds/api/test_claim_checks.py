"""What a claim needs besides finance's review: opinions in order, approvals by a payee's sum, numbered papers."""

from __future__ import annotations

from typing import Any

import pytest

from shared.chassis.clock import office_today
from tests.services.funds.world import (
    CHECKER,
    CLAIMANT,
    COUNTY,
    READER,
    READING,
    RELEASER,
    World,
    claim_body,
    code_of,
    day,
    desk,
    grant_of,
    paper,
)
from tests.support.harness import actor

TOWNSHIP = actor("claim.opine", *READING, scope=("341622101",), office="341622101", level="township")
DEPARTMENT = desk("claim.opine", *READING, office="341622-aid", sector="aid")
CHIEF = desk("claim.approve", *READING)
ABOVE = actor("claim.approve", *READING, scope=("3416",), office="3416-finance", level="city")
OPINION = {"outcome": "support", "opinion": "情况属实", "given_on": day(5, 5)}
APPROVAL = {"outcome": "approve", "opinion": "同意支付", "decided_on": day(5, 11)}


def order_body(claim: dict[str, Any], number: str = "n1", on: str = day(5, 12)) -> dict[str, Any]:
    return {"claim_id": claim["claim_id"], "order_no": number, "ordered_on": on}


async def thresholds(world: World, county: int, superior: int) -> None:
    await world.policy("claim_county_approval_above", str(county), "fen", day(1))
    await world.policy("claim_superior_approval_above", str(superior), "fen", day(1))


async def test_an_opinion_is_never_older_than_its_claim_nor_younger_than_the_review(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    claim = await world.claim(allocation, 100)
    path = f"/claims/{claim['claim_id']}"
    early = await world.post(TOWNSHIP, f"{path}/opinions", OPINION | {"given_on": day(4, 30)})
    assert (early.status_code, code_of(early)) == (422, "day_before_step")
    await world.made(TOWNSHIP, f"{path}/opinions", OPINION)
    twice = await world.post(TOWNSHIP, f"{path}/opinions", OPINION)
    assert (twice.status_code, code_of(twice)) == (409, "opinion_given")
    checks = await world.made(DEPARTMENT, f"{path}/opinions", OPINION | {"given_on": day(5, 8)})
    assert [one["level"] for one in checks["opinions"]] == ["township", "department"]
    review = {"outcome": "approve", "opinion": "已核", "reviewed_on": day(5, 7)}
    assert code_of(await world.post(CHECKER, f"{path}/review", review)) == "day_before_step"
    finance = desk("claim.opine", sector="finance")
    assert code_of(await world.post(finance, f"{path}/opinions", OPINION)) == "opinion_not_yours"
    own = desk("claim.opine", office="341622-transport", sector="transport", person=CLAIMANT.person)
    assert code_of(await world.post(own, f"{path}/opinions", OPINION)) == "same_person"
    await world.made(CHECKER, f"{path}/review", review | {"reviewed_on": day(5, 8)})
    late = await world.post(DEPARTMENT, f"{path}/opinions", OPINION)
    assert (late.status_code, code_of(late)) == (409, "step_not_due")


async def test_a_claim_a_township_opposes_is_not_approved(world: World) -> None:
    claim = await world.claim(await world.allocation(await world.money(1000), 1000), 100)
    path = f"/claims/{claim['claim_id']}"
    await world.made(TOWNSHIP, f"{path}/opinions", OPINION | {"outcome": "oppose"})
    review = {"outcome": "approve", "opinion": "已核", "reviewed_on": day(5, 10)}
    refused = await world.post(CHECKER, f"{path}/review", review)
    assert (refused.status_code, code_of(refused)) == (422, "opinion_opposes")
    assert (await world.review(claim, "refuse"))["state"] == "refused"


async def test_a_large_claim_needs_a_fourth_person_and_above_the_next_limit_the_superior(world: World) -> None:
    await thresholds(world, 10_000, 50_000)
    allocation = await world.allocation(await world.money(100_000), 100_000)
    claim = await world.review(await world.claim(allocation, 60_000))
    path = f"/claims/{claim['claim_id']}/approvals"
    refused = await world.post(RELEASER, "/payments", order_body(claim))
    assert (refused.status_code, code_of(refused)) == (409, "approval_missing")
    assert refused.json()["facts"] == {"missing": "county,superior", "window_fen": 60_000}
    for person in (CLAIMANT.person, CHECKER.person):
        own = desk("claim.approve", person=person)
        assert code_of(await world.post(own, path, APPROVAL)) == "same_person"
    early = await world.post(CHIEF, path, APPROVAL | {"decided_on": day(5, 9)})
    assert code_of(early) == "day_before_step"
    village = actor("claim.approve", scope=(COUNTY,), level="township")
    assert code_of(await world.post(village, path, APPROVAL)) == "approval_not_yours"
    await world.made(CHIEF, path, APPROVAL)
    again = await world.post(desk("claim.approve"), path, APPROVAL)
    assert (again.status_code, code_of(again)) == (409, "approval_given")
    half = await world.post(RELEASER, "/payments", order_body(claim))
    assert half.json()["facts"]["missing"] == "superior"
    checks = await world.made(ABOVE, path, APPROVAL)
    assert [one["level"] for one in checks["approvals"]] == ["county", "superior"]
    releaser = desk("payment.order", person=CHIEF.person)
    assert code_of(await world.post(releaser, "/payments", order_body(claim))) == "same_person"
    await world.made(RELEASER, "/payments", order_body(claim))
    await world.books_balance()


@pytest.mark.parametrize(("days", "needed"), [("30", ["county"]), ("3", [])])
async def test_splitting_a_payees_claims_within_the_window_changes_nothing(
    world: World, days: str, needed: list[str]
) -> None:
    """Parts of 6,000 on days 20 apart and two projects, limit 10,000. Entry days are one, so the window is set so."""
    await thresholds(world, 10_000, 50_000)
    await world.policy("claim_split_window", days, "day", day(1), place="34")
    world.projects["P2"] = grant_of("P2")
    receipt = await world.money(20_000)
    one = await world.review(await world.claim(await world.allocation(receipt, 6_000), 6_000))
    other = await world.review(
        await world.claim(await world.allocation(receipt, 6_000, "P2"), 6_000, on=day(5, 25)), on=day(5, 26)
    )
    if not needed:
        await _enter_long_ago(world, one)
    checks = await world.seen(READER, f"/claims/{other['claim_id']}/checks")
    assert checks["approvals_needed"] == needed
    assert checks["window_fen"] == (12_000 if needed else 6_000)
    answer = await world.post(RELEASER, "/payments", order_body(other, on=day(5, 27)))
    assert answer.status_code == (409 if needed else 201)


async def test_a_claim_dated_back_needs_the_approvals_of_the_day_it_is_entered(world: World) -> None:
    await world.policy("claim_county_approval_above", "10000", "fen", office_today().isoformat())
    claim = await world.review(await world.claim(await world.allocation(await world.money(20_000), 20_000), 12_000))
    assert code_of(await world.post(RELEASER, "/payments", order_body(claim))) == "approval_missing"
    await _enter_long_ago(world, claim)
    await world.made(RELEASER, "/payments", order_body(claim))


async def _enter_long_ago(world: World, claim: dict[str, Any]) -> None:
    from sqlalchemy import text

    async with world.funds.fastapi.state.database.session() as session:
        await session.execute(
            text("update claims set entered_at = entered_at - interval '90 days' where id = :id"),
            {"id": claim["claim_id"]},
        )


async def test_a_stated_day_far_off_does_not_take_a_claim_out_of_the_window(world: World) -> None:
    await thresholds(world, 10_000, 50_000)
    allocation = await world.allocation(await world.money(20_000), 20_000)
    await world.claim(allocation, 6_000)
    claim = await world.review(await world.claim(allocation, 6_000, on=day(9)), on=day(9, 2))
    refused = await world.post(RELEASER, "/payments", order_body(claim, on=day(9, 3)))
    assert code_of(refused) == "approval_missing"


async def test_another_name_of_the_same_contractor_does_not_take_a_claim_out_of_the_window(world: World) -> None:
    await thresholds(world, 10_000, 50_000)
    allocation = await world.allocation(await world.money(20_000), 20_000)
    await world.claim(allocation, 6_000)
    world.projects["P1"] = grant_of("P1", version=2, contractor_name="某路桥(集团)公司")
    claim = await world.review(await world.claim(allocation, 6_000))
    assert (claim["payee_name"], claim["payee_uscc"]) == ("某路桥(集团)公司", "91341622MA2N000000")
    refused = await world.post(RELEASER, "/payments", order_body(claim))
    assert code_of(refused) == "approval_missing"


async def test_an_approver_who_refuses_gives_all_the_money_back(world: World) -> None:
    await thresholds(world, 10_000, 50_000)
    allocation = await world.allocation(await world.money(20_000), 20_000)
    claim = await world.review(await world.claim(allocation, 20_000))
    await world.made(CHIEF, f"/claims/{claim['claim_id']}/approvals", APPROVAL | {"outcome": "refuse"})
    seen = await world.seen(READER, f"/claims/{claim['claim_id']}")
    assert seen["state"] == "refused"
    left = await world.seen(READER, f"/allocations/{allocation['allocation_id']}")
    assert left["available_fen"] == 20_000
    assert (await world.progress())["total"]["withheld_fen"] == 0
    await world.books_balance()


async def test_an_invoice_number_is_used_once_in_the_whole_register(world: World) -> None:
    world.projects["P9"] = grant_of("P9", county_code="341621", division_code="341621101001")
    allocation = await world.allocation(await world.money(1000), 1000)
    body = claim_body(allocation, 100)
    await world.made(CLAIMANT, "/claims", body)
    invoice = body["papers"][0]
    scanned = paper("invoice") | {"number": invoice["number"].lower(), "issuer": invoice["issuer"]}
    again = claim_body(allocation, 100) | {"papers": [scanned, paper("progress_certificate")]}
    refused = await world.post(CLAIMANT, "/claims", again)
    assert (refused.status_code, code_of(refused)) == (422, "paper_number_used")
    other = scanned | {"issuer": "91341622MA2N000077"}
    await world.made(CLAIMANT, "/claims", again | {"papers": [other, paper("progress_certificate")]})


async def test_a_paid_claims_papers_are_used_up_for_ever(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    body = claim_body(allocation, 100)
    claim = await world.made(CLAIMANT, "/claims", body)
    await world.settle(await world.order(await world.review(claim)))
    again = await world.post(CLAIMANT, "/claims", body | {"claimed_on": day(6)})
    assert (again.status_code, code_of(again)) == (422, "paper_already_used")


@pytest.mark.parametrize("missing", ["issuer", "number"])
async def test_an_invoice_without_number_or_issuer_is_no_paper(world: World, missing: str) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    body = claim_body(allocation, 100)
    body["papers"][0].pop(missing)
    refused = await world.post(CLAIMANT, "/claims", body)
    assert (refused.status_code, code_of(refused)) == (422, "paper_number_missing")
    assert (await world.seen(READER, "/claims"))["items"] == []
