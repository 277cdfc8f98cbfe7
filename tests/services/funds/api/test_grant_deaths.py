"""死亡人员领取: a death told before, during or after a payment never leaves money with the dead unnoticed."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest
from sqlalchemy import text

from services.funds.domain.bank_files import written
from tests.services.funds.api import bank
from tests.services.funds.api import test_grant_files as files
from tests.services.funds.api.test_grant_batches import (
    APPROVE,
    allocation,
    approved,
    body,
    ordered,
    person,
    prepared,
)
from tests.services.funds.checks import check_progress, check_walks
from tests.services.funds.world import (
    CHECKER,
    CLAIMANT,
    CONFIRMER,
    COUNTY,
    ELSEWHERE,
    READER,
    RELEASER,
    World,
    code_of,
    day,
)

ROOT = "/grant-batches"


async def settled(world: World, batch: dict[str, Any], on: str = day(5, 13)) -> dict[str, Any]:
    return await world.made(
        CONFIRMER, f"{ROOT}/{batch['batch_id']}/result", {"settled_on": on, "all_paid_reference": uuid.uuid4().hex[:8]}
    )


async def states(world: World, batch: dict[str, Any]) -> list[tuple[str, str | None]]:
    found = await world.seen(READER, f"{ROOT}/{batch['batch_id']}")
    return [(row["state"], row["reason"]) for row in found["lines"]]


async def cases(world: World) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await world.seen(READER, "/claw-backs"))["items"]
    return items


async def test_a_death_stops_whatever_is_not_paid_and_frees_its_money(world: World) -> None:
    child = person(world, 3, age=10, schooling="bachelor_1", head_person_id="person-1")
    batch = await approved(world, person(world, 1), person(world, 2), child)
    answer = await world.died(1, day(5, 11))
    assert (answer.status_code, answer.json()) == (200, {"applied": True})
    assert await states(world, batch) == [("stopped", "dead"), ("approved", None), ("stopped", "payee_dead")]
    given = await world.seen(READER, f"/allocations/{batch['allocation_id']}")
    assert given["available_fen"] == 10_000_000 - 300_000
    sent = await ordered(world, batch)
    assert [row["state"] for row in sent["lines"]] == ["stopped", "ordered", "stopped"]
    assert await cases(world) == []
    await world.books_balance()


async def test_a_death_told_before_the_list_is_known_even_if_the_register_answers_late(world: World) -> None:
    await world.died(1, day(4))
    given = await allocation(world)
    refused = await world.post(CLAIMANT, ROOT, body(given, person(world, 1)))
    assert refused.json()["errors"][0]["code"] == "dead"
    await world.died(1, None, sequence=2)
    await world.made(CLAIMANT, ROOT, body(given, person(world, 1)))


async def test_a_death_told_late_opens_a_case_for_what_was_paid_after_the_day(world: World) -> None:
    batch = await settled(world, await ordered(world, await approved(world, person(world, 1), person(world, 2))))
    await world.died(1, day(5, 12))
    await world.died(2, day(5, 13))
    (case,) = await cases(world)
    assert (case["person_id"], case["died_on"], case["paid_on"], case["amount_fen"], case["state"]) == (
        "person-1", day(5, 12), day(5, 13), 300_000, "open",
    )  # fmt: skip
    assert (await world.seen(ELSEWHERE, "/claw-backs"))["items"] == []
    path = f"/claw-backs/{case['case_id']}/recovery"
    back = {"recovered_on": day(6), "bank_reference": "back-1"}
    assert code_of(await world.post(CONFIRMER, path, back | {"recovered_on": day(5)})) == "day_before_step"
    assert (await world.post(ELSEWHERE, path, back)).status_code == 404
    own = await world.post(RELEASER, path, back)
    assert (own.status_code, code_of(own)) == (403, "same_person"), "who ordered it does not enter that it came back"
    done = await world.made(CONFIRMER, path, back)
    assert done["state"] == "recovered"
    assert code_of(await world.post(CONFIRMER, path, back)) == "step_not_due"
    assert (await states(world, batch))[0] == ("returned", "dead")
    answer = await check_progress(world, READER, division_code=COUNTY)
    assert (answer["total"]["paid_fen"], answer["total"]["returned_fen"]) == (600_000, 300_000)
    await world.books_balance()


async def test_a_death_told_while_the_bank_has_the_money_becomes_a_case_when_it_is_paid(world: World) -> None:
    batch = await ordered(world, await approved(world, person(world, 1)))
    await world.died(1, day(5, 12))
    assert (await states(world, batch), await cases(world)) == ([("ordered", None)], [])
    await settled(world, batch)
    assert [case["person_id"] for case in await cases(world)] == ["person-1"]


async def test_a_death_is_applied_once_in_order_and_only_from_the_registry(world: World) -> None:
    batch = await prepared(world, person(world, 1), person(world, 2))
    early = await world.died(1, day(5, 6), sequence=2)
    assert (early.status_code, early.json()["code"]) == (409, "event_out_of_order")
    assert (await states(world, batch))[0] == ("prepared", None)
    event = uuid.uuid4().hex
    first = await world.died(1, day(5, 6), event=event)
    again = await world.died(1, day(5, 6), event=event)
    assert (first.json()["applied"], again.json()["applied"]) == (True, False)
    for changes in ({"type": "person.moved"}, {"data": {"person_id": "x"}}, {"source": "projects"}):
        wrong = await world.died(2, day(5, 6), **changes)
        assert (wrong.status_code, code_of(wrong)) == (422, "event_unknown")
    assert (await states(world, batch))[1] == ("prepared", None)


async def test_a_death_taken_back_closes_the_case(world: World) -> None:
    await settled(world, await ordered(world, await approved(world, person(world, 1))))
    await world.died(1, day(5, 12))
    await world.died(1, None, sequence=2)
    assert [case["state"] for case in await cases(world)] == ["closed"]


async def test_a_list_of_whom_all_died_is_settled_and_decided_no_more(world: World) -> None:
    batch = await prepared(world, person(world, 1))
    await world.died(1, day(5, 6))
    found = await world.seen(READER, f"{ROOT}/{batch['batch_id']}")
    assert (found["state"], found["lines"][0]["state"]) == ("settled", "stopped")
    late = await world.post(CHECKER, f"{ROOT}/{batch['batch_id']}/decision", APPROVE)
    assert code_of(late) == "already_decided"
    await world.books_balance()


async def test_a_death_and_a_release_at_once_leave_no_dead_unnoticed(world: World) -> None:
    batch = await approved(world, *(person(world, n) for n in range(1, 7)))

    async def told(number: int) -> None:
        for _ in range(50):
            if (await world.died(number, day(5, 11))).status_code == 200:
                return

    sent, *_ = await asyncio.gather(ordered(world, batch), *(told(number) for number in range(1, 5)))
    found = await states(world, batch)
    await settled(world, sent)
    stopped = [number for number in range(1, 7) if found[number - 1][0] == "stopped"]
    clawed = [int(case["person_id"].removeprefix("person-")) for case in await cases(world)]
    assert sorted(stopped + clawed) == [1, 2, 3, 4]
    await world.books_balance()


async def test_a_death_told_again_with_its_right_day_opens_or_closes_the_case(world: World) -> None:
    await settled(world, await ordered(world, await approved(world, person(world, 1))))
    await world.died(1, day(5, 1))
    await world.died(1, None, sequence=2)
    await world.died(1, day(5, 2), sequence=3)
    (case,) = await cases(world)
    assert (case["state"], case["died_on"], case["note"]) == ("open", day(5, 2), None)
    await world.died(1, day(5, 13), sequence=4)
    (case,) = await cases(world)
    assert (case["state"], case["note"]) == ("closed", "死亡日期已更正,发放时尚在世")
    await world.died(1, day(4), sequence=5)
    (case,) = await cases(world)
    recovery = {"recovered_on": day(7), "bank_reference": "back-1", "note": "家属退回"}
    await world.made(CONFIRMER, f"/claw-backs/{case['case_id']}/recovery", recovery)
    await world.died(1, None, sequence=6)
    await world.died(1, day(4), sequence=7)
    assert [one["state"] for one in await cases(world)] == ["recovered"]


async def test_what_a_dead_payee_received_for_another_is_got_back_and_granted_anew(world: World) -> None:
    for known in (False, True):
        number = 1 + 10 * known
        person(world, number)
        child = person(world, number + 1, age=10, schooling="bachelor_1", head_person_id=f"person-{number}")
        batch = await ordered(world, await approved(world, child))
        if known:
            await world.died(number, day(5, 12))
        batch = await settled(world, batch)
        if not known:
            await world.died(number, day(5, 12))
        case = (await cases(world))[0]
        assert (case["person_id"], case["state"], case["amount_fen"]) == (f"person-{number}", "open", 300_000)
        recovery = {"recovered_on": day(7), "bank_reference": f"back-{number}", "note": "家属退回"}
        await world.made(CONFIRMER, f"/claw-backs/{case['case_id']}/recovery", recovery)
        assert await states(world, batch) == [("returned", "payee_dead")]
    person(world, 12, age=10, schooling="bachelor_1", head_person_id="person-13")
    person(world, 13)
    again = {"lines": [batch["lines"][0]["line_id"]], "mode": "refuse_batch", "prepared_on": day(8)}
    await world.made(CLAIMANT, f"{ROOT}/{batch['batch_id']}/regrants", again)
    await check_progress(world, division_code=COUNTY)
    await world.books_balance()


@pytest.mark.parametrize("payee", [False, True])
@pytest.mark.parametrize("by_hand", [None, "b9", "back-1"])
async def test_what_the_bank_says_of_the_dead_keeps_no_other_grant_of_its_file_waiting(
    world: World, by_hand: str | None, payee: bool
) -> None:
    """It sends back what was paid after a death: that ends the case, once; by hand it may have ended before."""
    dead = person(world, 1)
    if payee:
        dead = person(world, 2, age=10, schooling="bachelor_1", head_person_id="person-1")
    batch = await ordered(world, await approved(world, dead, person(world, 21)))
    file = await files.built(world, batch)
    first = await files.answered(world, file, written(files.rows_of(file, (0, "成功", "b1"))))
    assert first.status_code == 200, first.text
    await world.died(1, day(5, 12))
    (case,) = await cases(world)
    if by_hand is not None:
        recovery = {"recovered_on": bank.TODAY, "bank_reference": by_hand, "note": "家属退回"}
        await world.made(CONFIRMER, f"/claw-backs/{case['case_id']}/recovery", recovery)
    told = [("成功", "b1")] if by_hand == "back-1" else [("退汇", "b9"), ("成功", "b1"), ("退汇", "b9")]
    for number, (outcome, reference) in enumerate(told):
        rows = files.rows_of(file, (0, outcome, reference), *[(1, "成功", "b2")][: number + 1])
        answer = await files.answered(world, file, written(rows))
        assert answer.status_code == 200, answer.text
    (case,) = await cases(world)
    assert (case["state"], case["bank_reference"]) == ("recovered", by_hand or "b9")
    why = "payee_dead" if payee else "dead"
    assert await states(world, batch) == [("returned", why), ("paid", None)]
    twice = await files.answered(world, file, written(files.rows_of(file, (0, "退汇", "b10"), (1, "成功", "b2"))))
    assert code_of(twice) == "result_contradicts", "it came back once"
    given = await world.seen(READER, f"/allocations/{batch['allocation_id']}")
    assert given["available_fen"] == 10_000_000 - 300_000
    await check_progress(world, division_code=COUNTY)
    await check_walks(world)


async def test_a_recovery_waits_for_the_list_before_it_holds_the_case(world: World) -> None:
    """Whoever enters the bank's answer holds the list first: the other way round the two would wait for each other."""
    await settled(world, await ordered(world, await approved(world, person(world, 1))))
    await world.died(1, day(5, 1))
    (case,) = await cases(world)
    body = {"recovered_on": day(7), "bank_reference": "back-1", "note": "家属退回"}
    async with world.funds.fastapi.state.database.session() as session:
        await session.execute(text("select 1 from grant_batches for update"))
        recovery = asyncio.create_task(world.post(CONFIRMER, f"/claw-backs/{case['case_id']}/recovery", body))
        here = "select pid from pg_locks join pg_database d on d.oid = database where datname = current_database()"
        waits = text(f"select count(*) from pg_locks where not granted and pid in ({here})")
        while not await session.scalar(waits):  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.05)
        await session.execute(text("select 1 from claw_backs for update nowait"))
    assert (await recovery).status_code == 200
