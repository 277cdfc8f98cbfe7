"""Contract terms over HTTP: what other sources pay is never claimed, each stage has its ceiling."""

from __future__ import annotations

from typing import Any

import pytest

from shared.chassis.clock import office_today
from tests.services.funds.world import (
    CHECKER,
    CLAIMANT,
    CONFIRMER,
    READING,
    World,
    claim_body,
    code_of,
    day,
    desk,
    grant_of,
    paper,
)

STATER = desk("contract_terms.state", *READING, office="341622-transport", sector="transport")
DECIDER = desk("contract_terms.decide", *READING)
YES = {"outcome": "approve", "opinion": "与合同一致", "decided_on": day(4, 2)}
TERMS = {
    "project_code": "P1",
    "other_sources_fen": 400,
    "advance_rate": "0.3",
    "progress_rate": "0.8",
    "stated_on": day(4),
}
ADVANCE = [paper("advance_application"), paper("contract")]


async def ground(world: World) -> dict[str, Any]:
    """An allocation of 1,000 fen to a project with a contract of 1,000 fen."""
    world.projects["P1"] = grant_of("P1", contract_fen=1000)
    return await world.allocation(await world.money(1000), 1000)


async def agreed(world: World, **changes: Any) -> dict[str, Any]:
    stated = await world.made(STATER, "/contract-terms", TERMS | changes)
    return await world.made(DECIDER, f"/contract-terms/{stated['contract_terms_id']}/decision", YES)


async def test_what_other_sources_pay_of_a_contract_is_never_claimed(world: World) -> None:
    allocation = await ground(world)
    await agreed(world)
    accepted = {"version": 2, "state": "accepted", "state_since": day(9), "accepted_on": day(9)}
    world.projects["P1"] = grant_of("P1", contract_fen=1000, **accepted)
    over = await world.post(CLAIMANT, "/claims", claim_body(allocation, 601, "final", day(9)))
    assert (over.status_code, code_of(over), over.json()["facts"]) == (422, "over_contract", {"left_fen": 600})
    await world.claim(allocation, 600, "final", day(9))
    more = await world.post(CLAIMANT, "/claims", claim_body(allocation, 1, "final", day(9)))
    assert code_of(more) == "over_contract"
    await world.books_balance()


async def test_claims_end_at_the_final_account_of_the_accepted_works(world: World) -> None:
    allocation = await ground(world)
    accepted = {"version": 2, "state": "accepted", "state_since": day(9), "accepted_on": day(9)}
    world.projects["P1"] = grant_of("P1", contract_fen=1000, final_account_fen=900, **accepted)
    over = await world.post(CLAIMANT, "/claims", claim_body(allocation, 901, "final", day(9)))
    assert (over.status_code, code_of(over), over.json()["facts"]) == (422, "over_final_account", {"left_fen": 900})
    await world.claim(allocation, 900, "final", day(9))
    more = await world.post(CLAIMANT, "/claims", claim_body(allocation, 1, "final", day(9)))
    assert (code_of(more), more.json()["facts"]) == ("over_final_account", {"left_fen": 0})
    await world.books_balance()


async def test_an_advance_and_the_claims_of_progress_stay_under_their_stages_ceiling(world: World) -> None:
    allocation = await ground(world)
    await agreed(world)
    advance = claim_body(allocation, 180) | {"kind": "advance", "papers": ADVANCE}
    over = await world.post(CLAIMANT, "/claims", advance | {"amount_fen": 181})
    assert (code_of(over), over.json()["facts"]) == ("over_stage", {"left_fen": 180})
    paid = await world.made(CLAIMANT, "/claims", advance)
    assert (paid["payable_fen"], paid["withheld_fen"]) == (180, 0)
    silent = await world.post(CLAIMANT, "/claims", claim_body(allocation, 10))
    assert (silent.status_code, code_of(silent)) == (422, "progress_missing")
    half = claim_body(allocation, 121) | {"progress_percent": 50}
    over = await world.post(CLAIMANT, "/claims", half)
    assert (code_of(over), over.json()["facts"]) == ("over_stage", {"left_fen": 120})
    await world.made(CLAIMANT, "/claims", half | {"amount_fen": 120})
    done = claim_body(allocation, 181) | {"progress_percent": 100}
    over = await world.post(CLAIMANT, "/claims", done)
    assert (code_of(over), over.json()["facts"]) == ("over_stage", {"left_fen": 180})
    await world.made(CLAIMANT, "/claims", done | {"amount_fen": 180})
    await world.books_balance()


async def sent_back(world: World, claim: dict[str, Any]) -> None:
    """The claim is paid, and the bank sends all of it back."""
    await world.review(claim, on=day(5, 5))
    payment = await world.settle(await world.order(claim, on=day(5, 5)), on=day(5, 5))
    back = {"amount_fen": payment["amount_fen"], "returned_on": day(6), "reason": "账号不符", "bank_reference": "b1"}
    await world.made(CONFIRMER, f"/payments/{payment['payment_id']}/return", back)


async def test_claiming_again_stays_under_what_is_done_and_may_state_more_done_by_now(world: World) -> None:
    world.projects["P1"] = grant_of("P1", contract_fen=100_000, retention_rate="0")
    allocation = await world.allocation(await world.money(100_000), 100_000)
    await agreed(world, other_sources_fen=0)
    first = await world.made(CLAIMANT, "/claims", claim_body(allocation, 35_000) | {"progress_percent": 40})
    await sent_back(world, first)
    second = claim_body(allocation, 45_000, on=day(6, 2)) | {"progress_percent": 45}
    await world.made(CLAIMANT, "/claims", second)
    path, asked = f"/claims/{first['claim_id']}/again", {"claimed_on": day(6, 3)}
    for more in ({}, {"progress_percent": 79}, {"progress_percent": 1}):
        assert code_of(await world.post(CLAIMANT, path, asked | more)) == "over_stage"
    again = await world.made(CLAIMANT, path, asked | {"progress_percent": 80})
    assert (again["amount_fen"], again["repeats_claim_id"]) == (35_000, first["claim_id"])
    assert code_of(await world.post(CLAIMANT, path, asked | {"progress_percent": 80})) == "claimed_again"


async def test_without_terms_the_countys_ceilings_hold(world: World) -> None:
    allocation = await ground(world)
    advance = claim_body(allocation, 301) | {"kind": "advance", "papers": ADVANCE}
    assert code_of(await world.post(CLAIMANT, "/claims", advance)) == "over_stage"
    over = await world.post(CLAIMANT, "/claims", claim_body(allocation, 901))
    assert (code_of(over), over.json()["facts"]) == ("over_stage", {"left_fen": 900})
    await world.claim(allocation, 900)


async def test_terms_hold_once_another_person_approved_them(world: World) -> None:
    allocation = await ground(world)
    stated = await world.made(STATER, "/contract-terms", TERMS)
    assert (stated["contract_fen"], stated["state"]) == (1000, "proposed")
    path = f"/contract-terms/{stated['contract_terms_id']}/decision"
    own = desk("contract_terms.decide", person=STATER.person)
    assert code_of(await world.post(own, path, YES)) == "same_person"
    second = await world.post(STATER, "/contract-terms", TERMS)
    assert (second.status_code, code_of(second)) == (409, "terms_proposed")
    assert code_of(await world.post(DECIDER, path, YES | {"decided_on": day(3)})) == "day_before_step"
    await world.claim(allocation, 10)
    await world.made(DECIDER, path, YES)
    again = await world.post(DECIDER, path, YES)
    assert (again.status_code, code_of(again)) == (409, "already_decided")
    listed = await world.seen(CHECKER, "/contract-terms", project_code="P1")
    assert [row["state"] for row in listed["items"]] == ["approved"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"other_sources_fen": 1001}, "other_sources_too_large"),
        ({"advance_rate": "0.31"}, "stage_rate_too_high"),
        ({"progress_rate": "0.91"}, "stage_rate_too_high"),
        ({"other_sources_fen": 1.5}, "invalid"),
        ({"advance_rate": "1.5"}, "invalid"),
    ],
)
async def test_terms_beyond_the_contract_or_the_ceilings_are_refused(
    world: World, changes: dict[str, Any], code: str
) -> None:
    await ground(world)
    refused = await world.post(STATER, "/contract-terms", TERMS | changes)
    assert refused.status_code == 422
    if code != "invalid":
        assert code_of(refused) == code
    assert (await world.seen(CHECKER, "/contract-terms"))["items"] == []
    outside = desk("contract_terms.state", scope=("341621",))
    assert (await world.post(outside, "/contract-terms", TERMS)).status_code == 404


async def test_a_claim_or_terms_dated_back_keep_to_the_ceilings_of_today(world: World) -> None:
    allocation = await ground(world)
    await world.policy("progress_rate_max", "0.5", "rate", office_today().isoformat())
    over = await world.post(CLAIMANT, "/claims", claim_body(allocation, 501))
    assert (code_of(over), over.json()["facts"]) == ("over_stage", {"left_fen": 500})
    high = await world.post(STATER, "/contract-terms", TERMS)
    assert (code_of(high), high.json()["facts"]) == ("stage_rate_too_high", {"highest": "0.5"})
    await world.claim(allocation, 500)
