"""展期 and repayments entered wrongly, over HTTP: by two persons, to the fen, and the subsidy follows the rule."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shared.chassis import clock
from tests.services.funds.clocks import stand
from tests.services.funds.credit import (
    APPROVE,
    BANKER,
    FINANCE,
    HELPER,
    TELLER,
    TOWN,
    approved,
    bank_desk,
    disbursed,
    disbursement,
    household,
    repaid,
    repayment,
)
from tests.services.funds.world import COUNTY, YEAR, World, code_of, day, desk

TODAY = clock.office_today().isoformat()
YESTERDAY = (clock.office_today() - timedelta(days=1)).isoformat()
NOT_DUE = 24
"""Months of a loan of the tests' year that is due in the year after today's."""
ASK = {"months": 6, "reason": "羊群未出栏", "asked_on": TODAY}
YES = APPROVE | {"decided_on": TODAY}
IN_APRIL, THEN = ASK | {"asked_on": day(4)}, APPROVE | {"decided_on": day(4, 3)}


async def extended(world: World, loan: dict[str, Any]) -> dict[str, Any]:
    asked = await world.made(HELPER, f"/loans/{loan['loan_id']}/extensions", IN_APRIL)
    return await world.made(BANKER, f"/loan-extensions/{asked['extension_id']}/decision", THEN)


async def subsidised(world: World, quarter: str) -> int:
    request = {"county_code": COUNTY, "quarter": quarter, "prepared_on": day(1, 5, YEAR + 1)}
    made = await world.made(FINANCE, "/interest-subsidies", request)
    path = f"/interest-subsidies/{made['subsidy_id']}/decision"
    decider = desk("loan.decide_subsidy", office=f"{COUNTY}-finance")
    await world.made(decider, path, APPROVE | {"decided_on": day(1, 6, YEAR + 1)})
    total: int = made["total_fen"]
    return total


async def test_an_approved_extension_moves_the_due_day_and_the_subsidy_goes_on_with_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    loan = await disbursed(world, household(world, 1), term_months=4)
    path = f"/loans/{loan['loan_id']}"
    assert loan["due_on"] == day(5, 10)
    with monkeypatch.context() as april:
        stand(april, day(4, 3))
        asked = await world.made(HELPER, f"{path}/extensions", IN_APRIL)
        assert (await world.seen(BANKER, path))["due_on"] == day(5, 10)
        assert code_of(await world.post(HELPER, f"{path}/extensions", IN_APRIL)) == "extension_asked"
        decision = f"/loan-extensions/{asked['extension_id']}/decision"
        assert code_of(await world.post(TOWN, decision, THEN)) == "loan_step_of_other_office"
        same = bank_desk(person=HELPER.person)
        assert code_of(await world.post(same, decision, THEN)) == "same_person"
        early = await world.post(BANKER, decision, THEN | {"decided_on": day(4, 2)})
        assert code_of(early) == "day_before_step"
        approved = await world.made(BANKER, decision, THEN)
        assert (approved["due_on_before"], approved["due_on_after"]) == (day(5, 10), day(11, 10))
        assert approved["subsidised"] is True
        assert code_of(await world.post(BANKER, decision, THEN)) == "already_decided"
        seen = await world.seen(BANKER, path)
        assert (seen["due_on"], seen["subsidy_ends_on"], seen["term_months"]) == (day(11, 10), None, 4)
        assert [row["state"] for row in seen["extensions"]] == ["approved"]
        again = await world.post(HELPER, f"{path}/extensions", IN_APRIL)
        assert code_of(again) == "extensions_used"
    days = 304  # 10 January to 9 November of a year of 365 days
    assert await subsidised(world, f"{YEAR}Q4") == 5_000_000 * days * 3 // (100 * 360)
    await world.books_balance()


async def test_where_the_rule_says_so_the_subsidy_ends_with_the_first_term(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.policy("microcredit_extension_subsidised", "no", "yes_no", day(1, 1))
    loan = await disbursed(world, household(world, 1), term_months=4)
    with monkeypatch.context() as april:
        stand(april, day(4, 3))
        assert (await extended(world, loan))["subsidised"] is False
    assert (await world.seen(BANKER, f"/loans/{loan['loan_id']}"))["subsidy_ends_on"] == day(5, 10)
    days = 120  # 10 January to 9 May
    assert await subsidised(world, f"{YEAR}Q4") == 5_000_000 * days * 3 // (100 * 360)


async def test_a_loan_past_its_due_day_is_not_made_good_by_papers_of_earlier_days(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    loan = await disbursed(world, household(world, 1), term_months=4)
    path = f"/loans/{loan['loan_id']}"
    assert code_of(await world.post(HELPER, f"{path}/extensions", IN_APRIL)) == "extension_too_late"
    with monkeypatch.context() as may:
        stand(may, day(5, 10))
        asked = await world.made(HELPER, f"{path}/extensions", IN_APRIL)
    decision = f"/loan-extensions/{asked['extension_id']}/decision"
    for decided_on, code in ((day(4, 3), "day_before_step"), (day(5, 10), "extension_too_late")):
        assert code_of(await world.post(BANKER, decision, YES | {"decided_on": decided_on})) == code
    seen = await world.seen(BANKER, path)
    assert (seen["due_on"], [row["state"] for row in seen["extensions"]]) == (day(5, 10), ["asked"])
    assert (await world.made(BANKER, decision, YES | {"outcome": "refuse"}))["state"] == "refused"


async def test_an_extension_outside_the_rules_is_refused_and_moves_nothing(world: World) -> None:
    loan = await disbursed(world, household(world, 1), term_months=NOT_DUE)
    path = f"/loans/{loan['loan_id']}"
    for code, changes in (
        ("extension_too_long", {"months": 13}),
        ("day_before_step", {"asked_on": day(1, 9)}),
    ):
        assert code_of(await world.post(HELPER, f"{path}/extensions", ASK | changes)) == code
    answers = await asyncio.gather(*(world.insist(HELPER, f"{path}/extensions", ASK) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    (asked,) = (await world.seen(BANKER, "/loan-extensions", state="asked"))["items"]
    refusal = YES | {"outcome": "refuse"}
    await world.made(BANKER, f"/loan-extensions/{asked['extension_id']}/decision", refusal)
    assert (await world.seen(BANKER, path))["due_on"] == day(1, 10, YEAR + 2)
    await world.made(HELPER, f"{path}/extensions", ASK)
    await repaid(world, loan, 5_000_000, day(4, 2))
    assert code_of(await world.post(HELPER, f"{path}/extensions", ASK)) == "step_not_due"
    (left,) = (await world.seen(BANKER, "/loan-extensions", state="asked"))["items"]
    decision = f"/loan-extensions/{left['extension_id']}/decision"
    assert code_of(await world.post(BANKER, decision, YES)) == "step_not_due"
    assert (await world.made(BANKER, decision, refusal))["state"] == "refused", "nothing waits for ever"


async def test_an_extension_dated_back_is_held_to_the_rule_of_today(world: World) -> None:
    loan = await disbursed(world, household(world, 1), on=day(12, 1), term_months=24)
    await world.policy("microcredit_extension_max", "3", "month", TODAY)
    path = f"/loans/{loan['loan_id']}/extensions"
    for asked_on in (TODAY, YESTERDAY):
        refused = await world.post(HELPER, path, ASK | {"months": 6, "asked_on": asked_on})
        assert (refused.status_code, code_of(refused)) == (422, "extension_too_long")
    await world.made(HELPER, path, ASK | {"months": 3, "asked_on": YESTERDAY})


async def test_a_repayment_entered_wrongly_is_undone_by_a_second_person_and_entered_right(world: World) -> None:
    loan = await disbursed(world, household(world, 1))
    path = f"/loans/{loan['loan_id']}"
    wrong = repayment(5_000_000, day(2))
    await world.made(TELLER, f"{path}/repayments", wrong)
    file = await world.seen(BANKER, path)
    assert (file["state"], file["outstanding_fen"]) == ("repaid", 0)
    back = f"{path}/repayments/{file['repayments'][0]['repayment_id']}/reversal"
    reason = {"reason": "金额多录一位,\n应为五千元".replace("\n", "")}
    assert (await world.post(TELLER, f"{path}/repayments/999/reversal", reason)).status_code == 404
    assert code_of(await world.post(FINANCE, back, reason)) == "loan_step_of_other_office"
    asked = await world.made(TELLER, back, reason)
    assert code_of(await world.post(TELLER, back, reason)) == "repayment_reversed"
    decision = f"/loan-repayment-reversals/{asked['reversal_id']}/decision"
    yes = APPROVE | {"decided_on": day(2, 3)}
    assert code_of(await world.post(TELLER, decision, yes)) == "same_person"
    assert code_of(await world.post(BANKER, decision, yes | {"decided_on": day(1, 31)})) == "day_before_step"
    assert (await world.seen(BANKER, path))["outstanding_fen"] == 0
    answers = await asyncio.gather(*(world.insist(BANKER, decision, yes) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    file = await world.seen(BANKER, path)
    assert (file["state"], file["outstanding_fen"]) == ("disbursed", 5_000_000)
    assert file["repayments"][0]["reversed_on"] == day(2, 3)
    right = wrong | {"amount_fen": 500_000}
    assert (await world.made(TELLER, f"{path}/repayments", right))["outstanding_fen"] == 4_500_000
    assert code_of(await world.post(TELLER, f"{path}/repayments", right)) == "bank_reference_taken"
    days, fewer = 80 + 1, 59  # to 31 March: all, and from 1 February on less 500,000
    due = (5_000_000 * days - 500_000 * fewer) * 3 // (100 * 360)
    assert await subsidised(world, f"{YEAR}Q1") == due
    await world.books_balance()


async def test_a_loan_asked_for_on_a_repayment_that_was_undone_is_not_paid_out(world: World) -> None:
    number = household(world, 1)
    loan = await disbursed(world, number, term_months=36)
    await repaid(world, loan, 5_000_000, day(1, 20))
    second = await approved(world, number, amount_fen=4_000_000)
    path = f"/loans/{loan['loan_id']}"
    repayment_id = (await world.seen(BANKER, path))["repayments"][0]["repayment_id"]
    asked = await world.made(TELLER, f"{path}/repayments/{repayment_id}/reversal", {"reason": "记错户"})
    decision = f"/loan-repayment-reversals/{asked['reversal_id']}/decision"
    await world.made(BANKER, decision, APPROVE | {"decided_on": day(2)})
    payout = f"/loans/{second['loan_id']}/disbursement"
    refused = await world.post(TELLER, payout, disbursement(day(2, 2)))
    assert (refused.status_code, code_of(refused)) == (422, "loan_over_cap")
    assert refused.json()["facts"] == {"cap_fen": 5_000_000, "left_fen": 0}
    await repaid(world, loan, 4_000_000, day(2, 3))
    await world.made(TELLER, payout, disbursement(day(2, 4)))
    await world.books_balance()


async def test_a_refused_reversal_leaves_the_repayment_and_may_be_asked_again(world: World) -> None:
    loan = await disbursed(world, household(world, 1))
    await repaid(world, loan, 1_000_000, day(2))
    path = f"/loans/{loan['loan_id']}"
    repayment_id = (await world.seen(BANKER, path))["repayments"][0]["repayment_id"]
    for _ in range(2):
        asked = await world.made(TELLER, f"{path}/repayments/{repayment_id}/reversal", {"reason": "记错"})
        no = {"outcome": "refuse", "opinion": "无误", "decided_on": day(2, 3)}
        await world.made(BANKER, f"/loan-repayment-reversals/{asked['reversal_id']}/decision", no)
    file = await world.seen(BANKER, path)
    assert (file["outstanding_fen"], file["repayments"][0]["reversed_on"]) == (4_000_000, None)
    states = [row["state"] for row in (await world.seen(BANKER, "/loan-repayment-reversals"))["items"]]
    assert states == ["refused", "refused"]
    await world.books_balance()
