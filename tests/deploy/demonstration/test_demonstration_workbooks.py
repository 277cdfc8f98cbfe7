"""The workbooks read back by another library: the same cells, codes as text, money as exact numbers."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from deploy.demonstration.form import HOUSEHOLD_FORM, PERSON_FORM
from deploy.demonstration.household import Household
from deploy.demonstration.library import liling_rows
from deploy.demonstration.projects_mengcheng import library_rows
from deploy.demonstration.tables import AllocationRow, read_bazhong_allocation, read_shangqiu_allocation
from deploy.demonstration.workbooks import write_allocation, write_people, write_projects

FIRST_HEADERS = [
    "户序号",
    "行政村代码",
    "组",
    "姓名",
    "证件号码",
    "与户主关系",
    "民族",
    "文化程度",
    "在校生状况",
    "健康状况",
    "劳动技能",
    "政治面貌",
    "是否参加基本医疗保险",
    "是否参加养老保险",
    "务工月数",
    "联系电话",
    "识别标准",
    "户类型",
    "主要致贫原因",
    "其他致贫原因",
    "住房等级",
    "是否安全饮水",
    "是否通电",
    "工资性收入(元)",
    "生产经营性收入(元)",
    "财产性收入(元)",
    "转移性收入(元)",
    "生产经营性支出(元)",
    "开户银行",
    "银行账号",
]
PEOPLE_HEADERS = [*FIRST_HEADERS, *PERSON_FORM, *HOUSEHOLD_FORM]
PROJECT_HEADERS = [
    "序号",
    "项目名称",
    "项目类别",
    "建设性质",
    "实施地点",
    "地点代码",
    "建设任务",
    "资金规模(万元)",
    "资金来源",
    "责任单位",
    "开工日期",
    "完工日期",
    "受益户数",
    "受益人数",
    "其中贫困人口",
    "绩效目标",
    "群众参与和带贫减贫机制",
]
UNITS = ("(元)", "(亩)", "(平方米)", "(公里)")
COUNTS = {"务工月数", "公益性岗位月数", "建房年份"}
NUMBERS = COUNTS | {header for header in PEOPLE_HEADERS if header.endswith(UNITS)}

ALLOCATIONS = [(read_shangqiu_allocation, 5000), (read_bazhong_allocation, 26428)]

Rows = list[list[object]]
Town = tuple[Household, ...]


def cells(path: Path, sheet: str) -> Rows:
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == [sheet]
    return [list(row) for row in book.get_sheet_by_name(sheet).to_python()]


@pytest.fixture(scope="module")
def people_path(leap_town: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("people") / "people.xlsx"
    write_people(path, leap_town)
    return path


@pytest.fixture(scope="module")
def people(people_path: Path) -> list[dict[str, object]]:
    headers, *rows = cells(people_path, "人口")
    assert headers == PEOPLE_HEADERS
    return [dict(zip(PEOPLE_HEADERS, row, strict=True)) for row in rows]


def test_a_row_per_person_in_the_households_order(people: list[dict[str, object]], leap_town: Town) -> None:
    assert len(people) == 3627
    persons = [(household, person) for household in leap_town for person in household.members]
    for row, (household, person) in zip(people, persons, strict=True):
        assert row["证件号码"] == person.identity_number
        assert row["户序号"] == household.serial
        assert row["行政村代码"] == household.village_code
        assert row["健康状况"] == "、".join(person.health)
        assert row["务工月数"] == person.away_months
        assert row["是否参加养老保险"] == ("是" if person.pension_insurance else "否")
        assert row["联系电话"] == (person.phone or "")


def test_only_money_and_months_are_numbers(people: list[dict[str, object]]) -> None:
    for row in people:
        for header, value in row.items():
            kinds = int | float if header in NUMBERS and value != "" else str
            assert isinstance(value, kinds)
        assert len(str(row["证件号码"])) == 18
        assert re.fullmatch(r"341622106\d{3}", str(row["行政村代码"]))


def test_household_columns_stand_on_the_heads_row_alone(people: list[dict[str, object]]) -> None:
    own = [*FIRST_HEADERS[FIRST_HEADERS.index("识别标准") :], *HOUSEHOLD_FORM]
    for row in people:
        filled = {header for header in own if row[header] != ""}
        if row["与户主关系"] == "户主":
            assert filled >= set(own) - {"其他致贫原因", "产业类型"}
        else:
            assert not filled


def test_money_comes_back_to_the_fen(people: list[dict[str, object]], leap_town: Town) -> None:
    heads = [row for row in people if row["与户主关系"] == "户主"]
    for row, household in zip(heads, leap_town, strict=True):
        transfer = Decimal(str(row["转移性收入(元)"])) * 100
        assert transfer == household.transfer_income_fen
        assert Decimal(str(row["工资性收入(元)"])) * 100 == household.wage_income_fen


def test_identity_cells_carry_the_text_format(people_path: Path) -> None:
    with zipfile.ZipFile(people_path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    match = re.search(r'<c r="E2" s="(\d+)" t="(\w+)"', sheet)
    assert match
    style, kind = match.groups()
    formats = re.findall(r"<xf [^>]*>", styles[styles.index("<cellXfs") :])
    assert 'numFmtId="49"' in formats[int(style)]
    assert kind in ("inlineStr", "s")


def test_the_same_day_gives_the_same_file(leap_town: Town, leap_town_again: Town, tmp_path: Path) -> None:
    once, again = tmp_path / "once.xlsx", tmp_path / "again.xlsx"
    write_people(once, leap_town[-200:])
    write_people(again, leap_town_again[-200:])
    assert cells(again, "人口") == cells(once, "人口")
    assert again.read_bytes() == once.read_bytes()


def test_the_library_workbook_holds_every_column(tmp_path: Path) -> None:
    path = tmp_path / "library.xlsx"
    write_projects(path, library_rows(2028))
    headers, *rows = cells(path, "项目库")
    assert headers == PROJECT_HEADERS
    assert len(rows) == 14
    first = dict(zip(PROJECT_HEADERS, rows[0], strict=True))
    assert first["资金规模(万元)"] == 216
    assert first["地点代码"] == "341622106205"
    assert first["开工日期"] == "2028-03-10"
    targets = [target.split("|") for target in str(first["绩效目标"]).split("；")]
    assert targets[0] == ["产出指标", "数量指标", "装机容量", ">=", "300", "千瓦"]
    assert all(len(target) == 6 for target in targets)
    assert rows[2][5] == "341622106202、341622106204"


def test_the_unit_stands_in_the_header_and_moves_the_amount(tmp_path: Path) -> None:
    path = tmp_path / "library.xlsx"
    write_projects(path, liling_rows(), unit="元")
    headers, *rows = cells(path, "项目库")
    assert headers[7] == "资金规模(元)"
    assert [row[7] for row in rows] == [6_600_000, 2_510_000, 390_000, 1_200_000, 1_300_000]


def test_a_name_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "library.xlsx"
    row = replace(liling_rows()[0], name="=1+1", content="http://example.org/", responsible="0012")
    write_projects(path, [row])
    _, cell = cells(path, "项目库")
    assert cell[1] == "=1+1"
    assert cell[6] == "http://example.org/"
    assert cell[9] == "0012"
    with zipfile.ZipFile(path) as archive:
        assert "<f>" not in archive.read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize(("read", "total"), ALLOCATIONS)
def test_the_allocation_workbook_ends_with_the_sum(
    read: Callable[[], list[AllocationRow]], total: int, tmp_path: Path
) -> None:
    path = tmp_path / "allocation.xlsx"
    shares = read()
    write_allocation(path, shares)
    headers, *body = cells(path, "资金分配")
    assert headers == ["序号", "县(市、区)", "区划代码", "金额(万元)"]
    assert body[-1] == ["", "合计", "", total]
    assert len(body) == len(shares) + 1
    for number, (row, share) in enumerate(zip(body, shares, strict=False), start=1):
        assert row == [number, share.county, share.division_code, share.amount_wan]
