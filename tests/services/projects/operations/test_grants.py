"""The facts funds decides on: version grows with every change, told in the transaction that changes them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.operations import grants, library
from services.projects.storage.tables import Project
from shared.chassis.tables import AuditEntry, OutboxEvent
from tests.services.projects.support import (
    AMOUNT,
    COUNTY,
    LIBRARY,
    OTHER_COUNTY,
    VILLAGE,
    WORKS,
    YEAR,
    Cast,
    completed,
    county_aid,
    day,
    draft,
    get,
    grant,
    ok,
    planned,
    post,
    public,
    recorder,
    refusal,
    tender,
    under_way,
    walked,
)
from tests.support.harness import Harness


async def events(harness: Harness, code: str) -> list[OutboxEvent]:
    async with harness.app.state.database.session() as session:
        query = select(OutboxEvent).where(OutboxEvent.subject == code).order_by(OutboxEvent.sequence)
        return list(await session.scalars(query))


async def test_funds_reads_exactly_the_agreed_facts(projects: Harness) -> None:
    cast = Cast()
    code = await planned(projects, cast)
    assert await grant(projects, code) == {
        "project_code": code,
        "version": 10,
        "name": "土桥村通村道路工程",
        "division_code": VILLAGE,
        "county_code": COUNTY,
        "category": "village_infrastructure",
        "nature": "new_build",
        "purpose": "works",
        "office": "341622-transport",
        "office_name": "蒙城县交通运输局",
        "state": "planned",
        "in_library": True,
        "plan_year": YEAR,
        "plan_line_fen": AMOUNT,
        "state_since": day(44),
        "contractor_name": None,
        "contractor_uscc": None,
        "contract_fen": None,
        "retention_rate": None,
        "contracted_on": None,
        "accepted_on": None,
        "final_account_fen": None,
        "planned_end_on": f"{YEAR}-09-20",
    }


async def test_only_funds_reads_grants_and_only_within_the_actors_scope(projects: Harness) -> None:
    code = await draft(projects)
    path = f"/internal/projects/{code}/grant"
    assert (await get(projects, county_aid(), path)).status_code == 403
    async with projects.as_(county_aid(), issuer="registry") as client:
        assert (await client.get(path)).status_code == 403
    async with projects.as_(county_aid(OTHER_COUNTY), issuer="funds") as client:
        hidden = await client.get(path)
        absent = await client.get(f"/internal/projects/{COUNTY}-{YEAR}-0999/grant")
    assert hidden.status_code == 404
    assert hidden.json() | {"trace_id": ""} == absent.json() | {"trace_id": ""}


async def test_every_change_is_told_once_in_order_with_a_growing_version(projects: Harness) -> None:
    cast = Cast()
    code = await completed(projects, cast)
    told = await events(projects, code)
    assert [event.sequence for event in told] == list(range(1, len(told) + 1))
    assert [event.data["version"] for event in told] == list(range(1, len(told) + 1))
    assert {event.type for event in told} == {"project.changed"}
    assert told[-1].data == await grant(projects, code)
    since = [event.data["state_since"] for event in told[1:]]
    assert since == sorted(since)


async def test_a_refused_step_tells_nothing_and_changes_nothing(projects: Harness) -> None:
    cast = Cast()
    code = await planned(projects, cast)
    before, facts = len(await events(projects, code)), await grant(projects, code)
    assert (await post(projects, cast.bureau, f"{WORKS}/{code}/tender", tender(mode="x"))).status_code == 422
    assert (await post(projects, cast.county, f"{LIBRARY}/{code}/removal", {"reason": "x"})).status_code == 409
    assert (len(await events(projects, code)), await grant(projects, code)) == (before, facts)


async def test_what_is_rolled_back_is_not_told(projects: Harness) -> None:
    cast = Cast()
    code = await under_way(projects, cast)
    before, facts = len(await events(projects, code)), await grant(projects, code)

    async def fail(session: AsyncSession) -> None:
        project = await library.lock(session, cast.bureau, code)
        grants.move(project, "stopped", project.state_since)
        await grants.changed(session, cast.bureau, project, "works.stop", "x")
        raise RuntimeError("the power goes")

    with pytest.raises(RuntimeError):
        async with projects.app.state.database.session() as session:
            await fail(session)
    assert (len(await events(projects, code)), await grant(projects, code)) == (before, facts)


async def test_events_reach_funds(projects: Harness) -> None:
    from shared.chassis.events import relay_once

    code = await draft(projects)
    while await relay_once(projects.app.state.database, "projects", projects.app.state.peers["funds"]):
        pass
    assert all(event.delivered_at for event in await events(projects, code))


async def test_every_change_is_audited_without_names(projects: Harness) -> None:
    cast = Cast()
    code = await walked(projects, cast)
    async with projects.app.state.database.session() as session:
        entries = list(await session.scalars(select(AuditEntry).where(AuditEntry.subject == code)))
    assert [entry.action for entry in entries] == [
        "project.propose", "project.submit", "project.village_notice", "project.township_review",
        "project.township_notice", "project.department_review", "project.county_decision", "project.county_notice",
    ]  # fmt: skip
    assert all("土桥村" not in str(entry.details) for entry in entries)


async def test_a_registry_that_is_away_is_no_answer(projects: Harness) -> None:
    import httpx2 as httpx

    from tests.services.projects.support import entry

    def away(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away")

    def confused(_: httpx.Request) -> httpx.Response:
        return httpx.Response(418)

    for answer in (away, confused):
        projects.set_peer("registry", answer)
        refused = await post(projects, recorder(), LIBRARY, entry())
        assert refusal(refused) == (503, "peer_unavailable")
        assert int(refused.headers["retry-after"]) <= 2
    assert (await get(projects, county_aid(), LIBRARY)).json()["items"] == []


async def test_a_division_once_confirmed_is_not_asked_again(projects: Harness) -> None:
    import httpx2 as httpx

    from tests.services.projects.support import entry

    asked: list[str] = []

    def counting(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200 if len(asked) > 1 else 404, json={})

    projects.set_peer("registry", counting)
    who = recorder()
    assert refusal(await post(projects, who, LIBRARY, entry())) == (422, "projects.division_unknown")
    await ok(projects, who, LIBRARY, entry())
    await ok(projects, who, LIBRARY, entry())
    assert asked == [f"/internal/divisions/{VILLAGE}"] * 2


def test_no_state_begins_before_the_one_it_follows() -> None:
    from datetime import date

    project = Project(state="draft", state_since=date(2026, 5, 1))
    moves: list[tuple[str, date, date]] = [
        ("submitted", date(2026, 4, 1), date(2026, 4, 1)),
        ("planned", date(2026, 3, 1), date(2026, 4, 1)),
        ("planned", date(2026, 6, 1), date(2026, 4, 1)),
        ("tendered", date(2026, 6, 1), date(2026, 6, 1)),
    ]
    for state, on, since in moves:
        grants.move(project, state, on)
        assert (project.state, project.state_since) == (state, since)


async def test_the_public_has_no_way_to_a_grant(projects: Harness) -> None:
    code = await draft(projects)
    answer: Any = await get(projects, public(), f"/internal/projects/{code}/grant")
    assert answer.status_code == 403
