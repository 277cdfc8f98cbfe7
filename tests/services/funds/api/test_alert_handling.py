"""Alerts handled over HTTP: replies, reviews and conclusions, each by its office, kept step by step."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from shared.chassis.clock import office_today
from shared.chassis.identity import Actor
from tests.services.funds.api.alerts import (
    AID,
    CITY,
    FINANCE,
    PAPER,
    RIGHTS,
    UNIT,
    officer,
    one,
    run,
    stopped,
    through,
)
from tests.services.funds.world import (
    CHECKER,
    CLAIMANT,
    COUNTY,
    World,
    claim_body,
    code_of,
    day,
    desk,
    papers,
)
from tests.support.harness import actor


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
    steps = f"/alerts/{alert['alert_id']}"
    back = await world.made(AID[0], f"{steps}/review", {"outcome": "sent_back", "words": "材料无关"})
    assert (back["papered"], back["round"]) == (False, 2), "a paper that was sent back lifts nothing"
    assert code_of(await world.post(CHECKER, path, review)) == "alert_paper_needed"
    for outcome in ("violation", "doubt"):
        await world.made(FINANCE[0], f"{steps}/reply", {"words": "说明", "paper": PAPER})
        for who in (*AID, *CITY[:2]):
            passed = await world.made(who, f"{steps}/review", {"outcome": "passed", "words": "属实"})
            assert passed["papered"]
        judged = await world.made(CITY[2], f"{steps}/conclusion", {"outcome": outcome, "words": "已核"})
        assert not judged["papered"]
    assert code_of(await world.post(CHECKER, path, review)) == "alert_paper_needed"
    await world.made(FINANCE[0], f"{steps}/reply", {"words": "说明", "paper": PAPER})
    await world.made(CHECKER, path, review)
    await run(world)
    assert (await world.seen(UNIT, f"/alerts/{alert['alert_id']}"))["closed_why"] == "gone"


async def test_an_alert_asks_who_answers_for_the_money_now_until_they_have_replied(world: World) -> None:
    await world.allocation(await world.money(1000), 1000)
    await world.tell("P1", version=2)
    await run(world)
    assert (await one(world, "project_late"))["office"] == "341622-transport"
    await world.tell("P1", sequence=2, version=3, office="341622-water", office_name="蒙城县水利局")
    await run(world)
    alert = await one(world, "project_late")
    assert alert["office"] == "341622-water"
    path = f"/alerts/{alert['alert_id']}/reply"
    assert code_of(await world.post(UNIT, path, {"words": "正在整改"})) == "alert_not_yours"
    await world.made(officer("water", "water"), path, {"words": "正在整改"})
    await world.tell("P1", sequence=3, version=4)
    await run(world)
    assert (await one(world, "project_late"))["office"] == "341622-water"
