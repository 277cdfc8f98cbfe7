"""Lists, parameters and what the public sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.chassis.clock import office_today
from tests.services.funds.world import CHECKER, COUNTY, MAKER, READER, YEAR, World, code_of, day, desk
from tests.support.harness import actor

PUBLIC = actor("public.read", scope=(), office="public", level="")


async def test_kinds_papers_and_programmes_name_their_source(world: World) -> None:
    for path, expected in (
        ("/fund-kinds", "central_special"),
        ("/claim-papers", "invoice"),
        ("/programmes", "rain_dew_plan"),
    ):
        found = await world.seen(READER, path)
        assert all(row["source"] for row in found["items"])
        assert expected in str(found["items"])
    kinds = {row["code"]: row for row in (await world.seen(READER, "/fund-kinds"))["items"]}
    assert kinds["central_special"]["special"]
    assert "以工代赈" in kinds["central_special"]["directions"]


def in_days(days: int) -> str:
    return (office_today() + timedelta(days=days)).isoformat()


def parameter(**changes: Any) -> dict[str, Any]:
    return {
        "key": "deadline_bank",
        "division_code": COUNTY,
        "valid_from": in_days(0),
        "value": "5",
        "source": "县文件",
    } | changes


async def test_a_value_is_set_for_an_own_area_and_the_one_before_ends_the_day_before(world: World) -> None:
    await world.made(CHECKER, "/parameters", parameter())
    await world.made(CHECKER, "/parameters", parameter(valid_from=in_days(7), value="6"))
    found = await world.seen(READER, "/parameters", key="deadline_bank", division_code=COUNTY)
    assert [(row["value"], row["valid_from"], row["valid_to"]) for row in found["items"]] == [
        ("5", in_days(0), in_days(6)),
        ("6", in_days(7), None),
    ]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"key": "moon_phase"}, 422, "parameter_unknown"),
        ({"value": "five"}, 422, "parameter_value_wrong"),
        ({"valid_from": in_days(0)}, 409, "parameter_day_taken"),
        ({"valid_from": in_days(-1)}, 422, "parameter_in_the_past"),
        ({"key": "retention_days", "value": "0", "valid_from": "2000-01-01"}, 422, "parameter_in_the_past"),
        ({"division_code": "34"}, 404, "not_found"),
        ({"division_code": "00"}, 404, "not_found"),
    ],
)
async def test_a_wrong_parameter_is_refused_and_the_present_one_stays(
    world: World, changes: dict[str, Any], status: int, code: str
) -> None:
    await world.made(CHECKER, "/parameters", parameter())
    refused = await world.post(CHECKER, "/parameters", parameter(valid_from=in_days(7)) | changes)
    assert (refused.status_code, code_of(refused)) == (status, code)
    found = await world.seen(READER, "/parameters", division_code=COUNTY)
    assert [row["value"] for row in found["items"]] == ["5"]
    assert (await world.post(MAKER, "/parameters", parameter())).status_code == 403


OFFICE_OF_PROVINCE = actor("parameter.set", "parameter.read", scope=("34",), office="34-finance", level="province")
LOOSER = {
    "claim_superior_approval_above": "999999999999999", "claim_county_approval_above": "999999999999999",
    "management_fee_central": "1", "public_benefit_matching_max": "1", "stock_reuse": "0",
    "budget_growth_contiguous_county": "0", "advance_rate_max": "1", "progress_rate_max": "1", "retention_days": "0",
    "account_cool_down": "0", "microcredit_cap": "99999999999", "spending_target": "0", "reclaim_years": "99",
}  # fmt: skip


async def test_no_county_loosens_what_stands_above_it(world: World) -> None:
    standing = {row["key"]: row for row in (await world.seen(READER, "/parameters", division_code="00"))["items"]}
    for key, value in LOOSER.items():
        refused = await world.post(CHECKER, "/parameters", parameter(key=key, value=value))
        assert (refused.status_code, code_of(refused)) == (422, "parameter_looser"), key
        held = {"value": standing[key]["value"], "division_code": "00", "on": in_days(0)}
        assert refused.json()["facts"] == held, key
    assert (await world.seen(READER, "/parameters", division_code=COUNTY))["items"] == []
    await world.made(CHECKER, "/parameters", parameter(key="retention_days", value="400"))
    await world.made(CHECKER, "/parameters", parameter(key="microcredit_subsidy_share", value="0.70"))


async def test_a_province_is_held_by_the_nations_own_figures_and_not_by_defaults(world: World) -> None:
    province = parameter(division_code="34", source="省文件")
    fee = province | {"key": "management_fee_province", "value": "0.03"}
    await world.made(OFFICE_OF_PROVINCE, "/parameters", fee)
    for key, value in (("management_fee_central", "0.03"), ("advance_rate_max", "0.31")):
        refused = await world.post(OFFICE_OF_PROVINCE, "/parameters", province | {"key": key, "value": value})
        assert code_of(refused) == "parameter_looser", key
    await world.made(CHECKER, "/parameters", fee | {"division_code": COUNTY})
    county = fee | {"division_code": COUNTY, "valid_from": in_days(1), "value": "0.031"}
    assert code_of(await world.post(CHECKER, "/parameters", county)) == "parameter_looser"


async def test_a_value_that_becomes_looser_on_a_later_day_is_refused(world: World) -> None:
    tightened = parameter(key="pool_term_max", division_code="34", valid_from=in_days(30), value="6", source="省文件")
    await world.made(OFFICE_OF_PROVINCE, "/parameters", tightened)
    refused = await world.post(CHECKER, "/parameters", parameter(key="pool_term_max", value="9"))
    assert refused.json()["facts"] == {"value": "6", "division_code": "34", "on": in_days(30)}
    await world.made(CHECKER, "/parameters", parameter(key="pool_term_max", value="6"))


async def test_the_public_sees_totals_and_allocations_and_no_more(world: World) -> None:
    receipt = await world.money(1_000)
    allocation = await world.allocation(receipt, 700)
    await world.paid(allocation, 100)
    body = {"receipt_id": receipt["receipt_id"], "project_code": "P1", "amount_fen": 50, "proposed_on": day(3)}
    await world.made(MAKER, "/allocations", body)
    root = "/api/v1/public/funds"
    async with world.funds.as_(PUBLIC) as client:
        progress = await client.get(
            root + "/progress", params={"division_code": COUNTY, "fund_year": YEAR, "as_of": day(12, 31)}
        )
        listed = await client.get(root + "/allocations", params={"division_code": COUNTY})
    assert progress.status_code == 200, progress.text
    assert progress.json()["total"]["paid_fen"] == 97
    assert set(progress.json()) == {
        "division_code", "division_name", "fund_year", "as_of", "target", "target_source", "total", "groups",
    }  # fmt: skip
    assert [row["key"] for row in progress.json()["groups"]] == ["central_special"]
    (published,) = listed.json()["items"]
    assert (published["amount_fen"], published["decided_on"]) == (700, day(3, 10))
    assert not [name for name in published if "by" in name or "person" in name or "opinion" in name]
    async with world.funds.as_(desk("fund.read")) as client:
        assert (await client.get(root + "/allocations")).status_code == 403
    async with world.funds.anonymous() as client:
        assert (await client.get(root + "/allocations")).status_code == 401
