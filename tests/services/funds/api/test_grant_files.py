"""Files of grants for the bank over HTTP: the household's own account, asked for each time and kept nowhere."""

from __future__ import annotations

import asyncio
import csv
import io
import uuid
from typing import Any

import httpx2 as httpx
from sqlalchemy import text

from services.funds.domain.bank_files import RESULT_HEADERS, TOTAL, written, yuan
from services.funds.storage.tables import Base
from shared.chassis.clock import office_today
from shared.chassis.xlsx_rows import XlsxSheet
from tests.services.funds.api.bank import CASHIER, TODAY, workbook
from tests.services.funds.api.test_grant_batches import APPROVE, allocation, approved, identity, ordered, person
from tests.services.funds.api.test_grant_programmes import line, listed
from tests.services.funds.world import (
    BASE,
    CHECKER,
    CLAIMANT,
    COUNTY,
    ELSEWHERE,
    READER,
    READING,
    RELEASER,
    World,
    code_of,
    day,
    desk,
    pointer_of,
)

ACCOUNT = "6228480402564890001"
"""Of household-1, as the register is played."""
SECOND = desk("bank_file.build", *READING)
OTHER = desk("bank_file.build", "payment.confirm", *READING, scope=("341621",), office="341621-finance")


async def sent(world: World, *numbers: int) -> dict[str, Any]:
    return await ordered(world, await approved(world, *(person(world, number) for number in numbers)))


async def built(world: World, batch: dict[str, Any]) -> dict[str, Any]:
    return await world.made(CASHIER, "/grant-files", {"batch_id": batch["batch_id"]})


async def taken(world: World, file: dict[str, Any], form: str = "csv") -> httpx.Response:
    async with world.funds.as_(CASHIER) as client:
        return await client.post(f"{BASE}/grant-files/{file['grant_file_id']}/content", params={"form": form})


def rows_of(file: dict[str, Any], *told: tuple[int, str, str], **wrong: str) -> list[list[str]]:
    """The bank's rows: place in the file, result and reference of each."""
    lines = file["lines"]
    body = [
        [
            wrong.get("number", file["number"]), lines[place]["end_to_end_id"],
            wrong.get("amount", yuan(lines[place]["amount_fen"])), outcome, TODAY, reference, "",
        ]
        for place, outcome, reference in told
    ]  # fmt: skip
    total = yuan(sum(lines[place]["amount_fen"] for place, _, _ in told))
    return [list(RESULT_HEADERS), *body, [TOTAL, str(len(body)), wrong.get("amount", total), "", "", "", ""]]


async def answered(world: World, file: dict[str, Any], content: bytes, who: Any = CASHIER) -> httpx.Response:
    async with world.funds.as_(who) as client:
        return await client.post(
            f"{BASE}/grant-files/{file['grant_file_id']}/results", files={"file": ("r", content)},
            headers={"Idempotency-Key": uuid.uuid4().hex},
        )  # fmt: skip


async def states(world: World, batch: dict[str, Any]) -> list[str]:
    seen = await world.seen(READER, f"/grant-batches/{batch['batch_id']}")
    return [line["state"] for line in seen["lines"]]


async def test_who_ordered_a_list_does_not_enter_the_banks_answer_to_its_file(world: World) -> None:
    batch = await sent(world, 1)
    file = await built(world, batch)
    content = written(rows_of(file, (0, "成功", "b1")))
    own = await answered(world, file, content, RELEASER)
    assert (own.status_code, code_of(own)) == (403, "same_person")
    assert (await states(world, batch), (await answered(world, file, content)).status_code) == (["ordered"], 200)


async def test_a_batch_goes_to_the_bank_on_the_households_own_accounts_and_they_are_kept_nowhere(world: World) -> None:
    batch = await sent(world, 11, 12, 21)
    file = await built(world, batch)
    assert (file["line_count"], file["total_fen"], file["left_out"]) == (3, 900_000, [])
    answer = await taken(world, file)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[2:6] for row in rows[1:4]] == [
        ["张建国", ACCOUNT, "蒙城农商行", "3000.00"],
        ["张建国", ACCOUNT, "蒙城农商行", "3000.00"],
        ["张建国", ACCOUNT[:-1] + "2", "蒙城农商行", "3000.00"],
    ]
    assert rows[4][:2] == [TOTAL, "3"]
    book = await taken(world, file, "xlsx")
    sheet = XlsxSheet(io.BytesIO(book.content), "支付指令", 10**7)
    assert [["" if cell is None else cell for cell in row][:6] for _, row in sheet.rows()][1:4] == [
        row[:6] for row in rows[1:4]
    ]
    assert world.purposes == [f"grant_batch:{batch['batch_id']}", *[f"grant_file:{file['number']}"] * 2]
    assert code_of(await world.post(CASHIER, "/grant-files", {"batch_id": batch["batch_id"]})) == "grant_file_empty"
    async with world.funds.fastapi.state.database.session() as session:
        for name in Base.metadata.tables:
            kept = text(f"select count(*) from {name} t where t::text like '%{ACCOUNT}%'")
            assert await session.scalar(kept) == 0, name
        noted = await session.scalars(text("select subjects from read_trail where action = 'grant_file.take'"))
        assert all("person-21" in str(row) for row in noted.all())
    assert ACCOUNT not in str(await world.seen(READER, f"/grant-files/{file['grant_file_id']}"))


async def test_a_grant_of_a_household_that_exited_leaves_on_its_own_account(world: World) -> None:
    """A house is repaired for households that exited as well (脱贫不脱政策)."""
    given = await allocation(world)
    number = person(world, 11, "exited", key_groups=["dibao"], housing_level="C")
    batch = await world.made(CLAIMANT, "/grant-batches", listed(given, "housing_repair", "once", line(number, 500_000)))
    batch = await world.made(CHECKER, f"/grant-batches/{batch['batch_id']}/decision", APPROVE)
    file = await built(world, await ordered(world, batch))
    assert ([one["amount_fen"] for one in file["lines"]], file["left_out"]) == ([500_000], [])
    assert ACCOUNT in (await taken(world, file)).text


async def test_partial_answers_are_entered_once_and_what_came_back_is_the_allocations_again(world: World) -> None:
    batch = await sent(world, 11, 12, 13, 14)
    file = await built(world, batch)
    first = written(rows_of(file, (0, "成功", "b1"), (1, "失败", "b2"), (2, "已受理", "b3")))
    entered = (await answered(world, file, first)).json()
    assert (entered["paid"], entered["returned"], entered["accepted"], entered["known"]) == (1, 1, 1, False)
    assert await states(world, batch) == ["paid", "returned", "ordered", "ordered"]
    again = (await answered(world, file, first)).json()
    assert (again["grant_file_result_id"], again["known"]) == (entered["grant_file_result_id"], True)
    rest = workbook(rows_of(file, (0, "成功", "b1"), (1, "失败", "b2"), (2, "退汇", "b4"), (3, "成功", "b5")))
    entered = (await answered(world, file, rest)).json()
    assert (entered["paid"], entered["returned"], entered["repeated"]) == (1, 1, 2)
    seen = await world.seen(READER, f"/grant-batches/{batch['batch_id']}")
    assert (seen["state"], await states(world, batch)) == ("settled", ["paid", "returned", "returned", "paid"])
    given = await world.seen(READER, f"/allocations/{batch['allocation_id']}")
    assert given["available_fen"] == 10_000_000 - 600_000
    results = (await world.seen(READER, f"/grant-files/{file['grant_file_id']}"))["results"]
    assert [one["line_count"] for one in results] == [3, 4]
    await world.books_balance()


async def test_a_wrong_answer_is_refused_whole_and_nothing_moves(world: World) -> None:
    batch = await sent(world, 11, 12)
    file = await built(world, batch)
    wrong = {
        "result_of_other_file": written(rows_of(file, (0, "成功", "b1"), number="341622-20250101-ffffffffff")),
        "result_amount_changed": written(rows_of(file, (0, "成功", "b1"), amount="2999.99")),
        "result_row_wrong": written(rows_of(file, (0, "好", "b1"))),
        "result_unreadable": b"PK\x03\x04 no workbook",
        "result_total_wrong": written([*rows_of(file, (0, "成功", "b1"))[:-1], [TOTAL, "2", "1.00", "", "", "", ""]]),
    }
    for code, content in wrong.items():
        answer = await answered(world, file, content)
        assert (code_of(answer), await states(world, batch)) == (code, ["ordered", "ordered"])
    assert (await answered(world, file, written(rows_of(file, (0, "成功", "b1"))), OTHER)).status_code == 404
    good = written(rows_of(file, (0, "成功", "b1"), (1, "失败", "b2")))
    assert (await answered(world, file, good)).status_code == 200
    for outcome, place in (("失败", 0), ("成功", 1)):
        turned = await answered(world, file, written(rows_of(file, (place, outcome, "b9"))))
        assert (turned.status_code, code_of(turned)) == (409, "result_contradicts")
    assert await states(world, batch) == ["paid", "returned"]
    await world.books_balance()


async def test_an_account_that_is_not_the_one_checked_stays_out_and_keeps_a_file_from_leaving(world: World) -> None:
    batch = await sent(world, 11, 21, 31)
    world.people[identity(21)]["account_mark"] = "another-account"
    world.people[identity(31)]["bank_name"] = None
    file = await built(world, batch)
    second, third = (line["line_id"] for line in batch["lines"][1:])
    assert file["left_out"] == [
        {"line_id": second, "reason": "account_changed"}, {"line_id": third, "reason": "account_missing"},
    ]  # fmt: skip
    assert [line["line_id"] for line in file["lines"]] == [batch["lines"][0]["line_id"]]
    assert await states(world, batch) == ["ordered"] * 3
    world.people[identity(31)]["bank_name"] = "蒙城农商行"
    more = await built(world, batch)
    assert [line["line_id"] for line in more["lines"]] == [third]
    world.people[identity(11)]["account"] = "6228480402564899999"
    changed = await taken(world, file)
    assert (changed.status_code, code_of(changed)) == (409, "file_changed")
    assert "6228480402564899999" not in changed.text
    world.down.add("registry")
    assert (await taken(world, more)).status_code == 503
    assert (await world.post(CASHIER, "/grant-files", {"batch_id": batch["batch_id"]})).status_code == 503


async def test_a_file_one_household_changed_is_voided_by_another_person_and_the_rest_goes_out(world: World) -> None:
    batch = await sent(world, 11, 21)
    file = await built(world, batch)
    assert (await taken(world, file)).content == (await taken(world, file)).content
    world.people[identity(21)] |= {"account": "6228480402564899999", "account_mark": "another-account"}
    assert code_of(await taken(world, file)) == "file_changed"
    path, why = f"/grant-files/{file['grant_file_id']}/void", {"reason": "一户账户变更"}
    assert code_of(await world.post(CASHIER, path, why)) == "same_person"
    assert (await world.post(OTHER, path, why)).status_code == 404
    assert (await world.post(READER, path, why)).status_code == 403
    assert code_of(await world.post(CASHIER, "/grant-files", {"batch_id": batch["batch_id"]})) == "grant_file_empty"
    answers = await asyncio.gather(*(world.post(SECOND, path, why) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    voided = await world.seen(READER, f"/grant-files/{file['grant_file_id']}")
    assert (voided["void"]["reason"], len(voided["lines"])) == ("一户账户变更", 2)
    assert code_of(await taken(world, file)) == "file_voided"
    late = await answered(world, file, written(rows_of(file, (0, "成功", "b1"))))
    assert (code_of(late), await states(world, batch)) == ("file_voided", ["ordered"] * 2)
    both = await asyncio.gather(*(world.insist(CASHIER, "/grant-files", {"batch_id": batch["batch_id"]})
                                  for _ in range(2)))  # fmt: skip
    assert sorted(answer.status_code for answer in both) == [201, 422]
    (again,) = [answer.json() for answer in both if answer.status_code == 201]
    assert [line["line_id"] for line in again["lines"]] == [batch["lines"][0]["line_id"]]
    assert (await taken(world, again)).status_code == 200
    assert (await answered(world, again, written(rows_of(again, (0, "已受理", "b1"))))).status_code == 200
    told = await world.post(SECOND, f"/grant-files/{again['grant_file_id']}/void", why)
    assert (told.status_code, code_of(told)) == (409, "file_answered")
    heads = (await world.seen(READER, "/grant-files"))["items"]
    assert [head["void"] is None for head in heads] == [True, False]


async def by_hand(world: World, batch: dict[str, Any], *told: tuple[int, str], **rest: str) -> httpx.Response:
    """What somebody enters as the bank's word without a file: place in the batch and outcome of each line."""
    lines = [
        {"line_id": batch["lines"][place]["line_id"], "outcome": outcome, "bank_reference": f"hand-{place}"}
        for place, outcome in told
    ]
    result = {"settled_on": TODAY, "lines": lines} | rest
    return await world.post(CASHIER, f"/grant-batches/{batch['batch_id']}/result", result)


async def test_a_grant_in_a_file_for_the_bank_is_settled_by_the_files_answer_and_not_by_hand(world: World) -> None:
    batch = await sent(world, 11, 21)
    file = await built(world, batch)
    for told, rest, pointer in (
        (((0, "returned"),), {}, "/lines/0/line_id"),
        (((1, "paid"),), {}, "/lines/0/line_id"),
        ((), {"all_paid_reference": "all"}, "/all_paid_reference"),
    ):
        refused = await by_hand(world, batch, *told, **rest)
        assert (refused.status_code, code_of(refused), pointer_of(refused)) == (409, "grant_at_bank", pointer)
        assert refused.json()["facts"] == {"grant_file_id": file["grant_file_id"], "file_number": file["number"]}
    regrant = {"lines": [batch["lines"][0]["line_id"]], "mode": "refuse_batch", "prepared_on": TODAY}
    path = f"/grant-batches/{batch['batch_id']}/regrants"
    assert code_of(await world.post(CLAIMANT, path, regrant)) == "nothing_to_regrant"
    taken_as = written(rows_of(file, (0, "已受理", "b1"), (1, "成功", "b2")))
    assert (await answered(world, file, taken_as)).status_code == 200
    assert code_of(await by_hand(world, batch, (0, "returned"))) == "grant_at_bank"
    assert code_of(await by_hand(world, batch, (1, "returned"))) == "grant_line_settled"
    assert (await answered(world, file, written(rows_of(file, (0, "失败", "b1"))))).status_code == 200
    assert await states(world, batch) == ["returned", "paid"]
    assert (await world.post(CLAIMANT, path, regrant)).status_code == 201
    assert code_of(await taken(world, file)) == "grant_file_settled"
    await world.books_balance()


async def test_a_grant_of_a_voided_file_is_settled_by_hand_and_one_in_no_file_too(world: World) -> None:
    batch = await sent(world, 11, 21, 31)
    world.people[identity(31)]["bank_name"] = None
    file = await built(world, batch)
    assert (await by_hand(world, batch, (2, "paid"))).status_code == 200
    void = f"/grant-files/{file['grant_file_id']}/void"
    await world.made(SECOND, void, {"reason": "银行退回文件"})
    assert (await by_hand(world, batch, (0, "returned"))).status_code == 200
    again = await built(world, batch)
    assert [line["line_id"] for line in again["lines"]] == [batch["lines"][1]["line_id"]]
    assert code_of(await by_hand(world, batch, (1, "returned"))) == "grant_at_bank"
    assert await states(world, batch) == ["returned", "ordered", "paid"]
    await world.books_balance()


async def test_of_a_result_by_hand_and_a_file_at_the_same_time_exactly_one_wins(world: World) -> None:
    for number in (11, 21, 31, 41):
        batch = await sent(world, number)
        file, result = await asyncio.gather(
            world.insist(CASHIER, "/grant-files", {"batch_id": batch["batch_id"]}), by_hand(world, batch, (0, "paid"))
        )
        assert (file.status_code == 201) != (result.status_code == 200)
        assert await states(world, batch) == ["ordered" if file.status_code == 201 else "paid"]
        if file.status_code == 201:
            left, result = await asyncio.gather(taken(world, file.json()), by_hand(world, batch, (0, "returned")))
            assert (left.status_code, result.status_code) == (200, 409)
    await world.books_balance()


async def test_a_file_does_not_leave_with_a_grant_that_was_settled_otherwise_meanwhile(world: World) -> None:
    batch = await sent(world, 11, 21)
    file = await built(world, batch)
    assert (await taken(world, file)).status_code == 200
    async with world.funds.fastapi.state.database.session() as session:
        await session.execute(text("select id from grant_batches where id = :id for update"), {"id": batch["batch_id"]})
        leaving = asyncio.create_task(taken(world, file))
        done, _ = await asyncio.wait({leaving}, timeout=0.5)
        assert not done, "the file waits for whoever holds its batch"
        await session.execute(
            text("update grant_lines set state = 'returned', live = false, settled_on = :day, bank_reference = 'r'"
                 " where id = :id"),
            {"day": office_today(), "id": batch["lines"][1]["line_id"]},
        )  # fmt: skip
    kept = await leaving
    assert (kept.status_code, code_of(kept), kept.json()["facts"]) == (409, "grant_file_settled", {"settled": 1})
    assert ACCOUNT not in kept.text
    await world.made(SECOND, f"/grant-files/{file['grant_file_id']}/void", {"reason": "有一户已退回"})
    again = await built(world, batch)
    assert [line["line_id"] for line in again["lines"]] == [batch["lines"][0]["line_id"]]
    assert (await taken(world, again)).status_code == 200


async def test_what_was_got_back_after_a_death_is_still_paid_in_the_banks_next_answer(world: World) -> None:
    batch = await sent(world, 11, 12)
    file = await built(world, batch)
    assert (await answered(world, file, written(rows_of(file, (0, "成功", "b1"))))).status_code == 200
    await world.died(11, day(5, 12))
    (case,) = (await world.seen(READER, "/claw-backs"))["items"]
    back = {"recovered_on": TODAY, "bank_reference": "back-1"}
    await world.made(CASHIER, f"/claw-backs/{case['case_id']}/recovery", back)
    turned = await answered(world, file, written(rows_of(file, (0, "成功", "b9"), (1, "成功", "b2"))))
    assert (turned.status_code, code_of(turned)) == (409, "result_contradicts")
    answer = await answered(world, file, written(rows_of(file, (0, "成功", "b1"), (1, "成功", "b2"))))
    assert (answer.json()["repeated"], answer.json()["paid"]) == (1, 1)
    assert await states(world, batch) == ["returned", "paid"]
    await world.books_balance()


async def test_only_an_ordered_batch_of_ones_own_county_goes_into_a_file(world: World) -> None:
    batch = await approved(world, person(world, 11))
    body = {"batch_id": batch["batch_id"]}
    assert code_of(await world.post(CASHIER, "/grant-files", body)) == "step_not_due"
    await ordered(world, batch)
    assert (await world.post(OTHER, "/grant-files", body)).status_code == 404
    assert (await world.post(READER, "/grant-files", body)).status_code == 403
    await built(world, batch)
    assert (await world.seen(ELSEWHERE, "/grant-files"))["items"] == []
    (head,) = (await world.seen(READER, "/grant-files", division_code=COUNTY))["items"]
    assert head["batch_id"] == batch["batch_id"]
