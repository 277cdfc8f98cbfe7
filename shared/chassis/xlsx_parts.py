"""What a sheet of an xlsx file leans on: the list of sheets, the shared texts, and which number formats are dates."""

from __future__ import annotations

import codecs
import html
import posixpath
import re
import zipfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from shared.chassis.sheet_faults import BadSheet

PIECE = 512 * 1024
LONGEST_TEXT = 1024 * 1024
MOST_IN_A_LIST = 400_000
"""More shared texts than this are kept as one run of bytes, a third of the memory at a little more time."""
SMALL_PART = 8 * 1024 * 1024

_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_PLAIN = re.compile(r'<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')
_ITEM = re.compile(r"<si\b[^>]*?(?:/>|>(.*?)</si>)", re.DOTALL)
_SPOKEN = re.compile(r"<rPh\b.*?</rPh>", re.DOTALL)
_NUMBERED = re.compile("_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")
_TEXT = re.compile(r"<t(?: [^>]*)?>([^<]*)</t>")
_FORMAT = re.compile(r"<(?:\w+:)?numFmt\b[^>]*>")
_STYLES = re.compile(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_STYLE = re.compile(r"<(?:\w+:)?xf\b[^>]*>")
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
BUILT_IN_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
"""Number formats that stand for days and times without being written down (ECMA-376 part 1, 18.8.30)."""


class Texts(Protocol):
    """Shared texts by number."""

    def __getitem__(self, number: int, /) -> str: ...


class PackedTexts:
    """Very many texts as one run of UTF-8."""

    def __init__(self, texts: list[str]) -> None:
        self._bytes, self._ends = bytearray(), array("Q", [0])
        self.add(texts)

    def add(self, texts: list[str]) -> None:
        for text in texts:
            self._bytes += text.encode()
            self._ends.append(len(self._bytes))

    def __getitem__(self, number: int, /) -> str:
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode()


def unescaped(text: str) -> str:
    """What a text of XML says; `_x000D_` in it is the character of that number (ECMA-376 part 1, 22.9.2.19)."""
    text = html.unescape(text) if "&" in text else text
    return _NUMBERED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def spoken_out(inner: str) -> str:
    """The inside of a text without its phonetic hints."""
    return _SPOKEN.sub("", inner) if "<rPh" in inner else inner


def attribute(tag: str, name: str) -> str:
    found = re.search(rf'[\s:]{name}="([^"]*)"', tag)
    return unescaped(found[1]) if found else ""


def _small(package: zipfile.ZipFile, name: str) -> str:
    if package.getinfo(name).file_size > SMALL_PART:
        raise BadSheet("too_large")
    return package.read(name).decode("utf-8-sig")


def sheet_part(package: zipfile.ZipFile, sheet: str) -> tuple[str, bool, list[str]]:
    """The part that holds the sheet of this name, and True; without one the first sheet, and False; all their names."""
    tags = _SHEET.findall(_small(package, "xl/workbook.xml"))
    if not tags:
        raise BadSheet("unreadable")
    names = [attribute(tag, "name").strip() for tag in tags]
    named = sheet in names
    number = attribute(tags[names.index(sheet) if named else 0], "id")
    for tag in _RELATION.findall(_small(package, "xl/_rels/workbook.xml.rels")):
        if attribute(tag, "Id") == number and attribute(tag, "TargetMode") != "External":
            name = posixpath.normpath(posixpath.join("xl", attribute(tag, "Target")))
            part = name if name in package.namelist() else name.removeprefix("xl")
            return part.removeprefix("/"), named, names
    raise BadSheet("unreadable")


class GatheredTexts:
    """Shared texts read as far as they are asked for: the headers of a large book seldom need all of them."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._runs = _runs(package)
        self._few: list[str] = []
        self._packed: PackedTexts | None = None
        self._count = 0

    def _read(self) -> bool:
        """Take in the next texts; False after the last."""
        items = next(self._runs, None)
        if items is None:
            return False
        self._count += len(items)
        if self._packed is not None:
            self._packed.add(items)
            return True
        self._few += items
        if len(self._few) > MOST_IN_A_LIST:
            self._packed, self._few = PackedTexts(self._few), []
        return True

    def all(self) -> Texts:
        """Every text of the book."""
        while self._read():
            pass
        return self._few if self._packed is None else self._packed

    def __getitem__(self, number: int, /) -> str:
        while number >= self._count and self._read():
            pass
        return (self._few if self._packed is None else self._packed)[number]


def _runs(package: zipfile.ZipFile) -> Iterator[list[str]]:
    """The shared texts in their order, some time after some; none for a book without."""
    name = "xl/sharedStrings.xml"
    if name not in package.namelist():
        return
    rest, decoder = "", codecs.getincrementaldecoder("utf-8")("strict")
    with package.open(name) as part:
        while piece := part.read(PIECE):
            text = rest + decoder.decode(piece)
            end = text.rfind("</si>") + 5
            if end < 5:
                if len(text) > LONGEST_TEXT:
                    raise BadSheet("too_large")
                rest = text
                continue
            rest = text[end:]
            yield _items(text[:end])


def _items(text: str) -> list[str]:
    if ":si>" in text:
        text = re.sub(r"<(/?)\w+:", r"<\1", text)
    found = _PLAIN.findall(text)
    if len(found) != text.count("</si>") or "<si/>" in text:
        found = ["".join(_TEXT.findall(spoken_out(item))) for item in _ITEM.findall(text)]
    return [unescaped(item) if "&" in item or "_x" in item else item for item in found]


@dataclass(frozen=True, slots=True)
class DateStyles:
    """The cell styles that show a number as a day, and what day 0 is."""

    styles: frozenset[str]
    epoch: date

    @classmethod
    def of(cls, package: zipfile.ZipFile) -> DateStyles:
        early = 'date1904="1"' in _small(package, "xl/workbook.xml")
        epoch = date(1904, 1, 1) if early else date(1899, 12, 30)
        if "xl/styles.xml" not in package.namelist():
            return cls(frozenset(), epoch)
        text = _small(package, "xl/styles.xml")
        formats = {attribute(tag, "numFmtId"): attribute(tag, "formatCode") for tag in _FORMAT.findall(text)}
        dated = {number for number, form in formats.items() if re.search("[ymdhs]", _QUOTED.sub("", form).lower())}
        dated |= {str(number) for number in BUILT_IN_DATES} - (formats.keys() - dated)
        whole = _STYLES.search(text)
        tags = _STYLE.findall(whole[0]) if whole else []
        return cls(
            frozenset(str(place) for place, tag in enumerate(tags) if attribute(tag, "numFmtId") in dated), epoch
        )

    def day(self, value: str) -> Any:
        """The day of a number; the number itself where the calendar has none for it."""
        try:
            return {"day": (self.epoch + timedelta(days=int(float(value)))).isoformat()}
        except OverflowError:
            return float(value)
