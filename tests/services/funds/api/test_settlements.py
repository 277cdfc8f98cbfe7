"""The bank's word on several orders at once: each is judged as if it had come alone."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import httpx2 as httpx
from sqlalchemy import text

from shared.chassis.identity import Actor
from tests.services.funds.api.test_payments import approved_claim
from tests.services.funds.world import CONFIRMER, READER, World, code_of, day, desk

FAR_AWAY = desk("payment.confirm", office="341699-finance", scope=("341699",))


async def ordered(world: World, count: int) -> list[int]:
    """Ids of as many payments with the bank."""
    return [(await world.order(await approved_claim(world)))["payment_id"] for _ in range(count)]


async def said(world: World, payment: int, who: Actor = CONFIRMER, key: str = "", **changes: Any) -> httpx.Response:
    body = {"outcome": "paid", "settled_on": day(5, 13), "bank_reference": f"B{payment}"} | changes
    return await world.post(who, f"/payments/{payment}/result", body, key or uuid.uuid4().hex)


async def test_results_that_come_together_are_each_judged_alone(world: World) -> None:
    one, two, three, four = await ordered(world, 4)
    answers = await asyncio.gather(
        said(world, one), said(world, one), said(world, two, outcome="refused"),
        said(world, three, settled_on=day(5, 1)), said(world, four, FAR_AWAY), said(world, 10_000_000),
    )  # fmt: skip
    assert sorted(answer.status_code for answer in answers[:2]) == [200, 409]
    assert [answer.status_code for answer in answers[2:]] == [200, 422, 404, 404]
    states = {item["payment_id"]: item["state"] for item in (await world.seen(READER, "/payments"))["items"]}
    assert states == {one: "paid", two: "refused", three: "ordered", four: "ordered"}
    await world.books_balance()


async def test_each_of_them_stands_in_the_audit_under_its_own_trace(world: World) -> None:
    payments = await ordered(world, 5)
    answers = await asyncio.gather(*(said(world, payment) for payment in payments))
    async with world.funds.fastapi.state.database.session(read_only=True) as session:
        query = text("select subject, trace_id from audit_entries where action = 'payment.confirm'")
        noted = {row.subject: row.trace_id for row in await session.execute(query)}
    traces = [answer.headers["x-trace-id"] for answer in answers]
    assert noted == {f"payment:{one}": trace for one, trace in zip(payments, traces, strict=True)}
    assert len(set(traces)) == len(payments)


async def test_the_same_key_many_times_at_once_is_one_result(world: World) -> None:
    (payment,) = await ordered(world, 1)
    answers = await asyncio.gather(*(said(world, payment, key="once") for _ in range(8)))
    assert {answer.status_code for answer in answers} <= {200, 409, 503}
    first = next(answer for answer in answers if answer.status_code == 200)
    again = await said(world, payment, key="once")
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert again.headers["content-type"] == first.headers["content-type"]


async def test_a_refused_result_is_stored_under_its_key(world: World) -> None:
    (payment,) = await ordered(world, 1)
    await said(world, payment)
    refused, again = [await said(world, payment, key="late") for _ in range(2)]
    assert (refused.status_code, code_of(refused)) == (409, "already_decided")
    assert (again.json(), again.headers["idempotency-replayed"]) == (refused.json(), "true")
