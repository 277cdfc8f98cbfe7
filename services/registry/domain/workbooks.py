"""Judging a people workbook: rows become household files, or reasons why not, row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from services.registry.domain import refusals
from services.registry.domain import workbook_cells as cells
from services.registry.domain import workbook_columns as columns
from services.registry.domain.faults import Fault
from services.registry.domain.household_files import HouseholdFile
from services.registry.domain.income import Income
from services.registry.domain.members import Member
from services.registry.domain.workbook_cells import BadCell

FIRST_ROW = 2
"""The sheet's row of the first person; the headers are row 1."""
OTHER_ROW = "本户有其他行未通过,整户未导入"

Value = TypeVar("Value")


@dataclass(slots=True)
class Draft:
    """One household of the sheet: its rows in order, what they state if it can be read, and what is wrong."""

    serial: str
    rows: list[int]
    file: HouseholdFile | None = None
    reasons: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def refused(self) -> bool:
        return bool(self.reasons)

    def refuse(self, row: int, reason: str) -> None:
        if reason not in self.reasons[row]:
            self.reasons[row].append(reason)

    def refuse_fault(self, fault: Fault) -> None:
        """Put a broken rule on the row and column it is about."""
        parts = fault.pointer.strip("/").split("/")
        inside = len(parts) > 1 and parts[0] == "members"
        row = self.rows[int(parts[1])] if inside else self.rows[0]
        column = columns.COLUMN_OF_FIELD.get(parts[2] if inside else parts[0], "")
        self.refuse(row, f"{column}:{fault.kind.zh}")

    def row_reasons(self) -> dict[int, str]:
        """A reason for every row of a refused household."""
        return {row: ";".join(self.reasons.get(row, [])) or OTHER_ROW for row in self.rows}


def require_headers(sheet: Sequence[Sequence[Any]]) -> None:
    """Refuse a sheet whose first row is not the template's, naming the headers that are missing or too many."""
    found = [str(cell).strip() if cell is not None else "" for cell in sheet[0]] if sheet else []
    while found and not found[-1]:
        found.pop()
    if found in (list(columns.HEADERS), [*columns.HEADERS, columns.RESULT]):  # a report may come back corrected
        return
    missing = [header for header in columns.HEADERS if header not in found]
    facts: dict[str, int | str] = {"expected": "、".join(columns.HEADERS)}
    if missing:
        facts["missing"] = "、".join(missing)
    unknown = sum(1 for header in found if header not in columns.HEADERS)
    if unknown or not missing:
        facts["unknown_or_misplaced"] = unknown or "次序"
    raise refusals.WorkbookHeaders(pointer=None, **facts)


def rows_of(sheet: Sequence[Sequence[Any]]) -> dict[int, dict[str, Any]]:
    """The sheet's rows of people by row number; blank rows are left out."""
    found = {}
    for number, row in enumerate(sheet[1:], FIRST_ROW):
        if any(cell not in (None, "") for cell in row):
            filled = [*row, *[""] * (len(columns.HEADERS) - len(row))]
            found[number] = dict(zip(columns.HEADERS, filled, strict=False))
    return found


def drafts_of(rows: dict[int, dict[str, Any]]) -> list[Draft]:
    """The households of a sheet, each with what is wrong cell by cell; rules of the whole file come after."""
    groups: dict[str, list[int]] = defaultdict(list)
    unnumbered = []
    for number, row in rows.items():
        try:
            groups[cells.needed(cells.text_of(row[columns.SERIAL]))].append(number)
        except BadCell as error:
            lost = Draft(f"#{number}", [number])
            lost.refuse(number, f"{columns.SERIAL}:{error}")
            unnumbered.append(lost)
    return [*(_draft(serial, numbers, rows) for serial, numbers in groups.items()), *unnumbered]


def _draft(serial: str, numbers: list[int], rows: dict[int, dict[str, Any]]) -> Draft:
    head = next((number for number in numbers if rows[number]["与户主关系"] == "户主"), numbers[0])
    ordered = [head, *(number for number in numbers if number != head)]
    draft = Draft(serial, ordered)
    for number in ordered[1:]:
        _refuse_second_household_cells(draft, number, rows[number], rows[head])
    members = tuple(_member(_Row(draft, number, rows[number])) for number in ordered)
    file = _household(_Row(draft, head, rows[head]), members)
    if not draft.refused:
        draft.file = file
    return draft


def _refuse_second_household_cells(draft: Draft, number: int, row: dict[str, Any], head: dict[str, Any]) -> None:
    for header in columns.HOUSEHOLD_COLUMNS:
        if row[header] not in (None, "") and row[header] != head[header]:
            draft.refuse(number, f"{header}:户信息须填在户主行")


@dataclass(frozen=True, slots=True)
class _Row:
    """Reads cells of one row; what cannot be read becomes a reason, and `instead` stands in for it."""

    draft: Draft
    number: int
    row: dict[str, Any]

    def read(self, header: str, reader: Callable[[str], Value], instead: Value) -> Value:
        cell = self.row[header]
        try:
            if header in columns.DIGITS_LOST and cells.is_number(cell):
                raise BadCell("单元格是数字,位数已丢失,须设为文本后重新填写")
            return reader(cells.text_of(cell))
        except BadCell as error:
            self.draft.refuse(self.number, f"{header}:{error}")
            return instead

    def code(self, header: str) -> str:
        return self.read(header, lambda text: cells.code_of(columns.CODE_COLUMNS[header], text), "")

    def code_or_none(self, header: str) -> str | None:
        name = columns.CODE_COLUMNS[header]
        return self.read(header, lambda text: cells.code_of(name, text) if text else None, None)

    def codes(self, header: str) -> tuple[str, ...]:
        return self.read(header, lambda text: cells.codes_of(columns.CODE_COLUMNS[header], text), ())

    def flag(self, header: str) -> bool:
        return self.read(header, cells.yes_no, False)

    def fen(self, header: str) -> int:
        try:
            return cells.fen_of(self.row[header])
        except BadCell as error:
            self.draft.refuse(self.number, f"{header}:{error}")
            return 0


def _member(row: _Row) -> Member:
    return Member(
        name=row.read(columns.NAME, cells.name_of, ""),
        identity_number=row.read(columns.NUMBER, cells.needed, "").upper(),
        sex=None,
        relation=row.code("与户主关系"),
        ethnicity=row.code("民族"),
        education=row.code_or_none("文化程度"),
        schooling=row.code_or_none("在校生状况"),
        health=row.codes(columns.HEALTH),
        labour=row.code("劳动技能"),
        politics=row.code_or_none("政治面貌"),
        medical_insurance=row.flag("是否参加基本医疗保险"),
        pension_insurance=row.flag("是否参加养老保险"),
        away_months=row.read("务工月数", cells.months_of, 0),
    )


def _household(row: _Row, members: tuple[Member, ...]) -> HouseholdFile:
    return HouseholdFile(
        village_code=row.read(columns.VILLAGE, cells.needed, ""),
        group=row.read("组", lambda text: text[:50], ""),
        national_household_no=None,
        standard=row.code("识别标准"),
        attribute=row.code("户类型"),
        main_cause=row.code("主要致贫原因"),
        other_causes=row.codes("其他致贫原因"),
        housing_level=row.code("住房等级"),
        safe_water=row.flag("是否安全饮水"),
        electricity=row.flag("是否通电"),
        income=_income(row),
        phone=row.read(columns.PHONE, cells.phone_of, None),
        bank_name=row.read("开户银行", lambda text: text or None, None),
        bank_account=row.read(columns.ACCOUNT, cells.account_of, None),
        members=members,
    )


def _income(row: _Row) -> Income:
    amounts = {name: row.fen(header) for name, header in columns.MONEY_COLUMNS.items()}
    return Income(**amounts, items={})


def refuse_repeated(drafts: Iterable[Draft]) -> None:
    """Refuse every household that shares an identity number with another one of the sheet: none is surely right."""
    seen: dict[str, list[tuple[Draft, int]]] = defaultdict(list)
    for draft in drafts:
        for row, member in zip(draft.rows, draft.file.members if draft.file else (), strict=False):
            seen[member.identity_number].append((draft, row))
    for places in seen.values():
        if len({draft.serial for draft, _ in places}) > 1:
            for draft, row in places:
                others = "、".join(str(other) for _, other in places if other != row)
                draft.refuse(row, f"{columns.NUMBER}:与第 {others} 行重复")


def accepted(drafts: Iterable[Draft]) -> list[Draft]:
    """The households nothing is wrong with."""
    return [draft for draft in drafts if not draft.refused and draft.file is not None]
