"""Reading one cell of a county's books. A cell that says nothing certain is refused, never guessed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any

from shared.texts import half_width

MAX_FEN = 10**15
MOST_DIGITS = 10**15
FEN_PER = {"分": 1, "元": 100, "万元": 1_000_000}
"""Units a header may state -> fen."""
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]{1,12})?|[0-9]{1,16}(\.[0-9]{1,12})?", re.ASCII)
_DAYS = (
    re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII),
    re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", re.ASCII),
)
"""Eight digits, or parts that are kept apart: 2025-111 could be two days."""
_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_PLACE = re.compile(r"00|[1-9][0-9]|[1-9][0-9]{3}|[1-9][0-9]{5}", re.ASCII)
_QUOTED = re.compile(r'="([^"]*)"')


class BadCell(ValueError):
    """Why a cell is refused: a code of data/book_faults.csv."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def text_of(cell: Any) -> str:
    """A cell as clean text; a whole number as its digits. Empty for a blank cell."""
    if cell is None:
        return ""
    if isinstance(cell, dict):
        if "day" in cell:
            return str(cell["day"])
        raise BadCell("formula" if "formula" in cell else "error_cell")
    if is_number(cell):
        if not isfinite(cell):
            raise BadCell("error_cell")
        return str(int(cell)) if cell == int(cell) and abs(cell) < MOST_DIGITS else repr(cell)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    return _clean(str(cell))


def _clean(cell: str) -> str:
    text = unicodedata.normalize("NFC", cell).strip()
    quoted = _QUOTED.fullmatch(text)
    text = quoted[1].strip() if quoted else text
    if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@"):  # how an export keeps a cell from becoming a formula
        text = text[1:]
    if any(unicodedata.category(character) in _UNSEEN for character in text):
        raise BadCell("character")
    if len(text) > 500:
        raise BadCell("too_long")
    return text


def needed(text: str) -> str:
    if not text:
        raise BadCell("needed")
    return text


def fen_of(cell: Any, unit: str) -> int:
    """An amount in the header's unit as exact fen; a blank cell is nothing. 1,234.56 and full-width digits are read;
    a float is read by its shortest decimal form, the one the workbook shows."""
    text = repr(cell) if is_number(cell) else half_width(text_of(cell)).replace(" ", "")
    if not text:
        return 0
    if "e" in text.lower() and is_number(cell):
        text = format(Decimal(text), "f")
    if not _GROUPED.fullmatch(text):
        raise BadCell("amount")
    fen = Fraction(text.replace(",", "")) * FEN_PER[unit]
    if fen.denominator != 1:
        raise BadCell("fraction_of_fen")
    if fen > MAX_FEN:
        raise BadCell("amount_too_large")
    return int(fen)


def day_of(text: str) -> date:
    """A day: a date cell, or text such as 2025-01-31, 2025/1/31, 20250131, 2025年1月31日."""
    plain = half_width(text)
    found = next((match for one in _DAYS if (match := one.fullmatch(plain))), None)
    try:
        day = date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise BadCell("day")
    return day


def number_of(text: str) -> str:
    """An order number or bank reference."""
    text = half_width(text)
    if not _NUMBER.fullmatch(text):
        raise BadCell("number")
    return text


def place_of(text: str) -> str:
    """The code of an office's division, down to counties."""
    text = half_width(text)
    if text == "0":  # what a spreadsheet makes of 00
        return "00"
    if not _PLACE.fullmatch(text):
        raise BadCell("place")
    return text
