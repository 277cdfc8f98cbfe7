"""Reading the rows of a people workbook: cells of one household, in a layout's order, become one household file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.registry.domain import workbook_cells as cells
from services.registry.domain import workbook_columns as columns
from services.registry.domain.code_lists import label_of
from services.registry.domain.fields import Field
from services.registry.domain.household_files import HouseholdFile
from services.registry.domain.income import AMOUNTS, Income
from services.registry.domain.members import Member
from services.registry.domain.refusals import HeadNotOne
from services.registry.domain.remedies import remedy_of
from services.registry.domain.sheet_layouts import CODE_OF_LABEL, ITEM, NEEDED_PERSON, PLACE, SERIAL, Column, Layout
from services.registry.domain.workbook_cells import LONGEST_OF, LONGEST_TEXT, BadCell
from shared.texts import closed_up, half_width

DIGITS_LOST = frozenset({"identity", "account", "disability"})
"""Kinds of which a number cell has already lost digits and is refused."""
HEAD = label_of("relation_to_head", "head")
LONGEST_KEY = 100
_STAND_INS: dict[str, Any] = {"name": "", "identity_number": "", "relation": "", "ethnicity": "", "health": ()}

Refuse = Callable[[int, str], None]
Row = tuple[int, Sequence[Any]]


def reason_of(column: str, words: str, remedy: str) -> str:
    """A reason as the report shows it: column, rule, what helps."""
    return f"{column}:{words}→{remedy}" if column else f"{words}→{remedy}"


NO_VILLAGE = reason_of(columns.VILLAGE, "不存在、不是行政村或不在管辖范围", remedy_of("village"))
TWO_VILLAGES = reason_of("行政村", "同名的行政村不止一个", remedy_of("village_twice"))
_HEAD_ROW = ("户信息须填在户主行", remedy_of("head_row"))
NO_HEAD = reason_of(columns.RELATION, f"{HeadNotOne.zh},本户没有户主", remedy_of("no_head"))


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
        "text": _of_text(lambda text: cells.words_of(text, LONGEST_OF.get(field.name, LONGEST_TEXT))),
        "village": _of_text(half_width),
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
        head = next((row for row in rows if self._is_head(row)), rows[0])
        key = head[1][self.key]
        serial = str(key).strip() if isinstance(key, str | int) else ""
        return serial or f"#{head[0]}", [head, *(row for row in rows if row is not head)]

    def _is_head(self, row: Row) -> bool:
        relation = row[1][self.relation]
        return isinstance(relation, str) and closed_up(relation) == HEAD

    def file(self, rows: Sequence[Row], refuse: Refuse) -> HouseholdFile | None:
        """The household file, as far as its cells can be read; every cell that cannot be is refused. None where it
        cannot be said which rows are the household, or which of them is the head's: then nothing is said of what the
        head's row has to state."""
        head = rows[0]
        told = self._refuse_key(head, refuse) or self._refuse_heads(rows, refuse)
        for row in () if told else rows[1:]:
            self._refuse_second_household_cells(row, head[1], refuse)
        members = tuple([Member(**self._values(self.people, row, refuse)) for row in rows])
        if told:
            return None
        values = self._values(self.facts, head, refuse)
        if "village_code" not in values:
            values["village_code"] = self.village(head, refuse)
        return HouseholdFile(members=members, income=self._income(head, refuse), **values)

    def _refuse_key(self, row: Row, refuse: Refuse) -> bool:
        """Refuse a row that does not say which household it belongs to: no two rows are one for want of a number."""
        try:
            if len(cells.needed(cells.text_of(row[1][self.key]))) > LONGEST_KEY:
                raise BadCell(f"内容太长,至多 {LONGEST_KEY} 个字", "too_long")
        except BadCell as error:
            refuse(row[0], reason_of(self._serial_header, str(error), error.remedy))
            return True
        return False

    def _refuse_heads(self, rows: Sequence[Row], refuse: Refuse) -> bool:
        """Refuse a household without a head on its first row, and every further head on their own."""
        heads = [number for number, _ in filter(self._is_head, rows)]
        if not heads:
            refuse(rows[0][0], NO_HEAD)
        for number in heads[1:]:
            words = f"{HeadNotOne.zh},本户在第 {heads[0]} 行已有户主"
            refuse(number, reason_of(columns.RELATION, words, remedy_of(HeadNotOne.code)))
        return len(heads) != 1

    def _values(self, plan: Sequence[Cell], row: Row, refuse: Refuse) -> dict[str, Any]:
        number, line = row
        values: dict[str, Any] = {}
        for one in plan:
            cell = line[one.index]
            if cells.is_empty(cell):
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
            if cell and not cells.is_empty(cell) and cell != head[index] and not _is_same(cell, head[index]):
                refuse(number, reason_of(header, *_HEAD_ROW))


def _is_same(cell: Any, other: Any) -> bool:
    """Whether two cells say the same in different spellings: with blanks around it, or a number as text."""
    plain = (str, int, float)
    return isinstance(cell, plain) and isinstance(other, plain) and closed_up(str(cell)) == closed_up(str(other))
