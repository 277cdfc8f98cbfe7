"""入股分红与四方协议: who stands in an agreement, the floor of a dividend, what is due and what is lacking."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from tests.services.funds.credit import APPROVE, OTHER_USCC, USCC, disbursed, household
from tests.services.funds.world import COUNTY, YEAR, World, code_of, day, desk, grant_of, pointer_of

SHARES = (
    "agreement.enter", "agreement.decide", "agreement.read", "dividend.enter", "dividend.decide", "dividend.pay",
    "dividend.read", "loan.read", "code_list.read",
)  # fmt: skip
MAKER = desk(*SHARES, office=f"{COUNTY}-aid", sector="aid")
CHECKER = desk(*SHARES, office=f"{COUNTY}-aid", sector="aid")
START = day(4, 1, YEAR - 1)
"""A share's first day: its first year is due on 31 March of YEAR, its second a year later."""


def agreement(identity_number: str, **changes: Any) -> dict[str, Any]:
    return {
        "number": uuid.uuid4().hex[:8],
        "title": "肉羊养殖带贫四方协议",
        "identity_number": identity_number,
        "signed_on": START,
        "valid_from": START,
        "valid_to": day(3, 31, YEAR + 2),
        "amount_fen": 5_000_000,
        "parties": [
            {"role": "household", "duties": "以贷款入股"},
            {"role": "enterprise", "name": "某养殖合作社", "uscc": USCC, "duties": "保底分红"},
            {"role": "village", "name": "钟庙村民委员会", "duties": "监督"},
            {"role": "bank", "name": "某农商行", "uscc": OTHER_USCC, "duties": "放款"},
        ],
        "amounts": [
            {"from_role": "bank", "to_role": "household", "amount_fen": 5_000_000, "due_on": START, "what": "放款"},
        ],
    } | changes


def party(role: str, **changes: Any) -> dict[str, Any]:
    return {"role": role, "name": "某单位", "uscc": USCC if role in ("enterprise", "bank") else None,
            "duties": "按协议"} | changes  # fmt: skip


FOUR = [{"role": "household", "duties": "入股"}, party("enterprise"), party("village"), party("government")]


def share(identity_number: str, **changes: Any) -> dict[str, Any]:
    return {
        "identity_number": identity_number,
        "enterprise_name": "某养殖合作社",
        "enterprise_uscc": USCC,
        "principal_fen": 1_000_000,
        "annual_rate": "0.08",
        "starts_on": START,
        "ends_on": day(3, 31, YEAR + 2),
    } | changes


async def origin(world: World, amount: int = 10_000_000) -> int:
    """An approved allocation of the county; its id."""
    world.projects["P2"] = grant_of("P2")
    found: int = (await world.allocation(await world.money(amount), amount, "P2"))["allocation_id"]
    return found


async def held(world: World, identity_number: str, allocation_id: int, **changes: Any) -> dict[str, Any]:
    made = await world.made(MAKER, "/dividend-shares", share(identity_number, allocation_id=allocation_id, **changes))
    path = f"/dividend-shares/{made['share_id']}/decision"
    return await world.made(CHECKER, path, APPROVE | {"decided_on": START})


def payment(amount: int, year_number: int = 1, on: str = day(4, 2)) -> dict[str, Any]:
    return {"year_number": year_number, "amount_fen": amount, "paid_on": on, "bank_reference": uuid.uuid4().hex[:16]}


async def test_an_agreement_names_four_parties_and_is_put_in_force_by_another_person(world: World) -> None:
    number = household(world, 1)
    body = agreement(number)
    made = await world.made(MAKER, "/agreements", body)
    assert [row["role"] for row in made["parties"]] == ["bank", "enterprise", "household", "village"]
    path = f"/agreements/{made['agreement_id']}/decision"
    decision = APPROVE | {"decided_on": START}
    assert code_of(await world.post(MAKER, path, decision)) == "same_person"
    assert (await world.made(CHECKER, path, decision))["state"] == "in_force"
    assert code_of(await world.post(CHECKER, path, decision)) == "already_decided"
    assert code_of(await world.post(MAKER, "/agreements", body)) == "agreement_number_taken"
    answer = await world.get(MAKER, f"/agreements/{made['agreement_id']}")
    assert number not in answer.text
    assert answer.json()["amounts"][0]["number"] == 1
    assert len((await world.seen(MAKER, "/agreements", household_id="household-1"))["items"]) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"parties": FOUR[:3]}, "parties_wrong"),
        ({"parties": [*FOUR, party("bank")]}, "parties_wrong"),
        ({"parties": [*FOUR[:3], party("village")]}, "parties_wrong"),
        ({"parties": [*FOUR[:3], party("bank")], "amounts": []}, "parties_wrong"),
        ({"parties": [FOUR[0] | {"name": "李四"}, *FOUR[1:]]}, "household_named"),
        ({"parties": [FOUR[0], party("enterprise", uscc=None), *FOUR[2:]]}, "party_unnamed"),
        ({"parties": [FOUR[0], party("enterprise", uscc="9" * 18), *FOUR[2:]]}, "uscc_wrong"),
        ({"parties": FOUR}, "amount_of_no_party"),
        ({"valid_to": day(1, 1, YEAR - 1)}, "term_wrong"),
        ({"valid_from": day(5, 1, YEAR - 1)}, "amount_outside_term"),
    ],
)
async def test_another_agreement_is_refused_and_not_kept(world: World, changes: dict[str, Any], code: str) -> None:
    refused = await world.post(MAKER, "/agreements", agreement(household(world, 1), **changes))
    assert (refused.status_code, code_of(refused)) == (422, code)
    stranger = await world.post(MAKER, "/agreements", agreement(household(world, 2, status="removed")))
    assert code_of(stranger) == "household_not_registered"
    assert (await world.seen(MAKER, "/agreements"))["items"] == []


async def test_a_dividend_is_due_each_year_and_what_is_lacking_is_shown(world: World) -> None:
    made = await held(world, household(world, 1), await origin(world))
    path = f"/dividend-shares/{made['share_id']}"
    await world.made(MAKER, f"{path}/payments", payment(50_000))
    file = await world.seen(MAKER, path, as_of=day(12, 31))
    assert [(row["due_on"], row["due_fen"], row["paid_fen"], row["shortfall_fen"]) for row in file["years"]] == [
        (day(3, 31), 80_000, 50_000, 30_000),
        (day(3, 31, YEAR + 1), 80_000, 0, 0),
        (day(3, 31, YEAR + 2), 80_000, 0, 0),
    ]
    assert (await world.seen(MAKER, path, as_of=day(3, 30)))["shortfall_fen"] == 0
    assert (await world.made(MAKER, f"{path}/payments", payment(30_000)))["paid_fen"] == 80_000
    assert (await world.seen(MAKER, path, as_of=day(12, 31)))["shortfall_fen"] == 0
    await world.books_balance()


async def test_a_refused_agreement_leaves_its_number_to_the_right_one(world: World) -> None:
    body = agreement(household(world, 1))
    wrong = await world.made(MAKER, "/agreements", body)
    refused = {"outcome": "refuse", "opinion": "金额有误", "decided_on": START}
    await world.made(CHECKER, f"/agreements/{wrong['agreement_id']}/decision", refused)
    await world.made(MAKER, "/agreements", body)
    assert code_of(await world.post(MAKER, "/agreements", body)) == "agreement_number_taken"


async def test_a_share_that_ends_early_is_asked_for_by_one_and_ended_by_another(world: World) -> None:
    given = await origin(world, 1_000_000)
    made = await held(world, household(world, 1), given)
    path = f"/dividend-shares/{made['share_id']}"
    wish = {"ended_on": day(6, 30), "reason": "该户清退"}
    ending = {"ended_on": day(6, 30)}
    unasked = await world.post(CHECKER, f"{path}/end", ending)
    assert (unasked.status_code, code_of(unasked)) == (409, "end_not_asked")
    late = await world.post(MAKER, f"{path}/end-request", wish | {"ended_on": day(3, 31, YEAR + 2)})
    assert (late.status_code, pointer_of(late)) == (422, "/ended_on")
    await world.made(MAKER, f"{path}/end-request", wish)
    assert code_of(await world.post(MAKER, f"{path}/end", ending)) == "same_person"
    await world.made(CHECKER, f"{path}/end", ending)
    assert code_of(await world.post(MAKER, f"{path}/end-request", wish)) == "already_decided"
    file = await world.seen(MAKER, path, as_of=day(12, 31))
    assert (file["ends_on"], file["ended_on"]) == (day(3, 31, YEAR + 2), day(6, 30))
    second = -(-80_000 * 91 // 365)
    assert [(row["due_on"], row["due_fen"]) for row in file["years"]] == [(day(3, 31), 80_000), (day(6, 30), second)]
    beyond = await world.post(MAKER, f"{path}/payments", payment(1, 3))
    assert code_of(beyond) == "year_outside_share"


async def test_a_share_that_ran_to_its_end_leaves_its_principal_to_the_next(world: World) -> None:
    given = await origin(world, 1_000_000)
    one = household(world, 1)
    await held(world, one, given, ends_on=day(6, 30))
    again = share(one, allocation_id=given, starts_on=day(6, 30))
    assert code_of(await world.post(MAKER, "/dividend-shares", again)) == "principal_too_large"
    renewed = await world.made(MAKER, "/dividend-shares", again | {"starts_on": day(7, 1)})
    path = f"/dividend-shares/{renewed['share_id']}/decision"
    await world.made(CHECKER, path, APPROVE | {"decided_on": day(7, 1)})
    other = share(household(world, 2), allocation_id=given, starts_on=day(8))
    assert code_of(await world.post(MAKER, "/dividend-shares", other)) == "principal_too_large"


async def test_a_share_that_ended_before_the_next_began_may_be_entered_after_it(world: World) -> None:
    given = await origin(world, 1_000_000)
    one = household(world, 1)
    later = await world.made(MAKER, "/dividend-shares", share(one, allocation_id=given, starts_on=day(7, 1)))
    path = f"/dividend-shares/{later['share_id']}/decision"
    await world.made(CHECKER, path, APPROVE | {"decided_on": day(7, 1)})
    before = share(one, allocation_id=given, ends_on=day(7, 1))
    assert code_of(await world.post(MAKER, "/dividend-shares", before)) == "principal_too_large"
    await held(world, one, given, ends_on=day(6, 30))


async def test_a_share_stands_on_the_loan_of_a_household_that_merged_into_its_own(world: World) -> None:
    borrower, other = household(world, 1), household(world, 2)
    loan = await disbursed(world, borrower)
    asked = share(other, loan_id=loan["loan_id"], starts_on=day(4))
    assert code_of(await world.post(MAKER, "/dividend-shares", asked)) == "origin_of_others"
    world.people[other]["facts"] = {"absorbed": ["household-1"]}
    entered = await world.made(MAKER, "/dividend-shares", asked)
    path = f"/dividend-shares/{entered['share_id']}/decision"
    assert (await world.made(CHECKER, path, APPROVE | {"decided_on": day(4)}))["state"] == "held"


async def test_no_share_stands_on_the_money_of_a_project_that_was_stopped(world: World) -> None:
    given = await origin(world)
    entered = await world.made(MAKER, "/dividend-shares", share(household(world, 1), allocation_id=given))
    world.projects["P2"] = grant_of("P2", version=2, state="stopped", state_since=day(4))
    await world.tell("P2")
    another = share(household(world, 2), allocation_id=given, starts_on=day(6))
    assert code_of(await world.post(MAKER, "/dividend-shares", another)) == "project_frozen"
    path, decision = f"/dividend-shares/{entered['share_id']}/decision", {"decided_on": START}
    assert code_of(await world.post(CHECKER, path, APPROVE | decision)) == "project_frozen"
    await world.made(CHECKER, path, {"outcome": "refuse", "opinion": "项目已终止"} | decision)


async def test_a_household_whose_village_has_another_code_by_now_keeps_its_countys_money(world: World) -> None:
    given = await origin(world)
    number = household(world, 1, village="341699101200")
    both = desk(*MAKER.permissions, scope=(COUNTY, "341699"), office=MAKER.office, sector=MAKER.sector)
    asked = share(number, allocation_id=given)
    assert code_of(await world.post(both, "/dividend-shares", asked)) == "origin_of_others"
    world.people[number]["facts"] = {"formerly": ["341622101200"]}
    assert (await world.made(both, "/dividend-shares", asked))["division_code"] == "341699101200"


async def test_what_was_paid_for_a_year_the_share_ended_before_is_told_in_every_sum(world: World) -> None:
    made = await held(world, household(world, 1), await origin(world))
    path = f"/dividend-shares/{made['share_id']}"
    for number in (1, 2):
        await world.made(MAKER, f"{path}/payments", payment(80_000, number))
    ending = {"ended_on": day(10, 1, YEAR - 1)}
    await world.made(MAKER, f"{path}/end-request", ending | {"reason": "提前退股"})
    await world.made(CHECKER, f"{path}/end", ending)
    file = await world.seen(MAKER, path)
    first = -(-80_000 * 184 // 365)
    assert [(row["due_on"], row["due_fen"], row["paid_fen"]) for row in file["years"]] == [
        (day(10, 1, YEAR - 1), first, 80_000),
        (day(10, 1, YEAR - 1), 0, 80_000),
    ]
    due = await world.seen(MAKER, "/dividends-due", division_code=COUNTY)
    assert (due["due_fen"], due["shortfall_fen"]) == (first, 0)
    assert due["paid_fen"] == file["paid_fen"] == 160_000
    assert code_of(await world.post(MAKER, f"{path}/payments", payment(1, 2))) == "year_outside_share"


async def test_the_principal_of_an_ended_share_is_held_for_another_household_from_the_next_day(world: World) -> None:
    given = await origin(world, 1_000_000)
    made = await held(world, household(world, 1), given)
    path = f"/dividend-shares/{made['share_id']}"
    await world.made(MAKER, f"{path}/end-request", {"ended_on": day(6, 30), "reason": "该户清退"})
    await world.made(CHECKER, f"{path}/end", {"ended_on": day(6, 30)})
    other = share(household(world, 2), allocation_id=given, starts_on=day(6, 30))
    refused = await world.post(MAKER, "/dividend-shares", other)
    assert (code_of(refused), refused.json()["facts"]["left_fen"]) == ("principal_too_large", 0)
    entered = await world.made(MAKER, "/dividend-shares", other | {"starts_on": day(7)})
    decision = APPROVE | {"decided_on": day(7, 2)}
    assert (await world.made(CHECKER, f"/dividend-shares/{entered['share_id']}/decision", decision))["state"] == "held"


async def test_priority_groups_come_first_in_the_list_of_what_is_due(world: World) -> None:
    given = await origin(world)
    plain = await held(world, household(world, 1), given)
    first = await held(world, household(world, 2), given, priority_group="severely_disabled")
    very_first = await held(world, household(world, 3), given, priority_group="no_labour")
    await world.made(MAKER, f"/dividend-shares/{plain['share_id']}/payments", payment(1))
    due = await world.seen(MAKER, "/dividends-due", division_code=COUNTY, as_of=day(12, 31))
    assert [row["share_id"] for row in due["items"]] == [
        very_first["share_id"], first["share_id"], plain["share_id"],
    ]  # fmt: skip
    assert (due["shares"], due["due_fen"], due["paid_fen"], due["shortfall_fen"]) == (3, 240_000, 1, 239_999)
    page = await world.seen(MAKER, "/dividend-shares", limit=2)
    rest = await world.seen(MAKER, "/dividend-shares", limit=2, cursor=page["next_cursor"])
    assert [row["share_id"] for row in rest["items"]] == [plain["share_id"]]
    groups = (await world.seen(MAKER, "/dividend-priority-groups"))["items"]
    assert all(row["source"] for row in groups)


async def test_a_share_below_the_floor_or_on_nothing_is_refused_and_not_kept(world: World) -> None:
    number, given = household(world, 1), await origin(world, 1_500_000)
    good = share(number, allocation_id=given)
    for changes, status, code in (
        ({"annual_rate": "0.0799"}, 422, "rate_below_floor"),
        ({"allocation_id": None}, 422, "origin_not_one"),
        ({"loan_id": 1}, 422, "origin_not_one"),
        ({"allocation_id": 999}, 404, "not_found"),
        ({"principal_fen": 1_500_001}, 422, "principal_too_large"),
        ({"ends_on": START}, 422, "term_wrong"),
        ({"priority_group": "friends"}, 422, "priority_group_unknown"),
        ({"agreement_id": 999}, 422, "agreement_not_fitting"),
        ({"enterprise_uscc": "1" * 18}, 422, "uscc_wrong"),
        ({"identity_number": household(world, 2, status="dead")}, 422, "household_not_registered"),
    ):
        refused = await world.post(MAKER, "/dividend-shares", good | changes)
        assert (refused.status_code, code_of(refused)) == (status, code), changes
    assert (await world.seen(MAKER, "/dividend-shares"))["items"] == []
    bodies = [share(household(world, 3 + one), allocation_id=given) for one in range(3)]
    answers = await asyncio.gather(*(world.insist(MAKER, "/dividend-shares", body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422]


async def test_money_that_was_called_back_of_an_allocation_carries_no_share(world: World) -> None:
    number, given = household(world, 1), await origin(world, 1_500_000)
    for called_back, left in ((500_000, 1_000_000), (1_000_000, 0)):
        recall = {
            "allocation_id": given, "amount_fen": called_back, "number": "收回", "reason": "项目结余",
            "proposed_on": day(4),
        }  # fmt: skip
        made = await world.made(desk("recall.propose"), "/recalls", recall)
        decision = APPROVE | {"decided_on": day(4, 2)}
        await world.made(desk("recall.decide"), f"/recalls/{made['recall_id']}/decision", decision)
        refused = await world.post(
            MAKER, "/dividend-shares", share(number, allocation_id=given, principal_fen=left + 1)
        )
        assert (refused.status_code, code_of(refused)) == (422, "principal_too_large")
        if not left:
            continue
        entered = await world.made(MAKER, "/dividend-shares", share(number, allocation_id=given, principal_fen=left))
        refusal = APPROVE | {"outcome": "refuse", "decided_on": START}
        await world.made(CHECKER, f"/dividend-shares/{entered['share_id']}/decision", refusal)


async def called_back(world: World, allocation_id: int, amount: int) -> None:
    body = {"allocation_id": allocation_id, "amount_fen": amount, "number": "收回", "reason": "项目结余"}
    made = await world.made(desk("recall.propose"), "/recalls", body | {"proposed_on": day(4)})
    path = f"/recalls/{made['recall_id']}/decision"
    await world.made(desk("recall.decide"), path, APPROVE | {"decided_on": day(4, 2)})


async def test_a_share_entered_before_its_money_was_called_back_is_not_held(world: World) -> None:
    given = await origin(world, 1_500_000)
    bodies = [share(household(world, one), allocation_id=given, principal_fen=600_000) for one in (1, 2)]
    first, second = [await world.made(MAKER, "/dividend-shares", body) for body in bodies]
    await called_back(world, given, 700_000)
    decision = APPROVE | {"decided_on": START}
    held = await world.made(CHECKER, f"/dividend-shares/{first['share_id']}/decision", decision)
    assert held["state"] == "held", "800 000 are left, and 600 000 fit"
    path = f"/dividend-shares/{second['share_id']}"
    late = await world.post(CHECKER, f"{path}/decision", decision)
    assert (late.status_code, code_of(late), pointer_of(late)) == (422, "principal_too_large", "/outcome")
    assert late.json()["facts"] == {"left_fen": 200_000}
    assert (await world.seen(MAKER, path))["state"] == "entered"
    assert (await world.made(CHECKER, f"{path}/decision", decision | {"outcome": "refuse"}))["state"] == "refused"
    third = await world.made(MAKER, "/dividend-shares", bodies[1] | {"principal_fen": 200_000})
    await called_back(world, given, 200_000)
    gone = await world.post(CHECKER, f"/dividend-shares/{third['share_id']}/decision", decision)
    assert gone.json()["facts"] == {"left_fen": 0}


async def test_a_share_on_a_loan_is_the_borrowers_own(world: World) -> None:
    number = household(world, 1)
    loan = await disbursed(world, number)
    body = {"loan_id": loan["loan_id"], "starts_on": day(2)}
    stranger = await world.post(MAKER, "/dividend-shares", share(household(world, 2), **body))
    assert (stranger.status_code, code_of(stranger)) == (422, "origin_of_others")
    made = await world.made(MAKER, "/dividend-shares", share(number, **body))
    assert made["loan_id"] == loan["loan_id"]


async def test_payments_wait_for_the_decision_and_name_a_year_of_the_share(world: World) -> None:
    given = await origin(world)
    made = await world.made(MAKER, "/dividend-shares", share(household(world, 1), allocation_id=given))
    root = f"/dividend-shares/{made['share_id']}"
    assert code_of(await world.post(MAKER, f"{root}/payments", payment(1))) == "step_not_due"
    decision = APPROVE | {"decided_on": START}
    assert code_of(await world.post(MAKER, f"{root}/decision", decision)) == "same_person"
    await world.made(CHECKER, f"{root}/decision", decision)
    wrong = await world.post(MAKER, f"{root}/payments", payment(1, year_number=4))
    assert (code_of(wrong), pointer_of(wrong)) == ("year_outside_share", "/year_number")
    paid = payment(1)
    await world.made(MAKER, f"{root}/payments", paid)
    assert code_of(await world.post(MAKER, f"{root}/payments", paid)) == "bank_reference_taken"
    assert (await world.seen(MAKER, root))["paid_fen"] == 1


async def test_a_share_keeps_to_the_agreement_it_names(world: World) -> None:
    number, money = household(world, 1), await origin(world)
    made = await world.made(MAKER, "/agreements", agreement(number))
    await world.made(CHECKER, f"/agreements/{made['agreement_id']}/decision", APPROVE | {"decided_on": START})
    wanted = share(number, allocation_id=money, agreement_id=made["agreement_id"])
    for changes, code, pointer in (
        ({"enterprise_uscc": OTHER_USCC}, "agreement_not_fitting", "/enterprise_uscc"),
        ({"ends_on": day(4, 1, YEAR + 2)}, "agreement_not_fitting", "/ends_on"),
        ({"starts_on": day(3, 31, YEAR - 1)}, "agreement_not_fitting", "/ends_on"),
        ({"principal_fen": 5_000_001}, "principal_too_large", "/principal_fen"),
    ):
        refused = await world.post(MAKER, "/dividend-shares", wanted | changes)
        assert (code_of(refused), pointer_of(refused)) == (code, pointer)
    answers = await asyncio.gather(
        *(world.insist(MAKER, "/dividend-shares", wanted | {"principal_fen": 3_000_000}) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422]
