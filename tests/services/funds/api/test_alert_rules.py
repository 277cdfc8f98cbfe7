"""Rules of alerts of a place over HTTP: stricter ones only, whatever it sets for itself."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from shared.chassis.clock import office_today
from tests.services.funds.api.alerts import (
    FINANCE,
    UNIT,
    one,
    run,
)
from tests.services.funds.world import (
    COUNTY,
    ELSEWHERE,
    World,
    code_of,
    desk,
)


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


async def test_a_county_lifts_no_alert_by_parameters_or_deadlines_of_its_own(world: World) -> None:
    await world.money(1000)
    await run(world)
    before = await one(world, "unallocated")
    softened = {"division_code": COUNTY, "valid_from": office_today().isoformat(), "source": "县文件"}
    setter = desk("parameter.set")
    await world.made(setter, "/parameters", softened | {"key": "deadline_allocation", "value": "9999"})
    looser = await world.post(setter, "/parameters", softened | {"key": "reclaim_years", "value": "99"})
    assert code_of(looser) == "parameter_looser", looser.text
    clock = {"step": "allocation", "days": 9999, "counting": "calendar"}
    await world.made(setter, "/stage-deadlines", softened | clock)
    await run(world)
    after = await one(world, "unallocated")
    assert (after["alert_id"], after["threshold"]) == (before["alert_id"], before["threshold"])
    rule = softened | {"code": "reclaim_due", "colour": "red"}
    softer = await world.post(FINANCE[0], "/alert-rules", rule | {"threshold": "50"})
    assert code_of(softer) == "alert_rule_softer", softer.text
    await world.made(FINANCE[0], "/alert-rules", rule | {"threshold": "1"})
