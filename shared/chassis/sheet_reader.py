"""Reads a large sheet in a process of its own and hands it on in groups of rows that belong together.

`python -I sheet_reader.py '{"task": "head" | "rows" | "cells", ...}'` takes the file as its standard input, which can
be searched. Memory and time are limited; the whole sheet is read before the first group is handed on, so that what is
wrong with the sheet as a whole is known before anybody acts on a part of it. It writes lines of JSON:

- `head`: one line `{"kind", "named", "sheets", "headers", "filled", "rows"}`; `sheets` are the names in a book,
  `rows` is null for a file too big to count at once.
- `rows`: `{"rows", "groups", "hidden_rows", "hidden_columns", "merged"}`, then lines of groups
  `{"groups": [[[row, [cell, ...]], ...], ...], "others": {row: [rows with the same value]}, "merged": [row, ...],
  "stray": {row: column}, "followed": {row: row}}`; a row without a value to be grouped by is a group of its own, and
  `followed` tells which such row comes after one that has a value. Asked with
  `"bare"`, columns without a header and last the first beyond them all, `stray` tells what stands in one; asked with
  `"footer"`, a row is left out in which nothing stands but a first cell that begins so.
- `cells`: lines of `[[row, [cell, ...]], ...]`, nothing left out; asked with `"lines": true`, a row of csv in which no
  quote stands is `[row, "its line"]`.
- in place of any line `{"fault": kind, "facts": {...}}`.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import tempfile
from array import array
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, BinaryIO

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from shared.chassis import csv_rows
from shared.chassis.sheet_faults import BadSheet
from shared.chassis.xlsx_rows import MAX_COLUMNS, XLSX, XlsxSheet, letters_of
from shared.texts import closed_up, half_width

MEMORY = 512 * 1024 * 1024
CPU_S = 60
CPU_S_PER_MIB = 4
COUNT_BELOW = 2 * 1024 * 1024
WINDOW = 1024 * 1024
"""How much of the rows kept on disk is read at once: most are asked for in their order."""
_SPELT = re.compile("[0-9]{17}[0-9X]", re.ASCII).fullmatch
Row = tuple[int, list[Any]]


def limit(size: int) -> None:
    """A file that takes more memory or time than it should ends this process."""
    seconds = CPU_S + CPU_S_PER_MIB * (size // 2**20)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _encode(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # a number of more than 64 bits
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Sheet:
    """The file as rows, whatever its kind."""

    def __init__(self, file: BinaryIO, sheet: str, max_unpacked: int) -> None:
        file.seek(0)
        self.kind = "xlsx" if file.read(4) == XLSX else "csv"
        self._file = file
        self.book = XlsxSheet(file, sheet, max_unpacked) if self.kind == "xlsx" else None
        self.named = self.book is None or self.book.named
        self.sheets = [] if self.book is None else self.book.sheets

    def rows(self, few: bool = False) -> Iterator[Row]:
        return csv_rows.rows(self._file) if self.book is None else self.book.rows(few)

    def rows_or_lines(self) -> Iterator[tuple[int, list[Any] | str]]:
        return csv_rows.rows_or_lines(self._file) if self.book is None else self.book.rows()


def head(sheet: Sheet, size: int, max_rows: int) -> dict[str, Any]:
    """The headers, and whether any row below them is filled; of a small file also how many are."""
    counted = size <= COUNT_BELOW
    headers: list[str] = []
    rows = 0
    for number, cells in sheet.rows(few=not counted):
        if number == 1:
            headers = [cell.strip() if isinstance(cell, str) else "" if cell is None else "?" for cell in cells]
            while headers and not headers[-1]:
                headers.pop()
            if len(headers) > MAX_COLUMNS:
                raise BadSheet("too_many_columns", at_most=MAX_COLUMNS)
        elif any(cell not in (None, "") for cell in cells):
            rows += 1
            if not counted:
                break
    book = {"kind": sheet.kind, "named": sheet.named, "sheets": sheet.sheets}
    return book | {"headers": headers, "filled": rows > 0, "rows": rows if counted else None}


@dataclass(slots=True)
class Told:
    """What is to be said of rows of a portion, by row."""

    others: dict[str, list[int]] = field(default_factory=dict)
    merged: list[int] = field(default_factory=list)
    stray: dict[str, str] = field(default_factory=dict)
    followed: dict[str, int] = field(default_factory=dict)


class Groups:
    """Rows by group, kept on disk: in memory stay only where a group's rows are and what is asked of every row."""

    def __init__(self, wanted: dict[str, Any]) -> None:
        self._group, self._unique, self._columns = wanted["group"], wanted["unique"], wanted["columns"]
        self._max_rows, self._footer = wanted["max_rows"], wanted.get("footer")
        *self._bare, self._beyond = wanted.get("bare", [MAX_COLUMNS])
        self._strays: dict[int, int] = {}
        self._followed: dict[int, int] = {}
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as this process
        self._keys, self._starts, self._first = array("q"), array("Q"), array("L")
        self._numbers, self._values = array("L"), array("q")
        self._held, self._held_from = b"", 0

    def __len__(self) -> int:
        return len(self._numbers)

    def read(self, rows: Iterator[Row]) -> None:
        """Take in all rows below the headers; blank ones are left out."""
        key: Any = None
        last_named = 0
        held: list[list[Any]] = []
        written = 0
        columns, group, unique = self._columns, self._group, self._unique
        bare, beyond, footer = self._bare, self._beyond, self._footer
        numbers, values, most = self._numbers, self._values, self._max_rows
        width = max(columns) + 1
        plain = columns == list(range(width))
        for number, cells in rows:
            if number == 1:
                continue
            if len(cells) < width:
                cells += [None] * (width - len(cells))
            elif len(cells) > MAX_COLUMNS and any(cells[MAX_COLUMNS:]):
                raise BadSheet("too_many_columns", row=number, at_most=MAX_COLUMNS)
            kept = cells if plain and len(cells) == width else [cells[column] for column in columns]
            own = cells[group]
            named = own.__class__ is int or (own.__class__ is str and own != "" and not own.isspace())
            if not named and all(map(_is_blank, kept)):
                continue
            if footer is not None and cells[0].__class__ is str and cells[0].startswith(footer) and not any(cells[1:]):
                continue
            if len(numbers) >= most:
                raise BadSheet("too_many_rows", at_most=most)
            if len(cells) > beyond or bare:
                self._note_stray(number, cells)
            if named:
                last_named = number
            elif last_named:
                self._followed.setdefault(last_named, number)
            if own != key or not named:
                written += self._put(held)
                key, held = own, []
                self._keys.append(hash(_group(own)) if named else -number)
                self._starts.append(written)
                self._first.append(len(numbers))
            held.append([number, kept])
            numbers.append(number)
            value = cells[unique]
            values.append(hash(value if value.__class__ is str and _SPELT(value) else _spelling(value)))
        written += self._put(held)
        self._starts.append(written)
        self._first.append(len(numbers))
        self._file.flush()

    def _note_stray(self, number: int, cells: list[Any]) -> None:
        """Keep where something stands that has no header above it."""
        places = [*(place for place in self._bare if place < len(cells)), *range(self._beyond, len(cells))]
        stray = next((place for place in places if not _is_blank(cells[place])), None)
        if stray is not None:
            self._strays[number] = stray

    def _put(self, held: list[list[Any]]) -> int:
        """The bytes of a block of rows, without its brackets."""
        return self._file.write(_encode(held)[1:-1] + b",") if held else 0

    def again(self) -> dict[int, list[int]]:
        """Blocks of a group that is met more than once, by its first block; the others are not listed."""
        order = sorted(range(len(self._keys)), key=self._keys.__getitem__)
        found: dict[int, list[int]] = {}
        first = -1
        for before, after in pairwise(order):
            if self._keys[before] == self._keys[after]:
                first = first if first >= 0 else before
                found.setdefault(first, [first]).append(after)
            else:
                first = -1
        return found

    def others(self) -> dict[int, list[int]]:
        """By row: the rows of other groups with the same value."""
        nothing = hash("")
        order = sorted(range(len(self._values)), key=self._values.__getitem__)
        same: list[list[int]] = []
        for before, after in pairwise(order):
            if self._values[before] == self._values[after] != nothing:
                if same and same[-1][-1] == before:
                    same[-1].append(after)
                else:
                    same.append([before, after])
        return {index: places for places in same for index in places}

    def lines(self, at_once: int, merged: list[tuple[int, int]]) -> Iterator[bytes]:
        """Lines of groups in the order of their first rows."""
        again, others = self.again(), self.others()
        later = {block for blocks in again.values() for block in blocks[1:]}
        batch: list[bytes] = []
        told = Told()
        count = len(self._keys)
        for block in range(count):
            if block in later:
                continue
            blocks = again.get(block, [block])
            batch.append(b"[" + b"".join(self._block(one) for one in blocks)[:-1] + b"]")
            if others or merged or self._strays or self._followed:
                self._tell(blocks, others, merged, told)
            if len(batch) == at_once:
                yield _line(batch, told)
                batch, told = [], Told()
        if batch:
            yield _line(batch, told)

    def _block(self, block: int) -> bytes:
        start, end = self._starts[block], self._starts[block + 1]
        if start < self._held_from or end > self._held_from + len(self._held):
            self._file.seek(start)
            self._held, self._held_from = self._file.read(max(WINDOW, end - start)), start
        return self._held[start - self._held_from : end - self._held_from]

    def _tell(self, blocks: list[int], others: dict[int, list[int]], merged: list[tuple[int, int]], told: Told) -> None:
        own = {index for block in blocks for index in range(self._first[block], self._first[block + 1])}
        for index in sorted(own):
            number = self._numbers[index]
            if index in others and any(other not in own for other in others[index]):
                told.others[str(number)] = sorted(self._numbers[other] for other in others[index] if other != index)
            if any(low <= number <= high for low, high in merged):
                told.merged.append(number)
            if number in self._strays:
                told.stray[str(number)] = letters_of(self._strays[number])
            if number in self._followed:
                told.followed[str(number)] = self._followed[number]

    @property
    def count(self) -> int:
        return len(self._keys) - sum(len(blocks) - 1 for blocks in self.again().values())


def _group(own: Any) -> str:
    """What a group is told apart by: full-width digits are digits, and blanks around them nothing."""
    return half_width(str(own)).strip()


def _is_blank(cell: Any) -> bool:
    return cell is None or (cell.__class__ is str and (not cell or cell.isspace()))


def _spelling(cell: Any) -> str:
    """A text as it is compared: without blanks, in upper case. A number has lost digits and is like no other."""
    return closed_up(cell).strip("=\"'").upper() if isinstance(cell, str) else ""


def _line(batch: list[bytes], told: Told) -> bytes:
    return b'{"groups":[' + b",".join(batch) + b"]," + _encode(asdict(told))[1:] + b"\n"


def rows(sheet: Sheet, wanted: dict[str, Any]) -> Iterator[bytes]:
    groups = Groups(wanted)
    groups.read(sheet.rows())
    book = sheet.book
    notes = {
        "rows": len(groups),
        "groups": groups.count,
        "hidden_rows": book.hidden_rows if book else 0,
        "hidden_columns": book.hidden_columns if book else [],
        "merged": len(book.merged) if book else 0,
    }
    yield _encode(notes) + b"\n"
    yield from groups.lines(wanted["at_once"], book.merged if book else [])


def cells(sheet: Sheet, wanted: dict[str, Any]) -> Iterator[bytes]:
    """Rows as they stand, `[[number, [cell, ...]], ...]` a line, for writing the sheet back."""
    found = sheet.rows_or_lines() if wanted.get("lines") else sheet.rows()
    rows = ([number, row if row.__class__ is str else row[:MAX_COLUMNS]] for number, row in found)
    while batch := list(islice(rows, wanted["at_once"])):
        yield _encode(batch) + b"\n"


def main() -> None:
    wanted = json.loads(sys.argv[1])
    file, out = sys.stdin.buffer, sys.stdout.buffer
    size = file.seek(0, 2)
    limit(size)
    try:
        sheet = Sheet(file, wanted["sheet"], wanted["max_unpacked"])
        if wanted["task"] == "head":
            out.write(_encode(head(sheet, size, wanted["max_rows"])) + b"\n")
            return
        for line in (rows if wanted["task"] == "rows" else cells)(sheet, wanted):
            out.write(line)
    except BadSheet as fault:
        out.write(_encode({"fault": fault.kind, "facts": fault.facts}) + b"\n")
    except MemoryError:
        out.write(b'{"fault": "too_large", "facts": {}}\n')


if __name__ == "__main__":
    main()
