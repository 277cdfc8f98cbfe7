"""Further places: two published project tables as libraries, two published allocation tables as documents."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path

from deploy.demonstration.accounts import Book
from deploy.demonstration.library import LibraryRow, beiguan_rows, liling_rows
from deploy.demonstration.library_story import import_workbook
from deploy.demonstration.money_story import FUNDS
from deploy.demonstration.tables import (
    AllocationNotice,
    AllocationRow,
    read_allocation_notices,
    read_bazhong_allocation,
    read_shangqiu_allocation,
)
from deploy.demonstration.workbooks import write_allocation
from deploy.local.progress import Steps

TABLE_YEAR = 2019
SHANGQIU_COUNTIES = {"411425": "yucheng.finance", "411421": "minquan.finance", "411422": "suixian.finance"}
BAZHONG_COUNTIES = {"511921": "tongjiang.finance", "511922": "nanjiang.finance"}


def load(book: Book, steps: Steps) -> None:
    """Import the published tables as the places themselves would; most of their counties have not registered yet."""
    _library(book, "beiguan.aid", beiguan_rows(), 2018, "北关区2018年项目库.xlsx")
    steps.advance()
    _library(book, "liling.aid", liling_rows(), 2019, "醴陵市2019年项目库.xlsx")
    steps.advance()
    notices = read_allocation_notices()
    shangqiu = notices["shangqiu_2019"]
    rows = read_shangqiu_allocation()
    head = _head(shangqiu.document_no or "演示〔2019〕3号", shangqiu.title, shangqiu.dated, "4114", "city_special")
    document = _issue(book, "shangqiu.finance", head, rows)
    _register(book, document, rows, SHANGQIU_COUNTIES, shangqiu.dated)
    steps.advance()
    _bazhong(book, notices["bazhong_2019"])
    steps.advance()


def _library(book: Book, desk: str, rows: list[LibraryRow], year: int, name: str) -> None:
    import_workbook(book.desk(desk), rows, year, name)


def _bazhong(book: Book, notice: AllocationNotice) -> None:
    """The province's money reaches the city first (its document number is made up); the city's table passes it on."""
    rows = read_bazhong_allocation()
    total = sum(row.amount_fen for row in rows)
    provincial = {
        "number": "演示〔2019〕1号",
        "title": notice.title,
        "issued_on": (notice.dated - timedelta(days=14)).isoformat(),
        "issuing_division": "51",
        "fund_year": TABLE_YEAR,
        "fund_kind": "provincial_special",
        "batch": "regular",
        "total_fen": total,
        "lines": [{"division_code": "5119", "amount_fen": total}],
    }
    document = book.desk("sichuan.finance").post(f"{FUNDS}/documents", provincial, key="document sichuan")
    receipt = {
        "document_id": document["document_id"],
        "division_code": "5119",
        "amount_fen": total,
        "received_on": (notice.dated - timedelta(days=7)).isoformat(),
    }
    received = book.desk("bazhong.finance").post(f"{FUNDS}/receipts", receipt, key="receipt bazhong")
    head = _head(notice.document_no or "演示〔2019〕2号", notice.title, notice.dated, "5119", "provincial_special")
    head["drawn_on_receipt_id"] = str(received["receipt_id"])
    passed = _issue(book, "bazhong.finance", head, rows)
    _register(book, passed, rows, BAZHONG_COUNTIES, notice.dated)


def _head(number: str, title: str, issued_on: date, division: str, kind: str) -> dict[str, str]:
    return {
        "number": number,
        "title": title,
        "issued_on": issued_on.isoformat(),
        "issuing_division": division,
        "fund_year": str(TABLE_YEAR),
        "fund_kind": kind,
        "batch": "regular",
    }


def _issue(book: Book, desk: str, head: dict[str, str], rows: list[AllocationRow]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "资金分配表.xlsx"
        write_allocation(path, rows)
        key = f"allocation table {head['issuing_division']}"
        answer = book.desk(desk).upload(f"{FUNDS}/documents/imports", path.name, path.read_bytes(), key=key, **head)
    return int(answer["document_id"])


def _register(book: Book, document: int, rows: list[AllocationRow], counties: dict[str, str], dated: date) -> None:
    for row in rows:
        if row.division_code in counties:
            body = {
                "document_id": document,
                "division_code": row.division_code,
                "amount_fen": row.amount_fen,
                "received_on": (dated + timedelta(days=10)).isoformat(),
            }
            book.desk(counties[row.division_code]).post(f"{FUNDS}/receipts", body, key=f"receipt {row.division_code}")


def steps_total() -> int:
    return 4
