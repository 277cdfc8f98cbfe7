"""Progress is answered from sums kept by day: they are the ledger's, whatever the order, the day and the moment."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from services.funds.domain.questions import Question
from services.funds.operations import spending, spending_sums
from services.funds.storage import spending as storage
from shared.chassis.clock import office_today
from tests.services.funds.books import Books
from tests.services.funds.checks import GROUPINGS, SUMMED, check_progress
from tests.services.funds.world import CONFIRMER, COUNTY, PROVINCE, YEAR, World, day, grant_of
from tests.support.harness import running

DAYS = (day(2), day(6, 3), day(12, 31))
Step = Callable[[World], Awaitable[Any]]


async def answers(world: World, **more: Any) -> list[dict[str, Any]]:
    """The figures of every grouping, of the province and the county, on days before, between and after all steps."""
    found = []
    for area in ("34", COUNTY):
        for by in GROUPINGS:
            for on in DAYS:
                asked = {"division_code": area, "fund_year": YEAR, "as_of": on, "group_by": by, "delays": "none"}
                answer = await world.seen(PROVINCE, "/progress", **(asked | more))
                found.append({"total": answer["total"], "groups": answer["groups"]})
    return found


class Chain:
    """One project's money, step by step; its steps stay in order, between those of others."""

    def __init__(self, code: str, amount: int) -> None:
        self.code, self.amount = code, amount
        self.receipt: dict[str, Any] = {}
        self.allocation: dict[str, Any] = {}
        self.payment: dict[str, Any] = {}

    async def received(self, world: World) -> None:
        self.receipt = await world.money(self.amount * 2)

    async def given(self, world: World) -> None:
        self.allocation = await world.allocation(self.receipt, self.amount, self.code)

    async def paid(self, world: World) -> None:
        self.payment = await world.paid(self.allocation, self.amount // 2, on=day(6))

    async def back(self, world: World) -> None:
        body = {"amount_fen": self.amount // 10, "returned_on": day(8, 2), "reason": "账号有误"}
        path = f"/payments/{self.payment['payment_id']}/return"
        await world.made(CONFIRMER, path, body | {"bank_reference": uuid.uuid4().hex[:16]})

    @property
    def steps(self) -> list[Step]:
        return [self.received, self.given, self.paid, self.back]


def interleaved(order: list[bool]) -> list[Step]:
    first, second = Chain("P1", 1_000_00).steps, Chain("P2", 3_000_01).steps
    steps = []
    for from_first in order:
        own, other = (first, second) if from_first else (second, first)
        steps.append((own or other).pop(0))
    return steps


async def entered(world: World, order: list[bool]) -> list[dict[str, Any]]:
    world.projects["P2"] = grant_of("P2")
    for step in interleaved(order):
        await step(world)
    return await answers(world)


REFERENCE: dict[str, list[dict[str, Any]]] = {}


@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(order=st.permutations([True] * 4 + [False] * 4))
async def test_progress_never_depends_on_the_order_of_postings(order: list[bool]) -> None:
    async with running("funds", pool_size=5) as harness:
        found = await entered(World(harness, projects={"P1": grant_of("P1")}), order)
    first = REFERENCE.setdefault("first", found)
    assert [one["total"] for one in found] == [one["total"] for one in first]
    assert [one["groups"] for one in found] == [one["groups"] for one in first]
    assert found[-1]["total"]["paid_fen"] > found[-1]["total"]["returned_fen"] > 0


async def test_what_waits_to_be_added_is_added_up_all_the_same(world: World) -> None:
    database = world.funds.fastapi.state.database
    unfolded = await entered(world, [True, False] * 4)
    while await spending_sums.fold_once(database):
        pass
    assert await answers(world) == unfolded
    assert await spending_sums.differing(database) == 0
    assert await spending_sums.rebuild(database) > 0
    assert await answers(world) == unfolded
    assert await answers(world, known_on=office_today().isoformat()) == unfolded


async def test_as_of_a_day_is_what_was_answered_on_that_day(world: World) -> None:
    """Postings of later days change no earlier day's answer, however often it is asked."""
    chain, told = Chain("P1", 1_000_00), []
    for step, on in zip(chain.steps, (day(2), day(3, 10), day(6, 4), day(8, 2)), strict=True):
        await step(world)
        told.append((on, await world.seen(PROVINCE, "/progress", division_code=COUNTY, fund_year=YEAR, as_of=on)))
    for on, answer in told:
        again = await world.seen(PROVINCE, "/progress", division_code=COUNTY, fund_year=YEAR, as_of=on)
        assert again["total"] == answer["total"]
        assert again["groups"] == answer["groups"]


async def test_what_was_entered_later_was_not_known_before(world: World) -> None:
    """A paper of March entered in November changes March; what was known in March stays to be had."""
    await Chain("P1", 1_000_00).received(world)
    yesterday = (office_today() - timedelta(days=1)).isoformat()
    params = {"division_code": COUNTY, "fund_year": YEAR, "as_of": day(12, 31)}
    assert (await world.seen(PROVINCE, "/progress", **params))["total"]["received_fen"] == 200_000
    before = await world.seen(PROVINCE, "/progress", **params, known_on=yesterday)
    assert before["total"]["received_fen"] == 0
    assert before["total"]["progress"] is None
    assert before["delays"] is None


async def test_one_projects_money_is_asked_for_and_one_offices(world: World) -> None:
    world.projects["P2"] = grant_of("P2", office="341622-water", office_name="蒙城县水利局")
    for chain in (Chain("P1", 1_000_00), Chain("P2", 3_000_01)):
        for step in chain.steps:
            await step(world)
    asked: dict[str, Any] = {
        "division_code": "34", "fund_year": YEAR, "as_of": day(12, 31), "group_by": "project",
    }  # fmt: skip
    whole = await world.seen(PROVINCE, "/progress", **asked)
    group = next(item for item in whole["groups"] if item["key"] == "P2")
    for narrowed in ({"project_code": "P2"}, {"office": "341622-water"}):
        own = await check_progress(world, **(asked | narrowed))
        assert {name: own["total"][name] for name in SUMMED} == {name: group[name] for name in SUMMED}
        assert {row["project_code"] for row in own["delays"]} == {"P2"}
    nothing = await world.seen(PROVINCE, "/progress", **asked, project_code="P9")
    assert (nothing["total"]["received_fen"], nothing["total"]["verdict"]) == (0, None)


async def test_the_line_of_days_is_the_answer_of_each_day(world: World) -> None:
    await entered(world, [True, False] * 4)
    async with world.funds.fastapi.state.database.session(read_only=True) as session:
        question = Question("34", YEAR, office_today())
        days = [office_today().replace(year=YEAR, month=month, day=1) for month in range(1, 13)]
        line = await spending.series(session, question, days)
    for on, totals in line:
        asked = await world.seen(PROVINCE, "/progress", division_code="34", fund_year=YEAR, as_of=on.isoformat())
        assert asked["total"]["received_fen"] == totals.received_fen
        assert asked["total"]["paid_fen"] == totals.paid_fen
        assert asked["total"]["returned_fen"] == totals.returned_fen


@pytest.mark.parametrize("table", ["holding_days", "spending_days"])
async def test_a_sum_that_was_tampered_with_is_found_and_mended(world: World, table: str) -> None:
    database = world.funds.fastapi.state.database
    await Chain("P1", 1_000_00).received(world)
    await spending_sums.fold_once(database)
    await Books(world.funds).tamper(f"update {table} set received_fen = received_fen + 1")
    assert await spending_sums.differing(database) > 0
    await spending_sums.rebuild(database)
    assert await spending_sums.differing(database) == 0


async def _count(world: World, table: str) -> int:
    async with world.funds.fastapi.state.database.session(read_only=True) as session:
        return int(await session.scalar(text(f"select count(*) from {table}")) or 0)


async def test_sums_made_anew_hold_what_still_waited_and_go_on_with_what_is_posted_after(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def waits(_: Any) -> int:
        return 0

    database, fold_once = world.funds.fastapi.state.database, spending_sums.fold_once
    monkeypatch.setattr(spending_sums, "fold_once", waits)
    await Chain("P1", 1_000_00).received(world)
    await fold_once(database)
    await Chain("P1", 2_000_00).received(world)
    assert await _count(world, "spending_tail") > 0
    assert await spending_sums.rebuild(database) == await _count(world, "ledger_transfers")
    assert await _count(world, "spending_tail") == 0
    assert await spending_sums.differing(database) == 0
    await Chain("P1", 3_000_00).received(world)
    assert await _count(world, "spending_tail") > 0
    assert await spending_sums.differing(database) == 0
    await fold_once(database)
    assert await spending_sums.differing(database) == 0


async def test_the_service_itself_cannot_write_the_sums(world: World) -> None:
    for statement in ("delete from spending_days", "insert into spending_tail values (1)"):
        with pytest.raises(Exception, match="permission denied"):
            async with world.funds.fastapi.state.database.session() as session:
                await session.execute(text(statement))


async def test_money_lies_in_the_areas_above_it_and_in_no_other(world: World) -> None:
    await entered(world, [True, False] * 4)
    async with world.funds.fastapi.state.database.session(read_only=True) as session:
        sums = {
            area: await storage.grouped(session, Question(area, YEAR, office_today()), "division")
            for area in ("00", "34", "3416", COUNTY, "341622101", "341622101200", "3412")
        }
    whole = sum((sums["34"][key].received_fen for key in sums["34"]), 0)
    assert sums["00"]["34"].received_fen == whole
    assert sums["3412"] == {}
    assert sums["341622101200"]["341622101200"].paid_fen == sums[COUNTY]["341622101"].paid_fen
