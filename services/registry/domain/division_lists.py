"""A file of divisions: `code,level,name,parent_code`, csv or csv.gz in UTF-8, read line by line."""

from __future__ import annotations

import csv
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO

from services.registry.domain import refusals
from services.registry.domain.division_names import clean_name, read_name
from services.registry.domain.divisions import level_of, parent_of
from services.registry.domain.tables_of_facts import DATA, rows_of

COUNTRY = DATA / "divisions" / "china_2023.csv.gz"
COLUMNS = ["code", "level", "name", "parent_code"]
LONGEST_NAME = 200

Line = tuple[str, int, str, str, str, str, str]
"""code, line of the file (the header is 1), level, name, parent's code, pinyin, initials."""


@dataclass(frozen=True, slots=True)
class ListFacts:
    """From which day the list's divisions are known to exist, and where it comes from."""

    valid_from: date
    source: str


@dataclass(frozen=True, slots=True)
class Measure:
    """Lines without the header, and the file's fingerprint."""

    rows: int
    sha256: str


def facts_of(path: Path) -> ListFacts:
    """What data/divisions/sources.csv says of a file that came along; DivisionListUnsourced for another."""
    for row in rows_of("divisions/sources"):
        if path.resolve() == (DATA / "divisions" / row["file"]).resolve():
            return ListFacts(date.fromisoformat(row["valid_from"]), row["source"])
    raise refusals.DivisionListUnsourced()


def measure(path: Path) -> Measure:
    """Count the lines without keeping them."""
    with _opened(path) as file:
        newlines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    return Measure(max(newlines - 1, 0), hashlib.sha256(path.read_bytes()).hexdigest())


def lines(path: Path) -> Iterator[Line]:
    """Every line, its form checked and its name read; DivisionListLine names the first that is wrong."""
    with _opened(path) as file:
        text = (raw.decode("utf-8-sig" if number == 0 else "utf-8") for number, raw in enumerate(file))
        rows = csv.reader(text, strict=True)
        if next(rows, None) != COLUMNS:
            raise refusals.DivisionListUnreadable()
        for number, row in enumerate(rows, start=2):
            yield _line(number, row)


def _line(number: int, row: list[str]) -> Line:
    if len(row) != len(COLUMNS):
        raise refusals.DivisionListLine(line=number)
    code, level, name, parent = row
    name = clean_name(name)
    digits = code.isascii() and code.isdigit() and code[:1] != "0"
    if not digits or level_of(code) != level or parent_of(code) != parent or not 0 < len(name) <= LONGEST_NAME:
        raise refusals.DivisionListLine(line=number)
    read = read_name(name)
    return code, number, level, name, parent, read.pinyin, read.initials


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked; what cannot be unpacked or decoded is DivisionListUnreadable."""
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            yield file  # type: ignore[misc]
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise refusals.DivisionListUnreadable() from error
