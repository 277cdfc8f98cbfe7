"""A county's books of a running year as its office would keep them, for tests: lines, workbooks, sending in."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2 as httpx
import xlsxwriter

from shared.chassis.clock import office_today
from shared.chassis.identity import Actor
from shared.chassis.xlsx_rows import XlsxSheet
from tests.services.funds.world import BASE, COUNTY, READING, YEAR, World, day, desk

CLERK = desk("book_import.write", "book_import.read", *READING)
CHIEF = desk("book_import.decide", "book_import.read", *READING)
SHEETS = {"receipts": "接收", "allocations": "分配", "payments": "支付"}
HEADERS = {
    "receipts": [
        "接收编号", "文号", "文件标题", "发文日期", "发文单位区划", "资金类别", "批次", "接收日期", "金额(元)",
    ],
    "allocations": ["分配编号", "接收编号", "项目编码", "提出日期", "批准日期", "金额(元)"],
    "payments": [
        "凭证号", "类型", "分配编号", "原凭证号", "报账类别", "报账日期", "审核日期", "支付令日期", "到账日期",
        "收款人", "统一社会信用代码", "银行流水号", "说明", "金额(元)", "扣留质保金(元)",
    ],
}  # fmt: skip
CONTRACTOR = ("某路桥公司", "91341622MA2N000000")
Rows = list[list[Any]]


def receipt(key: str, yuan: str, on: str = day(2), number: str | None = None, **changes: Any) -> list[Any]:
    """A row of 接收: money of the central fund from the province."""
    values = {
        "key": key, "number": number or f"皖财预〔{YEAR}〕{key}号", "title": "关于提前下达资金的通知",
        "issued_on": day(1, 10), "issuer": "34", "kind": "中央财政专项扶贫资金", "batch": "提前下达", "on": on,
        "yuan": yuan,
    } | changes  # fmt: skip
    return list(values.values())


def allocation(
    key: str, of: str, yuan: str, code: str = "P1", on: str = day(3), decided: str = day(3, 10)
) -> list[Any]:
    return [key, of, code, on, decided, yuan]


def paid(
    key: str, of: str, yuan: str, kept: str = "0", days: Sequence[str] = (), kind: str = "进度", reference: str = ""
) -> list[Any]:
    """A row of 支付: claimed, reviewed, ordered and paid within days."""
    four = list(days) or [day(5), day(5, 2), day(5, 3), day(5, 4)]
    return [key, "支付", of, "", kind, *four, *CONTRACTOR, reference or f"ref-{key}", "", yuan, kept]


def released(key: str, of: str, yuan: str, on: str = day(9)) -> list[Any]:
    return [key, "质保金支付", "", of, "", on, on, on, on, "", "", f"ref-{key}", "", yuan, ""]


def came_back(key: str, of: str, yuan: str, on: str = day(6)) -> list[Any]:
    return [key, "退回", "", of, "", "", "", "", on, "", "", f"ref-{key}", "账号有误", yuan, ""]


def closed(part: str, rows: Rows, headers: Sequence[str] | None = None, total: Any = None) -> Rows:
    """The rows under their headers, closed by 合计 with the sums of plain amounts."""
    names = list(headers or HEADERS[part])
    sums: list[Any] = ["合计", *[""] * (len(names) - 1)]
    for place, name in enumerate(names):
        if "(" in name:
            sums[place] = total or f"{sum(_plain(row[place]) for row in rows) / 100:.2f}"
    return [names, *rows, sums]


def _plain(cell: Any) -> int:
    whole, _, rest = (str(cell) or "0").partition(".")
    return int(whole or 0) * 100 + int((rest + "00")[:2])


BOOKS: dict[str, Rows] = {
    "receipts": [receipt("R1", "10000.00"), receipt("R2", "5000.50", on=day(4), issued_on=day(4))],
    "allocations": [
        allocation("A1", "R1", "8000.00"),
        allocation("A2", "R2", "3000.00", on=day(4, 5), decided=day(4, 6)),
    ],
    "payments": [
        paid("V1", "A1", "2910.00", "90.00"),
        paid("V2", "A2", "1000.00", days=[day(6), day(6, 2), day(6, 3), day(6, 4)]),
        came_back("B1", "V2", "400.00", on=day(6, 20)),
        released("V3", "V1", "90.00", on=day(10)),
    ],
}
"""Received 15,000.50, allocated 11,000, paid 4,000, back 400, nothing withheld any more."""


def workbook(books: Mapping[str, Rows] | None = None, **sheets: Rows) -> bytes:
    """An xlsx of the three sheets; `sheets` gives whole sheets in place of closed rows."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"strings_to_formulas": False})
    for part, name in SHEETS.items():
        page = book.add_worksheet(name)
        for number, row in enumerate(sheets.get(part) or closed(part, (books or BOOKS)[part])):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    page.write_string(number, place, cell)
                else:
                    page.write(number, place, cell)
    book.close()
    return target.getvalue()


def awkward_workbook() -> bytes:
    """The books with a formula, merged cells and a hidden row in 接收."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    for part, name in SHEETS.items():
        page = book.add_worksheet(name)
        for number, row in enumerate(closed(part, BOOKS[part])):
            page.write_row(number, 0, row)
        if part == "receipts":
            page.write_formula("I2", "=5000+5000", None, 10_000)
            page.merge_range("B3:C3", "一份文件")
            page.set_row(2, None, None, {"hidden": True})
    book.close()
    return target.getvalue()


def rows_of(content: bytes, sheet: str) -> Rows:
    """The cells of one sheet of a workbook."""
    return [cells for _, cells in XlsxSheet(io.BytesIO(content), sheet, 2**28).rows()]


def csv_of(rows: Rows, encoding: str = "utf-8") -> bytes:
    lines = io.StringIO()
    csv.writer(lines).writerows(rows)
    return lines.getvalue().encode(encoding)


async def send_in(
    world: World, files: bytes | Mapping[str, bytes], who: Actor = CLERK, division: str = COUNTY, year: int = YEAR,
    key: str | None = None,
) -> httpx.Response:  # fmt: skip
    sent = {"file": files} if isinstance(files, bytes) else dict(files)
    async with world.funds.as_(who) as client:
        return await client.post(
            f"{BASE}/book-imports",
            data={"division_code": division, "fund_year": str(year)},
            files={name: (f"{name}.bin", content) for name, content in sent.items()},
            headers={"Idempotency-Key": key or uuid.uuid4().hex},
        )


async def checked(world: World, files: bytes | Mapping[str, bytes], **more: Any) -> dict[str, Any]:
    answer = await send_in(world, files, **more)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def faults(world: World, sent: dict[str, Any]) -> list[tuple[str, int, str]]:
    body = await world.seen(CLERK, f"/book-imports/{sent['import_id']}/faults", limit=200)
    return [(fault["sheet"], fault["row"], fault["code"]) for fault in body["items"]]


def decision(outcome: str = "approve") -> dict[str, str]:
    return {"outcome": outcome, "opinion": "账实相符", "decided_on": office_today().isoformat()}


async def posted(world: World, files: bytes | Mapping[str, bytes], who: Actor = CHIEF) -> dict[str, Any]:
    """Books sent in, found good, and posted by a second person."""
    sent = await checked(world, files)
    assert sent["state"] == "checked", await faults(world, sent)
    answer = await world.post(who, f"/book-imports/{sent['import_id']}/decision", decision())
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body
