"""What is the matter with accounts, lists, uses and old money, found in the books and gone when it is set right."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from services.funds.operations import alert_sweeps
from tests.services.funds.api import bank
from tests.services.funds.api.alerts import FINANCE, PAPER, RIGHTS, UNIT, alerts, one, run
from tests.services.funds.api.test_grant_batches import APPROVE, approved, body, ordered, person
from tests.services.funds.api.test_grant_batches import allocation as grant_allocation
from tests.services.funds.api.test_grant_deaths import cases, settled
from tests.services.funds.api.test_unusual_sequences import came_back, carried, payment_of
from tests.services.funds.world import (
    CHECKER,
    CITY,
    CLAIMANT,
    CONFIRMER,
    COUNTY,
    MAKER,
    RELEASER,
    YEAR,
    World,
    claim_body,
    code_of,
    day,
    grant_of,
)
from tests.support.harness import actor

REVIEW = {"outcome": "approve", "opinion": "已核", "reviewed_on": day(5, 10)}


async def change_books(world: World, statement: str, **values: Any) -> None:
    """What other offices decide elsewhere."""
    async with world.funds.fastapi.state.database.session() as session:
        await session.execute(text(statement), values)


async def test_an_account_the_bank_keeps_refusing_bars_its_payments_until_it_is_changed(world: World) -> None:
    account = await bank.account(world)
    payments = await bank.ordered(world, [1000, 2000])
    file = await bank.built(world, payments)
    assert (await bank.send(world, file, bank.answer_of(file, "失败", "失败"))).status_code < 300
    await run(world)
    alert = await one(world, "account_refused")
    assert (alert["colour"], alert["occurrences"], alert["reference"]) == (
        "red", 2, f"payee_account:{account['payee_account_id']}",
    )  # fmt: skip
    assert len(await alerts(world, rule="payment_refused")) == 2
    order = {"claim_id": payments[0]["claim_id"], "order_no": "again", "ordered_on": bank.TODAY}
    barred = await world.post(RELEASER, "/payments", order)
    assert (code_of(barred), barred.json()["facts"]["rule"]) == ("alert_blocks", "account_refused")
    await bank.account(world, "6228480402564890026", reason="更换账户")
    await run(world)
    assert await alerts(world, rule="account_refused") == []
    await world.made(RELEASER, "/payments", order | {"order_no": "once-more"})
    await run(world)
    assert len(await alerts(world, rule="payment_refused")) == 1


async def test_what_came_back_from_a_stopped_project_nobody_is_asked_to_pay_again(world: World) -> None:
    claim = await world.claim(await world.allocation(await world.money(1000), 1000), 800)
    await carried(world, claim, 5)
    await came_back(world, await payment_of(world, claim), 776, day(6))
    await run(world)
    assert (await one(world, "payment_refused"))["reference"] == f"claim:{claim['claim_id']}"
    await world.tell("P1", version=2, state="stopped", state_since=day(7))
    again = await world.post(CLAIMANT, f"/claims/{claim['claim_id']}/again", {"claimed_on": day(7)})
    assert code_of(again) == "project_frozen"
    await run(world)
    assert await alerts(world, rule="payment_refused") == []
    assert (await one(world, "stopped_money"))["amount_fen"] == 976


async def test_money_for_people_without_a_list_and_grants_to_the_dead_are_alerted_by_batch(world: World) -> None:
    given = await grant_allocation(world)
    await run(world)
    missing = await one(world, "beneficiaries_missing")
    assert missing["reference"] == f"allocation:{given['allocation_id']}"
    batch = await world.made(CLAIMANT, "/grant-batches", body(given, person(world, 1), person(world, 2)))
    await run(world)
    assert await alerts(world, rule="beneficiaries_missing") == []
    await world.died(1, day(5, 11))
    await run(world)
    stopped = await one(world, "dead_payee_stopped")
    assert (stopped["colour"], stopped["occurrences"], stopped["reference"]) == (
        "blue", 1, f"batch:{batch['batch_id']}",
    )  # fmt: skip
    assert "person-1" not in str(stopped)


async def test_grants_of_a_stopped_project_are_neither_approved_nor_ordered(world: World) -> None:
    given = await grant_allocation(world)
    people = [person(world, number) for number in (1, 2)]
    first = await world.made(CLAIMANT, "/grant-batches", body(given, people[0]))
    second = await world.made(CLAIMANT, "/grant-batches", body(given, people[1]))
    await world.made(CHECKER, f"/grant-batches/{first['batch_id']}/decision", APPROVE)
    world.projects["G1"]["version"] += 1
    await world.tell("G1", state="stopped", state_since=day(6))
    await run(world)
    barred = await world.post(CHECKER, f"/grant-batches/{second['batch_id']}/decision", APPROVE)
    order = {"order_no": "g1", "ordered_on": day(5, 12)}
    unpaid = await world.post(RELEASER, f"/grant-batches/{first['batch_id']}/payment", order)
    assert [code_of(answer) for answer in (barred, unpaid)] == ["alert_blocks", "alert_blocks"]


async def test_what_was_paid_after_a_death_is_alerted_until_it_is_recovered(world: World) -> None:
    await settled(world, await ordered(world, await approved(world, person(world, 1), person(world, 2))))
    await world.died(1, day(5, 12))
    await run(world)
    assert (await one(world, "dead_payee_paid"))["amount_fen"] == 300_000
    (case,) = await cases(world)
    path = f"/claw-backs/{case['case_id']}/recovery"
    await world.made(CONFIRMER, path, {"recovered_on": day(6), "bank_reference": "back-1"})
    await run(world)
    assert await alerts(world, rule="dead_payee_paid") == []


async def test_a_claim_for_another_use_than_the_money_was_given_for_needs_a_paper(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    claim = await world.made(CLAIMANT, "/claims", claim_body(allocation, 300) | {"use_code": "training_grants"})
    await run(world)
    alert = await one(world, "misused_subject")
    path = f"/claims/{claim['claim_id']}/review"
    assert code_of(await world.post(CHECKER, path, REVIEW)) == "alert_paper_needed"
    await world.made(UNIT, f"/alerts/{alert['alert_id']}/reply", {"words": "说明", "paper": PAPER})
    await world.made(CHECKER, path, REVIEW)


async def test_money_whose_use_was_forbidden_since_is_grey_and_nothing_goes_on_while_it_is(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    claim = await world.claim(allocation, 300)
    ban = "insert into forbidden_uses (division_code, fund_kind, use_code, valid_from, source)"
    await change_books(world, f"{ban} values ('34', 'special', 'works', current_date - 5, '试')")
    await run(world)
    alert = await one(world, "forbidden_use")
    assert (alert["colour"], alert["amount_fen"]) == ("grey", 700)
    path = f"/claims/{claim['claim_id']}/review"
    assert code_of(await world.post(CHECKER, path, REVIEW)) == "alert_forbids"
    await change_books(world, "update forbidden_uses set valid_to = current_date - 2 where division_code = '34'")
    await run(world)
    await world.made(CHECKER, path, REVIEW)


async def test_two_years_old_money_is_not_given_out_any_more(world: World) -> None:
    world.projects["P3"] = grant_of("P3", plan_year=YEAR - 3)
    receipt = await world.money(1000, fund_year=YEAR - 3)
    proposal = {
        "receipt_id": receipt["receipt_id"], "project_code": "P3", "amount_fen": 400, "proposed_on": day(3),
    }  # fmt: skip
    proposed = await world.made(MAKER, "/allocations", proposal)
    await run(world)
    alert = await one(world, "reclaim_due")
    assert (alert["colour"], alert["amount_fen"], alert["fund_year"]) == ("red", 600, YEAR - 3)
    path = f"/allocations/{proposed['allocation_id']}/decision"
    decision = {"outcome": "approve", "opinion": "同意", "decided_on": day(3, 10)}
    barred = await world.post(CHECKER, path, decision)
    assert (barred.status_code, code_of(barred)) == (409, "alert_blocks")
    refused = await world.made(CHECKER, path, decision | {"outcome": "refuse"})
    assert refused["state"] == "refused"


async def test_a_city_is_alerted_for_what_its_own_office_holds_and_not_for_its_counties(world: World) -> None:
    document = await world.document({"3416": 800, COUNTY: 200})
    await world.receipt(document, "3416", CITY)
    database = world.funds.fastapi.state.database
    while await alert_sweeps.sweep_once(database) is not None:
        pass
    city = actor(*RIGHTS, scope=("3416",), office="3416-finance", level="city", sector="finance")
    found = (await world.seen(city, "/alerts"))["items"]
    money = [item for item in found if not item["reference"].startswith("area:")]
    by_rule = {item["rule"]: (item["book_code"], item["amount_fen"]) for item in money}
    assert by_rule == {"not_sent_down": ("3416", 800), "central_not_received": (COUNTY, 200)}
    assert (await world.made(FINANCE[0], "/alert-runs", {"division_code": COUNTY}))["opened"] == 0
