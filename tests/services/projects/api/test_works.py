"""Works over HTTP: tender to handover, in order, within plan and contract, accepted by somebody else."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.services.projects.support import (
    AMOUNT,
    LIBRARY,
    OTHER_COUNTY,
    OTHER_USCC,
    SHA,
    USCC,
    WORKS,
    Cast,
    acceptance,
    bureau,
    completed,
    contract,
    county_aid,
    day,
    get,
    grant,
    in_library,
    officer,
    ok,
    planned,
    pointers,
    post,
    progress,
    refusal,
    tender,
    under_way,
)
from tests.support.harness import Harness

HANDOVER = {
    "handed_on": day(1),
    "asset_class": "public",
    "asset_name": "通村道路",
    "owner": "土桥村村集体",
    "caretaker": "土桥村村委会",
}


async def test_works_run_from_tender_to_handover(projects: Harness) -> None:
    cast = Cast()
    code = await completed(projects, cast)
    path = f"{WORKS}/{code}"
    assert (await grant(projects, code))["accepted_on"] is None
    accepted = await ok(projects, cast.county, f"{path}/acceptance", acceptance())
    handed = await ok(projects, cast.county, f"{path}/handover", HANDOVER)
    facts = await grant(projects, code)
    assert facts["final_account_fen"] == accepted["final_account_fen"]
    assert (accepted["state"], accepted["final_account_fen"], accepted["percent"]) == (
        "accepted",
        AMOUNT - 1_000_000,
        50,
    )
    assert [row["kind"] for row in handed["records"]] == [
        "tender", "contract", "progress", "completion", "acceptance", "handover"
    ]  # fmt: skip
    assert handed["records"][-1]["facts"]["owner"] == "土桥村村集体"
    assert (facts["state"], facts["state_since"], facts["accepted_on"]) == ("handed_over", day(1), day(2))
    assert (facts["contractor_uscc"], facts["contract_fen"], facts["retention_rate"]) == (
        USCC, AMOUNT - 1_000_000, "0.05"
    )  # fmt: skip
    assert (await get(projects, cast.officer, path)).json() == handed


async def test_only_planned_projects_have_works(projects: Harness) -> None:
    cast = Cast()
    code = await in_library(projects, cast)
    assert (await get(projects, cast.county, f"{WORKS}/{code}")).status_code == 404
    assert refusal(await post(projects, cast.bureau, f"{WORKS}/{code}/tender", tender())) == (
        409, "projects.not_planned"
    )  # fmt: skip
    assert (await grant(projects, code))["state"] == "in_library"


async def test_nothing_is_recorded_before_its_turn(projects: Harness) -> None:
    cast = Cast()
    code = await planned(projects, cast)
    path = f"{WORKS}/{code}"
    steps: list[tuple[Any, str, Any]] = [
        (cast.bureau, "tender", tender()),
        (cast.bureau, "contract", contract()),
        (cast.bureau, "progress-reports", progress(50, 20)),
        (cast.bureau, "completion", {"completed_on": day(3)}),
        (cast.county, "acceptance", acceptance()),
        (cast.county, "handover", HANDOVER),
    ]
    for due, (who, what, body) in enumerate(steps):
        for later, (other, other_what, other_body) in enumerate(steps):
            repeats_progress = later == 2 and due == 3
            if later != due and not repeats_progress:
                refused = await post(projects, other, f"{path}/{other_what}", other_body)
                assert refusal(refused) == (409, "projects.works_state_wrong"), (due, later)
        await ok(projects, who, f"{path}/{what}", body)
    stopped = await post(projects, cast.bureau, f"{path}/stop", {"reason": "x"})
    assert refusal(stopped) == (409, "projects.works_state_wrong")


async def test_days_of_works_are_in_order_and_not_in_the_future(projects: Harness) -> None:
    cast = Cast()
    code = await planned(projects, cast)
    path = f"{WORKS}/{code}"

    async def refuse(who: Any, what: str, body: Any, expected: str, pointer: str) -> None:
        refused = await post(projects, who, f"{path}/{what}", body)
        assert refusal(refused) == (422, f"projects.{expected}")
        assert pointers(refused) == [pointer]

    before, future = "day_before_step_before", "day_in_future"
    await refuse(cast.bureau, "tender", tender(45), before, "/tendered_on")
    await refuse(cast.bureau, "tender", tender(-1), future, "/tendered_on")
    await ok(projects, cast.bureau, f"{path}/tender", tender(40))
    await refuse(cast.bureau, "contract", contract(41), before, "/signed_on")
    await refuse(cast.bureau, "contract", contract(-1, ends_on=day(-9)), future, "/signed_on")
    await refuse(cast.bureau, "contract", contract(38, starts_on=day(39)), "period_reversed", "/starts_on")
    await refuse(cast.bureau, "contract", contract(38, ends_on=day(38)), "period_reversed", "/ends_on")
    await ok(projects, cast.bureau, f"{path}/contract", contract(38))
    await refuse(cast.bureau, "progress-reports", progress(1, 39), before, "/reported_on")
    await ok(projects, cast.bureau, f"{path}/progress-reports", progress(50, 20))
    await refuse(cast.bureau, "completion", {"completed_on": day(21)}, before, "/completed_on")
    await refuse(cast.bureau, "completion", {"completed_on": day(-1)}, future, "/completed_on")
    await ok(projects, cast.bureau, f"{path}/completion", {"completed_on": day(3)})
    await refuse(cast.county, "acceptance", acceptance(4), before, "/accepted_on")
    await refuse(cast.county, "acceptance", acceptance(-1), future, "/accepted_on")


async def test_a_contract_keeps_to_plan_retention_and_winner(projects: Harness) -> None:
    cast = Cast()
    code = await planned(projects, cast, 1_000_000)
    path = f"{WORKS}/{code}"
    bad_mode = await post(projects, cast.bureau, f"{path}/tender", tender(mode="friendship"))
    no_winner = await post(projects, cast.bureau, f"{path}/tender", tender(winner_uscc=None))
    bad_digit = await post(projects, cast.bureau, f"{path}/tender", tender(winner_uscc=USCC[:-1] + "D"))
    await ok(projects, cast.bureau, f"{path}/tender", tender())
    good = contract(amount_fen=1_000_000)
    cases = (
        ({"amount_fen": 1_000_001}, "contract_over_plan", "/amount_fen"),
        ({"retention_rate": "0.050000001"}, "retention_too_high", "/retention_rate"),
        ({"contractor_uscc": USCC[:-1] + "D"}, "uscc_invalid", "/contractor_uscc"),
        ({"contractor_uscc": OTHER_USCC}, "contractor_not_winner", "/contractor_uscc"),
    )
    for changes, expected, pointer in cases:
        refused = await post(projects, cast.bureau, f"{path}/contract", good | changes)
        assert refusal(refused) == (422, f"projects.{expected}")
        assert pointers(refused) == [pointer]
    assert (await grant(projects, code))["contract_fen"] is None
    signed = await ok(projects, cast.bureau, f"{path}/contract", good)
    assert refusal(bad_mode) == (422, "projects.mode_unknown")
    assert refusal(no_winner) == (422, "projects.winner_code_missing")
    assert refusal(bad_digit) == (422, "projects.uscc_invalid")
    assert (signed["state"], signed["contract_fen"]) == ("contracted", 1_000_000)
    assert (await grant(projects, code))["contracted_on"] == good["signed_on"]


async def test_a_village_that_builds_itself_names_no_company(projects: Harness) -> None:
    cast = Cast()
    code = await planned(projects, cast)
    body = tender(mode="self_build", winner_name="土桥村村民理事会", winner_uscc=None)
    assert (await ok(projects, cast.officer, f"{WORKS}/{code}/tender", body))["state"] == "tendered"


async def test_progress_never_falls(projects: Harness) -> None:
    cast = Cast()
    code = await under_way(projects, cast)
    path = f"{WORKS}/{code}/progress-reports"
    fallen = await post(projects, cast.bureau, path, progress(49, 10))
    same = await ok(projects, cast.bureau, path, progress(50, 10))
    too_much = await post(projects, cast.bureau, path, progress(101, 9))
    assert refusal(fallen) == (422, "projects.progress_falls")
    assert fallen.json()["facts"] == {"last": 50}
    assert (same["percent"], same["state_since"]) == (50, day(20))
    assert too_much.status_code == 422


async def test_works_are_recorded_by_the_responsible_sector_or_the_township(projects: Harness) -> None:
    cast = Cast()
    code = await planned(projects, cast)
    path = f"{WORKS}/{code}"
    water = await post(projects, bureau("water"), f"{path}/tender", tender())
    county = await post(projects, cast.county, f"{path}/tender", tender())
    outside = await post(projects, officer("341622107"), f"{path}/tender", tender())
    assert refusal(water) == (403, "projects.wrong_office")
    assert refusal(county) == (403, "forbidden")
    assert refusal(outside) == (404, "not_found")
    assert (await get(projects, county_aid(OTHER_COUNTY), path)).status_code == 404
    assert (await ok(projects, cast.officer, f"{path}/tender", tender()))["state"] == "tendered"


async def test_the_accepter_is_another_person_and_the_account_stays_within_the_contract(projects: Harness) -> None:
    cast = Cast()
    code = await completed(projects, cast)
    path = f"{WORKS}/{code}/acceptance"
    own = await post(projects, county_aid(person=cast.bureau.person), path, acceptance())
    lonely = await post(projects, cast.county, path, acceptance(participants=["财政局"]))
    twice = await post(projects, cast.county, path, acceptance(participants=["财政局", "财政局"]))
    over = await post(projects, cast.county, path, acceptance(final_account_fen=AMOUNT))
    assert refusal(own) == (403, "projects.accepter_recorded_works")
    assert lonely.status_code == 422
    assert refusal(twice) == (422, "projects.participant_twice")
    assert refusal(over) == (422, "projects.final_account_over_contract")
    assert (await grant(projects, code))["state"] == "completed"
    answers = await asyncio.gather(*(post(projects, county_aid(), path, acceptance()) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_works_to_be_rectified_go_on_and_are_accepted_again(projects: Harness) -> None:
    cast = Cast()
    code = await completed(projects, cast)
    path = f"{WORKS}/{code}"
    rectify = await ok(projects, cast.county, f"{path}/acceptance", acceptance(outcome="rectify"))
    assert (rectify["state"], rectify["accepted_on"], rectify["final_account_fen"]) == ("under_way", None, None)
    await ok(projects, cast.bureau, f"{path}/completion", {"completed_on": day(1)})
    accepted = await ok(projects, cast.county, f"{path}/acceptance", acceptance(0))
    assert (accepted["state"], accepted["accepted_on"]) == ("accepted", day(0))
    assert [row["kind"] for row in accepted["records"]][-4:] == ["completion", "acceptance", "completion", "acceptance"]


async def test_grants_have_no_tender_and_start_directly(projects: Harness) -> None:
    cast = Cast()
    code = await planned(projects, cast, purpose="grants", nature="subsidy")
    path = f"{WORKS}/{code}"
    for what, body in (("tender", tender()), ("contract", contract())):
        refused = await post(projects, cast.bureau, f"{path}/{what}", body)
        assert refusal(refused) == (422, "projects.grants_have_no_tender")
    started = await ok(projects, cast.bureau, f"{path}/start", {"started_on": day(40)})
    await ok(projects, cast.bureau, f"{path}/completion", {"completed_on": day(3)})
    over = await post(projects, cast.county, f"{path}/acceptance", acceptance(final_account_fen=AMOUNT + 1))
    accepted = await ok(projects, cast.county, f"{path}/acceptance", acceptance(final_account_fen=AMOUNT))
    assert (started["state"], started["state_since"]) == ("under_way", day(40))
    assert refusal(over) == (422, "projects.final_account_over_contract")
    assert accepted["state"] == "accepted"


async def test_works_with_a_contract_start_after_it(projects: Harness) -> None:
    cast = Cast()
    code = await planned(projects, cast)
    path = f"{WORKS}/{code}"
    early = await post(projects, cast.bureau, f"{path}/start", {"started_on": day(40)})
    await ok(projects, cast.bureau, f"{path}/tender", tender())
    await ok(projects, cast.bureau, f"{path}/contract", contract())
    started = await ok(projects, cast.bureau, f"{path}/start", {"started_on": day(30)})
    assert refusal(early) == (409, "projects.works_state_wrong")
    assert started["state"] == "under_way"


async def test_stopped_works_stay_stopped_with_their_reason(projects: Harness) -> None:
    cast = Cast()
    code = await under_way(projects, cast)
    path = f"{WORKS}/{code}"
    stopped = await ok(projects, cast.bureau, f"{path}/stop", {"reason": "资金链断裂", "stopped_on": day(10)})
    again = await post(projects, cast.bureau, f"{path}/progress-reports", progress(60, 1))
    history = (await get(projects, cast.county, f"{LIBRARY}/{code}/history")).json()
    assert (stopped["state"], stopped["records"][-1]["facts"]) == ("stopped", {"reason": "资金链断裂"})
    assert refusal(again) == (409, "projects.works_state_wrong")
    assert history["states"][-1]["reason"] == "资金链断裂"
    assert SHA not in str(history["states"])
