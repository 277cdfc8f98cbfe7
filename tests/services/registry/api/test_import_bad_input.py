"""Bad sheets on purpose: a clear answer with row, column, rule and remedy, and nothing half applied."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import xlsxwriter

from services.registry.domain import workbook_columns as columns
from services.registry.operations import import_reports
from tests.services.registry.people import born, load_divisions, number
from tests.services.registry.sheets import (
    IMPORTS,
    OFFICER,
    carried_out,
    cells_of,
    csv_bytes,
    family,
    head_row,
    person_row,
    report,
    send,
    xlsx,
)
from tests.support.harness import Harness, running


async def test_a_broken_quote_fails_the_import_and_names_the_line(county: Harness, owner: Any) -> None:
    content = csv_bytes(family("1"), "utf-8") + b'2,"341622101200\n' + b"x,y\n" * 600_000
    done = await carried_out(county, content)
    assert (done["state"], done["failure"]) == ("failed", "registry.workbook_quote_broken")
    assert done["failure_text"].startswith("csv 的引号不成对")
    assert done["notes"]["failure"] == {"line": 5}
    assert await owner.fetchval("select count(*) from households") == 0


async def test_a_small_broken_sheet_is_refused_at_once_with_the_line(county: Harness) -> None:
    refused = await send(county, csv_bytes(family("1"), "utf-8") + b'2,"x\n')
    assert (refused.status_code, refused.json()["code"]) == (422, "registry.workbook_quote_broken")
    assert refused.json()["facts"] == {"line": 5}


async def test_a_million_columns_are_refused(county: Harness) -> None:
    refused = await send(county, ",".join(["x"] * 1_000_000).encode() + b"\n1\n")
    assert (refused.status_code, refused.json()["code"]) in (
        (422, "registry.workbook_too_wide"),
        (422, "registry.workbook_line_too_long"),
    )


@pytest.mark.parametrize(
    ("cells", "reason", "remedy"),
    [
        ({"首次识别时间": "去年三月"}, "首次识别时间:不是真实的日期", "2020-01-31"),
        ({"首次识别时间": "1800-01-01"}, "首次识别时间:日期不合理", "真实日期"),
        ({"首次识别时间": "2099-01-01"}, "首次识别时间:", "→"),
        ({"首次识别时间": 41640}, "首次识别时间:是日期的序列号", "日期格式"),
        ({"首次识别时间": "2015-02-30"}, "首次识别时间:不是真实的日期", "→"),
        ({"建房年份": "98"}, "建房年份:须为四位年份", "四位"),
        ({"耕地面积(亩)": "很多"}, "耕地面积(亩):须为不小于零", "小数"),
        ({columns.VILLAGE: ""}, "行政村代码:缺少必填项", "补填"),
    ],
)
async def test_a_refused_cell_names_column_rule_and_remedy(
    county: Harness, cells: dict[str, Any], reason: str, remedy: str
) -> None:
    extra = ("首次识别时间", "建房年份", "耕地面积(亩)")
    done = await carried_out(county, xlsx([head_row("1", **cells)], (*columns.HEADERS, *extra)))
    told = (await report(county, done["id"]))[1][-1]
    assert done["rows_refused"] == 1
    assert told.startswith(reason)
    assert remedy in told.partition("→")[2] + "→"


async def test_two_heads_and_circular_kinship_are_refused_on_their_rows(county: Harness) -> None:
    rows = [
        *[head_row("1"), person_row("1", "户主", 40)],
        *[head_row("2"), person_row("2", "之父", 30)],
        *[head_row("3"), person_row("3", "之子", 60)],
    ]
    done = await carried_out(county, xlsx(rows))
    assert (done["households_ok"], done["rows_refused"]) == (0, 6)
    results = [row[-1] for row in (await report(county, done["id"]))[1:]]
    assert all(results[place].startswith("与户主关系:") and "→" in results[place] for place in (1, 3, 5))


async def test_a_household_of_more_people_than_a_file_can_have_is_refused_with_the_reason(county: Harness) -> None:
    others = [person_row("1", "其他", 20 + place // 5) for place in range(50)]
    done = await carried_out(county, xlsx([head_row("1"), *others, head_row("2")]))
    assert (done["households_ok"], done["rows_refused"]) == (1, 51)
    assert "一户至多 50 人→" in (await report(county, done["id"]))[1][-1]


async def test_hidden_rows_are_read_and_said(county: Harness) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"strings_to_formulas": False}) as book:
        page = book.add_worksheet(columns.SHEET)
        for line, row in enumerate(
            [dict(zip(columns.HEADERS, columns.HEADERS, strict=True)), *family("1"), head_row("2")]
        ):
            for place, header in enumerate(columns.HEADERS):
                page.write(line, place, row[header])
        page.set_row(2, None, None, {"hidden": True})
        page.set_column(4, 4, None, None, {"hidden": True})
        page.write_formula(4, 3, '="张"&"三"')
    done = await carried_out(county, target.getvalue())
    assert (done["notes"]["hidden_rows"], done["notes"]["hidden_columns"]) == (1, ["E"])
    assert (done["people_ok"], done["rows_refused"]) == (3, 1)
    assert (await report(county, done["id"]))[4][-1].startswith("姓名:单元格是公式→")


async def test_a_household_whose_rows_lie_apart_is_one_household(county: Harness) -> None:
    one, two = family("1"), family("2")
    done = await carried_out(county, xlsx([one[1], two[0], one[0], two[1], one[2], two[2]]))
    assert (done["households_total"], done["households_ok"], done["people_ok"]) == (2, 2, 6)


@pytest.mark.parametrize("longest", [20_000, 1])
async def test_a_report_of_a_workbook_keeps_every_row_at_its_number(
    county: Harness, monkeypatch: pytest.MonkeyPatch, longest: int
) -> None:
    monkeypatch.setattr(import_reports, "XLSX_ROWS", longest)  # a longer workbook comes back as csv
    bad = head_row("2") | {"民族": "x", columns.NAME: "李四"}
    done = await carried_out(county, xlsx([head_row("1"), {}, {}, bad, head_row("3"), person_row("3")]))
    async with county.as_(OFFICER) as client:
        answer = await client.get(f"{IMPORTS}/{done['id']}/report")
    is_csv = answer.headers["content-type"].startswith("text/csv")
    assert is_csv == (longest == 1)
    lines = list(csv.reader(io.StringIO(answer.text))) if is_csv else cells_of(answer.content)
    assert [line[-1] if any(line) else "" for line in lines[1:4]] == ["已导入", "", ""]
    assert lines[4][columns.HEADERS.index(columns.NAME)] == "李四"
    assert lines[4][-1].startswith("民族:")
    assert [line[-1] for line in lines[5:]] == ["已导入", "已导入"]


async def test_a_csv_report_takes_no_cell_for_a_formula_and_can_be_sent_in_again(county: Harness) -> None:
    row = head_row("1") | {"组": "=1+1", "民族": "x"}
    done = await carried_out(county, csv_bytes([row], "utf-8"))
    async with county.as_(OFFICER) as client:
        answer = await client.get(f"{IMPORTS}/{done['id']}/report")
    assert answer.headers["content-type"].startswith("text/csv")
    assert ",'=1+1," in answer.text
    again = await carried_out(county, answer.content.replace(b",x,", ",汉族,".encode()))
    assert again["households_ok"] == 1


async def test_a_dry_run_tells_how_the_sheet_differs_from_files_already_there(county: Harness) -> None:
    rows = [*family("1"), *family("2")]
    await carried_out(county, xlsx(rows))
    rows[0] |= {"住房等级": "C级", columns.PHONE: "13900001111"}
    dry = await carried_out(county, xlsx([*rows, head_row("3", **{columns.NUMBER: number(born(50))})]), dry_run="true")
    assert (dry["households_ok"], dry["rows_refused"]) == (1, 6)
    async with county.as_(OFFICER) as client:
        items = (await client.get(f"{IMPORTS}/{dry['id']}/differences")).json()["items"]
    assert [(item["row"], item["state"]) for item in items] == [(2, "differs"), (5, "unchanged"), (8, "new")]
    assert items[0]["changes"] == [
        {"person": "", "field": "联系电话", "before": "138****0000", "after": "139****1111"},
        {"person": "", "field": "住房等级", "before": "B级", "after": "C级"},
    ]
    results = [row[-1] for row in (await report(county, dry["id"]))[1:]]
    assert f"户 {items[0]['household_no']} 已在册" in results[0]
    assert "住房等级 B级→C级" in results[0]
    assert all(
        "已在一份有效的户档案中" in result for result in (results[0], results[3])
    )  # why they are refused all the same
    assert f"与户 {items[1]['household_no']} 相同" in results[3]


async def test_a_csv_sheet_may_be_larger_than_a_workbook_and_each_has_its_limit() -> None:
    rows = [row for serial in range(400) for row in family(str(serial))]
    sheet = csv_bytes(rows, "utf-8")
    packed = xlsx(family("1"))
    assert len(packed) < len(sheet)
    async with running("registry", csv_limit_bytes=len(sheet), workbook_limit_bytes=len(packed) - 1) as registry:
        await load_divisions(registry)
        taken = await send(registry, sheet)
        packed_too_large = await send(registry, packed)
    async with running("registry", csv_limit_bytes=len(sheet) - 1, workbook_limit_bytes=len(packed)) as registry:
        await load_divisions(registry)
        too_large, packed_taken = await send(registry, sheet), await send(registry, packed)
    assert (taken.status_code, packed_taken.status_code) == (202, 202), taken.text
    for refused, at_most in ((packed_too_large, len(packed) - 1), (too_large, len(sheet) - 1)):
        assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
        assert refused.json()["facts"]["limit_bytes"] == at_most
