"""Yearly targets over HTTP: maker and decision, versions that stay, planned beside actual on a day."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from typing import Any

from tests.services.funds.reports import ABOVE, DRAFTER, OTHER_COUNTY, SENDER, TODAY, books, sent
from tests.services.funds.world import COUNTY, ELSEWHERE, READER, YEAR, World, code_of, day, desk
from tests.support.harness import actor

TARGETS = "/spending-targets"
APPROVE = {"outcome": "approve", "opinion": "同意", "decided_on": TODAY}


def plan(**changes: Any) -> dict[str, Any]:
    return {
        "division_code": COUNTY, "fund_year": YEAR, "planned_fen": 120_000, "source": "县扶贫开发领导小组年度计划",
    } | changes  # fmt: skip


async def approved(world: World, **changes: Any) -> dict[str, Any]:
    target = await world.made(DRAFTER, TARGETS, plan(**changes))
    return await world.made(SENDER, f"{TARGETS}/{target['spending_target_id']}/decision", APPROVE)


async def compared(world: World, as_of: str) -> dict[str, Any]:
    return await world.seen(READER, f"{TARGETS}/comparison", division_code=COUNTY, fund_year=YEAR, as_of=as_of)


async def test_planned_and_actual_are_compared_exactly_on_any_day(world: World) -> None:
    await books(world, "1000.00", "400.00")
    await approved(world, households=300, people=900)
    await approved(world, fund_kind="central_special", planned_fen=30_000)
    end = await compared(world, day(12, 31))
    whole, kind = end["items"]
    assert (whole["target"]["fund_kind"], kind["target"]["fund_kind"]) == (None, "central_special")
    money = whole["money"]
    assert (money["actual_fen"], money["share"], money["share_percent"], money["standing"]) == (
        40_000, "1/3", "33.33", "behind",
    )  # fmt: skip
    assert (money["days_left"], money["working_days_left"], money["needed_per_working_day_fen"]) == (0, 0, None)
    assert (kind["money"]["standing"], kind["money"]["missing_fen"]) == ("ahead", 0)
    before = (await compared(world, day(4, 3)))["items"][0]["money"]
    assert (before["actual_fen"], before["share"]) == (0, "0/1")
    april = (await compared(world, day(4, 4)))["items"][0]["money"]
    assert (april["actual_fen"], april["standing"]) == (40_000, "ahead")
    assert april["needed_per_working_day_fen"] == -(-80_000 // april["working_days_left"])
    assert 150 < april["working_days_left"] < april["days_left"] == 271


async def test_reduction_is_what_a_sent_report_states_with_its_source(world: World) -> None:
    await approved(world, households=300, villages=4)
    silent = await compared(world, day(12, 31))
    assert (silent["reduction_report_id"], silent["items"][0]["reduction"][0]["actual"]) == (None, None)
    stated = {"households": 150, "people": 410, "source": "县扶贫办上半年台账"}
    report = await sent(world, kind="half_year", period=f"{YEAR}-H1", reduction=stated)
    told = await world.seen(READER, f"{TARGETS}/comparison", division_code=COUNTY, fund_year=YEAR)
    assert (told["reduction_report_id"], told["reduction_source"]) == (report["report_id"], "县扶贫办上半年台账")
    households, villages = told["items"][0]["reduction"]
    assert (households["actual"], households["share_percent"], households["standing"]) == (150, "50.00", "behind")
    assert (villages["planned"], villages["actual"], villages["standing"]) == (4, None, None)


async def test_reduction_is_what_the_newest_edition_states_though_its_figures_stand_at_an_earlier_day(
    world: World,
) -> None:
    await approved(world, households=300)
    stated = {"households": 150, "source": "县扶贫办上半年台账"}
    first = await sent(world, kind="half_year", period=f"{YEAR}-H1", reduction=stated)
    path = f"/progress-reports/{first['report_id']}"
    await world.made(ABOVE, f"{path}/receipt", {"outcome": "return", "opinion": "重复计户", "decided_on": TODAY})
    edition = {"as_of": day(6, 18), "reduction": stated | {"households": 120}}
    second = await world.made(DRAFTER, f"{path}/editions", edition)
    drafted = await world.seen(READER, f"{TARGETS}/comparison", division_code=COUNTY, fund_year=YEAR)
    assert drafted["reduction_report_id"] == first["report_id"]
    await world.made(SENDER, f"/progress-reports/{second['report_id']}/sending", {"opinion": "已核"})
    told = await world.seen(READER, f"{TARGETS}/comparison", division_code=COUNTY, fund_year=YEAR)
    assert (told["reduction_report_id"], told["items"][0]["reduction"][0]["actual"]) == (second["report_id"], 120)


async def test_a_target_is_decided_by_another_person_and_never_overwritten(world: World) -> None:
    first = await approved(world)
    second = await world.made(DRAFTER, TARGETS, plan(planned_fen=150_000))
    path = f"{TARGETS}/{second['spending_target_id']}/decision"
    assert code_of(await world.post(DRAFTER, TARGETS, plan(planned_fen=1))) == "target_proposed"
    own = desk("spending_target.decide", person=DRAFTER.person)
    assert code_of(await world.post(own, path, APPROVE)) == "same_person"
    assert Fraction((await compared(world, day(6)))["items"][0]["target"]["planned_fen"]) == 120_000
    answers = await asyncio.gather(*(world.insist(SENDER, path, APPROVE) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert (await compared(world, day(6)))["items"][0]["target"]["version"] == 2
    listed = await world.seen(READER, TARGETS, division_code=COUNTY)
    assert [(row["version"], row["planned_fen"], row["state"]) for row in listed["items"]] == [
        (2, 150_000, "approved"), (1, 120_000, "approved"),
    ]  # fmt: skip
    assert listed["items"][1] == first


async def test_a_target_that_breaks_a_rule_is_refused_and_not_kept(world: World) -> None:
    for changes, status, code in (
        ({"planned_fen": None}, 422, "target_empty"),
        ({"fund_kind": "central_special", "people": 5}, 422, "target_reduction_of_kind"),
        ({"fund_kind": "moon"}, 422, "fund_kind_unknown"),
        ({"planned_fen": -5}, 422, "invalid_fields"),
        ({"division_code": OTHER_COUNTY}, 404, "not_found"),
    ):
        refused = await world.post(DRAFTER, TARGETS, plan(**changes))
        assert (refused.status_code, code_of(refused)) == (status, code), changes
    assert (await world.post(ELSEWHERE, TARGETS, plan())).status_code == 403
    far = actor("spending_target.decide", scope=(OTHER_COUNTY,))
    target = await world.made(DRAFTER, TARGETS, plan())
    path = f"{TARGETS}/{target['spending_target_id']}/decision"
    assert (await world.post(far, path, APPROVE)).status_code == 404
    assert code_of(await world.post(SENDER, path, APPROVE | {"decided_on": day(1)})) == "day_before_step"
    asked = {"division_code": COUNTY, "fund_year": YEAR, "as_of": "2199-01-01"}
    assert code_of(await world.get(READER, f"{TARGETS}/comparison", **asked)) == "day_in_future"
    assert len((await world.seen(READER, TARGETS))["items"]) == 1
