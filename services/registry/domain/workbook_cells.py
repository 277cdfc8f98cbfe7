"""Reading one cell of the people workbook. A cell that says nothing certain is refused, never guessed."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from services.registry.domain.code_lists import BY_LABEL

MAX_FEN = 10**15
NAME_DOTS = dict.fromkeys(map(ord, "•‧・∙⋅●᛫"), "·")
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_YUAN = re.compile(r"[0-9]{1,13}(\.[0-9]{1,6})?", re.ASCII)


class BadCell(ValueError):
    """Why a cell is refused, in the words shown in the report."""


def is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def text_of(cell: object) -> str:
    """A cell as clean text; a whole number as its digits."""
    if is_number(cell):
        assert isinstance(cell, int | float)
        if cell != cell or cell in (float("inf"), float("-inf")) or cell != int(cell) or abs(cell) >= 10**15:
            raise BadCell("须为文本")
        return str(int(cell))
    if not isinstance(cell, str):
        if cell is None:
            return ""
        raise BadCell("须为文本")
    text = unicodedata.normalize("NFC", cell).strip()
    if any(unicodedata.category(character) in _UNSEEN for character in text):
        raise BadCell("含有不允许的字符")
    if len(text) > 500:
        raise BadCell("内容太长")
    return text


def needed(text: str) -> str:
    if not text:
        raise BadCell("缺少必填项")
    return text


def code_of(list_name: str, label: str) -> str:
    """The code of a label."""
    code = BY_LABEL[list_name].get(needed(label))
    if code is None:
        raise BadCell("不在规定的代码表中")
    return code


def codes_of(list_name: str, labels: str) -> tuple[str, ...]:
    """The codes of labels joined by 、; none for an empty cell."""
    return tuple(code_of(list_name, label.strip()) for label in labels.split("、")) if labels else ()


def yes_no(text: str) -> bool:
    if text not in ("是", "否"):
        raise BadCell("须填“是”或“否”")
    return text == "是"


def months_of(text: str) -> int:
    """Whole months; an empty cell is none."""
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 3):
        raise BadCell("须为 0 至 12 的整数")
    return int(text)


def fen_of(cell: object) -> int:
    """An amount in yuan as exact fen; an empty cell is nothing. Refuses a fraction of a fen, signs and separators."""
    text = repr(cell) if is_number(cell) else text_of(cell)
    if not text:
        return 0
    if not _YUAN.fullmatch(text):
        raise BadCell("须为不小于零的金额(元)")
    try:
        fen = Decimal(text) * 100
    except InvalidOperation as error:
        raise BadCell("须为不小于零的金额(元)") from error
    if fen != fen.to_integral_value():
        raise BadCell("金额不是整分")
    if fen > MAX_FEN:
        raise BadCell("金额过大")
    return int(fen)


def phone_of(text: str) -> str | None:
    if text and not re.fullmatch(r"1[3-9][0-9]{9}", text, re.ASCII):
        raise BadCell("须为 11 位手机号码")
    return text or None


def account_of(text: str) -> str | None:
    if text and not re.fullmatch(r"[0-9]{8,30}", text, re.ASCII):
        raise BadCell("须为 8 至 30 位数字")
    return text or None


def name_of(text: str) -> str:
    if len(needed(text)) > 50:
        raise BadCell("内容太长")
    return text.translate(NAME_DOTS)
