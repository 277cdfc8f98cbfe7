"""Rows of a csv file in UTF-8 or GB 18030, read as a stream: no line, cell or row can fill the memory."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from shared.chassis.sheet_faults import BadSheet

PIECE = 1024 * 1024
LONGEST_LINE = 1024 * 1024
LONGEST_CELL = 128 * 1024


def encoding_of(file: BinaryIO) -> str:
    """`utf-8-sig` (with or without a byte order mark) or `gb18030`; BadSheet for what is neither, or no text."""
    for encoding in ("utf-8-sig", "gb18030"):
        if _decodes(file, encoding):
            return encoding
    raise BadSheet("unreadable")


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        while piece := file.read(PIECE):
            if b"\0" in piece:
                raise BadSheet("unreadable")
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def rows(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Numbers from 1 on and cells of every row. BadSheet names the line a broken quote begins on."""
    for number, row in rows_or_lines(file):
        yield number, row if isinstance(row, list) else cells_of(row)


def rows_or_lines(file: BinaryIO) -> Iterator[tuple[int, list[str] | str]]:
    """As `rows`; a row in which no quote stands comes as its line, cells still joined by commas."""
    encoding = encoding_of(file)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from _records(text)
    finally:
        text.detach()


def cells_of(line: str) -> list[str]:
    """The cells of a line in which no quote stands; none of an empty one."""
    return line.split(",") if line else []


def _records(text: io.TextIOWrapper) -> Iterator[tuple[int, list[str] | str]]:
    csv.field_size_limit(LONGEST_CELL)
    lines = _lines(text)
    number, begins = 0, 1
    for line in lines:
        number += 1
        if '"' not in line and len(line) <= LONGEST_CELL:
            yield number, line.rstrip("\r\n")
            begins += 1
            continue
        reader = csv.reader(chain((line,), lines), strict=True)
        try:
            yield number, next(reader)
        except csv.Error as error:
            raise BadSheet("quote_broken", line=begins) from error
        begins += reader.line_num


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    read, number = text.readline, 0
    while line := read(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE and line[-1] != "\n":
            raise BadSheet("line_too_long", line=number)
        yield line
