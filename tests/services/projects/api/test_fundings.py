"""Fundings: funds ask, projects decide once, and their row is the decision of both."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shared.chassis.clock import office_today
from shared.chassis.identity import service_actor
from tests.services.projects.support import AMOUNT, COUNTY, YEAR, Cast, county_aid, planned, under_way
from tests.support.harness import Harness


def asked(**changes: Any) -> dict[str, Any]:
    return {
        "county_code": COUNTY,
        "fund_year": YEAR,
        "amount_fen": 1_000,
        "asked_on": office_today().isoformat(),
        "asked_by": "account-1",
    } | changes


async def put(harness: Harness, code: str, op: str, body: dict[str, Any], *, abort: bool = False) -> httpx.Response:
    async with harness.as_(service_actor("funds"), issuer="funds") as client:
        return await client.put(f"/internal/projects/{code}/fundings/{op}" + ("/abort" if abort else ""), json=body)


async def decision(harness: Harness, code: str, op: str = "", *, abort: bool = False, **changes: Any) -> dict[str, Any]:
    answer = await put(harness, code, op or uuid.uuid4().hex, asked(**changes), abort=abort)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def told(harness: Harness, event: dict[str, Any]) -> httpx.Response:
    body = {"id": uuid.uuid4().hex, "source": "funds", "type": "funding.released", "time": "t"} | event
    async with harness.as_(service_actor("funds"), issuer="funds") as client:
        return await client.post("/internal/events", json=body)


async def test_a_planned_project_is_funded_and_the_version_is_the_evidence(projects: Harness) -> None:
    code = await planned(projects, Cast())
    funded = await decision(projects, code)
    assert (funded["state"], funded["reason"]) == ("funded", None)
    assert funded["grant"]["version"] == 10
    assert funded["grant"]["plan_line_fen"] == AMOUNT


async def test_asked_again_the_same_is_said_whatever_happened_meanwhile(projects: Harness) -> None:
    code = await planned(projects, Cast())
    op = uuid.uuid4().hex
    first = await decision(projects, code, op, amount_fen=AMOUNT)
    assert (await decision(projects, code))["reason"] == "over_plan_line"
    assert await decision(projects, code, op, amount_fen=AMOUNT) == first
    assert await decision(projects, code, op, amount_fen=AMOUNT, abort=True) == first
    differs = await put(projects, code, op, asked(amount_fen=AMOUNT - 1))
    assert (differs.status_code, differs.json()["code"]) == (422, "projects.funding_differs")


async def test_what_was_given_up_is_never_funded(projects: Harness) -> None:
    code = await planned(projects, Cast())
    op = uuid.uuid4().hex
    given_up = await decision(projects, code, op, abort=True)
    assert given_up["state"] == "tombstone"
    assert await decision(projects, code, op) == given_up
    assert (await decision(projects, code, amount_fen=AMOUNT))["state"] == "funded"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"county_code": "341621"}, "other_county"), ({"fund_year": YEAR - 1}, "not_in_plan"),
     ({"amount_fen": AMOUNT + 1}, "over_plan_line")],
)  # fmt: skip
async def test_a_refusal_is_a_decision_and_is_kept(projects: Harness, changes: dict[str, Any], reason: str) -> None:
    code = await planned(projects, Cast())
    op = uuid.uuid4().hex
    refused = await decision(projects, code, op, **changes)
    assert (refused["state"], refused["reason"]) == ("refused", reason)
    assert await decision(projects, code, op, **changes) == refused


async def test_a_project_nobody_knows_is_refused_and_the_refusal_kept(projects: Harness) -> None:
    op = uuid.uuid4().hex
    refused = await decision(projects, "P-unknown", op)
    assert (refused["state"], refused["reason"], refused["grant"]) == ("refused", "not_in_library", None)
    assert await decision(projects, "P-unknown", op) == refused


async def test_a_stopped_project_takes_no_more_money(projects: Harness) -> None:
    cast = Cast()
    code = await under_way(projects, cast)
    async with projects.as_(cast.bureau) as client:
        stop = await client.post(f"/api/v1/projects/works/{code}/stop", json={"reason": "规划调整"})
    assert stop.status_code == 201, stop.text
    assert (await decision(projects, code))["reason"] == "stopped"


async def test_of_many_that_ask_for_the_last_room_exactly_one_is_funded(projects: Harness) -> None:
    code = await planned(projects, Cast())
    answers = await asyncio.gather(*(decision(projects, code, amount_fen=AMOUNT) for _ in range(6)))
    assert sorted(answer["state"] for answer in answers) == ["funded"] + ["refused"] * 5


async def test_the_same_operation_asked_many_times_at_once_is_decided_once(projects: Harness) -> None:
    code = await planned(projects, Cast())
    op = uuid.uuid4().hex
    answers = await asyncio.gather(*(decision(projects, code, op, abort=bool(n % 2)) for n in range(6)))
    assert len({str(answer) for answer in answers}) == 1


async def test_a_plan_line_is_not_lowered_below_what_was_given(projects: Harness) -> None:
    """The database refuses it, so no step of any procedure can do it."""
    code = await planned(projects, Cast())
    await decision(projects, code, amount_fen=AMOUNT)
    with pytest.raises(IntegrityError, match="funded_within_plan"):
        async with projects.fastapi.state.database.session() as session:
            await session.execute(text("update projects set plan_line_fen = plan_line_fen - 1"))


async def test_money_that_came_back_leaves_room_on_the_plan_line(projects: Harness) -> None:
    code = await planned(projects, Cast())
    op = uuid.uuid4().hex
    await decision(projects, code, op, amount_fen=AMOUNT)
    data = {"op": op, "release_id": "recall-1", "project_code": code, "amount_fen": 300,
            "released_on": office_today().isoformat()}  # fmt: skip
    event = {"id": "e1", "subject": code, "sequence": 1, "data": data}
    assert (await told(projects, event)).json() == {"applied": True}
    assert (await told(projects, event)).json() == {"applied": False}
    assert (await decision(projects, code, amount_fen=301))["left_fen"] == 300
    assert (await decision(projects, code, amount_fen=300))["state"] == "funded"
    more = {"subject": code, "sequence": 2, "data": data | {"release_id": "recall-2", "amount_fen": AMOUNT - 299}}
    assert (await told(projects, more)).json()["code"] == "projects.release_too_large"
    unknown = {"subject": code, "sequence": 2, "type": "funding.sung", "data": data}
    assert (await told(projects, unknown)).json()["code"] == "projects.event_unknown"


async def test_nothing_comes_back_of_what_was_never_given(projects: Harness) -> None:
    code = await planned(projects, Cast())
    op = uuid.uuid4().hex
    await decision(projects, code, amount_fen=500)
    assert (await decision(projects, code, op, abort=True, amount_fen=300))["state"] == "tombstone"
    data = {"op": op, "release_id": "recall-1", "project_code": code, "amount_fen": 300,
            "released_on": office_today().isoformat()}  # fmt: skip
    answer = await told(projects, {"subject": code, "sequence": 1, "data": data})
    assert answer.json()["code"] == "projects.event_unknown"
    assert (await decision(projects, code, amount_fen=AMOUNT))["left_fen"] == AMOUNT - 500


async def test_sums_and_operations_of_a_day_are_there_to_be_compared(projects: Harness) -> None:
    code = await planned(projects, Cast())
    await decision(projects, code, amount_fen=500)
    await decision(projects, code, amount_fen=AMOUNT)
    today = office_today().isoformat()
    async with projects.as_(service_actor("funds"), issuer="funds") as client:
        sums = await client.get("/internal/fundings/totals", params={"within": "34", "first": today, "last": today})
        facts = await client.get("/internal/fundings", params={"county_code": COUNTY, "asked_on": today})
        elsewhere = await client.get(
            "/internal/fundings/totals", params={"within": "35", "first": today, "last": today}
        )
    assert [(row["count"], row["funded_fen"]) for row in sums.json()["items"]] == [(2, 500)]
    assert sorted(row["state"] for row in facts.json()["items"]) == ["funded", "refused"]
    assert elsewhere.json() == {"items": []}


async def test_people_do_not_ask_for_fundings(projects: Harness) -> None:
    async with projects.as_(county_aid()) as client:
        answer = await client.put(f"/internal/projects/x/fundings/{'0' * 32}", json=asked())
    assert answer.status_code == 403
