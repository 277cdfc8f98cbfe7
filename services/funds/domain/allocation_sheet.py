"""Reading the sheet 资金分配: one row per division, closed by 合计."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.funds.domain.amounts import wan_to_fen
from services.funds.domain.refusals.documents import (
    WorkbookAmountWrong,
    WorkbookHeadersWrong,
    WorkbookRowWrong,
    WorkbookSumMissing,
    WorkbookSumWrong,
)
from shared.refusals import TooLarge

SHEET = "资金分配"
HEADERS = ("序号", "县(市、区)", "区划代码", "金额(万元)")
TOTAL = "合计"
_CODE = re.compile(r"[1-9][0-9]|[1-9][0-9]{3}|[1-9][0-9]{5}|[1-9][0-9]{8}|[1-9][0-9]{11}", re.ASCII)
MAX_FEN = 10**15
"""The largest single amount, as everywhere."""
MAX_LINES = 3_000

Cell = object


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One division's money, with the row it stands in (the header is row 1)."""

    row: int
    name: str
    division_code: str
    amount_fen: int


def read(rows: Sequence[Sequence[Cell]]) -> list[SheetLine]:
    """The lines of the sheet. Every fault names its row; amounts convert exactly or are refused.

    Raises TooLarge, WorkbookHeadersWrong, WorkbookRowWrong, WorkbookAmountWrong, WorkbookSumMissing, WorkbookSumWrong.
    """
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(_text(cell) for cell in row)]
    if not filled or tuple(_text(cell) for cell in filled[0][1]) != HEADERS:
        raise WorkbookHeadersWrong()
    *body, last = filled[1:] or [(0, ())]
    if TOTAL not in [_text(cell) for cell in last[1]]:
        raise WorkbookSumMissing()
    lines = [_line(number, row) for number, row in body]
    if not lines:
        raise WorkbookRowWrong(row=last[0])
    if len(lines) > MAX_LINES:
        raise TooLarge()
    if _amount(last[0], _cell(last[1], 3)) != sum(line.amount_fen for line in lines):
        raise WorkbookSumWrong(row=last[0])
    return lines


def _line(number: int, row: Sequence[Cell]) -> SheetLine:
    name, code = _text(_cell(row, 1)), _text(_cell(row, 2))
    if not name or name == TOTAL or not _CODE.fullmatch(code):
        raise WorkbookRowWrong(pointer=f"/file/{number}", row=number)
    return SheetLine(number, name, code, _amount(number, _cell(row, 3)))


def _cell(row: Sequence[Cell], index: int) -> Cell:
    """A cell; rows end where their last filled cell is."""
    return row[index] if index < len(row) else None


def _amount(number: int, cell: Cell) -> int:
    amount = wan_to_fen(cell) if isinstance(cell, str | int | float) else None
    if amount is None or amount > MAX_FEN:
        raise WorkbookAmountWrong(pointer=f"/file/{number}", row=number)
    return amount


def _text(cell: Cell) -> str:
    """A cell as text; a whole number without its decimal point, as the sheet shows it."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
