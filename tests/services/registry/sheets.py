"""People workbooks for tests."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

from services.registry.domain import workbook_columns as columns
from services.registry.operations import import_runs
from shared.chassis.identity import Actor
from tests.services.registry.people import VILLAGE, born, number, township_officer
from tests.support.harness import Harness

IMPORTS = "/api/v1/registry/household-imports"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def person_row(
    serial: str = "1", relation: str = "之子", age: int = 20, sex: str = "1", **other: Any
) -> dict[str, Any]:
    """A person's row as filled in; the household's cells are empty."""
    return dict.fromkeys(columns.HEADERS, "") | {
        columns.SERIAL: serial,
        columns.NAME: "张宝",
        columns.NUMBER: number(born(age), sex),
        "与户主关系": relation,
        "民族": "汉族",
        "文化程度": "小学",
        columns.HEALTH: "健康",
        "劳动技能": "普通劳动力",
        "政治面貌": "群众",
        "是否参加基本医疗保险": "是",
        "是否参加养老保险": "否",
        "务工月数": "6",
    } | other  # fmt: skip


def head_row(serial: str = "1", village: str = VILLAGE, **other: Any) -> dict[str, Any]:
    """The head's row with the household's cells."""
    household = {
        columns.NAME: "张小明",
        columns.VILLAGE: village,
        "组": "一组",
        columns.PHONE: "13812340000",
        "识别标准": "国家标准",
        "户类型": "一般贫困户",
        "主要致贫原因": "因病",
        "其他致贫原因": "缺技术、缺资金",
        "住房等级": "B级",
        "是否安全饮水": "是",
        "是否通电": "是",
        "工资性收入(元)": 12345.67,
        "生产经营性支出(元)": "100.5",
        "开户银行": "农村商业银行",
        columns.ACCOUNT: "6217000012345678",
    }
    return person_row(serial, "户主", 45) | household | other


def family(serial: str, **other: Any) -> list[dict[str, Any]]:
    """A head, a spouse and a son."""
    return [head_row(serial, **other), person_row(serial, "配偶", 43, "2"), person_row(serial)]


def xlsx(rows: Sequence[dict[str, Any]], headers: Sequence[str] = columns.HEADERS, sheet: str = columns.SHEET) -> bytes:
    """A workbook of these rows; one without cells is left out, as spreadsheet programs leave out blank rows."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"strings_to_formulas": False})
    page = book.add_worksheet(sheet)
    for number_, line in enumerate([headers, *([row.get(header, "") for header in headers] for row in rows)]):
        for index, cell in enumerate(line):
            if isinstance(cell, int | float):
                page.write_number(number_, index, cell)
            elif cell:
                page.write_string(number_, index, cell)
    book.close()
    return target.getvalue()


def csv_bytes(rows: Sequence[dict[str, Any]], encoding: str) -> bytes:
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(columns.HEADERS)
    writer.writerows([row[header] for header in columns.HEADERS] for row in rows)
    return target.getvalue().encode(encoding)


def cells_of(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name(columns.SHEET).to_python()


OFFICER = township_officer(person="importer")


async def send(registry: Harness, content: bytes, who: Actor = OFFICER, **form: str) -> Any:
    async with registry.as_(who) as client:
        return await client.post(IMPORTS, files={"file": ("people.xlsx", content, XLSX)}, data=form)


async def carried_out(registry: Harness, content: bytes, who: Actor = OFFICER, **form: str) -> dict[str, Any]:
    """Send a workbook in and follow it to its end."""
    sent = await send(registry, content, who, **form)
    assert sent.status_code == 202, sent.text
    return await finished(registry, sent.json()["id"], who)


async def finished(registry: Harness, import_id: str, who: Actor = OFFICER) -> dict[str, Any]:
    """Carry out what is queued here and now, beside the service's own background job, and read the outcome."""
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        await import_runs.run_one(registry.app.state.database, registry.app.state.seals, "test-worker")
        async with registry.as_(who) as client:
            state: dict[str, Any] = (await client.get(f"{IMPORTS}/{import_id}")).json()
        if state["state"] in ("done", "failed"):
            return state
    raise AssertionError("the import does not end")


async def report(registry: Harness, import_id: str, who: Actor = OFFICER) -> list[list[Any]]:
    async with registry.as_(who) as client:
        answer = await client.get(f"{IMPORTS}/{import_id}/report")
    assert answer.status_code == 200, answer.text
    return cells_of(answer.content)
