"""Facts told by projects: each version kept once, in order, whatever is repeated."""

from __future__ import annotations

from tests.services.funds.world import READER, World, code_of, day, grant_of
from tests.support.harness import actor


async def test_a_version_is_kept_once_and_a_repeated_event_changes_nothing(world: World) -> None:
    event = {"id": "e1", "subject": "P1", "sequence": 1, "data": grant_of("P1")}
    first, again = await world.event(event), await world.event(event)
    assert (first.json(), again.json()) == ({"applied": True}, {"applied": False})


async def test_an_event_out_of_order_waits_for_the_one_before_it(world: World) -> None:
    early = await world.tell("P1", 2, version=2)
    assert (early.status_code, early.json()["code"]) == (409, "event_out_of_order")
    await world.tell("P1", 1)
    assert (await world.tell("P1", 2, version=2)).json() == {"applied": True}


async def test_an_event_nobody_knows_and_a_stranger_are_refused(world: World) -> None:
    unknown = await world.event({"type": "project.sung", "subject": "P1", "sequence": 1, "data": {}})
    broken = await world.event({"subject": "P1", "sequence": 1, "data": {"project_code": "P1"}})
    assert (code_of(unknown), code_of(broken)) == ("event_unknown", "event_unknown")
    async with world.funds.as_(actor("fund.read")) as client:
        stranger = await client.post("/internal/events", json={})
    assert stranger.status_code == 403


async def test_the_stage_of_a_past_day_is_the_one_projects_told_for_it(world: World) -> None:
    """Money allocated in March waited for the tender in April and for the works in July."""
    world.projects["P1"] = grant_of("P1", state="planned", state_since=day(1, 20))
    await world.allocation(await world.money(1_000), 1_000)
    for version, state, since in ((2, "tendered", day(5)), (3, "contracted", day(6)), (4, "completed", day(9))):
        await world.tell("P1", version - 1, version=version, state=state, state_since=since)
    steps = {}
    for month in (4, 5, 7, 10):
        answer = await world.progress(as_of=day(month, 15))
        steps[month] = [(row["step"], row["since"]) for row in answer["delays"]]
    assert steps == {
        4: [("tender", day(3, 10))],
        5: [("contract", day(5))],
        7: [("works", day(6))],
        10: [("acceptance", day(9))],
    }
    assert (await world.seen(READER, "/allocations"))["items"][0]["grant_version"] == 1
