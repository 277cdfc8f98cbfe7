"""Picture data over HTTP: whatever happens to the money, the pictures say what progress says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from services.funds.storage.tables import DivisionName
from shared.chassis import clock
from tests.services.funds.operations import test_random_operations as random_operations
from tests.services.funds.operations.test_random_operations import PLAN, Model
from tests.services.funds.world import (
    CITY,
    COUNTY,
    ELSEWHERE,
    PROVINCE,
    READER,
    READING,
    YEAR,
    World,
    code_of,
    day,
    desk,
    document_body,
    grant_of,
    pointer_of,
)

AREAS = ("3416", COUNTY)
THEN = day(6)


async def picture(world: World, name: str, area: str, on: str = THEN, **more: Any) -> dict[str, Any]:
    return await world.seen(PROVINCE, f"/pictures/{name}", division_code=area, fund_year=YEAR, as_of=on, **more)


async def answers_of(world: World, on: str) -> list[dict[str, Any]]:
    """Every picture and forecast of every area on a day."""
    found = []
    for area in AREAS:
        asked = {"division_code": area, "fund_year": YEAR, "as_of": on}
        found.append(await world.seen(PROVINCE, "/forecast", **asked))
        found.append(await picture(world, "flow", area, on))
        found.append(await picture(world, "progress-line", area, on))
        heat = await picture(world, "heat", area, on, measure="waiting")
        found.append(heat | {"rows": [row for row in heat["rows"] if row["received_fen"]]})
    return found


async def check_flow(world: World, area: str, on: str) -> None:
    """Every middle node gives what it gets; each link between layers adds up to what progress says."""
    flow = await picture(world, "flow", area, on)
    asked = {"division_code": area, "fund_year": YEAR, "as_of": on}
    total = (await world.seen(PROVINCE, "/progress", **asked))["total"]
    assert flow["received_fen"] == total["received_fen"]
    values = {node["id"]: node["value_fen"] for node in flow["nodes"]}
    layers = {node["id"]: node["layer"] for node in flow["nodes"]}
    for node, value in values.items():
        goes_in = sum(link["value_fen"] for link in flow["links"] if link["target"] == node)
        goes_out = sum(link["value_fen"] for link in flow["links"] if link["source"] == node)
        assert layers[node] == "level" or goes_in == value, node
        assert layers[node] == "end" or goes_out == value, node
    for layer in ("level", "kind", "area", "project", "end"):
        assert sum(value for node, value in values.items() if layers[node] == layer) == total["received_fen"]
    assert values.get("end:paid", 0) == total["paid_fen"] - total["returned_fen"] == flow["spent_fen"]
    assert values.get("end:retention", 0) == flow["withheld_not_due_fen"]
    for by, layer in (("division", "area"), ("fund_kind", "kind"), ("level", "level")):
        groups = (await world.seen(PROVINCE, "/progress", **(asked | {"group_by": by})))["groups"]
        measured = {f"{layer}:{group['key']}": group["received_fen"] for group in groups if group["received_fen"]}
        assert {node: value for node, value in values.items() if layers[node] == layer} == measured


async def check_heat_and_line(world: World, area: str, on: str) -> None:
    answer = await world.seen(PROVINCE, "/progress", division_code=area, fund_year=YEAR, as_of=on)
    total, late = answer["total"], sum(row["late_fen"] for row in answer["delay_sums"] if row["received"])
    heat = await picture(world, "heat", area, on, measure="late")
    with_money = [row for row in heat["rows"] if row["late_fen"] is not None]
    for name in ("received_fen", "spent_fen", "late_fen"):
        assert sum(row[name] for row in with_money) == (heat["whole"][name] or 0), name
    assert (heat["whole"]["late_fen"] or 0) == late
    assert (heat["whole"]["progress"], heat["whole"]["verdict"]) == (total["progress"], total["verdict"])
    for side in range(3):
        waits = [row["waiting"][side]["amount_fen"] for row in with_money]
        assert sum(waits) == (heat["whole"]["waiting"][side]["amount_fen"] if heat["whole"]["waiting"] else 0)
    line = await picture(world, "progress-line", area, on, step="week")
    last = line["points"][-1]
    assert (last["day"], last["progress"], last["received_fen"]) == (on, total["progress"], total["received_fen"])
    assert line["forecast"][0]["day"] == on
    forecast = await world.seen(PROVINCE, "/forecast", division_code=area, fund_year=YEAR, as_of=on)
    ends = {landing["bound"]: landing["spent_fen"] for landing in forecast["landings"]}
    assert {bound: line["forecast"][-1][f"{bound}_fen"] for bound in ends} == ends
    for bound in ends:
        spent = [point[f"{bound}_fen"] for point in line["forecast"]]
        assert spent == sorted(spent)
    assert forecast["whole_fen"] - forecast["spent_fen"] == sum(part["total_fen"] for part in forecast["components"])


@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(plan=PLAN, later=PLAN)
async def test_pictures_agree_with_progress_and_a_past_day_stays_as_it_was(
    world: World, plan: list[Any], later: list[Any]
) -> None:
    """Money moves, all is asked, more moves on later days: the day asked before answers the same to the letter."""
    world.projects["P1"] = grant_of("P1", plan_line_fen=10**12, contract_fen=10**12, state_since=day(1))
    model = world.__dict__.setdefault("model", Model())
    number = world.__dict__.setdefault("round", [0])
    number[0] += 1
    then, after = day(number[0] * 2), day(number[0] * 2 + 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(random_operations, "ON", then)
        for step, amount in plan:
            await getattr(random_operations, f"step_{step}")(world, model, amount)
        before = await answers_of(world, then)
        for area in AREAS:
            await check_flow(world, area, then)
            await check_heat_and_line(world, area, then)
        patch.setattr(random_operations, "ON", after)
        for step, amount in later:
            await getattr(random_operations, f"step_{step}")(world, model, amount)
    assert await answers_of(world, then) == before


async def test_areas_without_money_are_null_and_money_the_area_holds_itself_is_its_own_row(world: World) -> None:
    async with world.funds.fastapi.state.database.session() as session:
        session.add(DivisionName(code="341621", name="涡阳县", level="county", heard_at=clock.now()))
    city = await world.receipt(await world.document({"3416": 1_000}), "3416", CITY)
    drawn = {"issuing_division": "3416", "drawn_on_receipt_id": city["receipt_id"], "issued_on": day(3)}
    await world.receipt(await world.made(CITY, "/documents", document_body({COUNTY: 300}, **drawn)), on=day(3, 2))
    await world.made(CITY, "/documents", document_body({"341621": 100}, **drawn))
    heat = await picture(world, "heat", "3416", day(4), measure="waiting")
    rows = {row["division_code"]: row for row in heat["rows"]}
    assert {code: (row["received_fen"], row["value"], row["own"]) for code, row in rows.items()} == {
        "3416": (700, "700", True),
        COUNTY: (300, "300", False),
        "341621": (0, None, False),
    }, "a line on its way still counts with who drew it"
    empty = rows["341621"]
    assert {empty[name] for name in ("progress", "progress_percent", "verdict", "gap_fen", "late_fen", "waiting")} == {
        None
    }  # fmt: skip
    assert (heat["measure_unit"], heat["whole"]["value"], heat["whole"]["own"]) == ("fen", "1000", False)
    assert rows[COUNTY]["name"] == "蒙城县"


async def test_the_flow_names_its_nodes_in_both_languages_and_nobody_by_name(world: World) -> None:
    world.projects["P1"] = grant_of("P1", category="village_infrastructure")
    given = await world.allocation(await world.money(1_000), 800)
    await world.paid(given, 400, on=day(5))
    flow = await picture(world, "flow", "34", day(6))
    names = {node["id"]: (node["zh"], node["en"], node["value_fen"]) for node in flow["nodes"]}
    assert names["project:village_infrastructure"] == ("村基础设施", "Village infrastructure", 800)
    assert names["end:paid"] == ("已支付到收款人", "Paid", 388)
    assert names["end:retention"] == ("质保金未到期", "Retention not due", 12)
    assert names["level:central"][:2] == ("中央", "Central")
    assert names["project:unallocated"][2] == 200
    assert "路桥" not in str(flow)
    by_purpose = await picture(world, "flow", "34", day(6), project_by="purpose")
    assert "project:works" in {node["id"] for node in by_purpose["nodes"]}


async def test_a_township_and_the_country_are_areas_like_any_other(world: World) -> None:
    given = await world.allocation(await world.money(1_000), 800)
    await world.paid(given, 400, on=day(5))
    await world.claim(given, 100, on=day(5, 20))
    for area in ("341622101", "341622101200", "34"):
        await check_flow(world, area, THEN)
        await check_heat_and_line(world, area, THEN)
    minister = desk(*READING, scope=("00",), office="00-finance", level="nation")
    asked = {"division_code": "00", "fund_year": YEAR, "as_of": THEN}
    assert (await world.seen(minister, "/forecast", **asked))["whole_fen"] == 1_000
    for name in ("flow", "progress-line", "heat"):
        assert (await world.seen(minister, f"/pictures/{name}", **asked))["division_name"] == "全国"


async def test_the_line_has_a_target_for_every_step_by_the_pace(world: World) -> None:
    await world.money(1_000)
    line = await picture(world, "progress-line", COUNTY, day(4, 30))
    assert [point["day"] for point in line["points"]] == [day(1, 31), day(2, 28), day(3, 31), day(4, 30)]
    assert [point["progress"] for point in line["points"]] == [None, "0.000000", "0.000000", "0.000000"]
    assert len(line["target_line"]) == 12
    assert (line["target_line"][-1]["pace"], line["target_line"][-1]["target"]) == ("1.000000", "0.900000")
    assert [point["day"] for point in line["forecast"]][:2] == [day(4, 30), day(5, 31)]
    by_day = await picture(world, "progress-line", COUNTY, day(4, 30), step="day")
    assert len(by_day["points"]) == 120
    assert by_day["points"][-1] == line["points"][-1]
    ended = await picture(world, "progress-line", COUNTY, day(1, 2, YEAR + 1))
    assert (ended["forecast"], ended["points"][-1]["day"]) == ([], day(1, 2, YEAR + 1))


async def test_unknown_measures_steps_and_kinds_are_refused(world: World) -> None:
    for name, more, code, pointer in (
        ("heat", {"measure": "temperature"}, "picture_measure_unknown", "/measure"),
        ("progress-line", {"step": "hour"}, "picture_step_too_fine", "/step"),
        ("progress-line", {"step": "fortnight"}, "picture_step_unknown", "/step"),
        ("flow", {"project_by": "colour"}, "picture_grouping_unknown", "/project_by"),
        ("flow", {"fund_kind": "no_such_kind"}, "fund_kind_unknown", "/fund_kind"),
        ("heat", {"as_of": day(12, 31, YEAR - 2)}, "as_of_too_early", "/as_of"),
        ("heat", {"as_of": day(1, 1, YEAR + 60)}, "day_in_future", "/as_of"),
    ):
        asked = {"division_code": COUNTY, "fund_year": YEAR, "as_of": THEN} | more
        answer = await world.get(READER, f"/pictures/{name}", **asked)
        assert (answer.status_code, code_of(answer), pointer_of(answer)) == (422, code, pointer), answer.text
    for name in ("flow", "progress-line", "heat"):
        assert (
            await world.get(ELSEWHERE, f"/pictures/{name}", division_code=COUNTY, fund_year=YEAR)
        ).status_code == 404
