"""What every answer on progress promises, checked on any answer."""

from __future__ import annotations

from typing import Any

from shared.chassis.identity import Actor
from tests.services.funds.world import COUNTY, PROVINCE, READER, YEAR, World, day

GROUPINGS = ("division", "fund_kind", "level", "batch", "office", "project")
LATE_MONEY_OF = ("division_code", "fund_year", "as_of")
SUMMED = ("received_fen", "allocated_fen", "paid_fen", "returned_fen", "withheld_fen")


async def check_progress(world: World, who: Actor = PROVINCE, **params: Any) -> dict[str, Any]:
    """The answer's promises: groups add up however grouped, and every received fen waits, is withheld or is spent."""
    asked = {"fund_year": YEAR, "as_of": day(12, 31)} | params
    answers = [
        await world.seen(who, "/progress", **(asked | {"group_by": by, "delays": "none" if place else "list"}))
        for place, by in enumerate(GROUPINGS)
    ]
    for answer in answers:
        for name in SUMMED:
            assert sum(group[name] for group in answer["groups"]) == answer["total"][name], (answer["group_by"], name)
    total = answers[0]["total"]
    waiting = sum(row["amount_fen"] for row in answers[0]["delays"] if row["received"])
    spent = total["paid_fen"] - total["returned_fen"]
    assert waiting + answers[0]["withheld_not_due_fen"] + spent == total["received_fen"]
    assert sum(row["amount_fen"] for row in answers[0]["delay_sums"]) == sum(
        row["amount_fen"] for row in answers[0]["delays"]
    )
    await check_late_money(world, **{name: params[name] for name in LATE_MONEY_OF if name in params})
    return answers[0]


async def check_late_money(world: World, **params: Any) -> None:
    """All unspent money answers to one side or is retention not due; each late fen is in one row."""
    asked: dict[str, Any] = {"fund_year": YEAR, "as_of": day(12, 31), "division_code": "34"} | params
    late = await world.seen(PROVINCE, "/late-money", **asked)
    assert sum(late["sides"].values()) + late["retention_not_due_fen"] == late["unspent_fen"]
    assert sum(row["late_fen"] for row in late["rows"]) == sum(late["late_sides"].values()) == late["late_fen"]


async def check_walks(world: World) -> None:
    """Every walk from every thing of the money adds up, and so do the ledger and the county's tree."""
    things = (
        ("document_id", "/documents"), ("receipt_id", "/receipts"), ("allocation_id", "/allocations"),
        ("claim_id", "/claims"), ("payment_id", "/payments"),
    )  # fmt: skip
    for name, path in things:
        for row in (await world.seen(READER, path, limit=50))["items"]:
            walk = await world.seen(READER, "/trace", **{name: row[name]})
            assert walk["differences"] == [], (name, row[name])
    tree = await world.seen(READER, "/tree", division_code=COUNTY, fund_year=YEAR)
    assert tree["difference_fen"] == 0
    await world.books_balance()
