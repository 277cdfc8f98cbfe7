"""Alerts over HTTP: found once, brought up to date, gone with their cause; red bars payments."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from sqlalchemy import text

from services.funds.operations import alert_runs, alert_sweeps
from services.funds.storage.alert_areas import Turn
from shared.chassis.clock import office_today
from tests.services.funds.api.alerts import (
    AID,
    CITY,
    FINANCE,
    PAPER,
    RIGHTS,
    UNIT,
    alerts,
    one,
    run,
    stopped,
    through,
)
from tests.services.funds.world import (
    CHECKER,
    CLAIMANT,
    COUNTY,
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
    assert swept == {Turn(COUNTY, asked=False), Turn("341621", asked=False), None}
    anywhere = actor(*RIGHTS, scope=("34",), level="province")
    found = (await world.seen(anywhere, "/alerts", rule="central_not_received"))["items"]
    assert sorted((item["division_code"], item["amount_fen"]) for item in found) == [("341621", 300), (COUNTY, 700)]
    asked = await world.made(anywhere, "/alert-runs", {"division_code": "34"})
    assert asked["areas_asked"] == 2
    turn = await alert_sweeps.sweep_once(database)
    assert turn is not None
    assert turn.asked


def test_who_answers_people_rests_long_between_two_areas_unless_somebody_waits_for_them() -> None:
    scheduled, asked = Turn(COUNTY, asked=False), Turn(COUNTY, asked=True)
    assert alert_sweeps.pause_s(scheduled, 0.05) == pytest.approx(10)
    assert alert_sweeps.pause_s(asked, 0.05) == pytest.approx(0.45)
    assert alert_sweeps.pause_s(scheduled, 2.0) == alert_sweeps.pause_s(None, 0.05) == alert_sweeps.PAUSE_S
    counties_and_cities = 180
    assert counties_and_cities * alert_sweeps.PAUSE_S < alert_sweeps.EVERY.total_seconds()


async def test_days_of_a_step_are_counted_by_the_calendar_of_the_alerts_own_province(world: World) -> None:
    await world.money(1000)
    await run(world)
    async with world.funds.fastapi.state.database.session() as session:
        await session.execute(text("update alerts set step_since = step_since - 10"))
        await session.execute(
            text(
                "insert into calendar_days (day, division_code, working, known_on, name, source, entered_by)"
                " select d, '34', false, current_date - 30, '', '省通知', 'x'"
                " from generate_series(current_date - 12, current_date + 2, interval '1 day') d"
            )
        )
    alert = (await alerts(world, rule="unallocated"))[0]
    assert alert["step_days"] == 0
    nation = actor(*RIGHTS, scope=("00",), level="nation")
    found = (await world.seen(nation, "/alerts", rule="unallocated", division_code="00"))["items"]
    assert [item["step_days"] for item in found] == [0]


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
