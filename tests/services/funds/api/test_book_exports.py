"""All books leave as one workbook, and what leaves a county can begin another one."""

from __future__ import annotations

import uuid
from typing import Any

import httpx2 as httpx
import pytest_asyncio
from sqlalchemy import select

from shared.chassis.identity import Actor
from shared.chassis.tables import AuditEntry
from tests.services.funds.checks import check_progress
from tests.services.funds.opening_books import BOOKS, paid, posted, receipt, rows_of, workbook
from tests.services.funds.world import BASE, COUNTY, READING, YEAR, World, code_of, day, desk, grant_of
from tests.support.harness import running

TAKER = desk("book_export.take", *READING)
SHEETS = ("接收", "分配", "支付", "资金文件", "报账", "质保金", "发放批次", "发放明细", "转账", "试算平衡")
MEASURES = ("received_fen", "allocated_fen", "paid_fen", "returned_fen", "withheld_fen")


@pytest_asyncio.fixture
async def other() -> Any:
    """An empty county elsewhere, with the same project in its library."""
    async with running("funds", pool_size=5) as harness:
        yield World(harness, projects={"P1": grant_of("P1")})


async def take(world: World, who: Actor = TAKER, area: str = COUNTY) -> httpx.Response:
    body = {"division_code": area, "fund_year": YEAR, "purpose": "年终对账"}
    async with world.funds.as_(who) as client:
        return await client.post(f"{BASE}/book-exports", json=body, headers={"Idempotency-Key": uuid.uuid4().hex})


async def taken(world: World) -> bytes:
    answer = await take(world)
    assert answer.status_code == 200, answer.text
    return answer.content


async def progress(world: World, on: str) -> list[dict[str, Any]]:
    """Totals and every group of an answer on progress, as far as the measures go."""
    found = []
    for by in ("division", "fund_kind", "project"):
        answer = await world.progress(as_of=on, group_by=by)
        rows = [answer["total"], *sorted(answer["groups"], key=lambda group: group["key"])]
        found += [{name: row[name] for name in MEASURES} for row in rows]
    return found


async def test_what_leaves_a_county_opens_the_books_of_an_empty_one(world: World, other: World) -> None:
    books = BOOKS | {"payments": [*BOOKS["payments"], paid("V9", "A1", "970.00", "30.00", [day(7)] * 4)]}
    await posted(world, workbook(books))
    content = await taken(world)
    opened = await posted(other, content)
    assert opened["state"] == "posted"
    for on in (day(1, 31), day(3, 5), day(5, 3), day(6, 4), day(6, 20), day(12, 31)):
        assert await progress(other, on) == await progress(world, on), on
    await check_progress(other, division_code=COUNTY)
    assert rows_of(await taken(other), "接收")[1][1:] == rows_of(content, "接收")[1][1:]


async def test_an_export_holds_every_book_and_its_totals_and_hashes(world: World) -> None:
    await posted(world, workbook())
    content = await taken(world)
    sheets = {name: rows_of(content, name) for name in SHEETS}
    assert sheets["接收"][-1][-1] == "15000.50"
    assert sheets["支付"][-1][-2:] == ["4400.00", "90.00"]
    assert sheets["试算平衡"][-1][3] == "0.00"
    hashes = [row[16] for row in sheets["转账"][1:]]
    assert len(hashes) == len(set(hashes))
    assert all(len(one) == 64 for one in hashes)
    assert len(sheets["报账"]) == 4
    assert sheets["质保金"][1][2:4] == ["90.00", "0.00"]


async def test_taking_the_books_is_written_down_and_needs_the_right_to(world: World) -> None:
    assert (await take(world, desk("fund.read"))).status_code == 403
    assert (await take(world, area="341621")).status_code == 404
    assert (await take(world)).status_code == 200
    async with world.funds.fastapi.state.database.session(read_only=True) as session:
        rows = (await session.scalars(select(AuditEntry).where(AuditEntry.action == "book_export.take"))).all()
    assert [(row.office, row.details["purpose"]) for row in rows] == [("341622-finance", "年终对账")]


async def test_no_cell_of_an_export_is_a_formula(world: World) -> None:
    await posted(world, workbook(BOOKS | {"receipts": [
        receipt("R1", "10000.00", title="=HYPERLINK(1)"), receipt("R2", "5000.50", on=day(4), issued_on=day(4)),
    ]}))  # fmt: skip
    page = rows_of(await taken(world), "接收")
    assert page[1][2] == "'=HYPERLINK(1)"
    assert not any(isinstance(cell, dict) for row in page for cell in row)
    assert code_of(await take(world, area="00")) == "not_found"
