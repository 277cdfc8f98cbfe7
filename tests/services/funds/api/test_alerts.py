"""Alerts over HTTP: found once, brought up to date, gone with their cause; handled step by step; red bars payments."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from services.funds.operations import alert_runs, alert_sweeps
from shared.chassis.clock import office_today
from shared.chassis.identity import Actor
from tests.services.funds.world import (
    CHECKER,
    CLAIMANT,
    COUNTY,
    ELSEWHERE,
    RELEASER,
    YEAR,
    World,
    claim_body,
    code_of,
    day,
    desk,
    paper,
    papers,
)
from tests.support.harness import actor

RIGHTS = ("alert.read", "alert.reply", "alert.review", "alert.conclude", "alert.run", "alert_rule.set", "fund.read",
          "code_list.read")  # fmt: skip


def officer(office: str, sector: str, **more: Any) -> Actor:
    return desk(*RIGHTS, office=f"{COUNTY}-{office}", sector=sector, **more)


UNIT = officer("transport", "transport")
AID = [officer("aid", "aid") for _ in range(2)]
FINANCE = [officer("finance", "finance") for _ in range(3)]
CITY = [
    actor(*RIGHTS, scope=("3416",), office="3416-finance", level="city", sector="finance") for _ in range(3)
]  # fmt: skip
PAPER = {"name": "情况说明.pdf", "sha256": "a" * 64}


async def run(world: World, area: str = COUNTY) -> dict[str, Any]:
    return await world.made(FINANCE[0], "/alert-runs", {"division_code": area})


async def alerts(world: World, **params: Any) -> list[dict[str, Any]]:
    found = await world.seen(FINANCE[0], "/alerts", **({"state": "open"} | params))
    items: list[dict[str, Any]] = found["items"]
    return items


async def one(world: World, rule: str) -> dict[str, Any]:
    (found,) = await alerts(world, rule=rule)
    return found


async def stopped(world: World) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """A filed and an approved claim of a project that was stopped, and the red alert on what is left."""
    allocation = await world.allocation(await world.money(1000), 1000)
    filed, approved = await world.claim(allocation, 300), await world.claim(allocation, 200)
    await world.review(approved)
    world.projects["P1"]["version"] += 1
    told = await world.tell("P1", state="stopped", state_since=day(6))
    assert told.status_code < 300, told.text
    await run(world)
    return filed, approved, await one(world, "stopped_money")


async def through(world: World, alert: dict[str, Any], outcome: str, first: int = 0, **more: Any) -> dict[str, Any]:
    """The whole chain of a project's alert from step number `first` on."""
    path = f"/alerts/{alert['alert_id']}"
    steps: list[tuple[Actor, str, dict[str, Any]]] = [(UNIT, "reply", {"words": "正在整改", "paper": PAPER})]
    steps += [(who, "review", {"outcome": "passed", "words": "属实"}) for who in (*AID, *FINANCE[:2])]
    steps += [(FINANCE[2], "conclusion", {"outcome": outcome, "words": "已核"} | more)]
    answer: dict[str, Any] = {}
    for who, name, body in steps[first:]:
        answer = await world.made(who, f"{path}/{name}", body)
    return answer


async def test_a_cause_is_one_alert_that_is_brought_up_to_date_and_closed_when_it_is_gone(world: World) -> None:
    receipt = await world.money(1000)
    first = await run(world)
    assert (first["opened"], first["closed"]) == (len(await alerts(world)), 0)
    found = await one(world, "unallocated")
    assert (found["amount_fen"], found["colour"], found["reference"]) == (
        1000, "yellow", f"receipt:{receipt['receipt_id']}",
    )  # fmt: skip
    assert found["days"] == (office_today() - office_today().replace(year=YEAR, month=2, day=1)).days
    await world.allocation(receipt, 400)
    again = await run(world)
    assert again["updated"] >= 2
    newer = await one(world, "unallocated")
    assert (newer["alert_id"], newer["amount_fen"], newer["seen_times"]) == (found["alert_id"], 600, 2)
    await world.allocation(receipt, 600)
    await run(world)
    assert await alerts(world, rule="unallocated") == []
    (gone,) = await alerts(world, rule="unallocated", state="closed")
    assert (gone["closed_why"], gone["closed_at"] is not None, gone["amount_fen"]) == ("gone", True, 600)
    assert {item["rule"] for item in await alerts(world)} >= {"below_target", "project_late"}


async def test_an_open_red_alert_bars_approving_and_paying_until_it_is_judged_normal(world: World) -> None:
    filed, approved, alert = await stopped(world)
    assert (alert["colour"], alert["amount_fen"], alert["project_code"]) == ("red", 500, "P1")
    review = {"outcome": "approve", "opinion": "已核", "reviewed_on": day(5, 10)}
    order = {"claim_id": approved["claim_id"], "order_no": "n1", "ordered_on": day(5, 12)}
    for who, path, body in (
        (CHECKER, f"/claims/{filed['claim_id']}/review", review),
        (RELEASER, "/payments", order),
        (desk("claim.approve"), f"/claims/{approved['claim_id']}/approvals",
         {"outcome": "approve", "opinion": "同意", "decided_on": day(5, 12)}),
    ):  # fmt: skip
        barred = await world.post(who, path, body)
        assert (barred.status_code, code_of(barred)) == (409, "alert_blocks"), (path, barred.text)
        assert barred.json()["facts"]["alert_id"] == alert["alert_id"]
        assert barred.json()["facts"]["rule"] == "stopped_money"
    assert (await world.seen(CLAIMANT, f"/claims/{filed['claim_id']}"))["state"] == "filed"
    whole = await through(world, alert, "normal")
    assert (whole["state"], whole["closed_why"], len(whole["actions"])) == ("closed", "normal", 6)
    assert [action["outcome"] for action in whole["actions"]] == ["replied", *["passed"] * 4, "normal"]
    await run(world)
    assert await alerts(world, rule="stopped_money") == [], "judged normal and not grown"
    await world.made(RELEASER, "/payments", order | {"order_no": "n2"})
    refused = review | {"outcome": "refuse"}
    await world.made(CHECKER, f"/claims/{filed['claim_id']}/review", refused)
    await run(world)
    grown = await one(world, "stopped_money")
    assert (grown["amount_fen"], grown["alert_id"] != alert["alert_id"]) == (800, True)
    await world.books_balance()


async def test_a_claim_barred_by_a_red_alert_may_still_be_refused(world: World) -> None:
    filed, _, _ = await stopped(world)
    assert (await world.review(filed, "refuse"))["state"] == "refused"


async def test_without_the_alert_the_same_steps_go_on(world: World) -> None:
    """The control: nothing but the open alert bars them."""
    filed, approved, alert = await stopped(world)
    async with world.funds.fastapi.state.database.session() as session:
        await session.execute(text("update alerts set state = 'closed', closed_why = 'gone', closed_at = now()"))
    await world.review(filed)
    await world.order(approved)
    assert alert["state"] == "open"


async def test_a_violation_bars_until_it_is_corrected_and_each_step_is_kept(world: World) -> None:
    filed, _, alert = await stopped(world)
    path = f"/alerts/{alert['alert_id']}"
    judged = await through(world, alert, "violation")
    assert (judged["state"], judged["conclusion"], judged["round"], judged["step"]) == ("open", "violation", 2, "reply")
    await run(world)
    barred = await world.post(
        CHECKER, f"/claims/{filed['claim_id']}/review",
        {"outcome": "approve", "opinion": "已核", "reviewed_on": day(5, 10)},
    )  # fmt: skip
    assert code_of(barred) == "alert_blocks"
    await world.made(UNIT, f"{path}/reply", {"words": "已整改", "paper": PAPER})
    back = await world.made(AID[0], f"{path}/review", {"outcome": "sent_back", "words": "材料不全"})
    assert (back["round"], back["step"]) == (3, "reply")
    ended = await through(world, alert, "corrected")
    assert (ended["closed_why"], [action["number"] for action in ended["actions"]]) == ("corrected", list(range(1, 15)))
    assert ended["actions"][0]["paper_sha256"] == "a" * 64
    assert set(ended["days_by_step"]) == {step["code"] for step in ended["chain_steps"]}
    async with world.funds.fastapi.state.database.session() as session:
        for statement in ("update alert_actions set words = ''", "delete from alert_actions"):
            with pytest.raises(Exception, match="permission denied"):
                async with session.begin_nested():
                    await session.execute(text(statement))


async def test_steps_by_the_wrong_office_person_or_time_are_refused_and_change_nothing(world: World) -> None:
    _, _, alert = await stopped(world)
    path = f"/alerts/{alert['alert_id']}"
    reply, passed = {"words": "说明", "paper": PAPER}, {"outcome": "passed", "words": "属实"}
    normal = {"outcome": "normal", "words": "已核"}
    same = officer("aid", "aid", person=UNIT.person)

    async def expect(who: Actor, name: str, body: dict[str, Any], status: int, code: str) -> None:
        answer = await world.post(who, f"{path}/{name}", body)
        assert (answer.status_code, code_of(answer)) == (status, code), answer.text

    await expect(AID[0], "reply", reply, 403, "alert_not_yours")
    await expect(UNIT, "reply", {"words": "说明"}, 422, "alert_paper_missing")
    await expect(UNIT, "reply", reply | {"words": "联系 13800138000"}, 422, "alert_text_personal")
    await expect(AID[0], "review", passed, 409, "alert_step_not_due")
    await expect(FINANCE[0], "conclusion", normal, 409, "alert_not_reviewed")
    await expect(desk("alert.read"), "reply", reply, 403, "forbidden")
    outside = actor(*RIGHTS, scope=("341621",), office="341622-transport", sector="transport")
    await expect(outside, "reply", reply, 404, "not_found")
    assert (await world.seen(UNIT, path))["actions"] == []
    await world.made(UNIT, f"{path}/reply", reply)
    await expect(UNIT, "reply", reply, 409, "alert_step_not_due")
    await expect(same, "review", passed, 403, "same_person")
    await expect(FINANCE[0], "review", passed, 403, "alert_review_not_yours")
    await world.made(AID[0], f"{path}/review", passed)
    await expect(AID[0], "review", passed, 403, "same_person")
    await world.made(AID[1], f"{path}/review", passed)
    await through(world, alert, "doubt", first=3)
    low = {"outcome": "normal", "words": "已核", "accepted_fen": 1}
    await through(world, alert, "doubt", first=0)
    await world.made(UNIT, f"{path}/reply", reply)
    for who in (*AID, *FINANCE[:2]):
        await world.made(who, f"{path}/review", passed)
    await expect(FINANCE[2], "conclusion", low, 422, "alert_accepted_too_low")
    assert (await world.seen(UNIT, path))["state"] == "open"


async def test_what_was_refused_is_recorded_and_grey_is_never_lifted(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    body = claim_body(allocation, 100)
    await world.made(CLAIMANT, "/claims", body)
    for _ in range(2):
        again = await world.post(CLAIMANT, "/claims", body | {"papers": [*body["papers"][:1], *papers("progress")[1:]]})
        assert code_of(again) == "paper_already_used", again.text
    forbidden = await world.post(CLAIMANT, "/claims", claim_body(allocation, 100) | {"use_code": "vehicles"})
    assert code_of(forbidden) == "use_forbidden"
    await run(world)
    reused, grey = await one(world, "paper_reused"), await one(world, "forbidden_use_tried")
    assert (reused["colour"], reused["occurrences"], reused["reference"]) == ("blue", 2, "office:341622-transport")
    assert (grey["colour"], grey["office"]) == ("grey", "341622-transport")
    path = f"/alerts/{grey['alert_id']}"
    await world.made(UNIT, f"{path}/reply", {"words": "说明"})
    for who in (*AID, *FINANCE[:2]):
        await world.made(who, f"{path}/review", {"outcome": "passed", "words": "属实"})
    for outcome in ("normal", "corrected"):
        lifted = await world.post(FINANCE[2], f"{path}/conclusion", {"outcome": outcome, "words": "可以"})
        assert (lifted.status_code, code_of(lifted)) == (409, "alert_stands")
    assert (await world.seen(UNIT, path))["state"] == "open"


async def test_an_orange_alert_asks_for_a_paper_before_the_step_goes_on(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    claim = await world.claim(allocation, 300)
    rule = {"code": "claim_unreviewed", "division_code": COUNTY, "valid_from": office_today().isoformat(),
            "colour": "orange", "threshold": "3", "source": "县文件"}  # fmt: skip
    await world.made(FINANCE[0], "/alert-rules", rule)
    await run(world)
    alert = await one(world, "claim_unreviewed")
    assert (alert["colour"], alert["threshold"], alert["side"]) == ("orange", "3", "finance")
    review = {"outcome": "approve", "opinion": "已核", "reviewed_on": day(5, 10)}
    path = f"/claims/{claim['claim_id']}/review"
    barred = await world.post(CHECKER, path, review)
    assert (barred.status_code, code_of(barred)) == (409, "alert_paper_needed")
    bare = await world.post(FINANCE[0], f"/alerts/{alert['alert_id']}/reply", {"words": "人手不足"})
    assert code_of(bare) == "alert_paper_missing"
    replied = await world.made(FINANCE[0], f"/alerts/{alert['alert_id']}/reply", {"words": "说明", "paper": PAPER})
    assert replied["papered"]
    await world.made(CHECKER, path, review)
    await run(world)
    assert (await world.seen(UNIT, f"/alerts/{alert['alert_id']}"))["closed_why"] == "gone"


async def test_a_place_sets_stricter_rules_from_today_on_and_no_softer_ones(world: World) -> None:
    today = office_today()
    rule = {"code": "behind_pace", "division_code": COUNTY, "valid_from": today.isoformat(), "colour": "red",
            "threshold": "0.03", "source": "县文件"}  # fmt: skip
    for changes, status, code in (
        ({"code": "no_such_rule"}, 422, "alert_rule_unknown"),
        ({"colour": "blue"}, 422, "alert_rule_softer"),
        ({"threshold": "0.06"}, 422, "alert_rule_softer"),
        ({"threshold": "7"}, 422, "alert_threshold_wrong"),
        ({"valid_from": (today - timedelta(days=1)).isoformat()}, 422, "alert_rule_in_the_past"),
        ({"division_code": "341621"}, 404, "not_found"),
    ):
        refused = await world.post(FINANCE[0], "/alert-rules", rule | changes)
        assert (refused.status_code, code_of(refused)) == (status, code), refused.text
    assert (await world.post(ELSEWHERE, "/alert-rules", rule)).status_code == 403
    made = await asyncio.gather(*(world.insist(FINANCE[0], "/alert-rules", rule) for _ in range(3)))
    assert sorted(answer.status_code for answer in made) == [201, 409, 409]
    listed = await world.seen(UNIT, "/alert-rules", code="behind_pace", division_code=COUNTY)
    assert [(item["colour"], item["threshold"]) for item in listed["items"]] == [("red", "0.03")]
    assert {step["chain"] for step in listed["steps"]} == {"standard", "finance_answers"}
    elsewhere = await world.seen(UNIT, "/alert-rules", code="behind_pace", division_code="341621")
    assert [item["colour"] for item in elsewhere["items"]] == ["yellow"]


async def test_lists_are_filtered_paged_counted_and_hold_no_people(world: World) -> None:
    _, _, alert = await stopped(world)
    everything = await alerts(world, division_code=COUNTY)
    assert len(everything) >= 3
    pages, cursor = [], None
    while True:
        page = await world.seen(UNIT, "/alerts", state="open", limit=1, cursor=cursor)
        pages += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert pages == everything
    for name in ("colour", "side", "reference", "office", "project_code", "rule"):
        found = await alerts(world, **{name: alert[name]})
        assert alert["alert_id"] in [item["alert_id"] for item in found]
        assert all(item[name] == alert[name] for item in found)
    counted = await world.seen(UNIT, "/alerts/counts", division_code=COUNTY, state="open")
    assert counted["alerts"] == len(everything)
    assert sum(row["amount_fen"] for row in counted["items"]) == sum(item["amount_fen"] for item in everything)
    assert "某路桥公司" not in str(everything)
    township = actor(*RIGHTS, scope=("341622102",), level="township")
    assert (await world.seen(township, "/alerts"))["items"] == []
    other = actor(*RIGHTS, scope=("341621",))
    assert (await world.get(other, f"/alerts/{alert['alert_id']}")).status_code == 404
    assert (await world.get(other, "/alerts/counts", division_code=COUNTY)).status_code == 404
    assert (await world.get(desk("fund.read"), "/alerts")).status_code == 403
    below = await world.post(FINANCE[0], "/alert-runs", {"division_code": "341622101"})
    assert code_of(below) == "no_books_below_county"
    assert (await world.post(other, "/alert-runs", {"division_code": COUNTY})).status_code == 404


async def test_evaluations_and_steps_at_once_leave_one_alert_and_one_step(world: World) -> None:
    _, _, alert = await stopped(world)
    path = f"/alerts/{alert['alert_id']}/reply"
    reply = {"words": "说明", "paper": PAPER}
    database = world.funds.fastapi.state.database
    answers = await asyncio.gather(
        *(world.insist(UNIT, path, reply) for _ in range(4)),
        *(world.insist(FINANCE[0], "/alert-runs", {"division_code": COUNTY}) for _ in range(4)),
        alert_sweeps.sweep_once(database), alert_sweeps.sweep_once(database),
    )  # fmt: skip
    codes = [answer.status_code for answer in answers[:8]]  # type: ignore[union-attr]
    assert sorted(codes[:4]) == [200, 409, 409, 409]
    assert codes[4:] == [200] * 4
    open_ones = await alerts(world)
    assert len({(item["rule"], item["reference"]) for item in open_ones}) == len(open_ones)
    assert len((await world.seen(UNIT, f"/alerts/{alert['alert_id']}"))["actions"]) == 1


async def test_an_older_reading_is_not_applied_after_a_newer_one(world: World) -> None:
    receipt = await world.money(1000)
    database = world.funds.fastapi.state.database
    async with database.session(read_only=True) as session:
        older = await alert_runs.read(session, COUNTY)
    await world.allocation(receipt, 1000)
    await run(world)
    before = await alerts(world)
    async with database.session() as session:
        assert await alert_runs.apply(session, older) == alert_runs.Changed()
    assert await alerts(world) == before
    assert [item for item in before if item["rule"] == "unallocated"] == []


async def test_the_sweeper_looks_at_every_area_in_its_turn(world: World) -> None:
    await world.document({COUNTY: 700, "341621": 300})
    database = world.funds.fastapi.state.database
    swept = {await alert_sweeps.sweep_once(database) for _ in range(3)}
    assert swept == {COUNTY, "341621", None}
    anywhere = actor(*RIGHTS, scope=("34",), level="province")
    found = (await world.seen(anywhere, "/alerts", rule="central_not_received"))["items"]
    assert sorted((item["division_code"], item["amount_fen"]) for item in found) == [("341621", 300), (COUNTY, 700)]
    asked = await world.made(anywhere, "/alert-runs", {"division_code": "34"})
    assert asked["areas_asked"] == 2
    assert await alert_sweeps.sweep_once(database) is not None


async def test_random_evaluation_handling_and_money_never_leave_two_open_alerts_for_one_cause(world: World) -> None:
    chance = random.Random(20251122)
    receipt = await world.money(100_000)
    allocation = await world.allocation(receipt, 50_000)
    claims: list[dict[str, Any]] = []
    for _ in range(40):
        move = chance.choice(("run", "run", "claim", "review", "step", "step", "step"))
        if move == "run":
            await run(world)
        elif move == "claim":
            claims.append(await world.claim(allocation, 100))
        elif move == "review" and claims:
            review = {"outcome": chance.choice(("approve", "refuse")), "opinion": "已核", "reviewed_on": day(5, 10)}
            await world.post(CHECKER, f"/claims/{claims.pop()['claim_id']}/review", review)
        elif move == "step":
            await _some_step(world, chance)
        async with world.funds.fastapi.state.database.session() as session:
            twice = await session.scalar(
                text("select count(*) - count(distinct (rule, reference)) from alerts where state = 'open'")
            )
        assert twice == 0
    await run(world)
    assert (await run(world))["opened"] == 0


async def _some_step(world: World, chance: random.Random) -> None:
    """Somebody takes the step that is due, or one that is not."""
    found = await alerts(world)
    if not found:
        return
    alert = chance.choice(found)
    path = f"/alerts/{alert['alert_id']}"
    who = chance.choice((UNIT, *AID, *FINANCE, *CITY))
    name, body = chance.choice(
        (
            ("reply", {"words": "说明", "paper": PAPER}),
            ("review", {"outcome": chance.choice(("passed", "passed", "sent_back")), "words": "属实"}),
            ("conclusion", {"outcome": chance.choice(("doubt", "violation", "normal", "corrected")), "words": "已核"}),
        )
    )
    answer = await world.post(who, f"{path}/{name}", body)
    assert answer.status_code in (200, 403, 409), answer.text


async def test_a_paper_of_another_claim_is_no_cause(world: World) -> None:
    allocation = await world.allocation(await world.money(1000), 1000)
    for _ in range(2):
        await world.made(CLAIMANT, "/claims", claim_body(allocation, 100) | {"papers": papers("progress")})
    await run(world)
    assert await alerts(world, rule="paper_reused") == []
    assert paper("invoice")["number"]
