"""Who answers for waiting money, over HTTP: a case, a reply, the superior's decision, and what follows from it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from shared.chassis.clock import office_today
from tests.services.funds.checks import check_progress
from tests.services.funds.clocks import stand
from tests.services.funds.world import (
    CLAIMANT,
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
    pointer_of,
)
from tests.support.harness import actor

FINANCE = desk("responsibility.open", "responsibility.reply", *READING)
TRANSPORT = desk("responsibility.open", "responsibility.reply", *READING, office="341622-transport", sector="transport")
WATER = desk("responsibility.open", "responsibility.reply", *READING, office="341622-water", sector="water")
CITY = actor("responsibility.decide", "responsibility.open", *READING, scope=("3416",), office="3416-finance",
             level="city")  # fmt: skip
EVIDENCE = {"name": "洪灾证明.pdf", "sha256": "a" * 64}


async def allocated(world: World) -> dict[str, Any]:
    """1000 fen allocated on 10 March to works under way since 15 March: they wait for the works since then."""
    return await world.allocation(await world.money(1000), 1000)


def opening(allocation: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "division_code": COUNTY,
        "fund_year": YEAR,
        "reference": f"allocation:{allocation['allocation_id']}",
        "step": "works",
        "claimed_side": "third",
        "claimed_cause": "natural_disaster",
        "reason": "七月洪水冲毁路基,无法施工",
        "opened_on": day(7, 10),
        "papers": [EVIDENCE],
    } | changes


def decision(**changes: Any) -> dict[str, Any]:
    return {
        "side": "third",
        "cause": "natural_disaster",
        "reason": "情况属实",
        "effective_from": day(7, 10),
        "effective_to": day(9, 30),
        "decided_on": day(7, 20),
    } | changes


async def opened(world: World, monkeypatch: pytest.MonkeyPatch, who: Any, body: dict[str, Any]) -> dict[str, Any]:
    """A case entered on the day its paper bears."""
    with monkeypatch.context() as then:
        stand(then, body["opened_on"])
        return await world.made(who, "/responsibilities", body)


async def sides(world: World, on: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in (await check_progress(world, as_of=on, division_code=COUNTY))["delay_sums"]:
        sums[row["responsible"]] = sums.get(row["responsible"], 0) + row["amount_fen"]
    return sums


async def test_the_superior_decides_who_answers_and_earlier_days_keep_their_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    allocation = await allocated(world)
    before = await world.progress(as_of=day(7, 9))
    case = await opened(world, monkeypatch, TRANSPORT, opening(allocation))
    assert (case["side"], case["office"], case["amount_fen"]) == ("project", "341622-transport", 1000)
    path = f"/responsibilities/{case['responsibility_id']}"
    reply = {"words": "财政无异议", "replied_on": day(7, 12), "papers": [EVIDENCE | {"sha256": "b" * 64}]}
    assert code_of(await world.post(FINANCE, f"{path}/replies", reply)) == "not_concerned"
    replied = await world.made(TRANSPORT, f"{path}/replies", reply | {"words": "附水利部门证明"})
    assert [paper["given_with"] for paper in replied["papers"]] == ["opening", "reply"]
    decided = await world.made(CITY, f"{path}/decision", decision())
    assert decided["state"] == "decided"
    assert decided["decision"]["office"] == "341622-transport"
    assert await world.progress(as_of=day(7, 9)) == before
    assert await sides(world, day(7, 9)) == {"project": 1000}
    assert await sides(world, day(7, 10)) == {"third": 1000}
    assert await sides(world, day(9, 30)) == {"third": 1000}
    assert await sides(world, day(10)) == {"project": 1000}
    (row,) = (await world.progress(as_of=day(8)))["delays"]
    assert (row["third_cause"], row["decision_id"]) == ("natural_disaster", decided["decision"]["decision_id"])
    assert code_of(await world.post(CITY, f"{path}/decision", decision())) == "already_decided"
    late = opening(allocation, claimed_side="finance", claimed_cause=None, opened_on=day(8))
    again = await opened(world, monkeypatch, FINANCE, late)
    follows = decision(side="finance", cause=None, effective_from=day(8, 15), effective_to=None, decided_on=day(8, 15))
    await world.made(CITY, f"/responsibilities/{again['responsibility_id']}/decision", follows)
    assert [await sides(world, on) for on in (day(8, 14), day(8, 15), day(12))] == [
        {"third": 1000}, {"finance": 1000}, {"finance": 1000},
    ]  # fmt: skip
    (row,) = (await world.progress(as_of=day(12)))["delays"]
    assert (row["office"], row["office_name"]) == ("341622-finance", "蒙城县财政部门")
    listed = await world.seen(READER, "/responsibilities", division_code=COUNTY, state="decided", limit=1)
    assert listed["items"][0] == await world.seen(READER, f"/responsibilities/{again['responsibility_id']}")
    assert listed["next_cursor"]


async def test_a_case_entered_late_with_a_paper_of_an_earlier_day_changes_no_answer_of_the_past(world: World) -> None:
    allocation = await allocated(world)
    case = await world.made(TRANSPORT, "/responsibilities", opening(allocation))
    assert case["opened_on"] == day(7, 10)
    path = f"/responsibilities/{case['responsibility_id']}/decision"
    answer = await world.post(CITY, path, decision(effective_to=None))
    assert (code_of(answer), pointer_of(answer)) == ("decision_days_wrong", "/effective_from")
    today = office_today()
    assert answer.json()["facts"]["not_before"] == today.isoformat()
    await world.made(CITY, path, decision(effective_from=today.isoformat(), effective_to=None,
                                          decided_on=today.isoformat()))  # fmt: skip
    assert await sides(world, (today - timedelta(days=1)).isoformat()) == {"project": 1000}
    assert await sides(world, today.isoformat()) == {"third": 1000}


async def test_a_case_is_found_in_its_own_place_from_whatever_area_above_it_is_opened(world: World) -> None:
    allocation = await allocated(world)
    nation = actor("responsibility.open", scope=("00",), office="00-finance", level="nation")
    case = await world.made(nation, "/responsibilities", opening(allocation, division_code="00"))
    assert (case["division_code"], case["amount_fen"]) == (COUNTY, 1000)
    other = await world.post(nation, "/responsibilities", opening(allocation, division_code="3412"))
    assert (other.status_code, code_of(other)) == (422, "not_waiting")
    wrong = await world.post(nation, "/responsibilities", opening(allocation, reference="lunch:1"))
    assert (wrong.status_code, code_of(wrong)) == (422, "reference_wrong")


async def test_what_does_not_wait_what_is_unproven_and_who_is_not_concerned_are_refused(world: World) -> None:
    allocation = await allocated(world)
    tomorrow = (office_today() + timedelta(days=1)).isoformat()
    for changes, code in (
        ({"reference": "allocation:999"}, "not_waiting"),
        ({"step": "tender"}, "not_waiting"),
        ({"opened_on": day(3, 9)}, "not_waiting"),
        ({"step": "lunch"}, "step_unknown"),
        ({"opened_on": tomorrow}, "day_in_future"),
        ({"papers": []}, "evidence_missing"),
        ({"claimed_cause": "laziness"}, "cause_not_fitting"),
        ({"claimed_cause": None}, "cause_not_fitting"),
        ({"claimed_side": "project"}, "cause_not_fitting"),
    ):
        answer = await world.post(TRANSPORT, "/responsibilities", opening(allocation, **changes))
        assert (answer.status_code, code_of(answer)) == (422, code), changes
    water = await world.post(WATER, "/responsibilities", opening(allocation))
    assert (water.status_code, code_of(water)) == (403, "not_concerned")
    other = desk("responsibility.open", scope=("341621",), office="341621-finance")
    assert (await world.post(other, "/responsibilities", opening(allocation))).status_code == 404
    assert (await world.post(MAKER, "/responsibilities", opening(allocation))).status_code == 403
    assert (await world.seen(READER, "/responsibilities"))["items"] == []


async def test_nobody_decides_an_own_case_or_money_that_moved_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    allocation = await allocated(world)
    case = await opened(world, monkeypatch, CITY, opening(allocation))
    path = f"/responsibilities/{case['responsibility_id']}/decision"
    same = await world.post(CITY, path, decision())
    assert (same.status_code, code_of(same)) == (403, "same_person")
    county = desk("responsibility.decide", office="341622-aid")
    assert code_of(await world.post(county, path, decision())) == "superior_decides"
    own = actor("responsibility.decide", scope=("3416",), office="341622-transport", level="city")
    assert code_of(await world.post(own, path, decision())) == "own_case"
    judge = actor("responsibility.decide", scope=("3416",), office="3416-finance", level="city", person="judge")
    for changes, code, pointer in (
        ({"decided_on": (office_today() + timedelta(days=1)).isoformat()}, "day_in_future", "/decided_on"),
        ({"decided_on": day(7, 9)}, "day_before_step", "/decided_on"),
        ({"effective_from": day(7, 9)}, "decision_days_wrong", "/effective_from"),
        ({"effective_from": day(7, 21)}, "decision_days_wrong", "/effective_from"),
        ({"effective_to": day(7, 9)}, "decision_days_wrong", "/effective_to"),
        ({"cause": None}, "cause_not_fitting", "/cause"),
    ):
        answer = await world.post(judge, path, decision(**changes))
        assert (answer.status_code, code_of(answer), pointer_of(answer)) == (422, code, pointer)
    elsewhere = actor("responsibility.decide", scope=("3412",), office="3412-finance", level="city")
    assert (await world.post(elsewhere, path, decision())).status_code == 404
    assert (await world.get(ELSEWHERE, path.removesuffix("/decision"))).status_code == 404
    await world.made(CLAIMANT, "/claims", claim_body(allocation, 1000, on=day(7, 15)))
    moved = await world.post(judge, path, decision())
    assert (moved.status_code, code_of(moved)) == (422, "not_waiting")
    assert (await world.seen(READER, path.removesuffix("/decision")))["state"] == "open"
    back = {"words": "资金已报账", "withdrawn_on": day(7, 16)}
    not_theirs = await world.post(TRANSPORT, path.replace("decision", "withdrawal"), back)
    assert (not_theirs.status_code, code_of(not_theirs)) == (403, "not_concerned")
    withdrawn = await world.made(CITY, path.replace("decision", "withdrawal"), back)
    assert (withdrawn["state"], withdrawn["replies"][0]["words"]) == ("withdrawn", "资金已报账")
    assert code_of(await world.post(judge, path, decision())) == "already_decided"


async def test_two_who_open_or_decide_at_once_make_one_case_and_one_decision(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    allocation = await allocated(world)
    with monkeypatch.context() as july:
        stand(july, day(7, 10))
        asked = await asyncio.gather(
            *(world.post(TRANSPORT, "/responsibilities", opening(allocation)) for _ in range(3))
        )  # fmt: skip
    assert sorted(answer.status_code for answer in asked) == [201, 409, 409]
    (case,) = (await world.seen(READER, "/responsibilities"))["items"]
    path = f"/responsibilities/{case['responsibility_id']}/decision"
    decided = await asyncio.gather(*(world.post(CITY, path, decision()) for _ in range(3)))
    assert sorted(answer.status_code for answer in decided) == [200, 409, 409]
    causes = await world.seen(READER, "/third-causes")
    assert all(row["source"] for row in causes["items"])
