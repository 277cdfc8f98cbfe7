"""The bank in a test: the desks that deal with it, a payee's approved account, an answer as the bank writes it."""

from __future__ import annotations

import csv
import io
import uuid
from typing import Any

import httpx2 as httpx
import xlsxwriter

from services.funds.domain.bank_files import RESULT_HEADERS, RESULT_SHEET, TOTAL, written, yuan
from shared.chassis.clock import office_today
from shared.chassis.identity import Actor
from tests.services.funds.world import BASE, COUNTY, READER, READING, World, desk

USCC = "91341622MA2N000000"
ACCOUNT = "6228480402564890018"
PROPOSER = desk("payee_account.propose", *READING)
DECIDER = desk("payee_account.decide", *READING)
CASHIER = desk("bank_file.build", "bank_file.take", "payment.confirm", *READING)
SECOND = desk("bank_file.build", *READING)
TODAY = office_today().isoformat()
YES = {"outcome": "approve", "opinion": "已与预留账户核对"}


def account_body(account: str = ACCOUNT, **changes: Any) -> dict[str, Any]:
    return {
        "county_code": COUNTY,
        "payee_uscc": USCC,
        "account": account,
        "bank_name": "中国农业银行蒙城县支行",
        "reason": "合同约定账户",
    } | changes


async def account(world: World, number: str = ACCOUNT, **changes: Any) -> dict[str, Any]:
    """An approved account of the contractor of P1, which a first claim has made known."""
    if not (await world.seen(READER, "/claims"))["items"]:
        await world.claim(await world.allocation(await world.money(100), 100), 1)
    proposed = await world.made(PROPOSER, "/payee-accounts", account_body(number, **changes))
    return await world.made(DECIDER, f"/payee-accounts/{proposed['payee_account_id']}/decision", YES)


async def ordered(world: World, amounts: list[int]) -> list[dict[str, Any]]:
    """Payments ordered for approved claims of these amounts, retention 3 %."""
    allocation = await world.allocation(await world.money(sum(amounts)), sum(amounts))
    return [await world.order(await world.review(await world.claim(allocation, amount))) for amount in amounts]


async def built(world: World, payments: list[dict[str, Any]]) -> dict[str, Any]:
    return await world.made(CASHIER, "/bank-files", {"payment_ids": [row["payment_id"] for row in payments]})


def answer_of(
    file: dict[str, Any], *outcomes: str, first: int = 0, on: str = TODAY, reference: str | None = None, **wrong: str
) -> bytes:
    """The bank's csv on the lines of a file from `first` on, one outcome each; `wrong` replaces what is written."""
    lines = file["lines"][first : first + len(outcomes)]
    number = wrong.get("number", file["number"])
    rows = [
        (
            number, line["end_to_end_id"], wrong.get("amount", yuan(line["amount_fen"])), outcome, on,
            reference or uuid.uuid4().hex, "",
        )
        for line, outcome in zip(lines, outcomes, strict=True)
    ]  # fmt: skip
    total = wrong.get("total", yuan(sum(line["amount_fen"] for line in lines)))
    last = (TOTAL, wrong.get("count", str(len(rows))), total, "", "", "", "")
    return written([RESULT_HEADERS, *rows, last])


async def send(world: World, file: dict[str, Any], content: bytes, who: Actor = CASHIER) -> httpx.Response:
    """Enter the bank's answer to a file."""
    async with world.funds.as_(who) as client:
        return await client.post(
            f"{BASE}/bank-files/{file['bank_file_id']}/results",
            files={"file": ("result.csv", content, "text/csv")},
            headers={"Idempotency-Key": uuid.uuid4().hex},
        )


async def take(world: World, file: dict[str, Any], who: Any = CASHIER) -> httpx.Response:
    async with world.funds.as_(who) as client:
        return await client.post(f"{BASE}/bank-files/{file['bank_file_id']}/content")


def cells(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def workbook(rows: list[list[str]], *, as_numbers: bool = False, formula_at: tuple[int, int] | None = None) -> bytes:
    """Rows as text cells of the sheet 支付结果; if asked, amounts as numbers, which are not exact, or a formula."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    page = book.add_worksheet(RESULT_SHEET)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            if (number, place) == formula_at:
                page.write_formula(number, place, f'="{cell}"', None, cell)
            elif as_numbers and place == 2 and number:
                page.write_number(number, place, float(cell))
            else:
                page.write_string(number, place, cell)
    book.close()
    return target.getvalue()
