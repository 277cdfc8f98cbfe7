"""Approvals projects were never asked about are agreed with them, once, and no money moves for it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from deploy import agree_fundings as command
from services.funds.operations.funding_agreements import Report, agree
from services.funds.operations.funding_sweeps import sweep_once
from services.funds.storage.tables import Funding, LedgerTransfer
from shared.chassis import clock
from shared.chassis.tables import OutboxEvent
from tests.services.funds.opening_books import posted, workbook
from tests.services.funds.world import COUNTY, READER, READING, World, day, desk, grant_of

RECALLER, DECIDER = desk("recall.propose", *READING), desk("recall.decide", *READING)


async def old_approvals(world: World, *amounts: int) -> list[dict[str, Any]]:
    """Allocations to P1 as they stood before there were operations with projects."""
    receipt = await world.money(sum(amounts))
    made = [await world.allocation(receipt, amount) for amount in amounts]
    await forget(world)
    return made


async def forget(world: World) -> None:
    async with world.funds.fastapi.state.database.session() as session:
        await session.execute(text("delete from fundings"))
    world.fundings.decided.clear()


async def run(world: World, **options: Any) -> Report:
    world.__post_init__()
    state = world.funds.fastapi.state
    return await agree(state.database, state.peers["projects"], COUNTY, **options)


async def counted(world: World) -> tuple[int, int]:
    async with world.funds.fastapi.state.database.session() as session:
        fundings = (await session.scalars(select(Funding.op))).all()
        transfers = (await session.scalars(select(LedgerTransfer.id))).all()
    return len(fundings), len(transfers)


async def released(world: World) -> list[tuple[str, int]]:
    """What projects are told came back, by operation."""
    async with world.funds.fastapi.state.database.session() as session:
        rows = await session.scalars(select(OutboxEvent).order_by(OutboxEvent.id))
        return [(row.data["op"], row.data["amount_fen"]) for row in rows if row.type == "funding.released"]


async def unagreed(world: World) -> list[tuple[int, int, str | None]]:
    reader = desk("reconciliation.read", *READING)
    first, last = (clock.office_today() + timedelta(days=days) for days in (-1, 1))
    seen = await world.seen(reader, "/reconciliation", division_code=COUNTY, first=str(first), last=str(last))
    return [(row["allocation_id"], row["amount_fen"], row["refused"]) for row in seen["unagreed"]]


async def test_old_approvals_are_agreed_once_and_no_money_moves(world: World) -> None:
    made = await old_approvals(world, 300, 200)
    before = await counted(world)
    assert before[0] == 0
    reports = await asyncio.gather(run(world), run(world))
    assert (sum(one.agreed for one in reports), sum(one.agreed_fen for one in reports)) == (2, 500)
    assert await counted(world) == (2, before[1])
    again = await run(world, again=True)
    assert again == Report()
    assert {row["state"] for row in world.fundings.decided.values()} == {"funded"}
    seen = await world.seen(READER, f"/allocations/{made[0]['allocation_id']}")
    assert (seen["state"], seen["available_fen"]) == ("approved", 300)
    await world.books_balance()


async def test_what_projects_refuse_stays_allocated_and_is_named_until_it_is_put_right(world: World) -> None:
    first, second = await old_approvals(world, 300, 200)
    world.projects["P1"] = grant_of("P1", plan_line_fen=400, version=2)
    report = await run(world)
    assert (report.agreed_fen, report.refused) == (300, {second["allocation_id"]: "over_plan_line"})
    assert command.told(report)[1].endswith("over_plan_line")
    assert await run(world) == Report()
    path = f"/allocations/{second['allocation_id']}"
    assert (await world.seen(READER, path))["available_fen"] == 200
    assert await unagreed(world) == [(second["allocation_id"], 200, "over_plan_line")]
    world.projects["P1"] = grant_of("P1", plan_line_fen=500, version=3)
    assert (await run(world, again=True)).agreed_fen == 200
    assert await unagreed(world) == []
    assert first["allocation_id"] != second["allocation_id"]
    await world.books_balance()


async def test_without_an_answer_the_sweeper_ends_it_and_what_left_meanwhile_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (made,) = await old_approvals(world, 300)
    world.down.add("answers")
    assert (await run(world)).waiting == 1
    assert await unagreed(world) == []
    recall = {
        "allocation_id": made["allocation_id"], "amount_fen": 100, "number": "财农收〔1〕号", "reason": "结余",
        "proposed_on": day(4),
    }  # fmt: skip
    asked = await world.made(RECALLER, "/recalls", recall)
    yes = {"outcome": "approve", "opinion": "同意", "decided_on": day(4, 10)}
    await world.made(DECIDER, f"/recalls/{asked['recall_id']}/decision", yes)
    assert await released(world) == []
    world.down.clear()
    now = clock.now
    monkeypatch.setattr(clock, "now", lambda: now() + timedelta(seconds=6))
    world.__post_init__()
    state = world.funds.fastapi.state
    assert await sweep_once(state.database, state.peers["projects"]) == 1
    ((op, amount),) = await released(world)
    assert (amount, world.fundings.decided[op]["amount_fen"]) == (100, 300)
    assert await run(world) == Report()
    await world.books_balance()


async def test_opened_books_are_agreed_and_their_undoing_gives_the_room_back(world: World) -> None:
    opened = await posted(world, workbook())
    report = await run(world)
    assert report.agreed_fen > 0
    assert report.refused == {}
    assert await unagreed(world) == []
    undoer = desk("book_import.decide", *READING)
    await world.made(undoer, f"/book-imports/{opened['import_id']}/undo", {"reason": "导入的不是终稿"})
    back = await released(world)
    assert sum(amount for _, amount in back) == report.agreed_fen
    await world.books_balance()
