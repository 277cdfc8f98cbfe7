"""Writes the demonstration's workbooks: codes, names and dates as text cells, money and counts as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from deploy.demonstration.form import HOUSEHOLD_FORM, PERSON_FORM, household_form, person_form
from deploy.demonstration.household import HEAD, Cell, Household, Person
from deploy.demonstration.library import LibraryRow
from deploy.demonstration.tables import TOTAL, AllocationRow

Unit = Literal["万元", "元"]
FEN_IN: dict[Unit, int] = {"万元": 1_000_000, "元": 100}

PEOPLE_SHEET = "人口"
PERSON_HEADERS = (
    "户序号", "行政村代码", "组", "姓名", "证件号码", "与户主关系", "民族", "文化程度",
    "在校生状况", "健康状况", "劳动技能", "政治面貌", "是否参加基本医疗保险", "是否参加养老保险",
    "务工月数", "联系电话",
)  # fmt: skip
HOUSEHOLD_HEADERS = (
    "识别标准", "户类型", "主要致贫原因", "其他致贫原因", "住房等级", "是否安全饮水", "是否通电",
    "工资性收入(元)", "生产经营性收入(元)", "财产性收入(元)", "转移性收入(元)", "生产经营性支出(元)",
    "开户银行", "银行账号",
)  # fmt: skip
PEOPLE_HEADERS = PERSON_HEADERS + HOUSEHOLD_HEADERS + PERSON_FORM + HOUSEHOLD_FORM
COUNT_HEADERS = frozenset({"务工月数", "公益性岗位月数", "建房年份", "序号", "受益户数", "受益人数", "其中贫困人口"})

PROJECTS_SHEET = "项目库"
ALLOCATION_SHEET = "资金分配"

# The same content must give the same file, so the file does not say when it was written.
CREATED = datetime(2020, 1, 1, tzinfo=UTC)

# The built-in text format @: what a clerk types under it stays as typed.
TEXT_FORMAT = 49


def project_headers(unit: Unit) -> tuple[str, ...]:
    """The library's columns with the unit of money in the header."""
    return (
        "序号", "项目名称", "项目类别", "建设性质", "实施地点", "地点代码", "建设任务",
        f"资金规模({unit})", "资金来源", "责任单位", "开工日期", "完工日期", "受益户数", "受益人数",
        "其中贫困人口", "绩效目标", "群众参与和带贫减贫机制",
    )  # fmt: skip


def allocation_headers(unit: Unit) -> tuple[str, ...]:
    """The allocation's columns with the unit of money in the header."""
    return ("序号", "县(市、区)", "区划代码", f"金额({unit})")


def write_people(path: Path, households: Sequence[Household]) -> None:
    """The people template: a row per person, the household's own columns on the head's row only."""
    rows = (
        _person_cells(household, person) + _household_cells(household, person) + _form_cells(household, person)
        for household in households
        for person in household.members
    )
    _write(path, PEOPLE_SHEET, PEOPLE_HEADERS, rows)


def write_projects(path: Path, rows: Sequence[LibraryRow], unit: Unit = "万元") -> None:
    """The library workbook, a row per project."""
    _write(path, PROJECTS_SHEET, project_headers(unit), (_project_cells(row, unit) for row in rows))


def write_allocation(path: Path, rows: Sequence[AllocationRow], unit: Unit = "万元") -> None:
    """The allocation workbook, closed by the sum of its rows."""
    cells: list[list[Cell]] = [
        [number, row.county, row.division_code, _money(row.amount_fen, unit)]
        for number, row in enumerate(rows, start=1)
    ]
    cells.append([None, TOTAL, None, _money(sum(row.amount_fen for row in rows), unit)])
    _write(path, ALLOCATION_SHEET, allocation_headers(unit), cells)


def _money(amount_fen: int, unit: Unit) -> Decimal:
    return Decimal(amount_fen) / FEN_IN[unit]


def _yes(value: bool) -> str:
    return "是" if value else "否"


def _person_cells(household: Household, person: Person) -> list[Cell]:
    return [
        household.serial,
        household.village_code,
        household.group,
        person.name,
        person.identity_number,
        person.relation,
        person.ethnicity,
        person.education,
        person.schooling,
        "、".join(person.health),
        person.labour,
        person.politics,
        _yes(person.medical_insurance),
        _yes(person.pension_insurance),
        person.away_months,
        person.phone,
    ]


def _household_cells(household: Household, person: Person) -> list[Cell]:
    if person.relation != HEAD:
        return [None] * len(HOUSEHOLD_HEADERS)
    return [
        household.standard,
        household.attribute,
        household.main_cause,
        "、".join(household.other_causes) or None,
        f"{household.housing_grade}级",
        _yes(household.safe_water),
        _yes(household.electricity),
        _money(household.wage_income_fen, "元"),
        _money(household.business_income_fen, "元"),
        _money(household.property_income_fen, "元"),
        _money(household.transfer_income_fen, "元"),
        _money(household.business_cost_fen, "元"),
        household.bank_name,
        household.bank_account,
    ]


def _form_cells(household: Household, person: Person) -> list[Cell]:
    own = person_form(household, person)
    shared = household_form(household) if person.relation == HEAD else {}
    return [*(own[header] for header in PERSON_FORM), *(shared.get(header) for header in HOUSEHOLD_FORM)]


def _project_cells(row: LibraryRow, unit: Unit) -> list[Cell]:
    return [
        row.seq,
        row.name,
        row.category,
        row.construction_kind,
        row.place,
        "、".join(row.division_codes),
        row.content,
        _money(row.amount_fen, unit),
        row.fund_source,
        row.responsible,
        row.starts_on.isoformat(),
        row.finishes_on.isoformat(),
        row.households,
        row.people,
        row.poor_people,
        "；".join(target.cell for target in row.targets),
        row.participation,
    ]


@contextmanager
def _sheet(path: Path, name: str) -> Iterator[tuple[Workbook, Worksheet]]:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": CREATED})
        yield book, book.add_worksheet(name)


def _write(path: Path, name: str, headers: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    with _sheet(path, name) as (book, sheet):
        text = book.add_format({"num_format": TEXT_FORMAT})
        number = book.add_format()
        bold = book.add_format({"bold": True, "num_format": TEXT_FORMAT})
        sheet.freeze_panes(1, 0)
        for column, header in enumerate(headers):
            sheet.set_column(column, column, 14, number if _holds_numbers(header) else text)
            sheet.write_string(0, column, header, bold)
        for line, cells in enumerate(rows, start=1):
            for column, cell in enumerate(cells):
                _write_cell(sheet, line, column, cell, text, number)


def _holds_numbers(header: str) -> bool:
    """Counts, and the columns that name a unit of money."""
    return header in COUNT_HEADERS or header.endswith(tuple(f"({unit})" for unit in FEN_IN))


def _write_cell(sheet: Worksheet, line: int, column: int, cell: Cell, text: Format, number: Format) -> None:
    """An empty cell stays unwritten; a string never becomes a number, a link or a formula."""
    if isinstance(cell, str):
        sheet.write_string(line, column, cell, text)
    elif cell is not None:
        sheet.write_number(line, column, float(cell), number)
