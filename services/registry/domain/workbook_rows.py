"""Reading the rows of a people workbook: cells of one household, in a layout's order, become one household file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.registry.domain import workbook_cells as cells
from services.registry.domain import workbook_columns as columns
from services.registry.domain.fields import Field
from services.registry.domain.household_files import HouseholdFile
from services.registry.domain.income import AMOUNTS, Income
from services.registry.domain.members import Member
from services.registry.domain.remedies import remedy_of
from services.registry.domain.sheet_layouts import CODE_OF_LABEL, ITEM, NEEDED_PERSON, PLACE, SERIAL, Column, Layout
from services.registry.domain.workbook_cells import BadCell

DIGITS_LOST = frozenset({"identity", "account", "disability"})
"""Kinds of which a number cell has already lost digits and is refused."""
_STAND_INS: dict[str, Any] = {"name": "", "identity_number": "", "relation": "", "ethnicity": "", "health": ()}

Refuse = Callable[[int, str], None]
Row = tuple[int, Sequence[Any]]


def reason_of(column: str, words: str, remedy: str) -> str:
    """A reason as the report shows it: column, rule, what helps."""
    return f"{column}:{words}→{remedy}" if column else f"{words}→{remedy}"


NO_VILLAGE = reason_of(columns.VILLAGE, "不存在、不是行政村或不在管辖范围", remedy_of("village"))
TWO_VILLAGES = reason_of("行政村", "同名的行政村不止一个", remedy_of("village_twice"))
_HEAD_ROW = ("户信息须填在户主行", remedy_of("head_row"))


def _of_text(read: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda cell: read(cells.text_of(cell))


def _kept_as_text(read: Callable[[str], Any]) -> Callable[[Any], Any]:
    def reader(cell: Any) -> Any:
        if cells.is_number(cell):
            raise BadCell("单元格是数字,位数已丢失,须设为文本后重新填写", "digits_lost")
        return read(cells.text_of(cell))

    return reader


def reader_of(field: Field) -> Callable[[Any], Any]:
    """How a cell of a field is read when it is not empty. BadCell for what says nothing certain."""
    codes = CODE_OF_LABEL.get(field.codes, {})
    kinds: dict[str, Callable[[Any], Any]] = {
        "account": _kept_as_text(cells.account_of),
        "code": _of_text(lambda text: cells.code_of(codes, text)),
        "codes": _of_text(lambda text: cells.codes_of(codes, text)),
        "day": cells.day_of,
        "disability": _kept_as_text(cells.identity_of),
        "division": _of_text(cells.place_of),
        "fen": cells.fen_of,
        "flag": _of_text(cells.yes_no),
        "identity": _kept_as_text(cells.identity_of),
        "measure": cells.measure_of,
        "months": _of_text(cells.months_of),
        "name": _of_text(cells.name_of),
        "natural_village": _of_text(cells.place_of),
        "number": _of_text(cells.number_of),
        "phone": _of_text(cells.phone_of),
        "text": _of_text(lambda text: text[:50] if field.name == "group" else text),
        "village": _of_text(cells.half_width),
        "year": _of_text(cells.year_of),
    }
    return kinds[field.kind]


class Cell:
    """One column: where it stands, which field it fills, and how it is read."""

    __slots__ = ("header", "index", "kind", "name", "needed", "read")

    def __init__(self, index: int, column: Column, gaps_allowed: bool) -> None:
        assert column.field is not None
        self.index, self.header, self.name, self.kind = index, column.header, column.name, column.field.kind
        self.read = reader_of(column.field)
        person = column.of == "member"
        self.needed = column.name in NEEDED_PERSON if person else False
        self.needed = self.needed or (column.field.required and not gaps_allowed and column.name not in AMOUNTS)


class RowReader:
    """Reads households of one layout."""

    def __init__(self, layout: Layout, names: Mapping[tuple[str, str, str], str]) -> None:
        self._names = names
        plan = list(enumerate(layout.columns))
        self.people = [Cell(i, column, layout.gaps_allowed) for i, column in plan if column.of == "member"]
        household = [Cell(i, column, layout.gaps_allowed) for i, column in plan if column.of == "household"]
        self.facts = [cell for cell in household if cell.name not in AMOUNTS]
        self.amounts = [cell for cell in household if cell.name in AMOUNTS]
        self._items = [(i, column) for i, column in plan if column.of == ITEM]
        self.key = next(i for i, column in plan if column.of == SERIAL or column.name == "national_household_no")
        self.relation = next(i for i, column in plan if column.name == "relation")
        self._places = {column.name: i for i, column in plan if column.of == PLACE}
        self.once = [(i, column.header) for i, column in plan if column.of in ("household", ITEM) and i != self.key]
        self._serial_header = layout.columns[self.key].header

    def ordered(self, rows: Sequence[Row]) -> tuple[str, list[Row]]:
        """What tells the household apart, and its rows with the head's first."""
        relation = self.relation
        head = next((row for row in rows if str(row[1][relation] or "").strip() == "户主"), rows[0])
        key = head[1][self.key]
        serial = str(key).strip() if isinstance(key, str | int) else ""
        return serial[:100] or f"#{head[0]}", [head, *(row for row in rows if row is not head)]

    def file(self, rows: Sequence[Row], refuse: Refuse) -> HouseholdFile | None:
        """The household file, as far as its cells can be read; every cell that cannot be is refused."""
        head = rows[0]
        if head[1][self.key] in (None, ""):
            refuse(head[0], reason_of(self._serial_header, "缺少必填项", remedy_of("needed")))
        try:
            cells.text_of(head[1][self.key])
        except BadCell as error:
            refuse(head[0], reason_of(self._serial_header, str(error), error.remedy))
        for row in rows[1:]:
            self._refuse_second_household_cells(row, head[1], refuse)
        members = tuple([Member(**self._values(self.people, row, refuse)) for row in rows])
        values = self._values(self.facts, head, refuse)
        if "village_code" not in values:
            values["village_code"] = self.village(head, refuse)
        return HouseholdFile(members=members, income=self._income(head, refuse), **values)

    def _values(self, plan: Sequence[Cell], row: Row, refuse: Refuse) -> dict[str, Any]:
        number, line = row
        values: dict[str, Any] = {}
        for one in plan:
            cell = line[one.index]
            if cell is None or cell == "":
                if one.needed:
                    refuse(number, reason_of(one.header, "缺少必填项", remedy_of("needed")))
                    if one.name in _STAND_INS:
                        values[one.name] = _STAND_INS[one.name]
                continue
            try:
                values[one.name] = one.read(cell)
            except BadCell as error:
                refuse(number, reason_of(one.header, str(error), error.remedy))
                values[one.name] = _STAND_INS.get(one.name)
        return values

    def village(self, head: Row, refuse: Refuse) -> str:
        """The village by the names of county, township and village; one of the two above it may be missing."""
        number, line = head
        names = []
        for name in ("county", "township", "village"):
            place = self._places.get(name)
            try:
                names.append("" if place is None else cells.text_of(line[place]))
            except BadCell as error:
                refuse(number, reason_of("行政村", str(error), error.remedy))
                return ""
        if not names[2]:
            return ""
        code = self._names.get((names[0], names[1], names[2]))
        if code == "":
            refuse(number, TWO_VILLAGES)
        return code or "?"

    def _income(self, head: Row, refuse: Refuse) -> Income | None:
        """The income; none where the sheet has no column of it."""
        if not self.amounts:
            return None
        number, line = head
        amounts = dict.fromkeys(AMOUNTS, 0)
        for one in self.amounts:
            amounts[one.name] = self._fen(number, one.header, line[one.index], refuse)
        items = {
            column.name: fen
            for index, column in self._items
            if line[index] and (fen := self._fen(number, column.header, line[index], refuse))
        }
        return Income(**amounts, items=items)

    def _fen(self, number: int, header: str, cell: Any, refuse: Refuse) -> int:
        try:
            return cells.fen_of(cell)
        except BadCell as error:
            refuse(number, reason_of(header, str(error), error.remedy))
            return 0

    def _refuse_second_household_cells(self, row: Row, head: Sequence[Any], refuse: Refuse) -> None:
        number, line = row
        for index, header in self.once:
            cell = line[index]
            if cell and cell != head[index]:
                refuse(number, reason_of(header, *_HEAD_ROW))
