"""Reading what people upload as a sheet: always in a process that can be killed, never in the service itself."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

WORKER = Path(__file__).with_name("workbook_worker.py")
READ_TIMEOUT_S = 60.0

Sheet = list[list[Any]]
"""Rows of cells, from row 1 on. A cell is None, text, a number, a flag, or `{"day": "YYYY-MM-DD"}`."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sheet is read, and how much of it at most. Bytes are those of the unpacked file."""

    sheet: str
    max_rows: int
    max_unpacked: int


class SheetFault(Exception):
    """Why there is no sheet: `unreadable`, `too_large`, `sheet_missing` or `unsafe`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


async def read_sheet(content: bytes, wanted: Wanted) -> Sheet:
    """The cells of a sheet; SheetFault for what is none. Whatever ends the reader is a fault of the file."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(WORKER), json.dumps(asdict(wanted)),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        output, _ = await asyncio.wait_for(process.communicate(content), READ_TIMEOUT_S)
    except TimeoutError as error:
        raise SheetFault("too_large") from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        raise SheetFault("unreadable")
    return await asyncio.to_thread(_rows, output)


def _rows(output: bytes) -> Sheet:
    rows: Sheet = []
    for line in output.splitlines():
        row = json.loads(line)
        if isinstance(row, dict):
            raise SheetFault(row["fault"])
        rows.append(row)
    return rows
