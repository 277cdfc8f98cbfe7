"""项目管理费 over HTTP: which money bears it, and what a move between projects does to it."""

from __future__ import annotations

from typing import Any

from tests.services.funds.world import (
    CHECKER,
    COUNTY,
    MAKER,
    PROVINCE,
    READER,
    YEAR,
    World,
    code_of,
    day,
    desk,
    document_body,
    grant_of,
    pointer_of,
)

MOVER = desk("reallocation.propose")
YES = {"outcome": "approve", "opinion": "同意", "decided_on": day(3, 10)}


def fee(receipt: dict[str, Any], amount: int, **changes: Any) -> dict[str, Any]:
    return {
        "receipt_id": receipt["receipt_id"], "project_code": "P1", "amount_fen": amount, "proposed_on": day(3),
        "use_code": "management_fee",
    } | changes  # fmt: skip


async def allocated(world: World, body: dict[str, Any]) -> int:
    made = await world.made(MAKER, "/allocations", body)
    await world.made(CHECKER, f"/allocations/{made['allocation_id']}/decision", YES)
    found: int = made["allocation_id"]
    return found


async def used(world: World) -> tuple[int, int]:
    (seen,) = (await world.seen(READER, "/management-fees", division_code=COUNTY, fund_year=YEAR))["items"]
    return seen["used_fen"], seen["left_fen"]


async def test_no_fee_is_taken_from_money_outside_its_base(world: World) -> None:
    lines = [
        {"division_code": COUNTY, "amount_fen": 90_000, "direction": "扶贫发展"},
        {"division_code": COUNTY, "amount_fen": 10_000, "direction": "以工代赈"},
    ]
    document = await world.made(PROVINCE, "/documents", document_body({COUNTY: 100_000}, lines=lines))
    base, outside = [
        await world.made(
            MAKER,
            "/receipts",
            {
                "document_id": document["document_id"], "division_code": COUNTY, "received_on": day(2),
                "amount_fen": line["amount_fen"], "line_id": line["line_id"],
            },
        )
        for line in document["lines"]
    ]  # fmt: skip
    refused = await world.post(MAKER, "/allocations", fee(outside, 100))
    assert (refused.status_code, code_of(refused)) == (422, "fee_of_excluded")
    assert refused.json()["facts"] == {"direction": "以工代赈"}
    await allocated(world, fee(base, 900))
    assert await used(world) == (900, 0)
    await world.books_balance()


async def test_a_fee_moves_to_another_project_and_is_counted_once(world: World) -> None:
    world.projects |= {code: grant_of(code) for code in ("P2", "P3")}
    receipt = await world.money(100_000)
    origin = await allocated(world, fee(receipt, 1_000))
    works = await world.allocation(receipt, 5_000, "P3")
    move = {
        "from_allocation_id": origin, "project_code": "P2", "amount_fen": 400, "use_code": "management_fee",
        "reason": "由另一项目列支", "proposed_on": day(4),
    }  # fmt: skip
    made = await world.made(MOVER, "/reallocations", move)
    assert await used(world) == (1_000, 0)
    more = await world.post(MOVER, "/reallocations", move | {"from_allocation_id": works["allocation_id"]})
    assert (more.status_code, code_of(more)) == (422, "over_management_fee")
    path = f"/allocations/{made['to_allocation_id']}/decision"
    await world.made(CHECKER, path, YES | {"decided_on": day(4, 2)})
    assert await used(world) == (1_000, 0)
    await world.books_balance()


async def test_a_fee_dated_back_is_held_to_the_rate_of_today_as_well(world: World) -> None:
    """From May on half of one percent: what is entered now and dated March does not have the rate of March."""
    receipt = await world.money(100_000)
    await world.policy("management_fee_central", "0.005", "rate", day(5))
    over = await world.post(MAKER, "/allocations", fee(receipt, 501))
    assert (over.status_code, code_of(over)) == (422, "over_management_fee")
    assert over.json()["facts"] == {"left_fen": 500, "ceiling_fen": 500}
    await allocated(world, fee(receipt, 500))
    assert await used(world) == (500, 0)


async def test_a_fee_is_held_to_the_rate_of_its_stated_day(world: World) -> None:
    receipt = await world.money(100_000)
    await world.policy("management_fee_central", "0.005", "rate", day(2))
    await world.policy("management_fee_central", "0.01", "rate", day(5))
    over = await world.post(MAKER, "/allocations", fee(receipt, 501))
    assert (over.status_code, code_of(over)) == (422, "over_management_fee")


async def test_a_proposed_fee_is_looked_at_again_when_it_is_decided_on(world: World) -> None:
    receipt = await world.money(100_000)
    made = await world.made(MAKER, "/allocations", fee(receipt, 1_000))
    await world.policy("management_fee_central", "0.005", "rate", day(3, 5))
    path = f"/allocations/{made['allocation_id']}/decision"
    late = await world.post(CHECKER, path, YES)
    assert (late.status_code, code_of(late), pointer_of(late)) == (422, "over_management_fee", "/outcome")
    assert late.json()["facts"] == {"left_fen": 500, "ceiling_fen": 500}
    await world.made(CHECKER, path, YES | {"outcome": "refuse"})
    assert await used(world) == (0, 500)
    await world.books_balance()
