"""Spending progress over HTTP: the 90 % rule, groups that add up, every delayed fen with its owner."""

from __future__ import annotations

from tests.services.funds.checks import check_progress
from tests.services.funds.world import (
    CITY,
    CLAIMANT,
    COUNTY,
    ELSEWHERE,
    MAKER,
    PROVINCE,
    READER,
    YEAR,
    World,
    claim_body,
    code_of,
    day,
    desk,
    grant_of,
    pointer_of,
)


async def test_money_is_spent_when_the_payee_has_it_and_not_before(world: World) -> None:
    receipt = await world.money(100_000_000)
    allocation = await world.allocation(receipt, 50_000_000)
    claim = await world.claim(allocation, 10_000_000)
    await world.review(claim)
    payment = await world.order(claim)
    before = await world.progress()
    await world.settle(payment)
    after = await world.progress()
    assert (before["total"]["paid_fen"], before["total"]["progress"]) == (0, "0.000000")
    assert after["total"] == {
        "received_fen": 100_000_000,
        "allocated_fen": 50_000_000,
        "paid_fen": 9_700_000,
        "returned_fen": 0,
        "withheld_fen": 300_000,
        "progress": "0.097000",
        "progress_percent": "9.70",
        "points_ahead": "-90.30",
        "pace": "1.000000",
        "verdict": "failed",
        "gap_fen": 80_300_000,
    }
    assert (await world.progress(as_of=day(5, 12)))["total"]["paid_fen"] == 0
    assert (after["target"], after["division_name"]) == ("0.90", "蒙城县")
    assert "90%" in after["target_source"]
    assert {clause["rule"] for clause in after["clauses"]} == {"numerator", "denominator", "verdict"}
    await world.books_balance()


async def test_exactly_ninety_per_cent_is_met_and_one_fen_less_is_not(world: World) -> None:
    world.projects["P1"] = grant_of("P1", retention_rate="0")
    allocation = await world.allocation(await world.money(100_000), 100_000)
    await world.paid(allocation, 89_996)
    almost = (await world.progress())["total"]
    assert (almost["progress"], almost["verdict"], almost["gap_fen"]) == ("0.899960", "failed", 4)
    await world.paid(allocation, 3, on=day(8))
    assert (await world.progress())["total"]["verdict"] == "failed"
    await world.paid(allocation, 1, on=day(9))
    whole = (await world.progress())["total"]
    assert (whole["progress"], whole["verdict"], whole["gap_fen"]) == ("0.900000", "met", 0)
    halfway = (await world.progress(as_of=day(6, 30)))["total"]
    assert (halfway["verdict"], halfway["progress"]) == ("on_pace", "0.899960")


async def test_no_fen_counts_twice_on_its_way_down(world: World) -> None:
    """Province to city to county: in transit it still counts above, registered it counts below."""
    city = await world.receipt(await world.document({"3416": 1_000}), "3416", CITY)
    drawn = {"issuing_division": "3416", "drawn_on_receipt_id": city["receipt_id"], "issued_on": day(2, 5)}
    document = await world.document({COUNTY: 600, "341621": 100}, CITY, **drawn)
    under_way = await check_progress(world, division_code="3416", as_of=day(2, 10))
    assert under_way["total"]["received_fen"] == 1_000
    assert [(row["key"], row["received_fen"]) for row in under_way["groups"]] == [("3416", 1_000)]
    waits = {(row["step"], row["division_code"]): row["amount_fen"] for row in under_way["delays"]}
    assert waits == {
        ("receipt_registration", COUNTY): 600,
        ("receipt_registration", "341621"): 100,
        ("allocation", "3416"): 300,
    }
    await world.receipt(document, on=day(3))
    whole = await check_progress(world, division_code="34")
    assert whole["total"]["received_fen"] == 1_000
    assert [(row["key"], row["label"], row["received_fen"]) for row in whole["groups"]] == [("3416", "亳州市", 1_000)]
    below = await check_progress(world, division_code="3416")
    assert {row["key"]: row["received_fen"] for row in below["groups"]} == {"3416": 400, COUNTY: 600}
    county = await check_progress(world, READER, division_code=COUNTY)
    assert county["total"]["received_fen"] == 600
    past = await check_progress(world, READER, division_code=COUNTY, as_of=day(2, 28))
    assert (past["total"]["received_fen"], past["total"]["progress"], past["total"]["verdict"]) == (0, None, None)
    assert [(row["step"], row["received"], row["amount_fen"]) for row in past["delays"]] == [
        ("receipt_registration", False, 600)
    ]


async def test_money_with_a_project_stands_at_its_site_and_office(world: World) -> None:
    world.projects["P2"] = grant_of("P2", division_code="341622102", office="", office_name="小涧镇人民政府")
    receipt = await world.money(1_000)
    await world.paid(await world.allocation(receipt, 400), 100)
    await world.allocation(receipt, 300, "P2")
    by_division = await check_progress(world, READER, division_code=COUNTY)
    assert {row["key"]: (row["label"], row["received_fen"]) for row in by_division["groups"]} == {
        COUNTY: ("蒙城县", 300),
        "341622101": ("许疃镇", 400),
        "341622102": ("小涧镇", 300),
    }
    by_office = await world.progress(group_by="office")
    assert {row["key"]: row["received_fen"] for row in by_office["groups"]} == {
        "341622-finance": 300,
        "341622-transport": 400,
        "341622-aid": 300,
    }
    by_project = await world.progress(group_by="project")
    assert {row["key"]: row["received_fen"] for row in by_project["groups"]} == {"": 300, "P1": 400, "P2": 300}
    town = await check_progress(world, division_code="341622101", who=desk("progress.read", scope=("341622101",)))
    assert (town["total"]["received_fen"], town["total"]["paid_fen"]) == (400, 97)
    by_level = await world.progress(group_by="level")
    assert [(row["key"], row["label"]) for row in by_level["groups"]] == [("central", "中央")]


async def test_the_advance_batch_is_measured_by_itself(world: World) -> None:
    world.projects["P1"] = grant_of("P1", retention_rate="0")
    advance = await world.money(1_000)
    await world.money(1_000, batch="regular", fund_kind="provincial_special")
    await world.paid(await world.allocation(advance, 900), 900)
    both, only = await world.progress(), await world.progress(batch="advance")
    assert (both["total"]["verdict"], only["total"]["verdict"]) == ("failed", "met")
    kind = await world.progress(fund_kind="provincial_special")
    assert (kind["total"]["received_fen"], kind["total"]["paid_fen"]) == (1_000, 0)
    assert (await world.progress(special=False))["total"]["received_fen"] == 0
    by_kind = await world.progress(group_by="fund_kind")
    assert [row["verdict"] for row in by_kind["groups"]] == ["met", "failed"]


async def test_every_step_money_can_wait_at_has_its_owner_and_day(world: World) -> None:
    for code, state in (("T", "planned"), ("W", "under_way"), ("A", "accepted")):
        accepted = {"accepted_on": day(4, 20)} if code == "A" else {}
        world.projects[code] = grant_of(code, state=state, state_since=day(4), **accepted)
    receipt = await world.money(10_000_000)
    for amount, code in ((100, "T"), (200, "W"), (300, "A")):
        await world.allocation(receipt, amount, code)
    p1 = await world.allocation(receipt, 6_000)
    body = {"receipt_id": receipt["receipt_id"], "project_code": "T", "amount_fen": 50, "proposed_on": day(5)}
    await world.made(MAKER, "/allocations", body)
    await world.made(CLAIMANT, "/claims", claim_body(p1, 1_000, on=day(5, 3)))
    await world.review(await world.claim(p1, 2_000), on=day(5, 5))
    claim = await world.claim(p1, 3_000)
    await world.review(claim)
    await world.order(claim)
    answer = await check_progress(world, READER, division_code=COUNTY, as_of=day(5, 20))
    found = {
        row["step"]: (row["amount_fen"], row["responsible"], row["office"], row["since"], row["days"])
        for row in answer["delays"]
    }
    assert found == {
        "allocation": (9_993_350, "finance", "341622-finance", day(2), 108),
        "allocation_decision": (50, "finance", "341622-finance", day(5), 19),
        "tender": (100, "project", "341622-transport", day(4), 49),
        "works": (200, "project", "341622-transport", day(4), 49),
        "claim": (300, "project", "341622-transport", day(4), 49),
        "claim_review": (1_000, "finance", "341622-finance", day(5, 3), 17),
        "payment": (1_940, "finance", "341622-finance", day(5, 5), 15),
        "bank": (2_910, "finance", "341622-finance", day(5, 12), 8),
    }
    late = {row["step"] for row in answer["delays"] if row["late"]}
    assert late == {"allocation", "allocation_decision", "tender", "claim", "claim_review", "payment", "bank"}
    by_days = await world.progress(as_of=day(5, 20), delay_order="days", delay_limit=1)
    assert [row["step"] for row in by_days["delays"]] == ["allocation"]
    assert len(by_days["delay_sums"]) == 8
    tender = next(row for row in answer["delays"] if row["step"] == "tender")
    assert (tender["project_code"], tender["project_name"], tender["office_name"]) == (
        "T", "道路硬化 T", "蒙城县交通运输局",
    )  # fmt: skip


async def test_money_left_over_when_every_planned_project_has_its_line_is_the_project_sides(world: World) -> None:
    world.projects["P1"] = grant_of("P1", plan_line_fen=400)
    receipt = await world.money(1_000)
    before = [row for row in (await world.progress())["delays"] if row["step"] == "allocation"]
    await world.allocation(receipt, 400)
    after = [row for row in (await world.progress())["delays"] if row["step"] == "allocation"]
    assert [(row["responsible"], row["office"]) for row in before + after] == [("project", "341622-aid")] * 2
    world.projects["P2"] = grant_of("P2")
    await world.tell("P2")
    lacking = [row for row in (await world.progress())["delays"] if row["step"] == "allocation"]
    assert [(row["responsible"], row["amount_fen"]) for row in lacking] == [("finance", 600)]


async def test_a_countys_own_target_holds_from_its_day_on(world: World) -> None:
    world.projects["P1"] = grant_of("P1", retention_rate="0")
    await world.paid(await world.allocation(await world.money(1_000), 920), 920)
    assert (await world.progress())["total"]["verdict"] == "met"
    await world.policy("spending_target", "0.95", "rate", day(12))
    raised = await world.progress()
    assert (raised["target"], raised["target_source"], raised["total"]["verdict"]) == ("0.95", "县文件", "failed")
    assert (await world.progress(as_of=day(11, 30)))["target"] == "0.90"


async def test_areas_outside_the_scope_and_days_out_of_reach_are_refused(world: World) -> None:
    params = {"division_code": COUNTY, "fund_year": YEAR}
    assert (await world.get(ELSEWHERE, "/progress", **params)).status_code == 404
    assert (await world.get(desk("fund.read"), "/progress", **params)).status_code == 403
    early = await world.get(READER, "/progress", **params, as_of=day(12, 31, YEAR - 2))
    assert (early.status_code, code_of(early)) == (422, "as_of_too_early")
    unknown = await world.get(PROVINCE, "/progress", division_code="349999", fund_year=YEAR)
    assert (unknown.status_code, code_of(unknown)) == (422, "division_unknown")
    for name, value in (("fund_year", 1999), ("as_of", "2025-02-30"), ("group_by", "moon"), ("batch", "third")):
        wrong = await world.get(READER, "/progress", **(params | {name: value}))
        assert (wrong.status_code, pointer_of(wrong)) == (422, f"/{name}")
    empty = await world.progress(fund_year=2001, as_of=None)
    assert (empty["total"]["received_fen"], empty["total"]["progress"]) == (0, None)


async def test_progress_is_answered_while_the_registry_is_away(world: World) -> None:
    await world.money(1_000)
    world.down.add("registry")
    world.__post_init__()
    assert (await world.progress())["division_name"] == "蒙城县"
