"""Reading the sheet 发放名单: one row per person, amounts in yuan, closed by 合计."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.funds.domain.refusals.grants import (
    GrantSheetAmountWrong,
    GrantSheetHeadersWrong,
    GrantSheetRowWrong,
    GrantSheetSumMissing,
    GrantSheetSumWrong,
)
from shared.refusals import TooLarge

SHEET = "发放名单"
HEADERS = ("序号", "身份证号码", "金额(元)", "领款人身份证号码")
TOTAL = "合计"
MAX_LINES = 10_000
MAX_FEN = 10**15
_NUMBER = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)
_YUAN = re.compile(r"([0-9]{1,13}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]{1,12})?", re.ASCII)
"""Commas part thousands and nothing else: 1,5 is no amount."""

Cell = object


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One grant, with the row it stands in (the header is row 1)."""

    row: int
    identity_number: str
    amount_fen: int
    payee_identity_number: str | None


def read(rows: Sequence[Sequence[Cell]]) -> list[SheetLine]:
    """The lines of the sheet; every fault names its row, and the amounts add up to what the sheet says.

    Raises TooLarge, GrantSheetHeadersWrong, GrantSheetRowWrong, GrantSheetAmountWrong, GrantSheetSumMissing,
    GrantSheetSumWrong.
    """
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(_text(cell) for cell in row)]
    if not filled or tuple(_text(cell) for cell in filled[0][1]) != HEADERS:
        raise GrantSheetHeadersWrong()
    *body, last = filled[1:] or [(0, ())]
    if TOTAL not in [_text(cell) for cell in last[1]]:
        raise GrantSheetSumMissing()
    if len(body) > MAX_LINES:
        raise TooLarge()
    lines = [_line(number, row) for number, row in body]
    if not lines:
        raise GrantSheetRowWrong(pointer="/file", row=last[0])
    if _amount(last[0], _cell(last[1], 2)) != sum(line.amount_fen for line in lines):
        raise GrantSheetSumWrong(row=last[0])
    return lines


def _line(number: int, row: Sequence[Cell]) -> SheetLine:
    person, payee = _text(_cell(row, 1)), _text(_cell(row, 3))
    if not _NUMBER.fullmatch(person.upper()) or not (payee == "" or _NUMBER.fullmatch(payee.upper())):
        raise GrantSheetRowWrong(pointer=f"/file/{number}", row=number)
    return SheetLine(number, person.upper(), _amount(number, _cell(row, 2)), payee.upper() or None)


def _cell(row: Sequence[Cell], index: int) -> Cell:
    """A cell; rows end where their last filled cell is."""
    return row[index] if index < len(row) else None


def _amount(row: int, cell: Cell) -> int:
    """Yuan as fen, exactly. A fraction of a fen is refused, never rounded; a float is read as the sheet shows it."""
    text = _text(cell)
    fen = Decimal(text.replace(",", "")) * 100 if _YUAN.fullmatch(text) else Decimal(0)
    if fen != int(fen) or not 1 <= fen <= MAX_FEN:
        raise GrantSheetAmountWrong(pointer=f"/file/{row}", row=row)
    return int(fen)


def _text(cell: Cell) -> str:
    """A cell as text; a whole number without its decimal point, as the sheet shows it."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
