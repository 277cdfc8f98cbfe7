"""Campaigns over HTTP: a hundred days with a goal, compared with the books on a day."""

from __future__ import annotations

from typing import Any

from tests.services.funds.reports import DRAFTER, OTHER_COUNTY, books
from tests.services.funds.world import COUNTY, ELSEWHERE, READER, YEAR, World, code_of, day

CAMPAIGNS = "/campaigns"


def campaign(**changes: Any) -> dict[str, Any]:
    """A hundred days from 1 March: 9 June is the hundred and first."""
    return {
        "division_code": COUNTY, "name": "百日攻坚", "fund_year": YEAR, "starts_on": day(3), "ends_on": day(6, 8),
        "target_rate": "0.9", "source": "县脱贫攻坚百日行动方案",
    } | changes  # fmt: skip


async def compared(world: World, made: dict[str, Any], as_of: str) -> dict[str, Any]:
    return await world.seen(READER, f"{CAMPAIGNS}/{made['campaign_id']}/comparison", as_of=as_of)


async def test_a_campaign_is_compared_with_its_line_day_by_day(world: World) -> None:
    await books(world, "1000.00", "400.00")
    made = await world.made(DRAFTER, CAMPAIGNS, campaign())
    early = await compared(world, made, day(2, 10))
    assert (early["phase"], early["spent_before_fen"], early["money"]["expected_fen"]) == ("not_begun", 0, 0)
    middle = await compared(world, made, day(4, 19))
    assert (middle["phase"], middle["spent_during_fen"], middle["progress_percent"]) == ("running", 40_000, "40.00")
    money = middle["money"]
    assert (money["planned_fen"], money["expected_fen"], money["standing"], money["ahead_fen"]) == (
        90_000, 45_000, "behind", -5_000,
    )  # fmt: skip
    assert (money["share"], money["missing_fen"], money["days_left"]) == ("4/9", 50_000, 50)
    assert money["needed_per_working_day_fen"] == -(-50_000 // money["working_days_left"])
    over = await compared(world, made, day(6, 9))
    assert (over["phase"], over["reached"], over["money"]["needed_per_working_day_fen"]) == ("over", False, None)


async def test_a_goal_may_be_an_amount_of_one_kind_of_money(world: World) -> None:
    await books(world, "1000.00", "400.00")
    amount = {"target_rate": None, "target_fen": 40_000}
    made = await world.made(DRAFTER, CAMPAIGNS, campaign(**amount, fund_kind="central_special"))
    reached = await compared(world, made, day(4, 4))
    assert (reached["reached"], reached["money"]["share"], reached["money"]["standing"]) == (True, "1/1", "ahead")
    other = await world.made(DRAFTER, CAMPAIGNS, campaign(**amount, fund_kind="city_special", name="市级资金攻坚"))
    assert (await compared(world, other, day(4, 4)))["money"]["actual_fen"] == 0


async def test_a_campaign_that_breaks_a_rule_is_refused_and_not_kept(world: World) -> None:
    for changes, status, code in (
        ({"ends_on": day(2, 28)}, 422, "campaign_days_wrong"),
        ({"target_rate": "1.01"}, 422, "campaign_rate_wrong"),
        ({"target_rate": "0"}, 422, "campaign_rate_wrong"),
        ({"target_fen": 5}, 422, "campaign_goal_wrong"),
        ({"target_rate": None}, 422, "campaign_goal_wrong"),
        ({"starts_on": day(1, 1, YEAR - 2)}, 422, "campaign_year_wrong"),
        ({"fund_kind": "moon"}, 422, "fund_kind_unknown"),
        ({"division_code": OTHER_COUNTY}, 404, "not_found"),
    ):
        refused = await world.post(DRAFTER, CAMPAIGNS, campaign(**changes))
        assert (refused.status_code, code_of(refused)) == (status, code), changes
    assert (await world.post(ELSEWHERE, CAMPAIGNS, campaign())).status_code == 403
    assert (await world.seen(READER, CAMPAIGNS))["items"] == []
    made = await world.made(DRAFTER, CAMPAIGNS, campaign())
    assert code_of(await world.post(DRAFTER, CAMPAIGNS, campaign())) == "campaign_name_taken"
    path = f"{CAMPAIGNS}/{made['campaign_id']}/comparison"
    assert code_of(await world.get(READER, path, as_of="2199-01-01")) == "day_in_future"
    assert (await world.get(ELSEWHERE, path)).status_code == 404
