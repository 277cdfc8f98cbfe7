"""扶贫小额信贷: who may borrow, the five steps, the bank's money, and when a loan is overdue."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from shared.chassis import clock
from shared.chassis.tables import ReadTrail
from tests.services.funds.credit import (
    AID,
    APPROVE,
    BANKER,
    FINANCE,
    HELPER,
    STEPS,
    TELLER,
    TOWN,
    VILLAGER,
    application,
    applied,
    approved,
    bank_desk,
    disbursed,
    disbursement,
    household,
    repaid,
    repayment,
    village_desk,
)
from tests.services.funds.world import ELSEWHERE, YEAR, World, code_of, day, desk, pointer_of


async def loans(world: World, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await world.seen(AID, "/loans", **params))["items"]
    return found


async def moved(world: World) -> int:
    """How many transfers the books outside the finance office hold."""
    listed = await world.seen(FINANCE, "/ledger/transfers", division_code="341622")
    return len(listed["items"])


async def test_a_loan_goes_through_five_steps_to_the_last_fen(world: World) -> None:
    loan = await disbursed(world, household(world, 1), amount_fen=4_000_000)
    assert (loan["state"], loan["outstanding_fen"], loan["due_on"]) == ("disbursed", 4_000_000, day(1, 10, YEAR + 1))
    assert loan["facts"]["age"] == YEAR - 1980 - 1
    assert loan["facts"]["cap_source"]
    part = await repaid(world, loan, 1_000_000, day(5))
    assert (part["state"], part["outstanding_fen"]) == ("disbursed", 3_000_000)
    whole = await repaid(world, loan, 3_000_000, day(9))
    assert (whole["state"], whole["outstanding_fen"], whole["overdue_since"]) == ("repaid", 0, None)
    seen = await world.seen(AID, f"/loans/{loan['loan_id']}")
    assert [row["amount_fen"] for row in seen["repayments"]] == [1_000_000, 3_000_000]
    await world.books_balance()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount_fen": 5_000_001}, "loan_over_cap"),
        ({"term_months": 37}, "loan_term_too_long"),
        ({"annual_rate": "0.0311"}, "loan_rate_too_high"),
        ({"annual_rate": "0.0361", "term_months": 36}, "loan_rate_too_high"),
        ({"use_code": "moon_landing"}, "loan_use_unknown"),
        ({"use_code": "wedding"}, "loan_use_forbidden"),
        ({"purpose": "给儿子结婚"}, "loan_use_forbidden"),
        ({"use_code": "enterprise_share"}, "loan_use_unknown"),
        ({"applied_on": "2199-01-01"}, "day_in_future"),
    ],
)
async def test_a_loan_outside_the_policy_is_refused_and_nothing_is_kept(
    world: World, changes: dict[str, Any], code: str
) -> None:
    number = household(world, 1)
    refused = await world.post(HELPER, "/loans", application(number, **changes))
    assert (refused.status_code, code_of(refused)) == (422, code)
    assert await loans(world) == []
    at_the_limit = application(number, term_months=36, annual_rate="0.036")
    assert (await world.post(HELPER, "/loans", at_the_limit)).status_code == 201


@pytest.mark.parametrize(("born_in", "allowed"), [(YEAR - 18, False), (YEAR - 19, True), (YEAR - 66, True),
                                                  (YEAR - 67, False)])  # fmt: skip
async def test_a_borrower_is_between_18_and_65(world: World, born_in: int, allowed: bool) -> None:
    """Birthdays are on 15 June, the application is in January."""
    answer = await world.post(HELPER, "/loans", application(household(world, 1, year=born_in)))
    assert (answer.status_code == 201) == allowed
    if not allowed:
        assert code_of(answer) == "borrower_age_outside"
        assert await loans(world) == []


@pytest.mark.parametrize("status", ["not_registered", "dead", "exited", "removed"])
async def test_only_a_registered_household_borrows(world: World, status: str) -> None:
    refused = await world.post(HELPER, "/loans", application(household(world, 1, status=status)))
    assert (refused.status_code, code_of(refused)) == (422, "household_not_registered")
    assert refused.json()["facts"]["reason"] == status
    assert pointer_of(refused) == "/identity_number"
    assert await loans(world) == []


async def test_without_the_registers_answer_nothing_is_entered_or_paid_out(world: World) -> None:
    number = household(world, 1)
    loan = await approved(world, number)
    world.down.add("registry")
    other = application(household(world, 2))
    assert (await world.post(HELPER, "/loans", other)).status_code == 503
    path = f"/loans/{loan['loan_id']}/disbursement"
    assert (await world.post(TELLER, path, disbursement())).status_code == 503
    assert [row["state"] for row in await loans(world)] == ["approved"]
    assert await moved(world) == 0


async def test_who_died_before_the_bank_paid_is_not_paid(world: World) -> None:
    loan = await approved(world, household(world, 1))
    household(world, 1, status="dead")
    refused = await world.post(TELLER, f"/loans/{loan['loan_id']}/disbursement", disbursement())
    assert (refused.status_code, code_of(refused)) == (422, "household_not_registered")
    assert await moved(world) == 0


@pytest.mark.parametrize(
    ("key", "value", "unit", "code", "fits"),
    [
        ("microcredit_cap", "3000000", "fen", "loan_over_cap", {"amount_fen": 3_000_000}),
        ("microcredit_term_max", "6", "month", "loan_term_too_long", {"term_months": 6}),
    ],
)
async def test_an_application_dated_back_is_held_to_the_cap_and_the_term_of_today(
    world: World, key: str, value: str, unit: str, code: str, fits: dict[str, Any]
) -> None:
    today = clock.office_today()
    await world.policy(key, value, unit, today.isoformat())
    number = household(world, 1)
    days = [(today - timedelta(days=back)).isoformat() for back in (0, 1)]
    for applied_on in days:
        refused = await world.post(HELPER, "/loans", application(number, applied_on=applied_on))
        assert (refused.status_code, code_of(refused)) == (422, code)
    await world.made(HELPER, "/loans", application(number, applied_on=days[1], **fits))


async def test_two_applications_at_once_stay_within_the_cap(world: World) -> None:
    number = household(world, 1)
    bodies = [application(number, amount_fen=3_000_000) for _ in range(4)]
    answers = await asyncio.gather(*(world.insist(HELPER, "/loans", one) for one in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    assert {code_of(answer) for answer in answers if answer.status_code == 422} == {"loan_over_cap"}
    assert len(await loans(world)) == 1


async def test_neither_another_household_nor_a_split_gives_a_second_cap(world: World) -> None:
    number, wife, child = household(world, 1), household(world, 2), household(world, 3)
    await disbursed(world, number)
    world.people[number]["household_id"] = "household-9"
    assert code_of(await world.post(HELPER, "/loans", application(number))) == "loan_over_cap"
    world.people[wife]["facts"] = {"kin": {"household-1": day(2, 1, YEAR - 1)}}
    split = await world.post(HELPER, "/loans", application(wife))
    assert (split.status_code, code_of(split)) == (422, "loan_over_cap")
    assert (await world.post(HELPER, "/loans", application(wife, applied_on=day(3)))).status_code == 201
    world.people[child] |= {"household_id": "household-10"}
    world.people[child]["facts"] = {"kin": {"household-11": day(1, 1)}}
    assert (await world.post(HELPER, "/loans", application(child))).status_code == 201
    stem = household(world, 11)
    left_behind = await world.post(HELPER, "/loans", application(stem, applied_on=day(3)))
    assert code_of(left_behind) == "loan_over_cap", "the household it split off from shares the cap"


async def test_neither_two_splits_in_a_row_nor_a_merger_gives_a_second_cap(world: World) -> None:
    await disbursed(world, household(world, 1))
    again, merged, stem = household(world, 3), household(world, 4), household(world, 5)
    world.people[again]["facts"] = {"kin": {"household-2": day(3), "household-1": day(2)}}
    world.people[merged]["facts"] = {"kin": {"household-1": day(3)}, "absorbed": ["household-1"]}
    for number in (again, merged):
        answer = await world.post(HELPER, "/loans", application(number, applied_on=day(5)))
        assert (answer.status_code, code_of(answer)) == (422, "loan_over_cap")
    child = household(world, 6)
    world.people[child]["facts"] = {"kin": {"household-7": day(3), "household-5": day(2)}}
    await world.made(HELPER, "/loans", application(child, applied_on=day(5)))
    left_behind = await world.post(HELPER, "/loans", application(stem, applied_on=day(5)))
    assert code_of(left_behind) == "loan_over_cap", "what came from it in two steps shares its cap"


async def test_what_was_paid_back_may_be_borrowed_again(world: World) -> None:
    number = household(world, 1)
    loan = await disbursed(world, number)
    again = application(number, amount_fen=2_000_000, applied_on=day(3))
    assert code_of(await world.post(HELPER, "/loans", again)) == "loan_over_cap"
    await repaid(world, loan, 2_000_000, day(2))
    assert (await world.post(HELPER, "/loans", again)).status_code == 201


async def test_the_steps_keep_their_order_their_offices_and_their_days(world: World) -> None:
    loan = await applied(world, household(world, 1))
    root = f"/loans/{loan['loan_id']}"
    body = APPROVE | {"decided_on": day(1, 6)}
    for path, who in STEPS[1:]:
        assert code_of(await world.post(who, f"{root}/{path}", body)) == "step_not_due", path
    for path, _ in STEPS:
        wrong = await world.post(FINANCE, f"{root}/{path}", body)
        assert (wrong.status_code, code_of(wrong)) == (403, "loan_step_of_other_office")
    early = APPROVE | {"decided_on": day(1, 4)}
    assert code_of(await world.post(VILLAGER, f"{root}/village-review", early)) == "day_before_step"
    assert (await world.post(ELSEWHERE, f"{root}/village-review", body)).status_code == 403
    other_village = replace(village_desk(), scope=("341622102205",))
    assert (await world.post(other_village, f"{root}/village-review", body)).status_code == 404
    assert (await loans(world))[0]["state"] == "applied"
    await world.made(VILLAGER, f"{root}/village-review", body)
    assert code_of(await world.post(village_desk(), f"{root}/village-review", body)) == "step_not_due"


async def test_every_step_is_another_persons(world: World) -> None:
    """One human with an account at every desk takes one step and no other."""
    loan = await applied(world, household(world, 1))
    root = f"/loans/{loan['loan_id']}"
    human = HELPER.person
    for of_month, (path, who) in enumerate(STEPS, start=6):
        body = APPROVE | {"decided_on": day(1, of_month)}
        same = replace(who, person=human, account=f"{human}-{path}")
        refused = await world.post(same, f"{root}/{path}", body)
        assert (refused.status_code, code_of(refused)) == (403, "same_person"), path
        await world.made(who, f"{root}/{path}", body)
        human = who.person
    for person in (HELPER.person, VILLAGER.person, TOWN.person, AID.person, BANKER.person):
        refused = await world.post(bank_desk(person=person), f"{root}/disbursement", disbursement())
        assert code_of(refused) == "same_person"
    assert await moved(world) == 0


@pytest.mark.parametrize("refusing", [0, 1, 2, 3])
async def test_a_refusal_at_any_step_ends_the_loan(world: World, refusing: int) -> None:
    loan = await applied(world, household(world, 1))
    root = f"/loans/{loan['loan_id']}"
    for number, (path, who) in enumerate(STEPS[: refusing + 1]):
        outcome = "refuse" if number == refusing else "approve"
        body = {"outcome": outcome, "opinion": "已核", "decided_on": day(1, 6 + number)}
        loan = await world.made(who, f"{root}/{path}", body)
    assert loan["state"] == "refused"
    assert code_of(await world.post(TELLER, f"{root}/disbursement", disbursement())) == "step_not_due"
    assert await moved(world) == 0


async def test_an_application_that_will_not_be_paid_is_withdrawn_and_the_cap_is_free(world: World) -> None:
    number, wife = household(world, 1), household(world, 2)
    world.people[wife]["household_id"] = "household-1"
    loan = await approved(world, number)
    world.people[number]["status"] = "dead"
    assert code_of(await world.post(HELPER, "/loans", application(wife))) == "loan_over_cap"
    path = f"/loans/{loan['loan_id']}/withdrawal"
    words = {"withdrawn_on": day(1, 20), "reason": "借款人去世"}
    early = await world.post(HELPER, path, words | {"withdrawn_on": day(1, 8)})
    assert code_of(early) == "day_before_step"
    assert (await world.post(replace(village_desk(), scope=("341622102205",)), path, words)).status_code == 404
    assert (await world.made(HELPER, path, words))["state"] == "withdrawn"
    assert code_of(await world.post(HELPER, path, words)) == "step_not_due"
    payout = await world.post(TELLER, f"/loans/{loan['loan_id']}/disbursement", disbursement(day(2)))
    assert payout.status_code == 422
    other = await disbursed(world, wife)
    paid_out = await world.post(HELPER, f"/loans/{other['loan_id']}/withdrawal", words)
    assert (paid_out.status_code, code_of(paid_out)) == (409, "step_not_due")


async def test_a_loan_is_judged_once_more_by_the_day_it_is_paid_out(world: World) -> None:
    """An application dated back to 2018 brings back neither the shares of then nor the rates."""
    old = {"applied_on": "2018-05-02"}
    for number, (changes, code) in enumerate(
        (({"use_code": "enterprise_share"}, "loan_use_unknown"), ({"annual_rate": "0.0435"}, "loan_rate_too_high"))
    ):
        loan = await approved(world, household(world, number), **old | changes)
        refused = await world.post(TELLER, f"/loans/{loan['loan_id']}/disbursement", disbursement())
        assert (refused.status_code, code_of(refused)) == (422, code)
    assert await moved(world) == 0


async def test_two_tellers_pay_one_loan_out_once(world: World) -> None:
    loan = await approved(world, household(world, 1))
    path = f"/loans/{loan['loan_id']}/disbursement"
    answers = await asyncio.gather(*(world.insist(bank_desk(), path, disbursement()) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert await moved(world) == 1


async def test_no_other_bank_touches_a_loan_and_its_successor_does(world: World) -> None:
    other = replace(bank_desk(), office="341622-other-bank")
    asked = await approved(world, household(world, 1))
    payout = f"/loans/{asked['loan_id']}/disbursement"
    assert code_of(await world.post(other, payout, disbursement())) == "loan_of_other_bank"
    loan = await world.made(TELLER, payout, disbursement())
    path = f"/loans/{loan['loan_id']}"
    await repaid(world, loan, 1_000, day(2))
    repayment_id = (await world.seen(AID, path))["repayments"][0]["repayment_id"]
    for step, body in (
        ("repayments", repayment(1_000, day(3))),
        ("overdue-notice", {"overdue_on": day(3), "reason": "未付息"}),
        (f"repayments/{repayment_id}/reversal", {"reason": "记错"}),
    ):
        refused = await world.post(other, f"{path}/{step}", body)
        assert (refused.status_code, code_of(refused)) == (403, "loan_of_other_bank"), step
    assert (await world.seen(AID, path))["outstanding_fen"] == 4_999_000
    heir = replace(other, offices_before=(TELLER.office,))
    await world.made(heir, f"{path}/repayments", repayment(1_000, day(3)))


async def test_more_than_is_owed_is_not_taken_and_nothing_moves(world: World) -> None:
    loan = await disbursed(world, household(world, 1))
    path = f"/loans/{loan['loan_id']}/repayments"
    refused = await world.post(TELLER, path, repayment(5_000_001, day(5)))
    assert (refused.status_code, code_of(refused), pointer_of(refused)) == (422, "loan_overpaid", "/amount_fen")
    assert code_of(await world.post(TELLER, path, repayment(1, day(1, 9)))) == "day_before_step"
    assert code_of(await world.post(FINANCE, path, repayment(1, day(5)))) == "loan_step_of_other_office"
    body = repayment(1_000, day(5))
    await world.made(TELLER, path, body)
    twice = await world.post(TELLER, path, body)
    assert (twice.status_code, code_of(twice)) == (409, "bank_reference_taken")
    seen = await world.seen(AID, f"/loans/{loan['loan_id']}")
    assert (seen["outstanding_fen"], len(seen["repayments"])) == (4_999_000, 1)


async def test_two_repayments_at_once_cannot_pay_back_more_than_is_owed(world: World) -> None:
    loan = await disbursed(world, household(world, 1))
    path = f"/loans/{loan['loan_id']}/repayments"
    bodies = [repayment(3_000_000, day(5)) for _ in range(3)]
    answers = await asyncio.gather(*(world.insist(TELLER, path, body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422]
    assert (await world.seen(AID, f"/loans/{loan['loan_id']}"))["outstanding_fen"] == 2_000_000


async def test_a_loan_is_overdue_from_the_day_after_it_was_due(world: World) -> None:
    late = await disbursed(world, household(world, 1), term_months=6)
    await disbursed(world, household(world, 2), term_months=36)
    page = await world.seen(AID, "/loans", limit=1)
    rest = await world.seen(AID, "/loans", limit=1, cursor=page["next_cursor"])
    assert [row["loan_id"] for row in (*page["items"], *rest["items"])] == [late["loan_id"] + 1, late["loan_id"]]
    assert rest["next_cursor"] is None
    (found,) = await loans(world, overdue=True)
    assert (found["loan_id"], found["due_on"], found["overdue_since"]) == (late["loan_id"], day(7, 10), day(7, 11))
    known = await world.post(
        TELLER, f"/loans/{late['loan_id']}/overdue-notice", {"overdue_on": day(7, 11), "reason": "未付息"}
    )
    assert (known.status_code, code_of(known)) == (409, "loan_overdue_known")
    await repaid(world, late, 5_000_000, day(8))
    assert await loans(world, overdue=True) == []


async def test_the_bank_says_when_a_loan_is_overdue_before_it_fell_due(world: World) -> None:
    loan = await disbursed(world, household(world, 1), term_months=36)
    notice = {"overdue_on": day(6), "reason": "连续两个季度未付息"}
    noticed = await world.made(TELLER, f"/loans/{loan['loan_id']}/overdue-notice", notice)
    assert noticed["overdue_since"] == day(6)
    again = await world.post(TELLER, f"/loans/{loan['loan_id']}/overdue-notice", notice)
    assert code_of(again) == "loan_overdue_known"


async def test_a_loan_is_no_money_of_a_receipt_and_changes_no_progress(world: World) -> None:
    await world.paid(await world.allocation(await world.money(1_000_000), 1_000_000), 500_000)
    before = await world.progress()
    await disbursed(world, household(world, 1))
    after = await world.progress()
    assert after["total"] == before["total"]
    await world.books_balance()


async def test_no_identity_number_is_given_back_and_the_uses_name_their_source(world: World) -> None:
    number = household(world, 1)
    loan = await applied(world, number)
    answer = await world.get(AID, f"/loans/{loan['loan_id']}")
    assert number not in answer.text
    async with world.funds.fastapi.state.database.session() as session:
        assert "loan.read" in (await session.scalars(select(ReadTrail.action))).all()
    listed = await world.seen(desk("code_list.read"), "/loan-uses")
    assert all(row["source"] for row in listed["items"])
    assert {row["code"] for row in listed["items"] if not row["allowed"]} >= {"wedding", "housing"}
