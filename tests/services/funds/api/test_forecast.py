"""The forecast over HTTP: what it counts, what it rests on, which payments close the gap, what it refuses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from shared.chassis.clock import office_today
from tests.services.funds.api import test_reallocations as reallocations
from tests.services.funds.api.test_unusual_sequences import again, came_back, carried, payment_of
from tests.services.funds.world import (
    COUNTY,
    ELSEWHERE,
    READER,
    YEAR,
    World,
    code_of,
    day,
    desk,
    grant_of,
    pointer_of,
)

AS_OF = day(9, 29)
ASKED = {"division_code": COUNTY, "fund_year": YEAR, "as_of": AS_OF}


async def forecast(world: World, **changes: Any) -> dict[str, Any]:
    return await world.seen(READER, "/forecast", **(ASKED | changes))


def by(rows: list[dict[str, Any]], key: str) -> dict[str, dict[str, Any]]:
    return {row[key]: row for row in rows}


async def last_year(world: World) -> None:
    """The year before: 400 of 1,000 yuan spent in June, 400 more in November."""
    world.projects["P0"] = grant_of("P0", plan_year=YEAR - 1, state_since=day(1, year=YEAR - 1), retention_rate="0")
    money = await world.document({COUNTY: 100_000}, fund_year=YEAR - 1, issued_on=day(1, 10, YEAR - 1))
    receipt = await world.receipt(money, on=day(2, year=YEAR - 1))
    given = await world.allocation(
        receipt, 100_000, "P0", on=day(3, year=YEAR - 1), decided=day(3, 10, YEAR - 1)
    )  # fmt: skip
    for month in (6, 11):
        await world.paid(given, 40_000, on=day(month, year=YEAR - 1))


async def this_year(world: World) -> dict[str, Any]:
    """100,000 of 1,000,000 fen spent; claims ordered, approved and in review; the rest with the project or free."""
    world.projects["P1"] = grant_of("P1", planned_end_on=day(10, 15), contract_fen=950_000)
    given = await world.allocation(await world.money(1_000_000), 900_000)
    await world.paid(given, 103_093, on=day(5))
    ordered = await world.claim(given, 100_000, on=day(9, 20))
    await world.review(ordered, on=day(9, 21))
    await world.order(ordered, on=day(9, 28))
    approved = await world.claim(given, 200_000, on=day(9, 22))
    await world.review(approved, on=day(9, 26))
    filed = await world.claim(given, 50_000, on=day(9, 27))
    return {"given": given, "ordered": ordered, "approved": approved, "filed": filed}


async def test_a_forecast_counts_every_unspent_fen_once_and_says_what_it_rests_on(world: World) -> None:
    await last_year(world)
    things = await this_year(world)
    answer = await forecast(world)
    total = (await world.progress(as_of=AS_OF))["total"]
    assert (answer["whole_fen"], answer["spent_fen"]) == (1_000_000, 100_001)
    assert (answer["progress"], answer["gap_fen"]) == (total["progress"], total["gap_fen"])
    parts = by(answer["components"], "component")
    assert sum(part["total_fen"] for part in parts.values()) == 1_000_000 - 100_001
    assert parts["ordered"]["low_fen"] == 97_000
    assert parts["claims_approved"]["low_fen"] == 194_000
    assert (parts["claims_in_review"]["low_fen"], parts["claims_in_review"]["scheduled_fen"]) == (0, 48_500)
    assert parts["retention_not_due"]["total_fen"] == 3_092 + 3_000 + 6_000
    assert (parts["unallocated"]["scheduled_fen"], parts["unallocated"]["high_fen"]) == (0, 100_000)
    leads = by(answer["lead_times"], "step")
    assert (leads["claim_review"]["usual_days"], leads["claim_review"]["samples"]) == (1, 3)
    assert (leads["works"]["basis"], leads["works"]["usual_days"]) == ("deadline", 180)
    assert by(answer["parameters"], "key")["retention_days"]["value"] == "365"
    assert all(row["source"] for row in (*answer["parameters"], *answer["lead_times"]))
    assert answer["history"]["basis"] == "earlier_years"
    assert answer["history"]["years"] == [{"fund_year": YEAR - 1, "by_day_fen": 40_000, "by_cut_off_fen": 80_000}]
    assert (answer["history"]["share_done"], answer["history"]["landing_fen"]) == ("0.500000", 200_002)
    low, likely, high = (by(answer["landings"], "bound")[name]["spent_fen"] for name in ("low", "likely", "high"))
    assert low == 100_001 + 97_000 + 194_000
    assert (likely, high) == ((200_002 + 873_001) // 2, 1_000_000 - 26_999)
    assert {landing["verdict"] for landing in answer["landings"]} <= {"met", "failed"}

    closing = answer["closing"]
    assert [payment["reference"] for payment in closing["payments"][:3]] == [
        f"claim:{things[name]['claim_id']}" for name in ("ordered", "approved", "filed")
    ]
    assert closing["payments"][0]["step"] == "bank"
    assert closing["payments"][0]["office"] == "341622-finance"
    assert all(payment["earliest_on"] >= AS_OF for payment in closing["payments"])
    assert closing["payments"][-1]["cumulated_fen"] + closing["missing_fen"] >= closing["gap_fen"]
    assert closing["closed"] == (closing["missing_fen"] == 0)
    assert (await forecast(world, payment_limit=1))["closing"]["payments_total"] == len(closing["payments"])
    assert await forecast(world) == answer


async def test_a_forecast_of_a_past_day_knows_nothing_of_what_came_later(world: World) -> None:
    things = await this_year(world)
    before = await forecast(world)
    await world.settle(await world.order(things["approved"], on=day(10, 2)), on=day(10, 4))
    await world.review(things["filed"], "refuse", on=day(10, 5))
    world.projects["P1"] |= {"version": 2, "state": "accepted", "state_since": day(11), "accepted_on": day(11)}
    assert (await world.tell("P1")).status_code in (200, 204)
    await world.paid(things["given"], 70_000, on=day(11, 3))
    terms = {
        "project_code": "P1", "other_sources_fen": 0, "advance_rate": "0.1", "progress_rate": "0.5",
        "stated_on": day(10, 10),
    }  # fmt: skip
    stated = await world.made(desk("contract_terms.state"), "/contract-terms", terms)
    yes = {"outcome": "approve", "opinion": "同意", "decided_on": day(10, 12)}
    path = f"/contract-terms/{stated['contract_terms_id']}/decision"
    await world.made(desk("contract_terms.decide"), path, yes)
    assert await forecast(world) == before
    assert await forecast(world, as_of=day(12)) != before


async def test_agreed_terms_and_an_acceptance_change_what_can_be_paid(world: World) -> None:
    things = await this_year(world)
    world.projects["P1"] |= {"version": 2, "state": "accepted", "state_since": day(9, 25), "accepted_on": day(9, 25)}
    assert (await world.tell("P1")).status_code in (200, 204)
    answer = await forecast(world)
    parts = by(answer["components"], "component")
    given = things["given"]["amount_fen"] - 103_093 - 350_000
    assert "contract_progress" not in parts
    assert parts["contract_final"]["total_fen"] == given - given * 3 // 100
    assert parts["contract_final"]["scheduled_fen"] == parts["contract_final"]["total_fen"]
    held = parts["retention_due"]
    assert (held["total_fen"], held["scheduled_fen"]) == (3_092 + 3_000 + 6_000, 0)
    assert answer["closing"]["too_late_fen"] >= held["total_fen"]


async def test_no_money_is_said_and_nothing_is_divided_by_it(world: World) -> None:
    answer = await forecast(world)
    assert (answer["whole_fen"], answer["progress"], answer["components"]) == (0, None, [])
    assert {(row["progress"], row["verdict"], row["spent_fen"]) for row in answer["landings"]} == {(None, None, 0)}
    assert answer["closing"]["payments"] == []
    assert "没有资金" in answer["zh"]
    assert "no money" in answer["en"].lower()


async def test_bad_questions_are_refused_with_the_rule(world: World) -> None:
    tomorrow = (office_today() + timedelta(days=1)).isoformat()
    for changes, code, pointer in (
        ({"cut_off": day(12, 31, YEAR - 1)}, "forecast_cut_off_outside", "/cut_off"),
        ({"as_of": day(12, 1), "cut_off": day(11, 30)}, "as_of_after_cut_off", "/as_of"),
        ({"as_of": day(12, 31, YEAR - 2)}, "as_of_too_early", "/as_of"),
        ({"as_of": tomorrow, "fund_year": date.fromisoformat(tomorrow).year}, "day_in_future", "/as_of"),
        ({"fund_kind": "no_such_kind"}, "fund_kind_unknown", "/fund_kind"),
    ):
        answer = await world.get(READER, "/forecast", **(ASKED | changes))
        assert (answer.status_code, code_of(answer), pointer_of(answer)) == (422, code, pointer), answer.text
    assert (await world.get(ELSEWHERE, "/forecast", **ASKED)).status_code == 404
    assert (await world.get(desk("claim.file"), "/forecast", **ASKED)).status_code == 403


async def test_money_moved_or_claimed_again_makes_no_step_longer(world: World) -> None:
    """The receipt was allocated within 28 days and finally claimed 9 days after the acceptance, whatever came later."""
    world.projects["P2"] = grant_of("P2")
    given = await world.allocation(await world.money(200_000), 200_000)
    await reallocations.moved(world, given, 1_000, "P2")
    world.projects["P1"] = grant_of("P1", version=2, state="accepted", state_since=day(5), accepted_on=day(5))
    await world.tell("P1")
    claim = await world.claim(given, 50_000, "final", on=day(5, 10))
    await carried(world, claim, 5)
    await came_back(world, await payment_of(world, claim), 48_500, day(6))
    await carried(world, await again(world, claim, day(8)), 8)
    leads = by((await forecast(world))["lead_times"], "step")
    assert (leads["allocation"]["samples"], leads["allocation"]["usual_days"]) == (1, 28)
    assert (leads["claim"]["samples"], leads["claim"]["usual_days"]) == (1, 9)


async def test_an_order_the_bank_refused_makes_the_wait_for_the_next_no_longer(world: World) -> None:
    given = await world.allocation(await world.money(200_000), 200_000)
    claim = await world.review(await world.claim(given, 50_000))
    await world.settle(await world.order(claim), "refused", on=day(5, 20))
    await world.settle(await world.order(claim, on=day(5, 21)), on=day(5, 22))
    leads = by((await forecast(world))["lead_times"], "step")
    assert (leads["payment"]["samples"], leads["payment"]["usual_days"]) == (1, 1)
