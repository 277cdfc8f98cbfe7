"""周转金、产业基金、互助资金: money that is put in, lent, paid back and lent again, and never lost."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest

from shared.chassis import clock
from tests.services.funds.credit import APPROVE, OTHER_USCC, OTHER_VILLAGE, USCC, VILLAGE, household
from tests.services.funds.world import COUNTY, World, code_of, day, desk, pointer_of

CIRCULATING = ("pool.manage", "pool.lend", "pool.decide", "pool.read")
MAKER = desk(*CIRCULATING, office=f"{COUNTY}-aid", sector="aid")
CHECKER = desk(*CIRCULATING)


def pool(**changes: Any) -> dict[str, Any]:
    return {
        "division_code": VILLAGE,
        "kind": "mutual_aid",
        "name": f"互助社{uuid.uuid4().hex[:6]}",
        "lending_ceiling_fen": 500_000,
        "term_months": 12,
        "opened_on": day(1, 2),
    } | changes


def money(amount: int, name: str = "contributed_on", on: str = day(2)) -> dict[str, Any]:
    return {"amount_fen": amount, name: on, "bank_reference": uuid.uuid4().hex[:16]}


def lending(amount: int, **changes: Any) -> dict[str, Any]:
    return {"amount_fen": amount, "purpose": "购买化肥", "proposed_on": day(3), "due_on": day(12)} | changes


async def opened(world: World, amount: int = 1_000_000, **changes: Any) -> int:
    """A pool the government put `amount` into; its id."""
    made = await world.made(MAKER, "/pools", pool(**changes))
    path = f"/pools/{made['pool_id']}/contributions"
    await world.made(MAKER, path, money(amount) | {"origin": "government"})
    found: int = made["pool_id"]
    return found


async def member(world: World, pool_id: int, number: int = 1) -> int:
    body = {"identity_number": household(world, number), "joined_on": day(2)}
    found: int = (await world.made(MAKER, f"/pools/{pool_id}/members", body))["member_id"]
    return found


REASON = {"reason": "本人申请退会"}


async def left(world: World, member_id: int, on: str) -> None:
    path = f"/pool-members/{member_id}/departure"
    await world.made(MAKER, f"{path}-request", REASON | {"left_on": on})
    await world.made(CHECKER, path, {"left_on": on})


async def lent(world: World, pool_id: int, body: dict[str, Any]) -> dict[str, Any]:
    made = await world.made(MAKER, f"/pools/{pool_id}/lendings", body)
    path = f"/pool-lendings/{made['lending_id']}/decision"
    return await world.made(CHECKER, path, APPROVE | {"decided_on": day(3, 2)})


async def parts(world: World, pool_id: int) -> tuple[int, int, int]:
    seen = await world.seen(MAKER, f"/pools/{pool_id}")
    return seen["balance_fen"], seen["reserved_fen"], seen["lent_fen"]


async def test_money_is_lent_to_a_member_paid_back_and_lent_again(world: World) -> None:
    pool_id = await opened(world, 500_000)
    one = await member(world, pool_id)
    row = await lent(world, pool_id, lending(500_000, member_id=one))
    assert (row["state"], row["outstanding_fen"]) == ("lent", 500_000)
    assert await parts(world, pool_id) == (0, 0, 500_000)
    again = lending(1, member_id=await member(world, pool_id, 2), proposed_on=day(5))
    short = await world.post(MAKER, f"/pools/{pool_id}/lendings", again)
    assert (short.status_code, code_of(short)) == (422, "pool_short")
    path = f"/pool-lendings/{row['lending_id']}/repayments"
    await world.made(MAKER, path, money(200_000, "repaid_on", day(4)))
    too_much = await world.post(MAKER, path, money(300_001, "repaid_on", day(4)))
    assert (too_much.status_code, code_of(too_much)) == (422, "lending_overpaid")
    assert (await world.made(MAKER, path, money(300_000, "repaid_on", day(4, 2))))["state"] == "repaid"
    assert code_of(await world.post(MAKER, path, money(1, "repaid_on", day(4, 3)))) == "step_not_due"
    await world.made(MAKER, f"/pools/{pool_id}/lendings", again)
    page = await world.seen(MAKER, f"/pools/{pool_id}/members", limit=1)
    rest = await world.seen(MAKER, f"/pools/{pool_id}/members", limit=1, cursor=page["next_cursor"])
    assert [row["member_id"] for row in rest["items"]] == [one]
    assert await parts(world, pool_id) == (499_999, 1, 0)
    await world.books_balance()


async def test_a_refused_lending_gives_the_money_back_and_the_proposer_does_not_decide(world: World) -> None:
    pool_id = await opened(world, kind="industry", division_code=COUNTY)
    body = lending(900_000, borrower_name="某合作社", borrower_uscc=USCC)
    over = await world.post(MAKER, f"/pools/{pool_id}/lendings", body)
    assert (over.status_code, code_of(over)) == (422, "over_lending_ceiling")
    made = await world.made(MAKER, f"/pools/{pool_id}/lendings", body | {"amount_fen": 400_000})
    path = f"/pool-lendings/{made['lending_id']}/decision"
    refuse = {"outcome": "refuse", "opinion": "材料不全", "decided_on": day(3, 2)}
    assert code_of(await world.post(MAKER, path, refuse)) == "same_person"
    assert await parts(world, pool_id) == (600_000, 400_000, 0)
    assert (await world.made(CHECKER, path, refuse))["state"] == "refused"
    assert code_of(await world.post(CHECKER, path, refuse)) == "already_decided"
    assert await parts(world, pool_id) == (1_000_000, 0, 0)


async def test_a_borrower_stays_below_the_ceiling_even_when_two_desks_lend(world: World) -> None:
    pool_id = await opened(world, 2_000_000)
    one = await member(world, pool_id)
    body = lending(300_000, member_id=one)
    answers = await asyncio.gather(*(world.insist(MAKER, f"/pools/{pool_id}/lendings", body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    assert {code_of(answer) for answer in answers if answer.status_code == 422} == {"over_lending_ceiling"}
    (listed,) = (await world.seen(MAKER, f"/pools/{pool_id}/members"))["items"]
    assert listed["owed_fen"] == 300_000


async def test_a_member_leaves_with_what_it_put_in_once_it_owes_nothing(world: World) -> None:
    pool_id = await opened(world, 500_000)
    one = await member(world, pool_id)
    put = money(50_000) | {"origin": "member", "member_id": one}
    await world.made(MAKER, f"/pools/{pool_id}/contributions", put)
    row = await lent(world, pool_id, lending(100_000, member_id=one))
    path, leaving = f"/pool-members/{one}/departure", {"left_on": day(6)}
    owes = await world.post(MAKER, f"{path}-request", leaving | REASON)
    assert (owes.status_code, code_of(owes)) == (409, "member_owes")
    assert await parts(world, pool_id) == (450_000, 0, 100_000)
    back = money(100_000, "repaid_on", day(5))
    await world.made(MAKER, f"/pool-lendings/{row['lending_id']}/repayments", back)
    await left(world, one, day(6))
    assert await parts(world, pool_id) == (500_000, 0, 0)
    assert code_of(await world.post(CHECKER, path, leaving)) == "already_decided"
    gone = await world.post(MAKER, f"/pools/{pool_id}/lendings", lending(1, member_id=one, proposed_on=day(7)))
    assert code_of(gone) == "member_unknown"
    await world.books_balance()


async def test_a_member_who_put_nothing_in_and_owes_nothing_leaves(world: World) -> None:
    pool_id = await opened(world)
    one = await member(world, pool_id)
    await left(world, one, day(6))
    (row,) = (await world.seen(MAKER, f"/pools/{pool_id}/members"))["items"]
    assert (row["left_on"], row["contributed_fen"]) == (day(6), 0)
    assert await parts(world, pool_id) == (1_000_000, 0, 0)


async def test_an_association_of_a_village_that_closed_takes_people_of_the_village_that_followed(world: World) -> None:
    where = await opened(world)
    number = household(world, 1, village="341622101299")
    asked = {"identity_number": number, "joined_on": day(2)}
    assert code_of(await world.post(MAKER, f"/pools/{where}/members", asked)) == "member_outside_place"
    world.people[number]["facts"] = {"formerly": [VILLAGE]}
    await world.made(MAKER, f"/pools/{where}/members", asked)


async def test_one_person_asks_for_a_member_to_leave_and_another_lets_it_go(world: World) -> None:
    pool_id = await opened(world, 500_000)
    one = await member(world, pool_id)
    await world.made(MAKER, f"/pools/{pool_id}/contributions", money(50_000) | {"origin": "member", "member_id": one})
    path = f"/pool-members/{one}/departure"
    unasked = await world.post(CHECKER, path, {"left_on": day(6)})
    assert (unasked.status_code, code_of(unasked), pointer_of(unasked)) == (409, "departure_not_asked", "/left_on")
    await world.made(MAKER, f"{path}-request", REASON | {"left_on": day(6)})
    asked = await world.made(MAKER, f"{path}-request", REASON | {"left_on": day(7)})
    assert (asked["leaves_on"], asked["left_on"]) == (day(7), None)
    assert code_of(await world.post(CHECKER, path, {"left_on": day(6)})) == "departure_not_asked"
    assert code_of(await world.post(MAKER, path, {"left_on": day(7)})) == "same_person"
    assert await parts(world, pool_id) == (550_000, 0, 0)
    await world.made(CHECKER, path, {"left_on": day(7)})
    assert await parts(world, pool_id) == (500_000, 0, 0)
    await world.books_balance()


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"lending_ceiling_fen": 500_001}, 422, "ceiling_too_high"),
        ({"term_months": 13}, 422, "pool_term_too_long"),
        ({"division_code": "34"}, 422, "place_not_of_county"),
        ({"division_code": "341621"}, 404, "not_found"),
        ({"division_code": OTHER_VILLAGE}, 422, "division_unknown"),
        ({"opened_on": "2199-01-01"}, 422, "day_in_future"),
    ],
)
async def test_a_pool_with_other_limits_is_refused(
    world: World, changes: dict[str, Any], status: int, code: str
) -> None:
    refused = await world.post(MAKER, "/pools", pool(**changes))
    assert (refused.status_code, code_of(refused)) == (status, code)
    assert (await world.seen(MAKER, "/pools"))["items"] == []


async def test_whoever_is_no_member_and_whatever_is_no_lending_is_refused_and_nothing_moves(world: World) -> None:
    pool_id = await opened(world, name="甲")
    assert code_of(await world.post(MAKER, "/pools", pool(name="甲"))) == "pool_name_taken"
    industry = await opened(world, kind="revolving", division_code=COUNTY)
    one = await member(world, pool_id)
    body = {"identity_number": household(world, 1), "joined_on": day(2)}
    assert code_of(await world.post(MAKER, f"/pools/{pool_id}/members", body)) == "member_already"
    far = {"identity_number": household(world, 2, village=OTHER_VILLAGE), "joined_on": day(2)}
    assert code_of(await world.post(MAKER, f"/pools/{pool_id}/members", far)) == "member_outside_place"
    assert code_of(await world.post(MAKER, f"/pools/{industry}/members", body)) == "members_of_mutual_aid_only"
    enterprise = {"borrower_name": "某合作社", "borrower_uscc": OTHER_USCC}
    for target, changes, code in (
        (pool_id, enterprise, "borrower_unfit"),
        (pool_id, {}, "borrower_unfit"),
        (industry, {"member_id": one}, "borrower_unfit"),
        (industry, enterprise | {"borrower_uscc": "9" * 18}, "uscc_wrong"),
        (pool_id, {"member_id": 999}, "member_unknown"),
        (pool_id, {"member_id": one, "due_on": day(3)}, "lending_term_wrong"),
        (pool_id, {"member_id": one, "proposed_on": day(1, 1)}, "day_before_step"),
    ):
        refused = await world.post(MAKER, f"/pools/{target}/lendings", lending(1, **changes))
        assert (refused.status_code, code_of(refused)) == (422, code), changes
    for origin in ({"origin": "member"}, {"origin": "government", "member_id": one}):
        refused = await world.post(MAKER, f"/pools/{pool_id}/contributions", money(1) | origin)
        assert code_of(refused) == "member_unknown"
    assert await parts(world, pool_id) == await parts(world, industry) == (1_000_000, 0, 0)


async def test_a_household_of_two_associations_has_one_ceiling(world: World) -> None:
    pools = [await opened(world), await opened(world)]
    members = [await member(world, one) for one in pools]
    bodies = [(one, lending(300_000, member_id=who)) for one, who in zip(pools, members, strict=True)]
    answers = await asyncio.gather(*(world.insist(MAKER, f"/pools/{one}/lendings", body) for one, body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 422]
    refused = next(answer for answer in answers if answer.status_code == 422)
    assert (code_of(refused), refused.json()["facts"]) == ("over_lending_ceiling", {"left_fen": 200_000})


async def test_a_lending_dated_back_is_held_to_the_ceiling_of_today(world: World) -> None:
    pool_id = await opened(world)
    who, today = await member(world, pool_id), clock.office_today()
    await world.policy("mutual_aid_ceiling", "100000", "fen", today.isoformat())
    due_on = (today + timedelta(days=100)).isoformat()
    for back in (0, 1):
        proposed_on = (today - timedelta(days=back)).isoformat()
        body = lending(100_001, member_id=who, proposed_on=proposed_on, due_on=due_on)
        refused = await world.post(MAKER, f"/pools/{pool_id}/lendings", body)
        assert (refused.status_code, code_of(refused)) == (422, "over_lending_ceiling")
    await world.made(MAKER, f"/pools/{pool_id}/lendings", body | {"amount_fen": 100_000})


async def test_no_pool_is_opened_in_a_village_after_it_was_closed(world: World) -> None:
    """Its households live in the village that followed it: nobody could be a member."""
    world.closed[VILLAGE] = day(1, 1)
    refused = await world.post(MAKER, "/pools", pool())
    assert (code_of(refused), pointer_of(refused)) == ("division_closed", "/division_code")
    assert refused.json()["facts"] == {"closed_since": day(1, 2)}


async def test_two_members_whose_households_merged_have_one_ceiling(world: World) -> None:
    await world.policy("mutual_aid_ceiling", "500000", "fen", day(1, 2))
    where = await opened(world)
    one, two = await member(world, where, 1), await member(world, where, 2)
    await lent(world, where, lending(400_000, member_id=one))
    for row in world.people.values():
        row |= {"household_id": "household-2", "facts": {"absorbed": ["household-1"]}}
    more = await world.post(MAKER, f"/pools/{where}/lendings", lending(200_000, member_id=two))
    assert (code_of(more), more.json()["facts"]) == ("over_lending_ceiling", {"left_fen": 100_000})
    await lent(world, where, lending(100_000, member_id=two))


async def test_two_members_whose_households_merged_are_one_borrower_of_their_pool(world: World) -> None:
    """Below the area's ceiling too: the association lends 3,000 yuan to a household at most."""
    where = await opened(world, lending_ceiling_fen=300_000)
    one, two = await member(world, where, 1), await member(world, where, 2)
    await lent(world, where, lending(250_000, member_id=one))
    for row in world.people.values():
        row |= {"household_id": "household-2", "facts": {"absorbed": ["household-1"]}}
    more = await world.post(MAKER, f"/pools/{where}/lendings", lending(50_001, member_id=two))
    assert (code_of(more), more.json()["facts"]) == ("over_lending_ceiling", {"left_fen": 50_000})
    await lent(world, where, lending(50_000, member_id=two))


async def test_who_joins_again_as_another_household_owes_what_they_owed_before(world: World) -> None:
    await world.policy("mutual_aid_ceiling", "500000", "fen", day(1, 2))
    first, second = await opened(world), await opened(world)
    await lent(world, first, lending(400_000, member_id=await member(world, first)))
    moved = {"identity_number": household(world, 1), "joined_on": day(2)}
    world.people[moved["identity_number"]]["household_id"] = "household-9"
    again = (await world.made(MAKER, f"/pools/{second}/members", moved))["member_id"]
    more = await world.post(MAKER, f"/pools/{second}/lendings", lending(200_000, member_id=again))
    assert (code_of(more), more.json()["facts"]) == ("over_lending_ceiling", {"left_fen": 100_000})
    await lent(world, second, lending(100_000, member_id=again))


async def test_nothing_is_lent_that_is_due_already(world: World) -> None:
    pool_id = await opened(world)
    body = lending(1_000, member_id=await member(world, pool_id), due_on=day(3, 5))
    made = await world.made(MAKER, f"/pools/{pool_id}/lendings", body)
    path = f"/pool-lendings/{made['lending_id']}/decision"
    late = await world.post(CHECKER, path, APPROVE | {"decided_on": day(3, 5)})
    assert (late.status_code, code_of(late)) == (422, "lending_due_already")
    assert await parts(world, pool_id) == (999_000, 1_000, 0)
    await world.made(CHECKER, path, {"outcome": "refuse", "opinion": "已过期", "decided_on": day(3, 6)})
    assert await parts(world, pool_id) == (1_000_000, 0, 0)


async def test_a_members_money_moves_between_joining_and_leaving(world: World) -> None:
    pool_id = await opened(world)
    one = await member(world, pool_id)
    root = f"/pools/{pool_id}"
    early = money(1_000, on=day(1, 31)) | {"origin": "member", "member_id": one}
    before = await world.post(MAKER, f"{root}/contributions", early)
    assert (code_of(before), pointer_of(before)) == ("day_before_step", "/contributed_on")
    sooner = lending(1_000, member_id=one, proposed_on=day(1, 31))
    assert code_of(await world.post(MAKER, f"{root}/lendings", sooner)) == "day_before_step"
    await world.made(MAKER, f"{root}/contributions", early | {"contributed_on": day(4)})
    row = await lent(world, pool_id, lending(1_000, member_id=one))
    await world.made(MAKER, f"/pool-lendings/{row['lending_id']}/repayments", money(1_000, "repaid_on", day(9)))
    leaving = f"/pool-members/{one}/departure-request"
    for left_on in (day(3), day(8, 31)):
        refused = await world.post(MAKER, leaving, REASON | {"left_on": left_on})
        assert (code_of(refused), refused.json()["facts"]) == ("day_before_step", {"not_before": day(9)})
    await left(world, one, day(9))
    assert await parts(world, pool_id) == (1_000_000, 0, 0)
    await world.books_balance()


@pytest.mark.parametrize("status", ["removed", "exited", "dead"])
async def test_a_member_struck_off_the_register_borrows_no_more_and_pays_back(world: World, status: str) -> None:
    pool_id = await opened(world)
    one = await member(world, pool_id)
    row = await lent(world, pool_id, lending(100_000, member_id=one))
    waiting = await world.made(MAKER, f"/pools/{pool_id}/lendings", lending(1_000, member_id=one))
    household(world, 1, status=status)
    decision = f"/pool-lendings/{waiting['lending_id']}/decision"
    for who, path, body in (
        (MAKER, f"/pools/{pool_id}/lendings", lending(1_000, member_id=one)),
        (CHECKER, decision, APPROVE | {"decided_on": day(3, 2)}),
    ):
        refused = await world.post(who, path, body)
        assert (refused.status_code, code_of(refused)) == (422, "household_not_registered")
        assert refused.json()["facts"]["reason"] == status
    await world.made(CHECKER, decision, {"outcome": "refuse", "opinion": "已不在册", "decided_on": day(3, 2)})
    back = money(100_000, "repaid_on", day(5))
    await world.made(MAKER, f"/pool-lendings/{row['lending_id']}/repayments", back)
    assert await parts(world, pool_id) == (1_000_000, 0, 0)
    await world.books_balance()


async def test_without_the_registers_answer_nothing_is_lent_to_a_member(world: World) -> None:
    pool_id = await opened(world)
    one = await member(world, pool_id)
    world.down.add("registry")
    assert (await world.post(MAKER, f"/pools/{pool_id}/lendings", lending(1_000, member_id=one))).status_code == 503
    assert await parts(world, pool_id) == (1_000_000, 0, 0)
