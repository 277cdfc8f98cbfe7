"""Sheets in other layouts: any order of the template's columns, the national system's codes, the list of 2022."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from services.registry.domain import workbook_columns as columns
from tests.services.registry.people import VILLAGE, born, number
from tests.services.registry.sheets import OFFICER, carried_out, family, head_row, report, send, xlsx
from tests.support.harness import Harness

HOUSEHOLDS = "/api/v1/registry/households"


def csv_of(rows: list[dict[str, Any]]) -> bytes:
    target = io.StringIO()
    writer = csv.DictWriter(target, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode()


async def files(county: Harness) -> list[dict[str, Any]]:
    async with county.as_(OFFICER) as client:
        listed = (await client.get(HOUSEHOLDS)).json()["items"]
        return [(await client.get(f"{HOUSEHOLDS}/{row['id']}")).json() for row in listed]


async def test_the_template_may_come_in_any_order_with_any_of_its_columns(county: Harness) -> None:
    more = ("耕地面积(亩)", "有无卫生厕所", "建房年份", "首次识别时间", "残疾人证号", "低保金(元)", "主要燃料类型")
    row = head_row("1") | {"耕地面积(亩)": "3.5", "有无卫生厕所": "是", "建房年份": "1998", "首次识别时间": "2016/3/1"}
    row |= {"低保金(元)": "12.50", "转移性收入(元)": "12.5", "主要燃料类型": "", "残疾人证号": ""}
    done = await carried_out(county, xlsx([row], (*more, *columns.HEADERS[::-1])))
    assert (done["households_ok"], done["notes"]["layout"]) == (1, "suite")
    (file,) = await files(county)
    assert (file["arable_mu"], file["toilet"], file["built_year"]) == ("3.50", True, 1998)
    assert file["identified_on"] == "2016-03-01"
    assert file["income"]["items"] == {"dibao_pay": 1250}


@pytest.mark.parametrize(
    ("headers", "facts"),
    [
        ((*columns.HEADERS, "民族"), {"doubled": "民族"}),
        ((*columns.HEADERS, "身份证照片"), {"unknown_columns": "AE"}),
        (("张三", "341622199001011234"), {"unknown_columns": "A、B"}),
    ],
)
async def test_doubled_headers_are_named_and_unknown_ones_by_their_place(
    county: Harness, headers: tuple[str, ...], facts: dict[str, str]
) -> None:
    refused = await send(county, xlsx(family("1"), headers))
    assert (refused.status_code, refused.json()["code"]) == (422, "registry.workbook_headers")
    assert refused.json()["facts"] | facts == refused.json()["facts"]
    assert "照片" not in refused.text
    assert "张三" not in refused.text


def national(serial: str, name: str, relation: str, age: int, sex: str = "1", **other: str) -> dict[str, str]:
    return {
        "aar040": "2019", "aac001": serial, "行政村": "前王村", "乡": "甲镇", "aac006": "一般贫困户",
        "aac007": "因病", "aac312": "1", "aac073": "100", "aac071": "0", "aac072": "0", "aac085": "0", "aac074": "0",
        "aab002": name, "aab004": number(born(age), sex), "aab006": relation, "aab007": "汉族", "aab008": "小学",
        "aab009": "", "aab010": "普通劳动力", "aab013": "1", "aab014": "0", "aab017": "长期慢性病,残疾", "aab019": "否",
    } | other  # fmt: skip


async def test_the_national_layout_is_known_by_its_column_codes(county: Harness) -> None:
    rows = [national("0010234567", "张大", "户主", 50), national("0010234567", "李红", "配偶", 48, "2")]
    done = await carried_out(county, csv_of(rows))
    assert done["notes"]["layout"] == "national"
    assert done["notes"]["left_out"] == ["aar040"]
    assert (done["households_ok"], done["people_ok"]) == (1, 2)
    (file,) = await files(county)
    assert (file["national_household_no"], file["village_code"]) == ("0010234567", VILLAGE)
    assert file["income"]["wage_fen"] == 10_000
    assert file["safe_water"] is True
    assert [member["medical_insurance"] for member in file["members"]] == [True, True]


async def test_a_file_with_gaps_stays_a_draft_that_cannot_be_proposed(county: Harness) -> None:
    done = await carried_out(county, csv_of([national("1", "张大", "户主", 50)]))
    assert done["households_ok"] == 1
    (file,) = await files(county)
    assert file["housing_level"] is None
    async with county.as_(OFFICER) as client:
        body = {"village_code": VILLAGE, "year": 2026, "household_ids": [file["id"]]}
        refused = await client.post("/api/v1/registry/identifications", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "registry.file_incomplete")


async def test_the_list_of_2022_is_known_by_its_headers_and_a_village_by_its_name(county: Harness) -> None:
    row = {
        "序号": "1", "数据日期": "20221231", "县": "蒙城县", "乡": "甲镇", "行政村": "前王村", "自然村": "",
        "户编号": "77", "人编号": "88", "姓名": "张大", "证件号码": number(born(50)), "人数": "1",
        "与户主关系": "户主", "民族": "汉族",
        "文化程度": "小学", "在校生状况": "", "健康状况": "健康", "劳动技能": "普通劳动力",
        "务工时间(月)": "3",
        "是否参加大病保险": "是", "致贫原因1": "因病", "危房户": "否", "是否解决安全饮用水": "是",
        "人均纯收入": "12000.5",
        "户联系电话": "13812340000", "人联系电话": "", "首次识别时间": "20150101", "人员识别时间": "20150101",
        "户类型": "脱贫户", "监测对象类型": "", "风险是否消除": "", "风险识别时间": "", "风险消除时间": "",
    }  # fmt: skip
    lost = row | {"户编号": "78", "行政村": "没有的村", "证件号码": number(born(40))}
    done = await carried_out(county, csv_of([row, lost]))
    assert (done["notes"]["layout"], done["households_ok"], done["rows_refused"]) == ("list", 1, 1)
    assert "危房户" in done["notes"]["left_out"]
    (file,) = await files(county)
    assert (file["stated_per_head_fen"], file["village_code"]) == (1_200_050, VILLAGE)
    async with county.as_(OFFICER) as client:
        told = (await client.get(f"/api/v1/registry/household-imports/{done['id']}/report")).text
    assert "不存在、不是行政村或不在管辖范围" in told.splitlines()[2]


@pytest.mark.parametrize("identified", ["20220301", ""])
async def test_a_risk_the_list_says_was_removed_comes_in_as_removed_and_stays_a_draft_until_it_says_how(
    county: Harness, identified: str
) -> None:
    row = {
        "户编号": "77", "人编号": "88", "人数": "1", "行政村代码": VILLAGE, "姓名": "张大",
        "证件号码": number(born(50)), "与户主关系": "户主", "民族": "汉族", "文化程度": "小学",
        "健康状况": "长期慢性病\uff0c残疾", "劳动技能": "普通劳动力", "致贫原因1": "因病",
        "首次识别时间": "20150101", "户类型": "脱贫户", "监测对象类型": "脱贫不稳定户",
        "风险是否消除": "是", "风险识别时间": identified, "风险消除时间": "20221201",
    }  # fmt: skip
    done = await carried_out(county, csv_of([row]))
    assert done["households_ok"] == 1, await told(county, done)
    (file,) = await files(county)
    days = (file["monitor_type"]["code"], file["risk_identified_on"], file["risk_cleared_on"], file["risk_clearing"])
    assert days == ("unstable", "2022-03-01" if identified else None, "2022-12-01", None)
    async with county.as_(OFFICER) as client:
        body = {"village_code": VILLAGE, "year": 2026, "household_ids": [file["id"]]}
        refused = await client.post("/api/v1/registry/identifications", json=body)
    unstated = refused.json()["facts"]["fields"]
    assert "/risk_clearing" in unstated
    assert ("/risk_identified_on" in unstated) == (not identified)


async def told(county: Harness, done: dict[str, Any]) -> str:
    """The report of an import as text."""
    async with county.as_(OFFICER) as client:
        return str((await client.get(f"/api/v1/registry/household-imports/{done['id']}/report")).text)


async def test_digits_in_full_width_small_x_and_quoted_numbers_are_read(county: Harness) -> None:
    with_x = next(found for found in iter(lambda: number(born(30)), "") if found.endswith("X"))
    rows = [
        head_row("1", **{columns.NUMBER: with_x.lower()}),
        head_row("2", **{columns.NUMBER: number(born(31)).translate(str.maketrans("0123456789", "0123456789"))}),
        head_row("3", **{columns.NUMBER: f'="{number(born(32))}"'}),
        head_row("4", **{columns.NUMBER: "3.41622E+17"}),
    ]
    done = await carried_out(county, xlsx(rows))
    assert (done["households_ok"], done["rows_refused"]) == (3, 1)
    assert "科学计数" in (await report(county, done["id"]))[4][-1]
