"""Reading a portion of a people workbook column by column: the households in which nothing is unusual, which is nearly
all. The others are left to `workbook_rows`, which says of every cell what is wrong; what both read they read alike.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import compress, repeat
from typing import Any

from services.registry.domain.household_files import HouseholdFile
from services.registry.domain.income import AMOUNTS, Income
from services.registry.domain.members import Member
from services.registry.domain.sheet_layouts import ITEM, Layout
from services.registry.domain.workbook_cells import BadCell
from services.registry.domain.workbook_rows import Cell, Row, RowReader

MOST_REMEMBERED = 5_000
"""How many values of a column are kept with what they were read as."""
_BAD: Any = object()
_EMPTY = frozenset({str, type(None)})
_PLAIN: dict[str, Callable[[str], object]] = {
    "identity": re.compile(r"[0-9]{17}[0-9X]", re.ASCII).fullmatch,
    "name": re.compile(r"[\u4e00-\u9fff]{1,50}").fullmatch,
    "phone": re.compile(r"1[3-9][0-9]{9}", re.ASCII).fullmatch,
    "account": re.compile(r"[0-9]{8,30}", re.ASCII).fullmatch,
}
"""By kind of field: text that is read as it stands."""


def _defaults(of: type) -> dict[str, Any]:
    """The fields of a file or a person in their order, with what holds where a sheet says nothing."""
    return {one.name: None if one.default is dataclasses.MISSING else one.default for one in dataclasses.fields(of)}


_MEMBER, _FILE = _defaults(Member), _defaults(HouseholdFile)


class _Column:
    """One column: reads all its cells, remembering what a cell of few values was read as before."""

    def __init__(self, cell: Cell, default: Any) -> None:
        self.index, self.name = cell.index, cell.name
        self._read, self._plain = cell.read, _PLAIN.get(cell.kind)
        self._empty = _BAD if cell.needed else default
        self._known: dict[Any, Any] = {None: self._empty, "": self._empty}
        self._most = 0 if self._plain is not None else MOST_REMEMBERED

    def values(self, cells: Sequence[Any]) -> list[Any]:
        """What the cells say; _BAD where one says nothing certain."""
        plain, one = self._plain, self._one
        if not any(cells) and {*map(type, cells)} <= _EMPTY:
            return [self._empty] * len(cells)
        if plain is not None:
            return [cell if cell.__class__ is str and plain(cell) else one(cell) for cell in cells]
        known = self._known
        try:
            return [known[cell] if cell in known else one(cell) for cell in cells]
        except TypeError:  # a formula or a date, which is no key
            return [one(cell) for cell in cells]

    def _one(self, cell: Any) -> Any:
        if cell is None or cell == "":
            return self._empty
        try:
            value = self._read(cell)
        except BadCell:
            return _BAD
        if cell.__class__ is str and len(self._known) < self._most:
            self._known[cell] = value
        return value


class PortionReader:
    """Reads portions of one layout."""

    def __init__(self, layout: Layout, rows: RowReader) -> None:
        self._rows = rows
        self._people = [_Column(cell, _MEMBER[cell.name]) for cell in rows.people]
        self._facts = [_Column(cell, _FILE[cell.name]) for cell in rows.facts]
        self._amounts = [_Column(cell, 0) for cell in rows.amounts]
        self._items = [index for index, column in enumerate(layout.columns) if column.of == ITEM]
        self._named = all(column.name != "village_code" for column in self._facts)

    def files(self, groups: Sequence[Sequence[Row]]) -> list[HouseholdFile | None]:
        """By household its file; None for a household that has to be read cell by cell."""
        lines = [cells for rows in groups for _, cells in rows]
        columns = list(zip(*lines, strict=True))
        starts, place = [], 0
        for rows in groups:
            starts.append(place)
            place += len(rows)
        odd = self._odd(groups, columns, starts)
        people = self._read(self._people, columns, odd)
        members = list(map(Member, *_in_order(_MEMBER, people)))
        heads = [[column[start] for start in starts] for column in columns]
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
        self, groups: Sequence[Sequence[Row]], columns: Sequence[Sequence[Any]], starts: Sequence[int]
    ) -> set[int]:
        """Lines of households that do not begin with their head, lack their number, or repeat facts of the household
        beside another person otherwise than beside the head."""
        key, relation = columns[self._rows.key], columns[self._rows.relation]
        odd = {at for at in starts if relation[at] != "户主" or not _plain_key(key[at])}
        heads = [at for at, rows in zip(starts, groups, strict=True) for _ in rows]
        beside = [at != head for at, head in enumerate(heads)]
        for index, _ in self._rows.once:
            column = columns[index]
            if any(compress(column, beside)):
                odd.update(at for at, head in enumerate(heads) if column[at] and column[at] != column[head])
        return odd

    def _read(self, wanted: Iterable[_Column], columns: Sequence[Sequence[Any]], odd: set[int]) -> dict[str, list[Any]]:
        """Values by field; lines with a cell that says nothing certain are added to `odd`."""
        found = {}
        for one in wanted:
            found[one.name] = values = one.values(columns[one.index])
            if _BAD in values:
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


def _plain_key(cell: Any) -> bool:
    return cell.__class__ is int or (cell.__class__ is str and cell.isascii() and cell.isalnum())


def _in_order(defaults: dict[str, Any], values: dict[str, list[Any]]) -> list[Iterable[Any]]:
    """Columns of values for a constructor, in the order of its fields."""
    return [values[name] if name in values else repeat(default) for name, default in defaults.items()]
