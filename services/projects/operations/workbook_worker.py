"""Reads one sheet of an xlsx workbook in a process of its own, with its memory and time limited.

`python -I workbook_worker.py SHEET MAX_ROWS` takes the file on standard input and prints
JSON: `{"rows": [[text or null, ...], ...]}`, or `{"fault": "unreadable" | "too_large" | "sheet_missing"}`. Every cell
comes out as text: whole numbers without a point, days as YYYY-MM-DD.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

MEMORY = 512 * 1024 * 1024
CPU_S = 20
MAX_ENTRIES = 1_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_COLUMNS = 200


def limit() -> None:
    """A workbook that unpacks to more than it should ends this process, not the service."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))


def read(content: bytes, sheet: str, max_rows: int) -> dict[str, Any]:
    """The rows of the sheet, or the fault."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return {"fault": "unreadable"}
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        return {"fault": "too_large"}
    if any(entry.filename.lower().endswith("vbaproject.bin") for entry in entries):
        return {"fault": "unreadable"}
    return _rows(content, sheet, max_rows)


def _rows(content: bytes, sheet: str, max_rows: int) -> dict[str, Any]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if sheet not in book.sheet_names:
            return {"fault": "sheet_missing"}
        table = book.get_sheet_by_name(sheet)
        last_row, last_column = table.end or (0, 0)
        if last_row > max_rows or last_column >= MAX_COLUMNS:
            return {"fault": "too_large"}
        return {"rows": [[text(cell) for cell in row] for row in table.to_python(skip_empty_area=False)]}
    except (CalamineError, ValueError, OSError):
        return {"fault": "unreadable"}


def text(cell: Any) -> str | None:
    """A cell as text. A float's shortest form is what the sheet shows, so it converts exactly."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip() or None


def main() -> None:
    limit()
    try:
        found = read(sys.stdin.buffer.read(), sys.argv[1], int(sys.argv[2]))
    except MemoryError:
        found = {"fault": "too_large"}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
