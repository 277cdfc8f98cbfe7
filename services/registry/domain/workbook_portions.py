"""Reading a portion of a people workbook column by column: the households in which nothing is unusual, which is nearly
all. The others are left to `workbook_rows`, which says of every cell what is wrong; what both read they read alike.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from operator import itemgetter
from typing import Any

from services.registry.domain.household_files import HouseholdFile
from services.registry.domain.income import AMOUNTS, Income
from services.registry.domain.members import Member
from services.registry.domain.sheet_layouts import ITEM, Layout
from services.registry.domain.workbook_cells import MOST_DIGITS, BadCell, is_empty
from services.registry.domain.workbook_rows import LONGEST_KEY, Cell, Row, RowReader

MOST_REMEMBERED = 5_000
"""How many values of a column are kept with what they were read as."""
LINES_AT_ONCE = 64
_BAD: Any = object()
_EMPTY = frozenset({str, type(None)})
_PATTERNS = {
    "identity": r"[0-9]{17}[0-9X]",
    "name": r"[\u4e00-\u9fff]{1,50}",
    "phone": r"1[3-9][0-9]{9}",
    "account": r"[0-9]{8,30}",
    "number": r"[0-9]{1,30}",
}
"""By kind of field: text that is read as it stands."""
_PLAIN: dict[str, Callable[[str], object]] = {kind: re.compile(text).fullmatch for kind, text in _PATTERNS.items()}
_WHOLE = {kind: re.compile(f"(?:(?:{text})?\n)*+") for kind, text in _PATTERNS.items()}
"""The same of a whole column, a cell to a line and empty cells among them."""


def _defaults(of: type) -> dict[str, Any]:
    """The fields of a file or a person in their order, with what holds where a sheet says nothing."""
    return {one.name: None if one.default is dataclasses.MISSING else one.default for one in dataclasses.fields(of)}


_MEMBER, _FILE = _defaults(Member), _defaults(HouseholdFile)


class _Column(dict[Any, Any]):
    """One column: what its cells say, by cell. A text cell of few values is read once; `bad` notes that one was."""

    def __init__(self, cell: Cell, default: Any) -> None:
        self.index, self.name = cell.index, cell.name
        self._reader, self._plain = cell.read, _PLAIN.get(cell.kind)
        self._whole = _WHOLE.get(cell.kind) if not cell.needed else None
        self._empty = _BAD if cell.needed else default
        self._most = 0 if self._plain is not None else MOST_REMEMBERED
        self.bad = False
        if not cell.needed:
            self |= {None: default, "": default}

    def __missing__(self, cell: Any) -> Any:
        value = self._empty
        if not is_empty(cell):
            try:
                value = self._reader(cell)
            except BadCell:
                value = _BAD
        if value is _BAD:
            self.bad = True
        elif cell.__class__ is str and len(self) < self._most:
            self[cell] = value
        return value

    def read(self, cells: Sequence[Any]) -> list[Any]:
        """What the cells say; _BAD where one says nothing certain."""
        plain, one = self._plain, self.__missing__
        if not any(cells) and {*map(type, cells)} <= _EMPTY:
            self.bad = self._empty is _BAD
            return [self._empty] * len(cells)
        if self._whole is not None and _is_whole(self._whole, cells):
            return [cell or self._empty for cell in cells]
        if plain is not None:
            return [cell if cell.__class__ is str and plain(cell) else one(cell) for cell in cells]
        try:
            return list(map(self.__getitem__, cells))
        except TypeError:  # a formula or a date, which is no key
            return [one(cell) for cell in cells]


def _is_whole(pattern: re.Pattern[str], cells: Sequence[Any]) -> bool:
    """Whether all cells are empty, or text that is read as it stands."""
    stated = [cell for cell in cells if cell is not None]
    try:
        text = "\n".join(stated) + "\n"
    except TypeError:
        return False
    return text.count("\n") == len(stated) and pattern.fullmatch(text) is not None


class PortionReader:
    """Reads portions of one layout."""

    def __init__(self, layout: Layout, rows: RowReader) -> None:
        self._rows = rows
        self._people = [_Column(cell, _MEMBER[cell.name]) for cell in rows.people]
        self._facts = [_Column(cell, _FILE[cell.name]) for cell in rows.facts]
        self._amounts = [_Column(cell, 0) for cell in rows.amounts]
        self._items = [index for index, column in enumerate(layout.columns) if column.of == ITEM]
        self._once = _cells_at([index for index, _ in rows.once])
        self._named = all(column.name != "village_code" for column in self._facts)

    def files(self, groups: Sequence[Sequence[Row]]) -> list[HouseholdFile | None]:
        """By household its file; None for a household that has to be read cell by cell."""
        lines = [cells for rows in groups for _, cells in rows]
        columns = _turned(lines)
        starts, place = [], 0
        for rows in groups:
            starts.append(place)
            place += len(rows)
        odd = self._odd(groups, lines, columns, starts)
        people = self._read(self._people, columns, odd)
        odd |= {*starts} ^ {at for at, relation in enumerate(people["relation"]) if relation == "head"}
        members = list(map(Member, *_in_order(_MEMBER, people)))
        heads = _turned([lines[start] for start in starts])
        odd_heads: set[int] = set()
        stated = self._read(self._facts, heads, odd_heads)
        stated["members"] = [
            tuple(members[start : start + len(rows)]) for start, rows in zip(starts, groups, strict=True)
        ]
        stated["income"] = self._incomes(heads, odd_heads, len(groups))
        if self._named:
            stated["village_code"] = [self._village(rows[0], number, odd_heads) for number, rows in enumerate(groups)]
        files = list(map(HouseholdFile, *_in_order(_FILE, stated)))
        return [
            None if number in odd_heads or (odd and not odd.isdisjoint(range(start, start + len(rows)))) else file
            for number, (file, start, rows) in enumerate(zip(files, starts, groups, strict=True))
        ]

    def _odd(
        self,
        groups: Sequence[Sequence[Row]],
        lines: Sequence[Sequence[Any]],
        columns: Sequence[Sequence[Any]],
        starts: Sequence[int],
    ) -> set[int]:
        """Lines of households that lack their number, or repeat facts of the household beside another person otherwise
        than beside the head."""
        key, once = columns[self._rows.key], self._once
        odd = {at for at in starts if not _plain_key(key[at])}
        for start, rows in zip(starts, groups, strict=True):
            head = once(lines[start])
            for at in range(start + 1, start + len(rows)):
                facts = once(lines[at])
                if any(facts) and any(cell and cell != of_head for cell, of_head in zip(facts, head, strict=True)):
                    odd.add(at)
        return odd

    def _read(self, wanted: Iterable[_Column], columns: Sequence[Sequence[Any]], odd: set[int]) -> dict[str, list[Any]]:
        """Values by field; lines with a cell that says nothing certain are added to `odd`."""
        found = {}
        for one in wanted:
            found[one.name] = values = one.read(columns[one.index])
            if one.bad:
                one.bad = False
                odd.update(place for place, value in enumerate(values) if value is _BAD)
        return found

    def _incomes(self, heads: Sequence[Sequence[Any]], odd: set[int], count: int) -> list[Income | None]:
        if not self._amounts:
            return [None] * count
        odd.update(place for index in self._items for place, cell in enumerate(heads[index]) if cell)
        amounts = self._read(self._amounts, heads, odd)
        return list(map(Income, *_in_order(dict.fromkeys(AMOUNTS, 0), amounts)))

    def _village(self, head: Row, number: int, odd: set[int]) -> str:
        return self._rows.village(head, lambda *_: odd.add(number))


def _cells_at(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    return itemgetter(*places) if len(places) > 1 else lambda line: tuple([line[place] for place in places])


def _turned(lines: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Lines as columns. Some lines at a time: they lie apart in memory, and all at once take four times as long."""
    columns: list[list[Any]] = [[] for _ in lines[0]] if lines else []
    for start in range(0, len(lines), LINES_AT_ONCE):
        for column, cells in zip(columns, zip(*lines[start : start + LINES_AT_ONCE], strict=True), strict=True):
            column.extend(cells)
    return columns


def _plain_key(cell: Any) -> bool:
    if cell.__class__ is str:
        return cell.isascii() and cell.isalnum() and len(cell) <= LONGEST_KEY
    return cell.__class__ is int and abs(cell) < MOST_DIGITS


def _in_order(defaults: dict[str, Any], values: dict[str, list[Any]]) -> list[Iterable[Any]]:
    """Columns of values for a constructor, in the order of its fields."""
    return [values[name] if name in values else repeat(default) for name, default in defaults.items()]
