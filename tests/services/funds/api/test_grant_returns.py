"""退回: a grant that was paid and came back, by the bank or by the household, and is paid to the right account."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from services.funds.domain.bank_files import written
from tests.services.funds.api import test_grant_files as files
from tests.services.funds.api import test_grant_regrants as regrants
from tests.services.funds.api.bank import CASHIER, TODAY
from tests.services.funds.api.test_grant_batches import approved, body, ordered, person
from tests.services.funds.checks import check_progress
from tests.services.funds.world import (
    CHECKER,
    CLAIMANT,
    CONFIRMER,
    COUNTY,
    ELSEWHERE,
    READER,
    RELEASER,
    YEAR,
    World,
    code_of,
    day,
    pointer_of,
)

ROOT = "/grant-batches"


async def paid(world: World, *numbers: int, on: str = day(5, 13)) -> dict[str, Any]:
    """A batch whose lines were each paid by a result of its own, all on one day."""
    batch = await ordered(world, await approved(world, *(person(world, number) for number in numbers)))
    for line in batch["lines"]:
        told = {"line_id": line["line_id"], "outcome": "paid", "bank_reference": uuid.uuid4().hex[:16]}
        batch = await world.made(
            CONFIRMER, f"{ROOT}/{batch['batch_id']}/result", {"settled_on": on, "lines": [told]}
        )  # fmt: skip
    return batch


def back(**changes: Any) -> dict[str, Any]:
    return {
        "returned_on": day(6), "returned_by": "bank", "reason": "账号有误", "bank_reference": uuid.uuid4().hex[:16],
    } | changes  # fmt: skip


def path_of(batch: dict[str, Any], index: int = 0) -> str:
    return f"/grants/{batch['lines'][index]['line_id']}/return"


async def test_a_paid_grant_that_came_back_is_its_allocations_money_again_and_is_granted_anew(world: World) -> None:
    batch = await paid(world, 11, 12)
    hops = {"division_code": COUNTY, "fund_year": YEAR, "as_of": day(5, 31)}
    clocks = await world.seen(READER, "/stage-clocks", **hops)
    done = await world.made(CONFIRMER, path_of(batch), back())
    assert (done["amount_fen"], done["returned_by"], done["line_id"]) == (
        300_000, "bank", batch["lines"][0]["line_id"],
    )  # fmt: skip
    seen = await world.seen(READER, f"{ROOT}/{batch['batch_id']}")
    assert [(row["state"], row["reason"]) for row in seen["lines"]] == [("returned", "sent_back"), ("paid", None)]
    given = await world.seen(READER, f"/allocations/{batch['allocation_id']}")
    assert given["available_fen"] == 10_000_000 - 300_000
    total = (await check_progress(world, READER, division_code=COUNTY))["total"]
    assert (total["paid_fen"], total["returned_fen"]) == (600_000, 300_000)
    before = (await check_progress(world, READER, division_code=COUNTY, as_of=day(5, 31)))["total"]
    assert (before["paid_fen"], before["returned_fen"]) == (600_000, 0)
    assert await world.seen(READER, "/stage-clocks", **hops) == clocks, "of an earlier day nothing has changed"
    walk = await world.seen(READER, "/trace", batch_id=batch["batch_id"])
    assert walk["differences"] == []
    elsewhere = await world.post(CLAIMANT, ROOT, body({"allocation_id": batch["allocation_id"]}, person(world, 12)))
    assert "duplicate_across" in elsewhere.text, "who kept it has had it"
    person(world, 11, account_mark="the-right-account")
    again = await regrants.regrant(world, seen, 0, prepared_on=day(6, 2))
    assert again.status_code == 201, again.text
    assert code_of(await regrants.regrant(world, seen, 0)) == "already_regranted"
    path = f"{ROOT}/{again.json()['batch_id']}"
    decision = {"outcome": "approve", "opinion": "账户已核对", "decided_on": day(6, 3)}
    await world.made(CHECKER, f"{path}/decision", decision)
    await world.made(RELEASER, f"{path}/payment", {"order_no": "again", "ordered_on": day(6, 4)})
    await world.made(CONFIRMER, f"{path}/result", {"settled_on": day(6, 5), "all_paid_reference": "again"})
    total = (await check_progress(world, READER, division_code=COUNTY))["total"]
    assert (total["paid_fen"], total["returned_fen"]) == (900_000, 300_000)
    card = await world.seen(READER, "/households/household-1/grants")
    assert [(row["kind"], row["direction"], row["on"]) for row in card["money"]] == [
        ("grant", "in", day(6, 5)), ("grant_return", "out", day(6)),
        ("grant", "in", day(5, 13)), ("grant", "in", day(5, 13)),
    ]  # fmt: skip
    assert card["paid_fen"] == 600_000
    await world.books_balance()


async def test_what_does_not_come_back_so_is_refused_and_nothing_moves(world: World) -> None:
    batch = await paid(world, 1, 2)
    first = path_of(batch)
    for who, path, changes, status, code in (
        (RELEASER, first, {}, 403, "same_person"),
        (ELSEWHERE, first, {}, 404, "not_found"),
        (CONFIRMER, "/grants/999/return", {}, 404, "not_found"),
        (CONFIRMER, first, {"returned_on": day(5, 12)}, 422, "day_before_step"),
        (CONFIRMER, first, {"returned_by": "nobody"}, 422, "invalid_fields"),
        (CONFIRMER, first, {"amount_fen": 1}, 422, "invalid_fields"),
    ):
        refused = await world.post(who, path, back(**changes))
        assert (refused.status_code, code_of(refused)) == (status, code), refused.text
    await world.made(CONFIRMER, first, back(bank_reference="once"))
    assert code_of(await world.post(CONFIRMER, first, back())) == "step_not_due"
    assert code_of(await world.post(CONFIRMER, path_of(batch, 1), back(bank_reference="once"))) == (
        "bank_reference_taken"
    )
    given = await world.seen(READER, f"/allocations/{batch['allocation_id']}")
    assert given["available_fen"] == 10_000_000 - 300_000
    unpaid = await ordered(world, await approved(world, person(world, 21)))
    assert code_of(await world.post(CONFIRMER, path_of(unpaid), back())) == "step_not_due"
    await world.books_balance()


async def test_every_grant_of_a_batch_comes_back_however_its_results_came(world: World) -> None:
    """Some by the household, one after a death: each is undone of what was paid."""
    batch = await paid(world, 1, 2, 3)
    await world.died(2, day(5, 1))
    (case,) = (await world.seen(READER, "/claw-backs"))["items"]
    barred = await world.post(CONFIRMER, path_of(batch, 1), back())
    assert (barred.status_code, code_of(barred), pointer_of(barred)) == (409, "grant_clawed_back", "/grant_line_id")
    assert barred.json()["facts"] == {"case_id": case["case_id"]}
    recovery = {"recovered_on": day(6), "bank_reference": "r1"}
    await world.made(CONFIRMER, f"/claw-backs/{case['case_id']}/recovery", recovery)
    both = await asyncio.gather(
        *(world.insist(CONFIRMER, path_of(batch, index), back(returned_by="household")) for index in (0, 2))
    )
    assert [answer.status_code for answer in both] == [200, 200]
    seen = await world.seen(READER, f"{ROOT}/{batch['batch_id']}")
    assert [row["reason"] for row in seen["lines"]] == ["given_back", "dead", "given_back"]
    given = await world.seen(READER, f"/allocations/{batch['allocation_id']}")
    assert given["available_fen"] == 10_000_000
    await world.books_balance()


async def test_a_death_told_after_a_grant_came_back_opens_no_case(world: World) -> None:
    batch = await paid(world, 1)
    await world.made(CONFIRMER, path_of(batch), back(returned_by="household"))
    await world.died(1, day(5, 1))
    assert (await world.seen(READER, "/claw-backs"))["items"] == []


async def test_the_bank_says_in_a_later_answer_that_a_paid_grant_was_sent_back(world: World) -> None:
    batch = await files.sent(world, 11, 12)
    file = await files.built(world, batch)
    await files.answered(world, file, written(files.rows_of(file, (0, "成功", "b1"), (1, "成功", "b2"))))
    sent_back = written(files.rows_of(file, (0, "退汇", "back-1"), (1, "成功", "b2")))
    answer = await files.answered(world, file, sent_back)
    assert (answer.status_code, answer.json()["returned"], answer.json()["repeated"]) == (200, 1, 1)
    assert await files.states(world, batch) == ["returned", "paid"]
    again = await files.answered(world, file, written(files.rows_of(file, (0, "退汇", "back-1"))))
    assert (again.status_code, again.json()["repeated"]) == (200, 1)
    earlier = await files.answered(world, file, written(files.rows_of(file, (0, "成功", "b1"))))
    assert (earlier.status_code, earlier.json()["repeated"]) == (200, 1)
    twice = await files.answered(world, file, written(files.rows_of(file, (0, "退汇", "back-2"))))
    assert (twice.status_code, code_of(twice)) == (409, "result_contradicts")
    total = (await world.progress(as_of=TODAY))["total"]
    assert (total["paid_fen"], total["returned_fen"]) == (600_000, 300_000)
    assert code_of(await world.post(CASHIER, path_of(batch), back(returned_on=TODAY))) == "step_not_due"
    await world.books_balance()
