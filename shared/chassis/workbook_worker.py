"""Reads one sheet in a process of its own, with its memory and time limited: a hostile file ends this, not a service.

`python -I workbook_worker.py '{"sheet": ..., "max_rows": ..., "max_unpacked": ...}'` takes the file on standard input.
It prints one JSON array per row, from row 1 on, or in place of the next row `{"fault": "unreadable" | "too_large" |
"sheet_missing" | "unsafe"}`. A cell is null, text, a number, true or false, or `{"day": "YYYY-MM-DD"}`.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

MEMORY = 512 * 1024 * 1024
CPU_S = 30
MAX_ENTRIES = 1_000
MAX_COLUMNS = 200
HEAD_BYTES = 2_048
XLSX = b"PK\x03\x04"
_UNSAFE_NAMES = ("vbaproject", "externallinks/")


class Fault(Exception):
    """Why the sheet is not read."""


def limit(content_bytes: int) -> None:
    """A file that grows to more than it should ends this process."""
    memory = MEMORY + 4 * content_bytes
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def rows(content: bytes, sheet: str, max_rows: int, max_unpacked: int) -> Iterator[list[Any]]:
    """The rows of the sheet; raises Fault."""
    if not content.startswith(XLSX):
        raise Fault("unreadable")
    _require_safe(content, max_unpacked)
    for number, row in enumerate(_xlsx(content, sheet, max_rows), start=1):
        if number > max_rows or len(row) > MAX_COLUMNS:
            raise Fault("too_large")
        yield [cell(value) for value in row]


def _require_safe(content: bytes, max_unpacked: int) -> None:
    """Refuse macros, links to elsewhere, document types, and what unpacks to more than it may."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
            if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > max_unpacked:
                raise Fault("too_large")
            names = [entry.filename.lower() for entry in entries]
            if any(unsafe in name for name in names for unsafe in _UNSAFE_NAMES):
                raise Fault("unsafe")
            for entry in entries:
                with package.open(entry) as part:
                    if b"<!DOCTYPE" in part.read(HEAD_BYTES).upper():
                        raise Fault("unsafe")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise Fault("unreadable") from error


def _xlsx(content: bytes, sheet: str, max_rows: int) -> Iterator[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if sheet not in book.sheet_names:
            raise Fault("sheet_missing")
        table = book.get_sheet_by_name(sheet)
        if table.end is not None and (table.end[0] >= max_rows or table.end[1] >= MAX_COLUMNS):
            raise Fault("too_large")
        left = [""] * (table.start[1] if table.start else 0)
        for row in table.iter_rows():
            yield [*left, *row]
    except (CalamineError, ValueError, OSError) as error:
        raise Fault("unreadable") from error


def cell(value: Any) -> Any:
    """A cell as JSON."""
    if isinstance(value, datetime):
        return {"day": value.date().isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, time | timedelta):
        return str(value)
    return None if value == "" else value


def main() -> None:
    content = sys.stdin.buffer.read()
    limit(len(content))
    try:
        for row in rows(content, **json.loads(sys.argv[1])):
            sys.stdout.write(json.dumps(row) + "\n")
    except Fault as fault:
        sys.stdout.write(json.dumps({"fault": str(fault)}) + "\n")
    except MemoryError:
        sys.stdout.write('{"fault": "too_large"}\n')


if __name__ == "__main__":
    main()
