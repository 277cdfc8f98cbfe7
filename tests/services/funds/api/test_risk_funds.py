"""风险补偿金: what a fund supports, what it pays for a loan that is not paid back, what comes back to it."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from typing import Any

import pytest

from tests.services.funds.credit import (
    AID,
    APPROVE,
    BANKER,
    FINANCE,
    OTHER_USCC,
    TELLER,
    USCC,
    approved,
    bank_desk,
    disbursed,
    disbursement,
    household,
    repaid,
)
from tests.services.funds.world import COUNTY, YEAR, World, code_of, day, pointer_of


def body(**changes: Any) -> dict[str, Any]:
    return {
        "county_code": COUNTY,
        "name": "蒙城县扶贫小额信贷风险补偿金",
        "bank_name": "蒙城农村商业银行",
        "bank_uscc": USCC,
        "multiple": 10,
        "fund_share": "0.80",
        "opened_on": day(1, 2),
    } | changes


def money(amount: int, name: str = "deposited_on", on: str = day(1, 3)) -> dict[str, Any]:
    return {"amount_fen": amount, name: on, "bank_reference": uuid.uuid4().hex[:16]}


async def fund(world: World, amount: int = 1_000_000, **changes: Any) -> int:
    """A fund that holds `amount`; its id."""
    made = await world.made(FINANCE, "/risk-funds", body(**changes))
    path = f"/risk-funds/{made['risk_fund_id']}/deposits"
    await world.made(FINANCE, path, money(amount) | {"origin": "县级预算"})
    found: int = made["risk_fund_id"]
    return found


async def overdue(world: World, fund_id: int, number: int = 1) -> dict[str, Any]:
    """A loan of the fund, due on 10 July and not paid back."""
    return await disbursed(world, household(world, number), fund=fund_id, term_months=6)


async def claimed(world: World, fund_id: int, loan: dict[str, Any], on: str = day(12)) -> dict[str, Any]:
    asked = {"loan_id": loan["loan_id"], "claimed_on": on}
    return await world.made(TELLER, f"/risk-funds/{fund_id}/compensations", asked)


async def seen(world: World, fund_id: int) -> tuple[int, int, int]:
    found = await world.seen(FINANCE, f"/risk-funds/{fund_id}")
    return found["balance_fen"], found["claimed_fen"], found["supported_fen"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"multiple": 11}, 422, "risk_multiple_too_high"),
        ({"fund_share": "0.81"}, 422, "risk_share_too_high"),
        ({"bank_uscc": USCC[:-1] + "X"}, 422, "uscc_wrong"),
        ({"county_code": "341621"}, 404, "not_found"),
        ({"county_code": "34"}, 404, "not_found"),
        ({"opened_on": "2199-01-01"}, 422, "day_in_future"),
    ],
)
async def test_a_fund_is_opened_on_terms_the_county_allows(
    world: World, changes: dict[str, Any], status: int, code: str
) -> None:
    refused = await world.post(FINANCE, "/risk-funds", body(**changes))
    assert (refused.status_code, code_of(refused)) == (status, code)
    assert (await world.seen(FINANCE, "/risk-funds"))["items"] == []
    await world.made(FINANCE, "/risk-funds", body())
    assert code_of(await world.post(FINANCE, "/risk-funds", body())) == "bank_has_fund"


async def test_no_fund_is_opened_in_a_county_after_it_was_closed(world: World) -> None:
    world.closed[COUNTY] = day(1, 1)
    refused = await world.post(FINANCE, "/risk-funds", body())
    assert (code_of(refused), pointer_of(refused)) == ("division_closed", "/county_code")
    assert refused.json()["facts"] == {"closed_since": day(1, 2)}
    await world.made(FINANCE, "/risk-funds", body(opened_on=day(1, 1)))


async def test_a_fund_supports_loans_up_to_its_multiple_even_when_two_tellers_try(world: World) -> None:
    """50,000 yuan at one to ten would carry ten loans; 7,000 yuan carry one of 50,000 and no second."""
    fund_id = await fund(world, 700_000)
    loans = [await approved(world, household(world, number)) for number in (1, 2, 3)]
    answers = await asyncio.gather(
        *(
            world.insist(bank_desk(), f"/loans/{loan['loan_id']}/disbursement", disbursement(risk_fund_id=fund_id))
            for loan in loans
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422]
    refused = next(answer for answer in answers if answer.status_code == 422)
    assert (code_of(refused), refused.json()["facts"]["room_fen"]) == ("risk_fund_full", 2_000_000)
    assert await seen(world, fund_id) == (700_000, 0, 5_000_000)


async def test_the_fund_pays_its_share_and_what_is_recovered_is_its_own_again(world: World) -> None:
    fund_id = await fund(world, 5_000_000)
    row = await claimed(world, fund_id, await overdue(world, fund_id))
    assert (row["outstanding_fen"], row["amount_fen"], row["overdue_since"]) == (5_000_000, 4_000_000, day(7, 11))
    assert await seen(world, fund_id) == (1_000_000, 4_000_000, 5_000_000)
    root = f"/risk-compensations/{row['compensation_id']}"
    decision = APPROVE | {"decided_on": day(12, 2)}
    early = await world.post(TELLER, f"{root}/recoveries", money(1, "recovered_on", day(12, 3)))
    assert code_of(early) == "step_not_due"
    assert code_of(await world.post(TELLER, f"{root}/decision", decision)) == "same_person"
    await world.made(FINANCE, f"{root}/decision", decision)
    assert code_of(await world.post(AID, f"{root}/decision", decision)) == "already_decided"
    await world.made(TELLER, f"{root}/recoveries", money(1_500_000, "recovered_on", day(12, 3)))
    too_much = await world.post(TELLER, f"{root}/recoveries", money(2_500_001, "recovered_on", day(12, 3)))
    assert (too_much.status_code, code_of(too_much)) == (422, "recovered_too_much")
    assert await seen(world, fund_id) == (2_500_000, 0, 5_000_000)
    (listed,) = (await world.seen(AID, "/risk-compensations", risk_fund_id=fund_id))["items"]
    assert (listed["state"], listed["recovered_fen"]) == ("approved", 1_500_000)
    await world.books_balance()


async def test_a_fund_does_not_stand_behind_a_loan_older_than_itself(world: World) -> None:
    made = await world.made(FINANCE, "/risk-funds", body(opened_on=day(2)))
    path = f"/risk-funds/{made['risk_fund_id']}/deposits"
    await world.made(FINANCE, path, money(5_000_000, on=day(2)) | {"origin": "县级预算"})
    loan = await approved(world, household(world, 1))
    payout = f"/loans/{loan['loan_id']}/disbursement"
    older = disbursement(day(1, 31), risk_fund_id=made["risk_fund_id"])
    refused = await world.post(TELLER, payout, older)
    assert (code_of(refused), pointer_of(refused)) == ("day_before_step", "/risk_fund_id")
    await world.made(TELLER, payout, older | {"disbursed_on": day(2)})


async def test_what_was_paid_back_since_the_claim_is_not_compensated(world: World) -> None:
    """80 % of 50,000 yuan was claimed; 40,000 came back, and the fund's share is 8,000."""
    fund_id = await fund(world, 5_000_000)
    loan = await overdue(world, fund_id)
    row = await claimed(world, fund_id, loan)
    await repaid(world, loan, 4_000_000, day(12))
    path = f"/risk-compensations/{row['compensation_id']}/decision"
    refused = await world.post(FINANCE, path, APPROVE | {"decided_on": day(12, 2)})
    assert (refused.status_code, code_of(refused)) == (409, "loss_changed")
    assert refused.json()["facts"] == {"outstanding_fen": 1_000_000}
    assert await seen(world, fund_id) == (1_000_000, 4_000_000, 1_000_000)
    await world.made(FINANCE, path, {"outcome": "refuse", "opinion": "已还款", "decided_on": day(12, 2)})
    anew = await claimed(world, fund_id, loan, on=day(12, 2))
    assert anew["amount_fen"] == 800_000
    decision = f"/risk-compensations/{anew['compensation_id']}/decision"
    await world.made(FINANCE, decision, APPROVE | {"decided_on": day(12, 3)})
    assert await seen(world, fund_id) == (4_200_000, 0, 1_000_000)
    await world.books_balance()


async def test_what_is_paid_back_after_a_compensation_is_owed_to_the_fund_by_its_share(world: World) -> None:
    """The fund paid 40,000 of 50,000 yuan; of 10,000 that come back 8,000 are the fund's, of all of it 40,000."""
    fund_id = await fund(world, 5_000_000)
    loan = await overdue(world, fund_id)
    row = await claimed(world, fund_id, loan)
    root = f"/risk-compensations/{row['compensation_id']}"
    await world.made(FINANCE, f"{root}/decision", APPROVE | {"decided_on": day(12, 2)})

    async def to_return() -> int:
        (listed,) = (await world.seen(AID, "/risk-compensations", risk_fund_id=fund_id))["items"]
        found: int = listed["to_return_fen"]
        return found

    assert await to_return() == 0
    await repaid(world, loan, 1_000_000, day(12, 3))
    assert await to_return() == 800_000
    recovery = money(500_000, "recovered_on", day(12, 4))
    other = replace(bank_desk(), office=f"{COUNTY}-other-bank")
    assert code_of(await world.post(other, f"{root}/recoveries", recovery)) == "loan_of_other_bank"
    await world.made(TELLER, f"{root}/recoveries", recovery)
    assert await to_return() == 300_000
    await repaid(world, loan, 4_000_000, day(12, 5))
    assert await to_return() == 3_500_000
    await world.books_balance()


async def test_what_is_owed_again_since_a_repayment_was_undone_is_claimed_and_not_a_fen_beyond(world: World) -> None:
    """80 % of 30,000 yuan were paid; 20,000 were never paid back, and 16,000 more are the fund's share."""
    fund_id = await fund(world, 5_000_000)
    loan = await overdue(world, fund_id)
    await repaid(world, loan, 2_000_000, day(8))
    first = await claimed(world, fund_id, loan)
    path, claims = f"/loans/{loan['loan_id']}", f"/risk-funds/{fund_id}/compensations"
    asked = {"loan_id": loan["loan_id"], "claimed_on": day(12, 4)}
    (wrong,) = (await world.seen(BANKER, path))["repayments"]
    undo = await world.made(TELLER, f"{path}/repayments/{wrong['repayment_id']}/reversal", {"reason": "记错户"})
    done = f"/loan-repayment-reversals/{undo['reversal_id']}/decision"
    await world.made(BANKER, done, APPROVE | {"decided_on": day(12, 1)})
    waiting = await world.post(TELLER, claims, asked)
    assert (waiting.status_code, code_of(waiting)) == (409, "already_compensated"), "the first waits for its decision"
    yes = APPROVE | {"decided_on": day(12, 4)}
    await world.made(FINANCE, f"/risk-compensations/{first['compensation_id']}/decision", yes)
    answers = await asyncio.gather(*(world.insist(TELLER, claims, asked) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    more = next(answer.json() for answer in answers if answer.status_code == 201)
    assert (first["amount_fen"], more["outstanding_fen"], more["amount_fen"]) == (2_400_000, 5_000_000, 1_600_000)
    assert await seen(world, fund_id) == (1_000_000, 1_600_000, 5_000_000)
    await world.made(FINANCE, f"/risk-compensations/{more['compensation_id']}/decision", yes)
    assert code_of(await world.post(TELLER, claims, asked)) == "already_compensated"

    async def to_return() -> list[int]:
        items = (await world.seen(AID, "/risk-compensations", risk_fund_id=fund_id))["items"]
        return [row["to_return_fen"] for row in items]

    assert await to_return() == [0, 0]
    await repaid(world, loan, 2_500_000, day(12, 5))
    assert await to_return() == [1_600_000, 400_000], "together 80 % of what came back"
    back = f"/risk-compensations/{more['compensation_id']}/recoveries"
    await world.made(TELLER, back, money(1_600_000, "recovered_on", day(12, 6)))
    await repaid(world, loan, 2_500_000, day(12, 6))
    assert await to_return() == [0, 2_400_000]
    await world.books_balance()


async def test_what_the_fund_has_back_is_claimed_again_when_the_repayment_it_stood_on_is_undone(world: World) -> None:
    """The fund paid 40,000 yuan and had them back; the repayment was another household's, and all is owed again."""
    fund_id = await fund(world, 5_000_000)
    loan = await overdue(world, fund_id)
    first = await claimed(world, fund_id, loan)
    root, path = f"/risk-compensations/{first['compensation_id']}", f"/loans/{loan['loan_id']}"
    await world.made(FINANCE, f"{root}/decision", APPROVE | {"decided_on": day(12, 2)})
    await repaid(world, loan, 5_000_000, day(12, 3))
    await world.made(TELLER, f"{root}/recoveries", money(4_000_000, "recovered_on", day(12, 4)))
    (wrong,) = (await world.seen(BANKER, path))["repayments"]
    undo = await world.made(TELLER, f"{path}/repayments/{wrong['repayment_id']}/reversal", {"reason": "记错户"})
    done = f"/loan-repayment-reversals/{undo['reversal_id']}/decision"
    await world.made(BANKER, done, APPROVE | {"decided_on": day(12, 6)})
    second = await claimed(world, fund_id, loan, on=day(12, 8))
    assert (second["outstanding_fen"], second["amount_fen"]) == (5_000_000, 4_000_000)
    asked = {"loan_id": loan["loan_id"], "claimed_on": day(12, 8)}
    again = await world.post(TELLER, f"/risk-funds/{fund_id}/compensations", asked)
    assert code_of(again) == "already_compensated"
    decision = f"/risk-compensations/{second['compensation_id']}/decision"
    await world.made(FINANCE, decision, APPROVE | {"decided_on": day(12, 9)})
    await repaid(world, loan, 1_000_000, day(12, 10))
    items = (await world.seen(AID, "/risk-compensations", risk_fund_id=fund_id))["items"]
    assert [row["to_return_fen"] for row in items] == [800_000, 0], "once, on the claim that is not recovered"
    await world.books_balance()


async def test_a_refused_claim_gives_the_money_back_and_may_be_made_again(world: World) -> None:
    fund_id = await fund(world, 5_000_000)
    loan = await overdue(world, fund_id)
    row = await claimed(world, fund_id, loan)
    twice = {"loan_id": loan["loan_id"], "claimed_on": day(12)}
    again = await world.post(TELLER, f"/risk-funds/{fund_id}/compensations", twice)
    assert (again.status_code, code_of(again)) == (409, "already_compensated")
    path = f"/risk-compensations/{row['compensation_id']}/decision"
    await world.made(FINANCE, path, {"outcome": "refuse", "opinion": "先行追偿", "decided_on": day(12, 2)})
    assert await seen(world, fund_id) == (5_000_000, 0, 5_000_000)
    await claimed(world, fund_id, loan, on=day(12, 2))


async def test_a_claim_waits_for_its_days_and_never_takes_more_than_there_is(world: World) -> None:
    fund_id = await fund(world, 5_000_000)
    other = await fund(world, 1_000_000, bank_uscc=OTHER_USCC)
    loan = await overdue(world, fund_id)
    path = f"/risk-funds/{fund_id}/compensations"
    early = await world.post(TELLER, path, {"loan_id": loan["loan_id"], "claimed_on": day(10, 8)})
    assert (early.status_code, code_of(early)) == (422, "loan_not_overdue")
    wrong = await world.post(
        TELLER, f"/risk-funds/{other}/compensations", {"loan_id": loan["loan_id"], "claimed_on": day(12)}
    )
    assert (wrong.status_code, code_of(wrong)) == (422, "loan_of_other_fund")
    office = await world.post(FINANCE, path, {"loan_id": loan["loan_id"], "claimed_on": day(12)})
    assert code_of(office) == "loan_step_of_other_office"
    second = await overdue(world, fund_id, 2)
    bodies = [{"loan_id": one["loan_id"], "claimed_on": day(12)} for one in (loan, second)]
    answers = await asyncio.gather(*(world.insist(TELLER, path, one) for one in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    short = next(answer for answer in answers if answer.status_code == 422)
    assert (code_of(short), pointer_of(short)) == ("risk_fund_short", "/loan_id")
    assert await seen(world, fund_id) == (1_000_000, 4_000_000, 10_000_000)


async def test_a_notice_a_claim_stands_upon_is_not_withdrawn_until_the_claim_is_refused(world: World) -> None:
    fund_id = await fund(world, 5_000_000)
    loan = await disbursed(world, household(world, 1), fund=fund_id)
    path = f"/loans/{loan['loan_id']}/overdue-notice"
    await world.made(TELLER, path, {"overdue_on": day(3, 11), "reason": "未付息"})
    row = await claimed(world, fund_id, loan)
    back = {"withdrawn_on": day(12, 1), "reason": "误报"}
    refused = await world.post(BANKER, f"{path}/withdrawal", back)
    assert (refused.status_code, code_of(refused)) == (409, "loan_loss_claimed")
    no = APPROVE | {"outcome": "refuse", "decided_on": day(12, 1)}
    await world.made(FINANCE, f"/risk-compensations/{row['compensation_id']}/decision", no)
    assert (await world.made(BANKER, f"{path}/withdrawal", back))["overdue_since"] == day(1, 11, YEAR + 1)


async def test_a_wrong_notice_is_withdrawn_once_the_fund_has_all_back_it_paid_for_it(world: World) -> None:
    fund_id = await fund(world, 5_000_000)
    loan = await disbursed(world, household(world, 1), fund=fund_id)
    path = f"/loans/{loan['loan_id']}/overdue-notice"
    await world.made(TELLER, path, {"overdue_on": day(3, 11), "reason": "未付息"})
    paid = f"/risk-compensations/{(await claimed(world, fund_id, loan))['compensation_id']}"
    await world.made(FINANCE, f"{paid}/decision", APPROVE | {"decided_on": day(12, 2)})
    await world.made(TELLER, f"{paid}/recoveries", money(3_999_999, "recovered_on", day(12, 3)))
    back = {"withdrawn_on": day(12, 4), "reason": "误报"}
    assert code_of(await world.post(BANKER, f"{path}/withdrawal", back)) == "loan_loss_claimed"
    await world.made(TELLER, f"{paid}/recoveries", money(1, "recovered_on", day(12, 3)))
    assert (await world.made(BANKER, f"{path}/withdrawal", back))["overdue_since"] == day(1, 11, YEAR + 1)
    assert await seen(world, fund_id) == (5_000_000, 0, 5_000_000)
