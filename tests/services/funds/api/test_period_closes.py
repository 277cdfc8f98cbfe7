"""Closed periods over HTTP: nothing moves on their days, the superior reopens, corrections fall into open days."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from sqlalchemy import text

from services.funds.storage.period_closes import hold_back_postings
from services.funds.storage.tables import PeriodClose
from shared.chassis.clock import now, office_today
from shared.chassis.identity import Actor
from tests.services.funds.api import test_claim_checks as checks
from tests.services.funds.api import test_contract_terms as terms
from tests.services.funds.api import test_dividends as dividends
from tests.services.funds.api import test_donations as donations
from tests.services.funds.api import test_grant_batches as grants
from tests.services.funds.api import test_pools as pools
from tests.services.funds.api import test_recalls as recalls
from tests.services.funds.api import test_risk_funds as risk_funds
from tests.services.funds.credit import (
    BANKER,
    FINANCE,
    HELPER,
    TELLER,
    VILLAGER,
    applied,
    disbursed,
    household,
    repayment,
)
from tests.services.funds.world import (
    CHECKER,
    CITY,
    CLAIMANT,
    CONFIRMER,
    COUNTY,
    ELSEWHERE,
    MAKER,
    READER,
    READING,
    YEAR,
    World,
    claim_body,
    code_of,
    day,
    desk,
    grant_of,
)
from tests.support.harness import actor

TODAY = office_today().isoformat()
CLOSER = desk("period.close", *READING)
ABOVE = actor("period.consent", *READING, scope=("3416",), office="3416-finance", level="city")
MAY = {"division_code": COUNTY, "period": f"{YEAR}-05"}
CONSENT = {"outcome": "consent", "opinion": "同意重新开账", "decided_on": ""}


async def test_nothing_moves_on_a_day_of_a_closed_period_and_everything_on_the_days_around_it(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    closed = await world.made(CLOSER, "/period-closes", MAY)
    assert (closed["first_on"], closed["last_on"], closed["state"]) == (day(5), day(5, 31), "closed")
    for on in (day(5), day(5, 31)):
        refused = await world.post(CLAIMANT, "/claims", claim_body(allocation, 400, on=on))
        assert (refused.status_code, code_of(refused)) == (422, "period_closed")
    path = f"/allocations/{allocation['allocation_id']}"
    assert (await world.seen(READER, path))["available_fen"] == 1000
    assert (await world.seen(READER, "/claims"))["items"] == []
    for on in (day(4, 30), day(6)):
        await world.claim(allocation, 100, on=on)
    await world.books_balance()


async def test_without_its_row_the_same_day_is_open(world: World) -> None:
    """The control: the refusal comes from the closed period and from nothing else."""
    allocation = await world.allocation(await world.money(1000), 1000)
    await world.made(CLOSER, "/period-closes", MAY)
    async with world.funds.fastapi.state.database.session() as session:
        await session.execute(text("update period_closes set division_code = '341621'"))
    await world.claim(allocation, 100, on=day(5))


async def test_money_of_a_closed_month_comes_back_in_an_open_one(world: World) -> None:
    payment = await world.paid(await world.allocation(await world.money(1000), 1000), 1000)
    await world.made(CLOSER, "/period-closes", MAY)
    path = f"/payments/{payment['payment_id']}/return"
    body = {"amount_fen": 970, "returned_on": day(5, 20), "reason": "退回", "bank_reference": "b1"}
    barred = await world.post(CONFIRMER, path, body)
    assert code_of(barred) == "period_closed"
    await world.made(CONFIRMER, path, body | {"returned_on": day(6)})
    total = (await world.progress(as_of=day(5, 31)))["total"]
    assert (total["paid_fen"], total["returned_fen"]) == (970, 0)
    await world.books_balance()


async def test_a_year_closes_all_its_months_for_every_kind_of_posting(world: World) -> None:
    await world.made(CLOSER, "/period-closes", {"division_code": COUNTY, "period": str(YEAR)})
    document = await world.document({COUNTY: 1000})
    body = {"document_id": document["document_id"], "division_code": COUNTY, "amount_fen": 1000, "received_on": day(2)}
    refused = await world.post(MAKER, "/receipts", body)
    assert (refused.status_code, code_of(refused)) == (422, "period_closed")


async def test_only_the_superior_reopens_and_another_person_than_asked(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    closed = await world.made(CLOSER, "/period-closes", MAY)
    path = f"/period-closes/{closed['period_close_id']}/reopening"
    consent = CONSENT | {"decided_on": TODAY}
    early = await world.post(ABOVE, f"{path}/decision", consent)
    assert (early.status_code, code_of(early)) == (409, "step_not_due")
    asked = await world.made(CLOSER, path, {"reason": "漏记一笔报账"})
    assert asked["state"] == "reopening_asked"
    still = await world.post(CLAIMANT, "/claims", claim_body(allocation, 400))
    assert code_of(still) == "period_closed"
    county = desk("period.consent", *READING)
    assert code_of(await world.post(county, f"{path}/decision", consent)) == "superior_consents"
    same = actor("period.consent", scope=("3416",), level="city", person=CLOSER.person)
    assert code_of(await world.post(same, f"{path}/decision", consent)) == "same_person"
    elsewhere = actor("period.consent", scope=("3412",), level="city")
    assert (await world.post(elsewhere, f"{path}/decision", consent)).status_code == 404
    assert (await world.post(CITY, f"{path}/decision", consent)).status_code == 403
    refused = await world.made(ABOVE, f"{path}/decision", consent | {"outcome": "refuse"})
    assert refused["state"] == "closed"
    await world.made(CLOSER, path, {"reason": "附上说明再次申请"})
    opened = await world.made(ABOVE, f"{path}/decision", consent)
    assert opened["state"] == "reopened"
    await world.claim(allocation, 400)
    await world.made(CLOSER, "/period-closes", MAY)
    assert code_of(await world.post(CLAIMANT, "/claims", claim_body(allocation, 1))) == "period_closed"


async def test_a_period_is_closed_once_when_it_is_over_and_by_its_own_office(world: World) -> None:
    await world.made(CLOSER, "/period-closes", MAY)
    again = await world.post(CLOSER, "/period-closes", MAY)
    assert (again.status_code, code_of(again)) == (409, "period_closed_already")
    running = await world.post(CLOSER, "/period-closes", MAY | {"period": TODAY[:7]})
    assert (running.status_code, code_of(running)) == (422, "period_not_over")
    assert (await world.post(CLOSER, "/period-closes", MAY | {"division_code": "341621"})).status_code == 404
    for wrong in ("2025-13", "2025-1", "25", 2025):
        assert (await world.post(CLOSER, "/period-closes", MAY | {"period": wrong})).status_code == 422
    assert (await world.post(ELSEWHERE, "/period-closes", MAY)).status_code == 403


async def test_a_township_has_no_books_to_close(world: World) -> None:
    refused = await world.post(CLOSER, "/period-closes", MAY | {"division_code": f"{COUNTY}101"})
    assert (refused.status_code, code_of(refused)) == (422, "period_of_no_books")
    assert (await world.seen(READER, "/period-closes"))["items"] == []


async def test_closing_and_posting_at_once_leave_no_posting_behind_the_closing(world: World) -> None:
    """Whichever commits first wins: what is in the closed period was there when it was closed."""
    allocation = await world.allocation(await world.money(1000), 1000)
    posts = [world.insist(desk("claim.file"), "/claims", claim_body(allocation, 10)) for _ in range(6)]
    closing = world.insist(CLOSER, "/period-closes", MAY)
    answers = await asyncio.gather(*posts[:3], closing, *posts[3:])
    assert answers[3].status_code == 201
    assert {answer.status_code for answer in answers} <= {201, 422}
    after = await world.post(CLAIMANT, "/claims", claim_body(allocation, 10))
    assert code_of(after) == "period_closed"
    await world.books_balance()


async def test_a_closed_period_of_a_county_closes_its_books_of_gifts_loans_risk_funds_shares_and_pools(
    world: World,
) -> None:
    loan = await disbursed(world, household(world, 1))
    fund = await risk_funds.fund(world)
    pool = await pools.opened(world)
    share = await dividends.held(world, household(world, 2), await dividends.origin(world))
    await world.made(CLOSER, "/period-closes", MAY)

    def postings(on: str) -> tuple[tuple[Actor, str, dict[str, Any]], ...]:
        return (
            (donations.MAKER, "/donations", donations.donation(received_on=on)),
            (TELLER, f"/loans/{loan['loan_id']}/repayments", repayment(1_000, on)),
            (FINANCE, f"/risk-funds/{fund}/deposits", risk_funds.money(1_000, on=on) | {"origin": "县级预算"}),
            (pools.MAKER, f"/pools/{pool}/contributions", pools.money(1_000, on=on) | {"origin": "government"}),
            (dividends.MAKER, f"/dividend-shares/{share['share_id']}/payments", dividends.payment(1_000, on=on)),
        )

    for on in (day(5), day(5, 31)):
        for who, path, body in postings(on):
            refused = await world.post(who, path, body)
            assert (refused.status_code, code_of(refused)) == (422, "period_closed"), path
    for on in (day(4, 30), day(6)):
        for who, path, body in postings(on):
            await world.made(who, path, body)
    await world.books_balance()


async def test_a_gift_posted_while_its_county_closes_waits_and_is_refused(world: World) -> None:
    """Who closes waits for the books beside the county's own too: none slips in behind the closing."""
    given = donations.donation(received_on=day(5))
    async with world.funds.fastapi.state.database.session() as session:
        await hold_back_postings(session, COUNTY)
        posting = asyncio.create_task(world.post(donations.MAKER, "/donations", given))
        done, _ = await asyncio.wait({posting}, timeout=0.5)
        assert not done
        session.add(
            PeriodClose(
                division_code=COUNTY, period=MAY["period"], first_on=date(YEAR, 5, 1), last_on=date(YEAR, 5, 31),
                state="closed", entered_at=now(), entered_by="a", entered_person="a", entered_office="a",
            )
        )  # fmt: skip
    assert code_of(await posting) == "period_closed"


async def test_money_does_not_come_back_on_a_day_of_a_closed_period_of_the_level_above(world: World) -> None:
    city, document = await recalls.passed_down(world)
    asked = recalls.body(100, document_line_id=document["lines"][0]["line_id"])
    recall = await world.made(recalls.CITY_ONE, "/recalls", asked)
    closer = actor("period.close", *READING, scope=("3416",), office="3416-finance", level="city")
    await world.made(closer, "/period-closes", {"division_code": "3416", "period": f"{YEAR}-04"})
    refused = await recalls.decide(world, recalls.CITY_TWO, recall)
    assert (refused.status_code, code_of(refused)) == (422, "period_closed")
    assert await recalls.left(world, city) == 400
    assert (await recalls.decide(world, recalls.CITY_TWO, recall, on=day(5))).status_code == 200
    assert await recalls.left(world, city) == 500
    await world.books_balance()


async def test_nothing_is_decided_on_a_day_of_a_closed_period_though_no_money_moves_by_it(world: World) -> None:
    world.projects["P1"] = grant_of("P1", retention_rate="0")
    claim = await world.claim(await world.allocation(await world.money(1000), 1000), 400, on=day(4))
    batch = await grants.prepared(world, grants.person(world, 1), prepared_on=day(4))
    await world.made(CLOSER, "/period-closes", MAY)
    review = {"outcome": "approve", "opinion": "已核", "reviewed_on": day(5, 10)}
    for path, words in (
        (f"/claims/{claim['claim_id']}/review", review),
        (f"/grant-batches/{batch['batch_id']}/decision", grants.APPROVE),
    ):
        refused = await world.post(CHECKER, path, words)
        assert (refused.status_code, code_of(refused)) == (422, "period_closed"), path
    await world.review(claim, on=day(6))
    await world.made(CLOSER, "/period-closes", MAY | {"period": f"{YEAR}-06"})
    large = {"outcome": "approve", "opinion": "同意", "decided_on": day(6, 2)}
    refused = await world.post(desk("claim.approve", *READING), f"/claims/{claim['claim_id']}/approvals", large)
    assert (refused.status_code, code_of(refused)) == (422, "period_closed")


async def test_no_opinion_is_given_and_no_terms_are_approved_on_a_day_of_a_closed_period(world: World) -> None:
    claim = await world.claim(await world.allocation(await world.money(1000), 1000), 400, on=day(4))
    stated = await world.made(terms.STATER, "/contract-terms", terms.TERMS)
    await world.made(CLOSER, "/period-closes", MAY)
    for who, path, words in (
        (checks.TOWNSHIP, f"/claims/{claim['claim_id']}/opinions", checks.OPINION),
        (terms.DECIDER, f"/contract-terms/{stated['contract_terms_id']}/decision", terms.YES | {"decided_on": day(5)}),
    ):
        refused = await world.post(who, path, words)
        assert (refused.status_code, code_of(refused)) == (422, "period_closed"), path
    await world.made(terms.DECIDER, path, words | {"decided_on": day(6)})


async def test_no_share_loan_or_agreement_is_decided_on_a_day_of_a_closed_period(world: World) -> None:
    given = await dividends.origin(world)
    held = await dividends.held(world, household(world, 1), given)
    body = dividends.share(household(world, 2), allocation_id=given, starts_on=day(4))
    entered = await world.made(dividends.MAKER, "/dividend-shares", body)
    agreed = await world.made(dividends.MAKER, "/agreements", dividends.agreement(household(world, 3)))
    loan = await applied(world, household(world, 4))
    share = f"/dividend-shares/{held['share_id']}"
    wish = {"ended_on": day(5, 10), "reason": "该户清退"}
    await world.made(dividends.MAKER, f"{share}/end-request", wish)
    await world.made(CLOSER, "/period-closes", MAY)
    yes = {"outcome": "approve", "opinion": "同意", "decided_on": day(5, 10)}
    for who, path, words in (
        (dividends.CHECKER, f"/dividend-shares/{entered['share_id']}/decision", yes),
        (dividends.CHECKER, f"{share}/end", {"ended_on": day(5, 10)}),
        (dividends.CHECKER, f"/agreements/{agreed['agreement_id']}/decision", yes),
        (VILLAGER, f"/loans/{loan['loan_id']}/village-review", yes),
    ):
        refused = await world.post(who, path, words)
        assert (refused.status_code, code_of(refused)) == (422, "period_closed"), path
    await world.made(VILLAGER, f"/loans/{loan['loan_id']}/village-review", yes | {"decided_on": day(6)})


async def test_nothing_of_a_loan_is_taken_back_on_a_day_of_a_closed_period(world: World) -> None:
    """Neither an application nor a notice nor a repayment."""
    asked, owed = await applied(world, household(world, 1)), await disbursed(world, household(world, 2))
    path = f"/loans/{owed['loan_id']}"
    back = await world.made(TELLER, f"{path}/repayments", repayment(1_000, day(4, 10)))
    wrong = f"{path}/repayments/{(await world.seen(BANKER, path))['repayments'][0]['repayment_id']}/reversal"
    reversal = await world.made(TELLER, wrong, {"reason": "记错户"})
    await world.made(TELLER, f"{path}/overdue-notice", {"overdue_on": day(4, 11), "reason": "未付息"})
    await world.made(CLOSER, "/period-closes", MAY)
    gone = {"withdrawn_on": day(5, 10), "reason": "误报"}
    for who, where, words in (
        (HELPER, f"/loans/{asked['loan_id']}/withdrawal", gone),
        (BANKER, f"{path}/overdue-notice/withdrawal", gone),
        (BANKER, f"/loan-repayment-reversals/{reversal['reversal_id']}/decision", {
            "outcome": "refuse", "opinion": "无误", "decided_on": day(5, 10),
        }),
    ):  # fmt: skip
        refused = await world.post(who, where, words)
        assert (refused.status_code, code_of(refused)) == (422, "period_closed"), where
    await world.made(HELPER, f"/loans/{asked['loan_id']}/withdrawal", gone | {"withdrawn_on": day(6)})
    assert back["outstanding_fen"] == 4_999_000


async def test_a_wrong_repayment_of_a_closed_month_is_undone_on_an_open_day(world: World) -> None:
    loan = await disbursed(world, household(world, 1), term_months=36)
    path = f"/loans/{loan['loan_id']}"
    await world.made(TELLER, f"{path}/repayments", repayment(5_000_000, day(5, 10)))
    await world.made(CLOSER, "/period-closes", MAY)
    (wrong,) = (await world.seen(BANKER, path))["repayments"]
    asked = await world.made(TELLER, f"{path}/repayments/{wrong['repayment_id']}/reversal", {"reason": "记错户"})
    yes = {"outcome": "approve", "opinion": "同意", "decided_on": day(6, 2)}
    await world.made(BANKER, f"/loan-repayment-reversals/{asked['reversal_id']}/decision", yes)
    seen = await world.seen(BANKER, path)
    assert (seen["state"], seen["outstanding_fen"]) == ("disbursed", 5_000_000)
    moves = await world.seen(READER, "/ledger/transfers", division_code=COUNTY)
    days = [move["effective_on"] for move in moves["items"] if move["kind"] == "correction"]
    assert days == [day(6)], "no day of the closed month was touched"
    await world.books_balance()


async def test_what_was_really_paid_back_after_a_closed_month_is_entered_on_its_own_day(world: World) -> None:
    loan = await disbursed(world, household(world, 1), term_months=6)
    path = f"/loans/{loan['loan_id']}"
    await world.made(TELLER, f"{path}/repayments", repayment(5_000_000, day(4, 10)))
    for period in (MAY | {"period": f"{YEAR}-04"}, MAY):
        await world.made(CLOSER, "/period-closes", period)
    (wrong,) = (await world.seen(BANKER, path))["repayments"]
    asked = await world.made(TELLER, f"{path}/repayments/{wrong['repayment_id']}/reversal", {"reason": "记错户"})
    yes = {"outcome": "approve", "opinion": "同意", "decided_on": day(6, 2)}
    await world.made(BANKER, f"/loan-repayment-reversals/{asked['reversal_id']}/decision", yes)
    closed = await world.post(TELLER, f"{path}/repayments", repayment(5_000_000, day(5, 31)))
    assert (closed.status_code, code_of(closed)) == (422, "not_enough_on_that_day")
    settled = await world.made(TELLER, f"{path}/repayments", repayment(5_000_000, day(6)))
    assert (settled["state"], settled["outstanding_fen"], settled["overdue_since"]) == ("repaid", 0, None)
    await world.books_balance()
