"""Rows of one sheet of an xlsx file (ECMA-376 SpreadsheetML), read as a stream: the sheet is never held whole.

A cell is text, a number, true or false, None, `{"day": "YYYY-MM-DD"}`, `{"formula": 1}` or `{"error": 1}`.
"""

from __future__ import annotations

import codecs
import re
import zipfile
import zlib
from collections.abc import Iterator
from itertools import pairwise
from operator import itemgetter
from typing import Any, BinaryIO

from shared.chassis.sheet_faults import BadSheet
from shared.chassis.xlsx_parts import DateStyles, GatheredTexts, Texts, sheet_part, spoken_out, unescaped

MAX_ENTRIES = 1_000
MAX_COLUMNS = 200
LAST_ROW = 1_048_576
"""The last row a workbook can have."""
HEAD_BYTES = 2_048
PIECE = 512 * 1024
LONGEST_ROW = 1024 * 1024
MOST_MERGED = 10_000
MOST_SPREADS = 1_000
"""How many sets of filled columns are kept with the way to spread them over a row."""
XLSX = b"PK\x03\x04"
UNSAFE_NAMES = ("vbaproject", "externallinks/")

_ROW = re.compile(r"<row\b([^>]*?)(?:/>|>(.*?)</row>)", re.DOTALL)
_ROW_NUMBER = re.compile(r'\br="([0-9]{1,8})"')
_FIRST_TEXT = re.compile(r'<c r="([A-Z]{1,3})([0-9]++"(?: s="[0-9]++")? t="s"><v>)')
"""How a row begins whose first cell has a shared text: in a row of nothing else, all of one style, every cell has the
same between its letters and its number, and is read by splitting."""
_END, _NEXT = "</v></c>", '</v></c><c r="'
_PLAIN_CELL = re.compile(
    r'<c r="([A-Z]{1,3})[0-9]++"(?: s="([0-9]++)")?(?: t="([a-zA-Z]++)")?(?:/>|><v>([^<]*+)</v></c>)'
)
"""Cells as the usual programs write them. A row with any other cell is read once more, by the pattern below."""
_CELL = re.compile(
    r'<c(?: r="([A-Z]{1,3})[0-9]{1,7}")?(?: s="([0-9]{1,6})")?(?: t="([a-zA-Z]{1,9})")?((?: [^>]*?)?)'
    r"(?:/>|>(?:<v>([^<]*)</v></c>|(.*?)</c>))",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r'\b([rst])="([A-Za-z0-9]{1,12})"')
_VALUE = re.compile(r"<v(?: [^>]*)?>([^<]*)</v>")
_TEXT = re.compile(r"<t(?: [^>]*)?>([^<]*)</t>")
_HIDDEN_COLUMN = re.compile(r"<col\b[^>]*?/?>")
_MERGED = re.compile(r'<mergeCell\b[^>]*?ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_PREFIX = re.compile(r"<([A-Za-z0-9]{1,20}):worksheet\b")
_HIDDEN = re.compile(r'\bhidden="(?:1|true)"')


def column_of(letters: str) -> int:
    """The position of a column, from 0 on."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def letters_of(position: int) -> str:
    """The letters of a column's position."""
    letters, position = "", position + 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


COLUMNS = {letters_of(position): position for position in range(MAX_COLUMNS)}


class XlsxSheet:
    """One sheet. `hidden_rows`, `hidden_columns` and `merged` (first and last row) are known after the last row."""

    def __init__(self, file: BinaryIO, sheet: str, max_unpacked: int) -> None:
        self.hidden_rows = 0
        self.hidden_columns: list[str] = []
        self.merged: list[tuple[int, int]] = []
        self._spreads: dict[tuple[str, ...], itemgetter[Any]] = {}
        try:
            self._package = zipfile.ZipFile(file)
            _require_safe(self._package, max_unpacked)
            self._part, self.named, self.sheets = sheet_part(self._package, sheet)
            self._dates = DateStyles.of(self._package)
        except BROKEN as error:
            raise BadSheet("unreadable") from error

    def rows(self, few: bool = False) -> Iterator[tuple[int, list[Any]]]:
        """Numbers and cells of every row that is written down; where only `few` are asked for, no more shared texts
        are read than they have."""
        try:
            texts = GatheredTexts(self._package)
            self._texts: Texts = texts if few else texts.all()
            yield from self._rows()
        except BROKEN as error:
            raise BadSheet("unreadable") from error

    def _rows(self) -> Iterator[tuple[int, list[Any]]]:
        before = 0
        for attributes, inner in self._row_parts():
            found = _ROW_NUMBER.search(attributes)
            number = int(found[1]) if found else before + 1
            if not before < number <= LAST_ROW:
                raise BadSheet("unreadable")
            before = number
            if "hidden" in attributes and _HIDDEN.search(attributes):
                self.hidden_rows += 1
            yield number, self._cells(inner) if inner else []

    def _row_parts(self) -> Iterator[tuple[str, str]]:
        rest, prefix, in_rows = "", "", False
        with self._package.open(self._part) as part:
            decoder = codecs.getincrementaldecoder("utf-8")("strict")
            while piece := part.read(PIECE):
                text = rest + decoder.decode(piece)
                if not in_rows:
                    found = _PREFIX.search(text)
                    prefix = found[1] + ":" if found else prefix
                if prefix:
                    text = text.replace("<" + prefix, "<").replace("</" + prefix, "</")
                if "<!--" in text or "<![CDATA[" in text:
                    raise BadSheet("unreadable")
                if not in_rows:
                    begins = text.find("<sheetData")
                    if begins < 0:
                        rest = _bounded(text)
                        continue
                    in_rows = True
                    self._note_columns(text[:begins])
                    text = text[begins:]
                end = text.rfind("</row>") + 6
                if end > 5:
                    yield from _row_parts(text[:end])
                    text = text[end:]
                rest = self._note_merged(text)
            yield from _row_parts(rest)

    def _note_columns(self, before: str) -> None:
        for col in _HIDDEN_COLUMN.findall(before):
            if _HIDDEN.search(col):
                low, high = re.search(r'min="([0-9]{1,5})"', col), re.search(r'max="([0-9]{1,5})"', col)
                if low and high:
                    last = min(int(high[1]), MAX_COLUMNS)
                    self.hidden_columns += [letters_of(position - 1) for position in range(int(low[1]), last + 1)]

    def _note_merged(self, text: str) -> str:
        """What follows the rows is looked through and forgotten; a row not yet whole is kept."""
        if "</sheetData>" not in text and "<mergeCell " not in text:
            return _bounded(text)
        last = 0
        for found in _MERGED.finditer(text):
            last = found.end()
            first_row, last_row = int(found[2]), int(found[4])
            self.merged.append((first_row, last_row))
            if len(self.merged) > MOST_MERGED:
                raise BadSheet("too_many_merged", at_most=MOST_MERGED)
        open_tag = text.rfind("<")
        return text[max(last, open_tag) :] if "<row" not in text[max(last, open_tag) :] else ""

    def _texts_only(self, inner: str, count: int) -> list[Any] | None:
        """The cells of a row of shared texts in the order of their columns; None for any other row."""
        first = _FIRST_TEXT.match(inner)
        parts = inner.replace(first[2], "\n").replace(_NEXT, "\n").split("\n") if first else []
        if first is None or len(parts) != 2 * count or not parts[-1].endswith(_END):
            return None
        parts[0], parts[-1] = first[1], parts[-1].removesuffix(_END)
        letters = tuple(parts[::2])
        spread = self._spreads.get(letters) or self._spread(letters)
        try:
            numbers = list(map(int, parts[1::2]))
        except ValueError:
            return None
        return None if spread is None else list(spread((None, *map(self._texts.__getitem__, numbers))))

    def _spread(self, letters: tuple[str, ...]) -> itemgetter[Any] | None:
        """What puts None and the texts of these columns into a row; None where they are not in order."""
        places = [COLUMNS.get(one, MAX_COLUMNS) for one in letters]
        if not 0 < places[-1] < MAX_COLUMNS or any(here >= there for here, there in pairwise(places)):
            return None
        filled = {place: number for number, place in enumerate(places, 1)}
        spread = itemgetter(*(filled.get(place, 0) for place in range(places[-1] + 1)))
        if len(self._spreads) < MOST_SPREADS:
            self._spreads[letters] = spread
        return spread

    def _cells(self, inner: str) -> list[Any]:
        count = inner.count("<c ")
        only = self._texts_only(inner, count) if count else None
        if only is not None:
            return only
        cells: list[Any] = []
        width, texts, dated = 0, self._texts, self._dates.styles
        found = _PLAIN_CELL.findall(inner)
        for letters, style, kind, value, *other in found if len(found) == count else _any_cells(inner):
            column = COLUMNS.get(letters) if letters else width
            if column is None or column >= MAX_COLUMNS:
                if value or any(other):
                    raise BadSheet("too_many_columns", at_most=MAX_COLUMNS)
                continue
            if column < width:
                raise BadSheet("unreadable")
            if column > width:
                cells += [None] * (column - width)
            width = column + 1
            if kind == "s" and value:
                cells.append(texts[int(value)])
            elif other:
                cells.append(self._other(kind, other[0], style))
            elif not value:
                cells.append(None)
            elif kind in ("", "n"):
                cells.append(self._dates.day(value) if style in dated else _number(value))
            else:
                cells.append(self._typed(kind, value))
        return cells

    def _other(self, kind: str, inner: str, style: str) -> Any:
        if "<f" in inner:
            return {"formula": 1}
        if kind == "inlineStr":
            return unescaped("".join(_TEXT.findall(spoken_out(inner)))) or None
        found = _VALUE.search(inner)
        if found is None or not found[1]:
            return None
        if kind in ("", "n"):
            return self._dates.day(found[1]) if style in self._dates.styles else _number(found[1])
        return self._texts[int(found[1])] if kind == "s" else self._typed(kind, found[1])

    def _typed(self, kind: str, value: str) -> Any:
        if kind == "b":
            return value == "1"
        if kind == "e":
            return {"error": 1}
        return {"day": value[:10]} if kind == "d" else unescaped(value)


def _row_parts(text: str) -> Iterator[tuple[str, str]]:
    """Attributes and inside of every row of a text that ends with a whole one."""
    for part in text.split("</row>"):
        if part.count("<row") == 1:
            begins = part.index("<row")
            ends = part.find(">", begins)
            if part[ends - 1] != "/":
                yield part[begins:ends], part[ends + 1 :]
                continue
        yield from _ROW.findall(part + "</row>")


def _any_cells(inner: str) -> Iterator[tuple[str, ...]]:
    """As _PLAIN_CELL finds cells, whatever is written in them and in whatever order; what is not a plain value is
    the fifth text."""
    for letters, style, kind, rest, value, other in _CELL.findall(inner):
        if rest:
            known = dict(_ATTRIBUTE.findall(rest))
            letters = letters or known.get("r", "").rstrip("0123456789")
            style, kind = style or known.get("s", ""), kind or known.get("t", "")
        yield (letters, style, kind, value, other) if other else (letters, style, kind, value)


BROKEN = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, ValueError, IndexError, EOFError,
    KeyError,
)  # fmt: skip


def _bounded(text: str) -> str:
    if len(text) > LONGEST_ROW:
        raise BadSheet("too_large")
    return text


def _number(text: str) -> Any:
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _require_safe(package: zipfile.ZipFile, max_unpacked: int) -> None:
    """Refuse macros, links to elsewhere, document types, and what unpacks to more than it may."""
    entries = package.infolist()
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > max_unpacked:
        raise BadSheet("too_large")
    names = [entry.filename.lower() for entry in entries]
    if any(unsafe in name for name in names for unsafe in UNSAFE_NAMES):
        raise BadSheet("unsafe")
    for entry in entries:
        with package.open(entry) as part:
            if b"<!DOCTYPE" in part.read(HEAD_BYTES).upper():
                raise BadSheet("unsafe")
