"""贷款贴息: by quarter, exact, full or in part by the day of disbursement, none once a loan is overdue."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.services.funds.credit import AID, APPROVE, BANKER, FINANCE, TELLER, disbursed, household, repaid
from tests.services.funds.world import COUNTY, ELSEWHERE, YEAR, World, code_of, day, pointer_of

LAST_QUARTERS_DAY = day(1, 5, YEAR + 1)


def body(quarter: str, **changes: Any) -> dict[str, Any]:
    return {"county_code": COUNTY, "quarter": quarter, "prepared_on": LAST_QUARTERS_DAY} | changes


async def prepared(world: World, quarter: str) -> dict[str, Any]:
    return await world.made(AID, "/interest-subsidies", body(quarter))


async def decided(world: World, subsidy: dict[str, Any], outcome: str = "approve") -> dict[str, Any]:
    path = f"/interest-subsidies/{subsidy['subsidy_id']}/decision"
    return await world.made(FINANCE, path, APPROVE | {"outcome": outcome, "decided_on": LAST_QUARTERS_DAY})


async def lines(world: World, subsidy: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await world.seen(AID, f"/interest-subsidies/{subsidy['subsidy_id']}/lines"))["items"]
    return found


async def test_a_quarter_is_subsidised_to_the_fen_and_the_loan_shows_it(world: World) -> None:
    """81 days to the end of March: 5,000,000 fen × 3 % × 81 / 360 = 33,750 fen."""
    loan = await disbursed(world, household(world, 1))
    subsidy = await prepared(world, f"{YEAR}Q1")
    (line,) = await lines(world, subsidy)
    assert (line["fen_days"], line["amount_fen"], subsidy["total_fen"]) == (81 * 5_000_000, 33_750, 33_750)
    assert (await world.seen(AID, f"/loans/{loan['loan_id']}"))["subsidised_fen"] == 0
    await decided(world, subsidy)
    assert (await world.seen(AID, f"/loans/{loan['loan_id']}"))["subsidised_fen"] == 33_750
    await world.books_balance()


async def test_the_share_is_the_one_of_the_day_the_loan_was_paid_out(world: World) -> None:
    await disbursed(world, household(world, 1))
    await world.policy("microcredit_subsidy_share", "0.70", "rate", day(1, 11))
    await disbursed(world, household(world, 2), on=day(1, 11))
    subsidy = await prepared(world, f"{YEAR}Q1")
    assert [(row["subsidy_share"], row["amount_fen"]) for row in await lines(world, subsidy)] == [
        ("1", 33_750),
        ("0.70", 80 * 5_000_000 * 3 * 7 // (360 * 100 * 10)),
    ]


async def test_the_subsidy_stops_on_the_day_a_loan_is_overdue(world: World) -> None:
    loan = await disbursed(world, household(world, 1), term_months=36)
    notice = {"overdue_on": day(3, 11), "reason": "未付息"}
    await world.made(TELLER, f"/loans/{loan['loan_id']}/overdue-notice", notice)
    subsidy = await decided(world, await prepared(world, f"{YEAR}Q1"))
    (line,) = await lines(world, subsidy)
    assert (line["through_on"], line["amount_fen"]) == (day(3, 10), 60 * 5_000_000 * 3 // 36_000)
    refused = await world.post(AID, "/interest-subsidies", body(f"{YEAR}Q2"))
    assert (refused.status_code, code_of(refused)) == (422, "nothing_to_subsidise")


async def test_the_bank_says_after_the_due_day_that_a_loan_was_overdue_before_it(world: World) -> None:
    """Due on 10 July and overdue from 11 March: 60 days are subsidised, not 181."""
    loan = await disbursed(world, household(world, 1), term_months=6)
    notice = {"overdue_on": day(3, 11), "reason": "未付息,补报"}
    noticed = await world.made(TELLER, f"/loans/{loan['loan_id']}/overdue-notice", notice)
    assert noticed["overdue_since"] == day(3, 11)
    again = notice | {"overdue_on": day(2, 11)}
    refused = await world.post(TELLER, f"/loans/{loan['loan_id']}/overdue-notice", again)
    assert (refused.status_code, code_of(refused)) == (409, "loan_overdue_known")
    subsidy = await decided(world, await prepared(world, f"{YEAR}Q3"))
    (line,) = await lines(world, subsidy)
    assert (line["through_on"], line["amount_fen"]) == (day(3, 10), 60 * 5_000_000 * 3 // 36_000)


async def test_a_wrong_notice_is_withdrawn_by_another_teller_and_the_next_quarter_makes_good(world: World) -> None:
    loan = await disbursed(world, household(world, 1), term_months=36)
    path = f"/loans/{loan['loan_id']}/overdue-notice"
    back = {"withdrawn_on": day(4, 20), "reason": "利息当日已付,误报"}
    assert code_of(await world.post(BANKER, f"{path}/withdrawal", back)) == "loan_not_noticed"
    await world.made(TELLER, path, {"overdue_on": day(3, 11), "reason": "未付息"})
    await decided(world, await prepared(world, f"{YEAR}Q1"))
    assert code_of(await world.post(TELLER, f"{path}/withdrawal", back)) == "same_person"
    early = await world.post(BANKER, f"{path}/withdrawal", back | {"withdrawn_on": day(3, 10)})
    assert (early.status_code, pointer_of(early)) == (422, "/withdrawn_on")
    assert (await world.made(BANKER, f"{path}/withdrawal", back))["overdue_since"] is None
    second = await decided(world, await prepared(world, f"{YEAR}Q2"))
    (line,) = await lines(world, second)
    assert (line["through_on"], line["due_to_date_fen"]) == (day(6, 30), 172 * 5_000_000 * 3 // 36_000)
    again = await world.made(TELLER, path, {"overdue_on": day(7, 5), "reason": "未付息"})
    assert again["overdue_since"] == day(7, 5)
    assert (await world.made(BANKER, f"{path}/withdrawal", back | {"withdrawn_on": day(7, 6)}))["overdue_since"] is None


async def test_a_repayment_entered_late_is_made_good_by_the_next_quarter(world: World) -> None:
    loan = await disbursed(world, household(world, 1))
    first = await decided(world, await prepared(world, f"{YEAR}Q1"))
    await repaid(world, loan, 3_000_000, day(2, 1))
    second = await decided(world, await prepared(world, f"{YEAR}Q2"))
    due = (22 * 5_000_000 + 150 * 2_000_000) * 3 // 36_000
    assert first["total_fen"] + second["total_fen"] == due
    assert (await world.seen(AID, f"/loans/{loan['loan_id']}"))["subsidised_fen"] == due


async def test_what_was_subsidised_too_much_is_told_on_the_loan(world: World) -> None:
    """Paid back on 1 February, entered after the quarter: 22 days are due, 81 were granted, and no quarter is left."""
    loan = await disbursed(world, household(world, 1))
    await decided(world, await prepared(world, f"{YEAR}Q1"))
    path = f"/loans/{loan['loan_id']}"
    assert (await world.seen(AID, path))["over_subsidised_fen"] == 0
    await repaid(world, loan, 5_000_000, day(2, 1))
    seen = await world.seen(AID, path)
    assert (seen["subsidised_fen"], seen["over_subsidised_fen"]) == (33_750, 33_750 - 22 * 5_000_000 * 3 // 36_000)
    assert code_of(await world.post(AID, "/interest-subsidies", body(f"{YEAR}Q2"))) == "nothing_to_subsidise"


async def test_a_county_computes_a_quarter_once_even_when_two_try(world: World) -> None:
    await disbursed(world, household(world, 1))
    answers = await asyncio.gather(*(world.insist(AID, "/interest-subsidies", body(f"{YEAR}Q1")) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert {code_of(answer) for answer in answers if answer.status_code == 409} == {"quarter_subsidised"}
    (subsidy,) = (await world.seen(AID, "/interest-subsidies"))["items"]
    await decided(world, subsidy, "refuse")
    assert (await prepared(world, f"{YEAR}Q1"))["total_fen"] == 33_750


async def test_a_quarter_under_way_a_strangers_county_and_the_own_decision_are_refused(world: World) -> None:
    await disbursed(world, household(world, 1))
    early = body(f"{YEAR}Q1", prepared_on=day(3, 31))
    assert code_of(await world.post(AID, "/interest-subsidies", early)) == "quarter_not_over"
    for code in ("341621", "34", "341622101"):
        assert (await world.post(AID, "/interest-subsidies", body(f"{YEAR}Q1", county_code=code))).status_code == 404
    subsidy = await prepared(world, f"{YEAR}Q1")
    path = f"/interest-subsidies/{subsidy['subsidy_id']}/decision"
    decision = APPROVE | {"decided_on": LAST_QUARTERS_DAY}
    assert code_of(await world.post(AID, path, decision)) == "same_person"
    assert (await world.post(ELSEWHERE, path, decision)).status_code == 403
    assert (await world.seen(AID, f"/interest-subsidies/{subsidy['subsidy_id']}"))["state"] == "prepared"
    await decided(world, subsidy)
    assert code_of(await world.post(FINANCE, path, decision)) == "already_decided"
