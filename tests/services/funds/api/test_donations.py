"""扶贫捐赠: a receipt without a gap, used for what the donor meant, shown to everybody by the name they allowed."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from tests.services.funds.credit import APPROVE, USCC
from tests.services.funds.world import COUNTY, YEAR, World, code_of, day, desk, grant_of, pointer_of
from tests.support.harness import actor

GIVING = ("donation.register", "donation.use", "donation.decide", "donation.read")
MAKER = desk(*GIVING, office=f"{COUNTY}-aid", sector="aid")
CHECKER = desk(*GIVING)
PUBLIC = actor("public.read", scope=(), office="public", level="")


def donation(**changes: Any) -> dict[str, Any]:
    return {
        "division_code": COUNTY,
        "donor_kind": "organisation",
        "donor_name": "某慈善基金会",
        "donor_uscc": USCC,
        "public_name": "某慈善基金会",
        "amount_fen": 1_000_000,
        "received_on": day(6),
        "purpose": "助学",
        "bank_reference": uuid.uuid4().hex[:16],
    } | changes


def use(amount: int, **changes: Any) -> dict[str, Any]:
    aim: dict[str, Any] = {} if "project_code" in changes else {"programme": "rain_dew_plan"}
    return {"amount_fen": amount, "used_on": day(7), "what": "雨露计划补助"} | aim | changes


async def given(world: World, **changes: Any) -> dict[str, Any]:
    return await world.made(MAKER, "/donations", donation(**changes))


async def parts(world: World, row: dict[str, Any]) -> tuple[int, int, int]:
    seen = await world.seen(MAKER, f"/donations/{row['donation_id']}")
    return seen["left_fen"], seen["reserved_fen"], seen["used_fen"]


async def test_a_donation_is_received_used_and_shown(world: World) -> None:
    row = await given(world)
    assert row["receipt_no"] == f"{COUNTY}-{YEAR}-000001"
    asked = await world.made(MAKER, f"/donations/{row['donation_id']}/uses", use(400_000))
    assert await parts(world, row) == (600_000, 400_000, 0)
    path = f"/donation-uses/{asked['use_id']}/decision"
    decision = APPROVE | {"decided_on": day(7, 2)}
    assert code_of(await world.post(MAKER, path, decision)) == "same_person"
    assert (await world.made(CHECKER, path, decision))["state"] == "approved"
    assert code_of(await world.post(CHECKER, path, decision)) == "already_decided"
    assert await parts(world, row) == (600_000, 0, 400_000)
    await world.books_balance()


async def test_a_refused_use_gives_the_money_back(world: World) -> None:
    row = await given(world)
    asked = await world.made(MAKER, f"/donations/{row['donation_id']}/uses", use(1_000_000))
    decision = {"outcome": "refuse", "opinion": "另行安排", "decided_on": day(7, 2)}
    await world.made(CHECKER, f"/donation-uses/{asked['use_id']}/decision", decision)
    assert await parts(world, row) == (1_000_000, 0, 0)
    (listed,) = (await world.seen(MAKER, "/donation-uses", donation_id=row["donation_id"]))["items"]
    assert listed["state"] == "refused"


async def test_receipt_numbers_have_no_gap_whatever_is_refused_and_whoever_races(world: World) -> None:
    taken = donation()
    bodies: list[dict[str, Any]] = [donation() for _ in range(12)]
    await world.made(MAKER, "/donations", taken)
    spoiled = [taken, donation(donor_uscc=None), donation(amount_fen=0), donation(received_on="2199-01-01")]
    answers = await asyncio.gather(*(world.insist(MAKER, "/donations", one) for one in [*bodies, *spoiled]))
    assert sum(answer.status_code == 201 for answer in answers) == 12
    await given(world, received_on=day(6, year=YEAR - 1))
    listed = (await world.seen(MAKER, "/donations", year=YEAR, limit=200))["items"]
    assert sorted(row["receipt_no"] for row in listed) == [f"{COUNTY}-{YEAR}-{n:06d}" for n in range(1, 14)]
    (before,) = (await world.seen(MAKER, "/donations", year=YEAR - 1))["items"]
    assert before["receipt_no"] == f"{COUNTY}-{YEAR - 1}-000001"


async def test_two_uses_at_once_cannot_take_more_than_is_left(world: World) -> None:
    row = await given(world)
    path = f"/donations/{row['donation_id']}/uses"
    answers = await asyncio.gather(*(world.insist(MAKER, path, use(600_000)) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    assert {code_of(answer) for answer in answers if answer.status_code == 422} == {"donation_exhausted"}
    assert await parts(world, row) == (400_000, 600_000, 0)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"donor_uscc": None}, 422, "donor_unclear"),
        ({"donor_kind": "person"}, 422, "donor_unclear"),
        ({"donor_name": None, "donor_uscc": None}, 422, "donor_unclear"),
        ({"donor_uscc": "9" * 18}, 422, "uscc_wrong"),
        ({"programme": "moon_plan"}, 422, "programme_unknown"),
        ({"project_code": "P1", "programme": "rain_dew_plan"}, 422, "aim_not_one"),
        ({"project_code": "P9"}, 422, "project_not_in_library"),
        ({"division_code": "34"}, 422, "place_not_of_county"),
        ({"division_code": "341621"}, 404, "not_found"),
        ({"division_code": "341622999"}, 422, "division_unknown"),
        ({"received_on": "2199-01-01"}, 422, "day_in_future"),
    ],
)
async def test_another_donation_is_refused_and_not_kept(
    world: World, changes: dict[str, Any], status: int, code: str
) -> None:
    refused = await world.post(MAKER, "/donations", donation(**changes))
    assert (refused.status_code, code_of(refused)) == (status, code)
    assert (await world.seen(MAKER, "/donations"))["items"] == []


async def test_nothing_is_given_to_a_division_after_it_was_closed(world: World) -> None:
    world.closed["341622101"] = day(1, 31)
    refused = await world.post(MAKER, "/donations", donation(division_code="341622101", received_on=day(2)))
    assert (refused.status_code, code_of(refused)) == (422, "division_closed")
    assert (pointer_of(refused), refused.json()["facts"]) == ("/division_code", {"closed_since": day(2)})
    await world.made(MAKER, "/donations", donation(division_code="341622101", received_on=day(1, 31)))


async def test_a_donor_who_named_an_aim_is_heard(world: World) -> None:
    world.projects["P2"] = grant_of("P2")
    row = await given(world, project_code="P1")
    path = f"/donations/{row['donation_id']}/uses"
    for body in (use(1, project_code="P2"), use(1)):
        refused = await world.post(MAKER, path, body)
        assert (refused.status_code, code_of(refused)) == (422, "donation_for_other")
    unnamed = await world.post(MAKER, path, use(1, programme=None))
    assert code_of(unnamed) == "aim_not_one"
    assert code_of(await world.post(MAKER, path, use(1, project_code="P1", used_on=day(5)))) == "day_before_step"
    assert await parts(world, row) == (1_000_000, 0, 0)
    await world.made(MAKER, path, use(1, project_code="P1"))


async def test_a_gift_for_a_project_that_ended_is_used_for_another_aim_once_the_donor_agrees(world: World) -> None:
    world.projects["P2"] = grant_of("P2")
    row = await given(world, project_code="P1")
    path = f"/donations/{row['donation_id']}/uses"
    agreed = {"donor_consent": "某慈善基金会同意函〔2025〕3号"}
    early = await world.post(MAKER, path, use(1, **agreed))
    assert (early.status_code, code_of(early)) == (422, "donation_for_other"), "the project goes on"
    for state, in_library in (("stopped", True), ("removed", False)):
        world.projects["P1"] = grant_of("P1", version=2, state=state, in_library=in_library)
        for consent in ({}, agreed):
            stopped = await world.post(MAKER, path, use(1, project_code="P1", **consent))
            assert (stopped.status_code, code_of(stopped)) == (422, "project_stopped")
        assert code_of(await world.post(MAKER, path, use(1))) == "donation_for_other", "the donor was not asked"
        asked = await world.made(MAKER, path, use(1_000, **agreed))
        assert asked["donor_consent"] == agreed["donor_consent"]
        await world.made(MAKER, path, use(1_000, project_code="P2", **agreed))
    assert await parts(world, row) == (996_000, 4_000, 0)
    decision = APPROVE | {"decided_on": day(7, 2)}
    await world.made(CHECKER, f"/donation-uses/{asked['use_id']}/decision", decision)
    assert await parts(world, row) == (996_000, 3_000, 1_000)
    absent = await world.post(MAKER, "/donations/999/uses", use(1, **agreed))
    assert absent.status_code == 404
    await world.books_balance()


async def test_a_use_proposed_before_its_project_was_stopped_is_not_approved_after_it(world: World) -> None:
    row = await given(world)
    proposed = await world.made(MAKER, f"/donations/{row['donation_id']}/uses", use(500_000, project_code="P1"))
    world.projects["P1"] = grant_of("P1", version=2, state="stopped", state_since=day(7, 2))
    await world.tell("P1")
    path = f"/donation-uses/{proposed['use_id']}/decision"
    decided = {"decided_on": day(7, 5)}
    assert code_of(await world.post(CHECKER, path, APPROVE | decided)) == "project_frozen"
    await world.made(CHECKER, path, {"outcome": "refuse", "opinion": "项目已终止"} | decided)
    assert await parts(world, row) == (1_000_000, 0, 0)


async def test_the_public_sees_every_donation_and_of_the_donor_the_name_they_allowed(world: World) -> None:
    await given(world)
    quiet = await given(world, donor_kind="person", donor_name="周某某", donor_uscc=None, public_name=None)
    await given(world, donor_name=None, donor_uscc=None, public_name=None)
    await world.made(MAKER, f"/donations/{quiet['donation_id']}/uses", use(400_000))
    async with world.funds.as_(PUBLIC) as client:
        answer = await client.get("/api/v1/public/funds/donations", params={"division_code": COUNTY, "limit": 200})
        page = await client.get("/api/v1/public/funds/donations", params={"limit": 2})
    assert answer.status_code == 200, answer.text
    assert [row["donor"] for row in answer.json()["items"]] == [None, None, "某慈善基金会"]
    assert "周某某" not in answer.text
    assert USCC not in answer.text
    assert page.json()["next_cursor"]
    async with world.funds.as_(desk("donation.read")) as client:
        assert (await client.get("/api/v1/public/funds/donations")).status_code == 403


async def test_a_donation_is_for_projects_of_its_own_county(world: World) -> None:
    world.projects["Q9"] = grant_of("Q9", county_code="341621", division_code="341621101200")
    aimed = await world.post(MAKER, "/donations", donation(project_code="Q9"))
    assert (aimed.status_code, code_of(aimed), pointer_of(aimed)) == (422, "project_elsewhere", "/project_code")
    row = await given(world)
    used = await world.post(MAKER, f"/donations/{row['donation_id']}/uses", use(1, project_code="Q9"))
    assert (used.status_code, code_of(used)) == (422, "project_elsewhere")
    assert await parts(world, row) == (1_000_000, 0, 0)


@pytest.mark.parametrize(
    "changes", [{"purpose": "资助学生,电话1390000 1111"}, {"public_name": "热心人34122219800615001X"}]
)
async def test_what_everybody_reads_of_a_donation_holds_no_persons_number(
    world: World, changes: dict[str, Any]
) -> None:
    refused = await world.post(MAKER, "/donations", donation(**changes))
    (field,) = changes
    assert (refused.status_code, code_of(refused), pointer_of(refused)) == (422, "published_personal", f"/{field}")
    assert (await given(world))["receipt_no"].endswith("-000001"), "a refusal leaves no gap"


async def test_a_donation_entered_wrongly_is_undone_by_a_second_person_and_entered_right(world: World) -> None:
    body = donation(amount_fen=10_000_000)
    wrong = await world.made(MAKER, "/donations", body)
    path, reason = f"/donations/{wrong['donation_id']}/reversal", {"reason": "金额多录一位"}
    asked = await world.made(MAKER, path, reason)
    assert code_of(await world.post(CHECKER, path, reason)) == "donation_reversed"
    decision = f"/donation-reversals/{asked['reversal_id']}/decision"
    yes = APPROVE | {"decided_on": day(6, 3)}
    assert code_of(await world.post(MAKER, decision, yes)) == "same_person"
    assert code_of(await world.post(CHECKER, decision, yes | {"decided_on": day(5, 31)})) == "day_before_step"
    assert await parts(world, wrong) == (10_000_000, 0, 0)
    answers = await asyncio.gather(*(world.insist(CHECKER, decision, yes) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert await parts(world, wrong) == (0, 0, 0)
    assert (await world.seen(MAKER, f"/donations/{wrong['donation_id']}"))["reversed_on"] == day(6, 3)
    right = await world.made(MAKER, "/donations", body | {"amount_fen": 1_000_000})
    assert right["receipt_no"] == f"{COUNTY}-{YEAR}-000002", "the number of the void receipt is used up"
    assert code_of(await world.post(MAKER, "/donations", body)) == "bank_reference_taken"
    refused = await world.post(MAKER, f"/donations/{wrong['donation_id']}/uses", use(1))
    assert refused.status_code == 422
    (waiting,) = (await world.seen(MAKER, "/donation-reversals", state="approved"))["items"]
    assert (waiting["donation_id"], waiting["reason"]) == (wrong["donation_id"], "金额多录一位")
    async with world.funds.as_(PUBLIC) as client:
        shown = (await client.get("/api/v1/public/funds/donations")).json()["items"]
    assert [(row["donor"], row["left_fen"], row["reversed_on"]) for row in shown] == [
        ("某慈善基金会", 1_000_000, None), (None, 0, day(6, 3)),
    ]  # fmt: skip
    assert (shown[1]["purpose"], shown[1]["project_code"]) == ("", None), "what was wrong is not read on"
    await world.books_balance()


async def test_a_donation_that_is_used_is_not_undone(world: World) -> None:
    row = await given(world)
    asked = await world.made(MAKER, f"/donations/{row['donation_id']}/reversal", {"reason": "录错"})
    using = await world.made(MAKER, f"/donations/{row['donation_id']}/uses", use(1))
    decision = f"/donation-reversals/{asked['reversal_id']}/decision"
    yes = APPROVE | {"decided_on": day(7, 3)}
    held = await world.post(CHECKER, decision, yes)
    assert held.status_code == 422
    refusal = {"outcome": "refuse", "opinion": "另行安排", "decided_on": day(7, 2)}
    await world.made(CHECKER, f"/donation-uses/{using['use_id']}/decision", refusal)
    await world.made(CHECKER, decision, yes | {"outcome": "refuse"})
    assert await parts(world, row) == (1_000_000, 0, 0)
    again = await world.made(MAKER, f"/donations/{row['donation_id']}/reversal", {"reason": "捐赠人撤回"})
    await world.made(CHECKER, f"/donation-reversals/{again['reversal_id']}/decision", yes)
    assert await parts(world, row) == (0, 0, 0)
    await world.books_balance()
