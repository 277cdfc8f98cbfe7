"""Spending definitions over HTTP: stated by one, decided by another, never overwritten, and followed by the figures."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from shared.chassis.clock import office_today
from tests.services.funds.checks import check_progress
from tests.services.funds.clocks import stand
from tests.services.funds.world import (
    COUNTY,
    READER,
    READING,
    YEAR,
    World,
    code_of,
    day,
    desk,
    grant_of,
    pointer_of,
)

TODAY = office_today()
MAKER = desk("parameter.set", *READING)
OTHER = desk("parameter.set", *READING)
THIRD = desk("parameter.set", *READING)
ABOVE = desk("parameter.set", *READING, office="34-finance", scope=("34",), level="province")
PATH = "/spending-definitions"
NEW: dict[str, Any] = {
    "name": "蒙城县支出进度口径",
    "division_code": COUNTY,
    "year_from": YEAR,
    "year_to": YEAR,
    "valid_from": day(1),
    "source": "县政府文件",
}
RATE = {"kind": "year_end_rate", "value": "0.95", "source": "县政府文件第二条"}


def yes(outcome: str = "approve") -> dict[str, Any]:
    return {"outcome": outcome, "opinion": "符合上级口径", "decided_on": TODAY.isoformat()}


async def held(world: World, **changes: Any) -> dict[str, Any]:
    """A definition in force, approved by the province."""
    stated = await world.made(MAKER, PATH, NEW | changes)
    return await world.made(ABOVE, f"{PATH}/{stated['definition_id']}/decision", yes())


async def resolved(world: World, **params: Any) -> dict[str, Any]:
    asked = {"division_code": COUNTY, "fund_year": YEAR, "as_of": day(12, 31)} | params
    return await world.seen(READER, f"{PATH}/resolution", **asked)


async def test_without_any_other_the_nations_default_says_what_the_parameters_say(world: World) -> None:
    seen = await resolved(world)
    assert seen["definition"]["name"] == "全国缺省口径"
    assert (seen["definition"]["cut_off"], seen["definition"]["pace_basis"]) == (day(12, 31), "day")
    assert [(item["kind"], item["value"], item["due_on"]) for item in seen["demands"]] == [
        ("year_end_rate", "0.90", day(12, 31))
    ]
    assert "90%" in seen["demands"][0]["source"]
    await world.policy("cut_off", "12-18", "month_day", day(1))
    await world.policy("spending_target", "0.92", "rate", day(1))
    seen = await resolved(world)
    assert (seen["definition"]["cut_off"], seen["demands"][0]["value"]) == (day(12, 18), "0.92")
    outside = await world.get(READER, f"{PATH}/resolution", division_code="341621", fund_year=YEAR)
    assert (outside.status_code, code_of(outside)) == (404, "not_found")
    words = {clause["rule"]: clause["zh"] for clause in seen["definition"]["clauses"]}
    assert "拨付到部门或乡镇的资金未支出" in words["numerator"]
    assert "总口径" in words["definition"]


async def test_a_definition_holds_once_another_person_approved_it_and_ends_by_a_day(world: World) -> None:
    from_now = NEW | {"valid_from": TODAY.isoformat(), "year_from": TODAY.year, "year_to": TODAY.year}
    now = {"as_of": TODAY.isoformat(), "fund_year": TODAY.year}
    stated = await world.made(MAKER, PATH, from_now | {"thresholds": [RATE]})
    path = f"{PATH}/{stated['definition_id']}"
    assert (stated["state"], stated["thresholds"][0]["value"]) == ("proposed", "0.95")
    assert (await resolved(world, **now))["definition"]["name"] == "全国缺省口径"
    own = await world.post(MAKER, f"{path}/decision", yes())
    assert (own.status_code, code_of(own)) == (403, "same_person")
    answers = await asyncio.gather(*(world.post(OTHER, f"{path}/decision", yes()) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    seen = await resolved(world, **now)
    assert (seen["definition"]["definition_id"], seen["demands"][0]["value"]) == (stated["definition_id"], "0.95")
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    before = await resolved(world, **now, known_on=yesterday)
    assert before["definition"]["name"] == "全国缺省口径"
    for who, ends_on, code in (
        (MAKER, TODAY.isoformat(), "same_person"),
        (OTHER, yesterday, "definition_ends_before_start"),
    ):
        refused = await world.post(who, f"{path}/end", {"ends_on": ends_on, "reason": "换文"})
        assert code_of(refused) == code
    assert (await world.seen(READER, path))["valid_to"] is None
    ended = await world.made(OTHER, f"{path}/end", {"ends_on": TODAY.isoformat(), "reason": "换文"})
    assert (ended["valid_to"], ended["end_reason"]) == (TODAY.isoformat(), "换文")
    again = await world.post(OTHER, f"{path}/end", {"ends_on": TODAY.isoformat(), "reason": "换文"})
    assert (again.status_code, code_of(again)) == (409, "definition_not_in_force")
    followed = from_now | {"valid_from": (TODAY + timedelta(days=1)).isoformat()}
    assert (await world.post(MAKER, PATH, followed)).status_code == 201
    listed = await world.seen(READER, PATH, division_code=COUNTY, fund_year=TODAY.year)
    assert [item["state"] for item in listed["items"]] == ["proposed", "approved"]
    elsewhere = desk("parameter.set", *READING, office="341621-finance", scope=("341621",))
    assert (await world.post(elsewhere, f"{path}/decision", yes())).status_code == 404


async def test_an_end_that_lies_ahead_is_set_earlier_by_a_third_person_and_the_old_one_stays_on_file(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = NEW | {"valid_from": TODAY.isoformat(), "year_from": TODAY.year, "year_to": None}
    with monkeypatch.context() as before:
        stand(before, (TODAY - timedelta(days=2)).isoformat())
        stated = await world.made(MAKER, PATH, body)
        path = f"{PATH}/{stated['definition_id']}"
        decided = yes() | {"decided_on": (TODAY - timedelta(days=2)).isoformat()}
        await world.made(OTHER, f"{path}/decision", decided)
        far = await world.made(OTHER, f"{path}/end", {"ends_on": "2099-12-31", "reason": "录错年份"})
    assert (far["valid_to"], far["earlier_ends"]) == ("2099-12-31", [])
    sooner = {"ends_on": TODAY.isoformat(), "reason": "更正终止日"}
    for who, request, code in (
        (MAKER, sooner, "same_person"),
        (OTHER, sooner, "same_person"),
        (THIRD, sooner | {"ends_on": "2099-12-31"}, "end_only_earlier"),
    ):
        assert code_of(await world.post(who, f"{path}/end", request)) == code
    answers = await asyncio.gather(*(world.insist(THIRD, f"{path}/end", sooner) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    seen = await world.seen(READER, path)
    assert (seen["valid_to"], seen["end_reason"]) == (TODAY.isoformat(), "更正终止日")
    ((earlier),) = seen["earlier_ends"]
    assert (earlier["ends_on"], earlier["reason"], earlier["ended_by"]) == ("2099-12-31", "录错年份", far["ended_by"])
    later = {"as_of": (TODAY + timedelta(days=1)).isoformat(), "fund_year": TODAY.year}
    assert (await resolved(world, **later))["definition"]["name"] == "全国缺省口径"
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    then = await resolved(world, **later, known_on=yesterday)
    assert then["definition"]["definition_id"] == stated["definition_id"]


async def test_who_stated_a_definition_withdraws_it_while_it_is_undecided(world: World) -> None:
    stated = await world.made(MAKER, PATH, NEW)
    path = f"{PATH}/{stated['definition_id']}"
    assert (await world.post(MAKER, PATH, NEW)).status_code == 409
    refused = await world.post(OTHER, f"{path}/withdrawal", {})
    assert (refused.status_code, code_of(refused)) == (403, "maker_withdraws")
    assert (await world.made(MAKER, f"{path}/withdrawal", {}))["state"] == "withdrawn"
    for step, request in (("withdrawal", {}), ("decision", yes())):
        assert code_of(await world.post(MAKER, f"{path}/{step}", request)) == "already_decided"
    listed = await world.seen(READER, PATH, division_code=COUNTY, state="withdrawn")
    assert [item["definition_id"] for item in listed["items"]] == [stated["definition_id"]]
    again = await held(world)
    assert code_of(await world.post(MAKER, f"{PATH}/{again['definition_id']}/withdrawal", {})) == "already_decided"


async def test_a_definition_that_reaches_back_is_approved_from_above(world: World) -> None:
    stated = await world.made(MAKER, PATH, NEW)
    refused = await world.post(OTHER, f"{PATH}/{stated['definition_id']}/decision", yes())
    assert (refused.status_code, code_of(refused)) == (403, "backdated_by_superior")
    assert (await resolved(world))["definition"]["name"] == "全国缺省口径"
    await world.made(ABOVE, f"{PATH}/{stated['definition_id']}/decision", yes())
    assert (await resolved(world))["definition"]["definition_id"] == stated["definition_id"]


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"cut_off": f"{YEAR - 1}-12-31"}, "day_outside_fund_year", "/cut_off"),
    ({"cut_off": "02-30"}, "not_a_day_of_the_year", "/cut_off"),
    ({"regular_from": "13-01"}, "not_a_day_of_the_year", "/regular_from"),
    ({"thresholds": [RATE | {"due_on": f"{YEAR - 1}-12-31"}]}, "day_outside_fund_year", "/thresholds/0/due_on"),
    ({"thresholds": [RATE | {"due_on": "06-31"}]}, "not_a_day_of_the_year", "/thresholds/0/due_on"),
    ({"thresholds": [RATE | {"value": "1.0001"}]}, "threshold_value_wrong", "/thresholds/0/value"),
    ({"thresholds": [RATE | {"value": "0"}]}, "threshold_value_wrong", "/thresholds/0/value"),
    ({"thresholds": [RATE | {"source": " "}]}, "threshold_unsourced", "/thresholds/0/source"),
    ({"thresholds": [RATE, RATE]}, "threshold_repeated", "/thresholds/1"),
    ({"fund_kind": "no_such_kind"}, "fund_kind_unknown", "/fund_kind"),
    ({"fund_kind": "central_special", "source_level": "county"}, "definition_level_wrong", "/source_level"),
    ({"source_level": "village"}, "", "/source_level"),
    ({"batch": "second"}, "", "/batch"),
    ({"thresholds": [RATE | {"kind": "half_year"}]}, "", "/thresholds/0/kind"),
    ({"thresholds": [RATE | {"value": "-0.1"}]}, "", "/thresholds/0/value"),
    ({"division_code": "341622199"}, "division_unknown", "/division_code"),
    ({"year_to": YEAR - 1}, "definition_years_wrong", "/year_to"),
    ({"batch": "regular", "denominator": "advance"}, "definition_counts_nothing", "/denominator"),
]


async def test_a_wrong_definition_is_refused_with_the_rule_and_nothing_is_kept(world: World) -> None:
    for changes, code, pointer in WRONG:
        refused = await world.post(MAKER, PATH, NEW | changes)
        assert (refused.status_code, pointer_of(refused)) == (422, pointer), (changes, refused.text)
        assert not code or code_of(refused) == code, refused.text
    outside = await world.post(MAKER, PATH, NEW | {"division_code": "341621"})
    assert (outside.status_code, code_of(outside)) == (404, "not_found")
    reader = await world.post(READER, PATH, NEW)
    assert reader.status_code == 403
    assert (await world.seen(READER, PATH, division_code=COUNTY))["items"] == []


async def test_a_place_states_no_milder_target_than_holds_above_it_and_is_held_by_a_later_stricter_one(
    world: World,
) -> None:
    milder = RATE | {"value": "0.89"}
    for changes, pointer, facts in (
        ({"thresholds": [RATE, milder | {"due_on": "12-31"}]}, "/thresholds/1", {"value": "0.90"}),
        (
            {"thresholds": [{"kind": "balance_max", "value": "0.11", "source": "县文件"}]},
            "/thresholds/0",
            {"value": "0.90"},
        ),
    ):
        refused = await world.post(MAKER, PATH, NEW | changes)
        assert (refused.status_code, code_of(refused), pointer_of(refused)) == (422, "definition_milder", pointer)
        assert refused.json()["facts"] == facts | {"due_on": day(12, 31), "source": refused.json()["facts"]["source"]}
    await world.policy("cut_off", "11-30", "month_day", day(1), place="34")
    late = await world.post(MAKER, PATH, NEW | {"cut_off": "12-18"})
    assert (code_of(late), pointer_of(late), late.json()["facts"]) == (
        "definition_milder", "/cut_off", {"due_on": day(11, 30)},
    )  # fmt: skip
    await held(world, thresholds=[RATE | {"value": "0.92"}])
    assert [item["value"] for item in (await resolved(world))["demands"]] == ["0.92"]
    lead = desk("parameter.set", *READING, office="34-finance", scope=("34",), level="province")
    nation = desk("parameter.set", *READING, office="00-finance", scope=("00",), level="nation")
    own = NEW | {"division_code": "34", "name": "省口径", "thresholds": [RATE]}
    stated = await world.made(lead, PATH, own)
    await world.made(nation, f"{PATH}/{stated['definition_id']}/decision", yes())
    seen = await resolved(world)
    assert seen["definition"]["division_code"] == COUNTY
    assert [(item["value"], item["due_on"]) for item in seen["demands"]] == [("0.95", day(11, 30))]


async def test_two_definitions_that_would_tie_are_refused_also_when_they_come_at_once(world: World) -> None:
    answers = await asyncio.gather(*(world.post(MAKER, PATH, NEW) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert code_of(refused) == "definition_overlaps"
    for changes in ({"priority": 1}, {"batch": "advance"}, {"fund_kind": "central_special"}, {"year_from": YEAR + 1}):
        body = NEW | changes | ({"year_to": None} if "year_from" in changes else {})
        assert (await world.post(MAKER, PATH, body)).status_code == 201, changes


async def test_what_a_definition_says_is_never_overwritten(world: World) -> None:
    made = await held(world)
    async with world.funds.fastapi.state.database.session() as session:
        connection = await (await session.connection()).get_raw_connection()
        for change in (
            "cut_off = '11-30'",
            "state = 'refused'",
            "year_to = null",
            "earlier_ends = '[1]'",
            "source = '改'",
        ):
            statement = f"update spending_definitions set {change} where id = {made['definition_id']}"
            savepoint = await session.begin_nested()
            with pytest.raises(asyncpg.RestrictViolationError):
                await connection.driver_connection.execute(statement)
            await savepoint.rollback()


# The figures follow the definition.


async def ground(world: World) -> None:
    """Of the advance batch 1,000 received, 800 allocated and 570 paid in May; of the regular 500 received in July."""
    world.projects["P1"] = grant_of("P1", retention_rate="0.05")
    allocation = await world.allocation(await world.money(1_000), 800)
    await world.paid(allocation, 600)
    second = await world.document({COUNTY: 500}, batch="regular", issued_on=day(6, 20))
    await world.receipt(second, on=day(7))


async def test_the_answer_names_its_definition_and_judges_every_threshold_by_itself(world: World) -> None:
    await ground(world)
    await world.policy("spending_target", "0.38", "rate", day(1), place="34")
    thresholds = [
        RATE | {"value": "0.38"},
        {"kind": "balance_max", "value": "0.07", "source": "晋中市财政局2018-12-06"},
        {"kind": "quarter_rate", "value": "0.30", "due_on": "03-31", "source": "自治区文件2023-02-10", "priority": 2},
        {"kind": "pace", "source": "市级通报"},
    ]
    made = await held(world, thresholds=thresholds)
    await held(world, batch="advance", name="提前下达资金口径")
    seen = await check_progress(world, READER, division_code=COUNTY)
    assert seen["definition"]["definition_id"] == made["definition_id"]
    assert len(seen["definition"]["others"]) == 1
    assert "另有1个口径" in seen["definition"]["clauses"][0]["zh"]
    shown = [
        (item["kind"], item["verdict"], item["figure_percent"], item["gap_fen"], item["measured_on"])
        for item in seen["thresholds"]
    ]
    assert shown == [
        ("quarter_rate", "failed", "0.00", 300, day(3, 31)),
        ("balance_max", "failed", "62.00", 825, day(12, 31)),
        ("pace", "failed", "38.00", 930, day(12, 31)),
        ("year_end_rate", "met", "38.00", 0, day(12, 31)),
    ]
    assert (seen["target"], seen["target_source"], seen["total"]["verdict"]) == ("0.38", "县政府文件第二条", "met")
    assert seen["thresholds"][0]["clause"]["source"] == "自治区文件2023-02-10"
    assert seen["thresholds"][1]["points"] == "-55.00"
    advance = await check_progress(world, READER, division_code=COUNTY, batch="advance")
    assert advance["definition"]["name"] == "提前下达资金口径"
    assert (advance["total"]["received_fen"], advance["thresholds"][0]["value"]) == (1_000, "0.38")
    early = (await world.progress(as_of=day(2, 20)))["thresholds"]
    assert [item["verdict"] for item in early] == ["not_due", "not_due", "behind", "behind"]
    nothing = await world.progress(as_of=day(1, 20))
    assert [(item["figure"], item["verdict"]) for item in nothing["thresholds"]] == [(None, None)] * 4
    assert "zero_denominator" in {clause["rule"] for clause in nothing["clauses"]}


async def test_numerator_and_denominator_follow_the_definition(world: World) -> None:
    await ground(world)
    usual = (await world.progress())["total"]
    assert (usual["progress"], usual["received_fen"]) == ("0.380000", 1_500)
    await held(world, withheld_counts=True, denominator="allocated")
    seen = await check_progress(world, READER, division_code=COUNTY)
    assert (seen["total"]["progress"], seen["total"]["gap_fen"]) == ("0.750000", 120)
    assert "质保金30分(本口径计入)" in seen["clauses"][0]["zh"]
    assert "已分配资金为分母" in seen["clauses"][1]["zh"]
    await held(world, source_level="central", name="中央资金口径")
    central = await check_progress(world, READER, division_code=COUNTY, source_level="central")
    assert (central["definition"]["name"], central["total"]["progress"]) == ("中央资金口径", "0.380000")
    assert "总口径" not in central["definition"]["clauses"][0]["zh"]
    none = (await world.progress(source_level="county"))["total"]
    assert (none["received_fen"], none["progress"], none["verdict"]) == (0, None, None)
    await held(world, denominator="advance", priority=1)
    alone = await check_progress(world, READER, division_code=COUNTY)
    assert (alone["batch"], alone["definition"]["counted_batch"]) == ("all", "advance")
    assert (alone["total"]["received_fen"], alone["total"]["progress"]) == (1_000, "0.570000")
    assert (alone["definition"]["left_out_fen"], central["definition"]["left_out_fen"]) == (500, 0)
    assert "已收到500分" in alone["definition"]["clauses"][-1]["zh"]
    regular = await check_progress(world, READER, division_code=COUNTY, batch="regular")
    assert (regular["total"]["received_fen"], regular["total"]["verdict"]) == (500, None)
    assert regular["definition"]["counted"] is False
    assert [item["verdict"] for item in regular["thresholds"]] == [None]


async def test_the_second_batch_enters_on_the_day_the_definition_says(world: World) -> None:
    await ground(world)
    await held(world, regular_after_days=30)
    received = [(await world.progress(as_of=on))["total"]["received_fen"] for on in (day(7, 30), day(7, 31))]
    assert received == [1_000, 1_500]
    await held(world, regular_from="10-01", priority=1, thresholds=[RATE | {"value": "0.57", "due_on": "09-30"}])
    received = [(await world.progress(as_of=on))["total"]["received_fen"] for on in (day(9, 30), day(10, 1))]
    assert received == [1_000, 1_500]
    after = (await world.progress(as_of=day(12)))["thresholds"][0]
    assert (after["verdict"], after["figure"], after["measured_on"]) == ("met", "0.570000", day(9, 30))


async def test_the_month_basis_shows_zhangyes_points_before_rounding(world: World) -> None:
    """张掖市 2023-04: 50,422 万元 of the first batch, 21,185.83 spent: 42.02 %, 8.68 points ahead of time."""
    world.projects["P1"] = grant_of("P1", retention_rate="0", contract_fen=10**12, plan_line_fen=10**12)
    for level in ("county", "superior"):
        await world.policy(f"claim_{level}_approval_above", "900000000000", "fen", day(1), place="34")
    allocation = await world.allocation(await world.money(50_422_000_000), 50_422_000_000, decided=day(3, 2))
    await world.paid(allocation, 21_185_830_000, on=day(4, 20))
    second = await world.document({COUNTY: 15_763_000_000}, batch="regular", issued_on=day(4, 10))
    await world.receipt(second, on=day(4, 15))
    await held(world, denominator="advance", pace_basis="month", thresholds=[{"kind": "pace", "source": "市级通报"}])
    seen = await check_progress(world, READER, division_code=COUNTY, as_of=day(4, 30))
    assert (seen["total"]["progress_percent"], seen["total"]["points_ahead"]) == ("42.02", "8.68")
    pace = next(item for item in seen["thresholds"] if item["kind"] == "pace")
    assert (pace["verdict"], pace["points"], pace["target_percent"]) == ("on_pace", "8.68", "33.33")
