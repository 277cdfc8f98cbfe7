"""Files for the bank: each order in one file, totals proven, answers entered whole, once, and never guessed."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import uuid
from typing import Any

import pytest
from sqlalchemy import text

from services.funds.domain.bank_files import ORDER_SHEET, written
from shared.chassis.xlsx_rows import XlsxSheet
from tests.services.funds.api.bank import (
    ACCOUNT,
    CASHIER,
    TODAY,
    account,
    answer_of,
    built,
    cells,
    ordered,
    send,
    take,
    workbook,
)
from tests.services.funds.world import (
    BASE,
    CLAIMANT,
    ELSEWHERE,
    READER,
    RELEASER,
    World,
    code_of,
    day,
    desk,
    grant_of,
)


async def states(world: World, file: dict[str, Any]) -> list[str]:
    seen = await world.seen(READER, f"/bank-files/{file['bank_file_id']}")
    return [line["state"] for line in seen["lines"]]


async def test_a_file_proves_its_count_total_and_bytes_and_shows_accounts_to_the_bank_only(world: World) -> None:
    await account(world)
    file = await built(world, await ordered(world, [10_000, 20_001]))
    assert (file["line_count"], file["total_fen"]) == (2, 9_700 + 19_401)
    assert ACCOUNT not in str(file)
    assert file["lines"][0]["account_masked"] == "********0018"
    taken = await take(world, file)
    assert taken.headers["content-type"].startswith("text/csv")
    assert taken.headers["cache-control"] == "no-store"
    assert hashlib.sha256(taken.content).hexdigest() == file["content_sha256"]
    rows = cells(taken.content)
    assert rows[0] == ["批次号", "端到端编号", "收款户名", "收款账号", "开户行", "金额(元)", "用途"]
    assert rows[1][:1] + rows[1][2:6] == [file["number"], "某路桥公司", ACCOUNT, "中国农业银行蒙城县支行", "97.00"]
    assert rows[-1][:2] + rows[-1][5:6] == ["合计", "2", "291.01"]
    assert len({row[1] for row in rows[1:-1]}) == 2


async def test_taking_the_file_is_a_right_of_its_own_and_written_down_before(world: World) -> None:
    await account(world)
    file = await built(world, await ordered(world, [10_000]))
    assert (await take(world, file, READER)).status_code == 403
    assert (await take(world, file, desk("bank_file.take", scope=("341621",)))).status_code == 404
    await take(world, file)
    async with world.funds.fastapi.state.database.session() as session:
        trail = (await session.execute(text("select action, fields, subjects::text from read_trail"))).all()
        done = (await session.scalars(text("select action from audit_entries where action = 'bank_file.take'"))).all()
        kept = (await session.scalars(text("select count(*) from idempotency_keys where body like :it"),
                                      {"it": f"%{ACCOUNT}%"})).one()  # fmt: skip
        sealed = (await session.scalars(text("select account_sealed from payee_accounts"))).one()
    assert [tuple(row[:2]) for row in trail] == [("bank_file.take", "account")]
    assert (list(done), kept) == (["bank_file.take"], 0)
    assert ACCOUNT not in sealed


async def test_a_file_that_is_not_what_was_recorded_does_not_leave(world: World) -> None:
    await account(world)
    file = await built(world, await ordered(world, [10_000]))
    async with world.funds.fastapi.state.database.session() as session:
        await session.execute(text("update payee_accounts set bank_name = '别的银行'"))
    refused = await take(world, file)
    assert (refused.status_code, code_of(refused)) == (409, "file_changed")


async def test_an_order_stands_in_one_file_only_and_in_one_of_its_county(world: World) -> None:
    await account(world)
    one, other = await ordered(world, [10_000, 10_000])
    await built(world, [one])
    body = {"payment_ids": [one["payment_id"], other["payment_id"]]}
    again = await world.post(CASHIER, "/bank-files", body)
    assert (again.status_code, code_of(again)) == (409, "payment_in_file")
    twice = await world.post(CASHIER, "/bank-files", {"payment_ids": [other["payment_id"]] * 2})
    assert code_of(twice) == "payment_repeated"
    outside = desk("bank_file.build", scope=("341621",))
    assert (await world.post(outside, "/bank-files", {"payment_ids": [other["payment_id"]]})).status_code == 404
    assert (await world.post(ELSEWHERE, "/bank-files", body)).status_code == 403
    answers = await asyncio.gather(
        *(world.insist(CASHIER, "/bank-files", {"payment_ids": [other["payment_id"]]}) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_a_partial_answer_settles_what_it_names_and_the_rest_stays_with_the_bank(world: World) -> None:
    await account(world)
    file = await built(world, await ordered(world, [10_000, 20_000, 30_000, 40_000]))
    entered = await send(world, file, answer_of(file, "成功", "失败", "已受理"))
    assert entered.status_code == 200, entered.text
    counts = entered.json()
    assert [counts[name] for name in ("paid", "refused", "accepted", "returned")] == [1, 1, 1, 0]
    assert await states(world, file) == ["paid", "refused", "ordered", "ordered"]
    total = (await world.progress(as_of=TODAY))["total"]
    assert total["paid_fen"] == 9_700
    await send(world, file, answer_of(file, "成功", "成功", first=2))
    assert await states(world, file) == ["paid", "refused", "paid", "paid"]
    await world.books_balance()


async def test_who_ordered_a_payment_of_a_file_does_not_enter_the_banks_answer_to_it(world: World) -> None:
    await account(world)
    file = await built(world, await ordered(world, [10_000]))
    own = await send(world, file, answer_of(file, "成功"), RELEASER)
    assert (own.status_code, code_of(own)) == (403, "same_person")
    assert await states(world, file) == ["ordered"]
    assert (await send(world, file, answer_of(file, "成功"))).status_code == 200


async def test_the_same_answer_twice_moves_money_once(world: World) -> None:
    await account(world)
    file = await built(world, await ordered(world, [10_000, 20_000]))
    content = answer_of(file, "成功", "失败")
    answers = await asyncio.gather(*(send(world, file, content) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert sorted(answer.json()["known"] for answer in answers) == [False, True, True, True]
    assert (await world.progress(as_of=TODAY))["total"]["paid_fen"] == 9_700
    shorter = await send(world, file, answer_of(file, "成功", reference="r-new"))
    assert (shorter.status_code, code_of(shorter)) == (409, "result_contradicts")
    await world.books_balance()


async def test_lines_told_again_in_a_later_answer_change_nothing(world: World) -> None:
    await account(world)
    file = await built(world, await ordered(world, [10_000, 20_000]))
    first = answer_of(file, "成功")
    reference = cells(first)[1][5]
    await send(world, file, first)
    rows = cells(answer_of(file, "成功", "成功"))
    rows[1][5] = reference
    later = await send(world, file, written(rows))
    assert (later.json()["paid"], later.json()["repeated"]) == (1, 1)
    assert await states(world, file) == ["paid", "paid"]
    assert (await world.progress(as_of=TODAY))["total"]["paid_fen"] == 9_700 + 19_400


@pytest.mark.parametrize(
    ("wrong", "outcomes", "code"),
    [
        ({"number": "341622-20200101-0000000000"}, ("成功", "成功"), "result_of_other_file"),
        ({"amount": "97.01"}, ("成功",), "result_total_wrong"),
        ({"amount": "97.01", "total": "97.01"}, ("成功",), "result_amount_changed"),
        ({"amount": "97.001"}, ("成功",), "result_amount_wrong"),
        ({"amount": "97"}, ("成功",), "result_amount_wrong"),
        ({"total": "97.00"}, ("成功", "成功"), "result_total_wrong"),
        ({"count": "1"}, ("成功", "成功"), "result_total_wrong"),
        ({}, ("成功", "也许"), "result_row_wrong"),
    ],
)
async def test_a_wrong_answer_is_refused_whole_and_nothing_moves(
    world: World, wrong: dict[str, Any], outcomes: tuple[str, ...], code: str
) -> None:
    await account(world)
    file = await built(world, await ordered(world, [10_000, 20_000]))
    refused = await send(world, file, answer_of(file, *outcomes, **wrong))
    assert (refused.status_code, code_of(refused)) == (422, code)
    assert await states(world, file) == ["ordered", "ordered"]
    assert (await world.progress(as_of=TODAY))["total"]["paid_fen"] == 0


async def test_another_files_orders_are_refused_even_under_this_files_number(world: World) -> None:
    await account(world)
    one, other = await ordered(world, [10_000, 10_000])
    mine, theirs = await built(world, [one]), await built(world, [other])
    refused = await send(world, mine, answer_of(theirs, "成功", number=mine["number"]))
    assert (refused.status_code, code_of(refused)) == (422, "result_of_other_file")
    assert await states(world, theirs) == await states(world, mine) == ["ordered"]


async def test_what_is_no_csv_or_too_large_is_refused(world: World) -> None:
    await account(world)
    file = await built(world, await ordered(world, [10_000]))
    for content in (b"", b"\x00\x01", "批次号\n".encode(), b"PK\x03\x04"):
        refused = await send(world, file, content)
        assert (refused.status_code, code_of(refused)) == (422, "result_unreadable")
    assert (await send(world, file, b"a" * (1024 * 1024 + 1))).status_code == 413


async def test_a_day_before_the_file_or_after_today_is_no_answer(world: World) -> None:
    await account(world)
    file = await built(world, await ordered(world, [10_000]))
    early = await send(world, file, answer_of(file, "成功", on=day(5, 20)))
    assert (early.status_code, code_of(early)) == (422, "day_before_step")
    late = await send(world, file, answer_of(file, "成功", on="2199-01-01"))
    assert code_of(late) == "day_in_future"
    assert await states(world, file) == ["ordered"]


async def test_returned_money_is_back_on_its_allocation_and_is_claimed_again_on_the_same_papers(world: World) -> None:
    await account(world)
    payment = (await ordered(world, [10_000]))[0]
    file = await built(world, [payment])
    await send(world, file, answer_of(file, "成功"))
    back = answer_of(file, "退汇", reference="back-1")
    assert (await send(world, file, back)).json()["returned"] == 1
    again = await send(world, file, back + b"\r\n")
    assert (again.status_code, again.json()["repeated"]) == (200, 1)
    assert await states(world, file) == ["returned"]
    allocation = await world.seen(READER, f"/allocations/{payment['allocation_id']}")
    assert allocation["available_fen"] == 9_700
    path = f"/claims/{payment['claim_id']}/again"
    repeat = await world.made(CLAIMANT, path, {"claimed_on": TODAY})
    assert (repeat["payable_fen"], repeat["withheld_fen"], repeat["repeats_claim_id"]) == (
        9_700,
        0,
        payment["claim_id"],
    )
    twice = await world.post(CLAIMANT, path, {"claimed_on": TODAY})
    assert (twice.status_code, code_of(twice)) == (409, "claimed_again")
    await world.review(repeat, on=TODAY)
    second = await built(world, [await world.order(repeat, on=TODAY)])
    await send(world, second, answer_of(second, "成功"))
    total = (await world.progress(as_of=TODAY))["total"]
    assert total["paid_fen"] - total["returned_fen"] == 9_700
    await world.books_balance()


async def test_money_returned_by_an_order_nobody_heard_was_paid_comes_back_too(world: World) -> None:
    await account(world)
    payment = (await ordered(world, [10_000]))[0]
    file = await built(world, [payment])
    assert (await send(world, file, answer_of(file, "退汇"))).json()["returned"] == 1
    allocation = await world.seen(READER, f"/allocations/{payment['allocation_id']}")
    assert allocation["available_fen"] == 9_700
    contradicts = await send(world, file, answer_of(file, "失败"))
    assert (contradicts.status_code, code_of(contradicts)) == (409, "result_contradicts")
    await world.books_balance()


async def test_a_claim_whose_payment_did_not_come_back_whole_is_not_claimed_again(world: World) -> None:
    await account(world)
    payment = (await ordered(world, [10_000]))[0]
    path = f"/claims/{payment['claim_id']}/again"
    refused = await world.post(CLAIMANT, path, {"claimed_on": TODAY})
    assert (refused.status_code, code_of(refused)) == (409, "payment_not_returned")
    await world.settle(payment)
    body = {"amount_fen": 9_699, "returned_on": day(6), "reason": "退汇", "bank_reference": uuid.uuid4().hex}
    cashier = desk("payment.confirm")
    await world.made(cashier, f"/payments/{payment['payment_id']}/return", body)
    assert code_of(await world.post(CLAIMANT, path, {"claimed_on": TODAY})) == "payment_not_returned"
    rest = body | {"amount_fen": 1, "bank_reference": "rest"}
    await world.made(cashier, f"/payments/{payment['payment_id']}/return", rest)
    await world.made(CLAIMANT, path, {"claimed_on": TODAY})
    await world.books_balance()


async def test_a_refused_order_is_paid_by_a_new_order_and_a_new_file(world: World) -> None:
    await account(world)
    payment = (await ordered(world, [10_000]))[0]
    file = await built(world, [payment])
    await send(world, file, answer_of(file, "失败"))
    claim = await world.seen(READER, f"/claims/{payment['claim_id']}")
    assert claim["state"] == "approved"
    anew = await built(world, [await world.order(claim, on=TODAY)])
    await send(world, anew, answer_of(anew, "成功"))
    assert (await world.progress(as_of=TODAY))["total"]["paid_fen"] == 9_700
    await world.books_balance()


async def test_an_order_in_a_file_is_settled_by_the_banks_answer_to_it_and_by_nobodys_hand(world: World) -> None:
    await account(world)
    first, second = await ordered(world, [10_000, 20_000])
    file = await built(world, [first, second])
    path = f"/payments/{first['payment_id']}/result"
    for outcome in ("refused", "paid"):
        said = {"outcome": outcome, "settled_on": TODAY, "bank_reference": f"by-hand-{outcome}"}
        refused = await world.post(CASHIER, path, said)
        assert (refused.status_code, code_of(refused)) == (409, "payment_with_bank")
        assert refused.json()["facts"] == {"bank_file_id": file["bank_file_id"]}
    order = {"claim_id": first["claim_id"], "order_no": "N2", "ordered_on": TODAY}
    assert code_of(await world.post(RELEASER, "/payments", order)) == "step_not_due", "it is ordered, and once"
    assert (await take(world, file)).status_code == 200
    await send(world, file, answer_of(file, "失败"))
    late = await take(world, file)
    assert (late.status_code, code_of(late)) == (409, "file_settled")
    assert await states(world, file) == ["refused", "ordered"]
    await world.books_balance()


async def test_a_file_and_a_result_by_hand_at_the_same_time_leave_one_of_the_two(world: World) -> None:
    await account(world)
    for payment in await ordered(world, [10_000] * 6):
        said = {"outcome": "refused", "settled_on": TODAY, "bank_reference": uuid.uuid4().hex}
        by_hand, by_file = await asyncio.gather(
            world.post(CASHIER, f"/payments/{payment['payment_id']}/result", said),
            world.post(CASHIER, "/bank-files", {"payment_ids": [payment["payment_id"]]}),
        )
        assert (by_hand.status_code, by_file.status_code) in {(200, 409), (409, 201)}, (by_hand.text, by_file.text)
    await world.books_balance()


async def test_what_came_back_from_a_stopped_project_is_frozen_too(world: World) -> None:
    await account(world)
    payment = (await ordered(world, [10_000]))[0]
    file = await built(world, [payment])
    await send(world, file, answer_of(file, "退汇"))
    world.projects["P1"] = grant_of("P1", version=2, state="stopped")
    await world.tell("P1", 1)
    refused = await world.post(CLAIMANT, f"/claims/{payment['claim_id']}/again", {"claimed_on": TODAY})
    assert (refused.status_code, code_of(refused)) == (422, "project_frozen")
    await world.books_balance()


async def test_the_file_and_the_answer_may_be_workbooks_with_the_same_rows(world: World) -> None:
    payments = await ordered(world, [10_000, 20_000])
    await account(world)
    file = await built(world, payments)
    async with world.funds.as_(CASHIER) as client:
        book = await client.post(f"{BASE}/bank-files/{file['bank_file_id']}/content", params={"form": "xlsx"})
    assert file["number"] in book.headers["content-disposition"]
    sheet = XlsxSheet(io.BytesIO(book.content), ORDER_SHEET, 10**7)
    found = [["" if cell is None else cell for cell in row] for _, row in sheet.rows()]
    wanted = cells((await take(world, file)).content)
    assert [row[:6] for row in found[:3]] == [row[:6] for row in wanted[:3]]
    answer = list(csv.reader(io.StringIO(answer_of(file, "成功", "失败").decode("utf-8-sig"))))
    entered = await send(world, file, workbook(answer))
    assert (entered.status_code, entered.json()["paid"], entered.json()["refused"]) == (200, 1, 1)
    numbers = workbook(answer, as_numbers=True)
    assert code_of(await send(world, file, numbers)) == "result_amount_wrong"
    await world.books_balance()


@pytest.mark.parametrize("place", [0, 3, 4, 5, 6])
async def test_an_answer_with_a_formula_in_it_is_refused_by_its_row(world: World, place: int) -> None:
    payments = await ordered(world, [10_000, 20_000])
    await account(world)
    file = await built(world, payments)
    answer = list(csv.reader(io.StringIO(answer_of(file, "成功", "失败").decode("utf-8-sig"))))
    refused = await send(world, file, workbook(answer, formula_at=(2, place)))
    assert (refused.status_code, code_of(refused), refused.json()["facts"]) == (422, "result_row_wrong", {"row": 3})
    entered = await send(world, file, workbook(answer))
    assert (entered.json()["paid"], entered.json()["refused"]) == (1, 1)
