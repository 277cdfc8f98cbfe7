"""The file of payment orders for the bank and the bank's answer to it, as bytes and as lines.

Both are csv, or the same rows as text cells of an xlsx sheet (支付指令, 支付结果). The csv is in UTF-8 with a
byte order mark, lines ended by CR LF. Amounts are in yuan with exactly two decimals; both are closed
by a line 合计 with the count and the total. Orders: 批次号, 端到端编号, 收款户名, 收款账号, 开户行, 金额(元), 用途.
Results: 批次号, 端到端编号, 金额(元), 结果, 日期, 银行流水号, 原因; the result is 成功, 失败, 退汇, or 已受理 for
an order the bank took and has not settled. What a result does not name stays with the bank.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.funds.domain.refusals.bank_files import (
    ResultAmountChanged,
    ResultAmountWrong,
    ResultContradicts,
    ResultOfOtherFile,
    ResultRowWrong,
    ResultTotalWrong,
    ResultUnreadable,
)

MAX_LINES = 500
MAX_GRANTS = 10_000
"""Lines of a file of one batch of grants."""
ORDER_SHEET, RESULT_SHEET = "支付指令", "支付结果"
ORDER_HEADERS = ("批次号", "端到端编号", "收款户名", "收款账号", "开户行", "金额(元)", "用途")
RESULT_HEADERS = ("批次号", "端到端编号", "金额(元)", "结果", "日期", "银行流水号", "原因")
TOTAL = "合计"
Outcome = Literal["paid", "refused", "returned", "accepted"]
OUTCOMES: dict[str, Outcome] = {"成功": "paid", "失败": "refused", "退汇": "returned", "已受理": "accepted"}
_YUAN = re.compile(r"(0|[1-9][0-9]{0,12})\.([0-9]{2})", re.ASCII)
_REFERENCE = re.compile(r"[A-Za-z0-9_.:/-]{1,64}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Order:
    """One line of the file for the bank. `account` is the clear number: lines are made for the file and not kept."""

    end_to_end_id: str
    payee_name: str
    account: str
    bank_name: str
    amount_fen: int
    purpose: str


@dataclass(frozen=True, slots=True)
class Result:
    """What the bank says of one order; `row` is the line of its file."""

    row: int
    end_to_end_id: str
    amount_fen: int
    outcome: Outcome
    on: date
    reference: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ordered:
    """What is known of an order when the bank's answer comes: its amount and how it stands."""

    amount_fen: int
    state: str
    reference: str | None
    return_references: frozenset[str] = frozenset()


def yuan(amount_fen: int) -> str:
    """Fen as yuan with two decimals."""
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def fen_of(text: str) -> int | None:
    """Fen of yuan with exactly two decimals; None for anything else, a fraction of a fen among it."""
    found = _YUAN.fullmatch(text.strip())
    return int(found[1] + found[2]) if found else None


def render(number: str, orders: Sequence[Order]) -> bytes:
    """The file for the bank as csv, byte for byte the same for the same orders."""
    return written(order_rows(number, orders))


def order_rows(number: str, orders: Sequence[Order]) -> list[Sequence[str]]:
    """The rows of the file, whatever form it is written in."""
    rows: list[Sequence[str]] = [ORDER_HEADERS]
    rows.extend(
        (number, line.end_to_end_id, line.payee_name, line.account, line.bank_name, yuan(line.amount_fen), line.purpose)
        for line in orders
    )
    rows.append((TOTAL, str(len(orders)), "", "", "", yuan(sum(line.amount_fen for line in orders)), ""))
    return rows


def written(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as csv in the form both files have."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def hash_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_results(number: str, rows: Sequence[tuple[int, Sequence[str]]], most: int = MAX_LINES) -> list[Result]:
    """The lines of the bank's answer to the file `number`, at most so many.

    Raises ResultUnreadable, ResultRowWrong, ResultAmountWrong, ResultTotalWrong, ResultOfOtherFile.
    """
    filled = [(row, [cell.strip() for cell in cells]) for row, cells in rows if any(cell.strip() for cell in cells)]
    if len(filled) < 3 or tuple(filled[0][1]) != RESULT_HEADERS or len(filled) > most + 2:
        raise ResultUnreadable()
    *body, (last_row, last) = filled[1:]
    if last[0] != TOTAL or len(last) < 3:
        raise ResultTotalWrong(row=last_row)
    results = [_result(number, row, cells) for row, cells in body]
    if last[1] != str(len(results)) or fen_of(last[2]) != sum(line.amount_fen for line in results):
        raise ResultTotalWrong(row=last_row)
    if len({line.end_to_end_id for line in results}) != len(results):
        raise ResultRowWrong(row=last_row)
    return results


def _result(number: str, row: int, cells: Sequence[str]) -> Result:
    if len(cells) != len(RESULT_HEADERS):
        raise ResultRowWrong(row=row)
    batch, end_to_end_id, amount, outcome, on, reference, reason = cells
    if batch != number:
        raise ResultOfOtherFile(row=row)
    fen = fen_of(amount)
    if fen is None:
        raise ResultAmountWrong(row=row)
    if outcome not in OUTCOMES or not _REFERENCE.fullmatch(reference) or len(reason) > 500:
        raise ResultRowWrong(row=row)
    return Result(row, end_to_end_id, fen, OUTCOMES[outcome], _day(row, on), reference, reason)


def _day(row: int, text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ResultRowWrong(row=row)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ResultRowWrong(row=row) from error


def news_of(result: Result, ordered: Ordered | None) -> bool:
    """Whether a line says something new; False when the bank said the same before.

    Raises ResultOfOtherFile, ResultAmountChanged, ResultContradicts.
    """
    if ordered is None:
        raise ResultOfOtherFile(row=result.row)
    if ordered.amount_fen != result.amount_fen:
        raise ResultAmountChanged(row=result.row)
    if result.outcome == "accepted":
        return False
    if ordered.state == "ordered":
        return True
    if ordered.state == "recovered" and result.reference == ordered.reference:
        return False
    if result.outcome == "returned" and result.reference in ordered.return_references:
        return False
    if result.outcome == "returned" and ordered.state == "paid":
        return True
    settled_so = result.outcome == ordered.state or (result.outcome, ordered.state) == ("paid", "returned")
    if settled_so and result.reference == ordered.reference:
        return False
    raise ResultContradicts(row=result.row)
