"""Reading one cell of the people workbook. A cell that says nothing certain is refused, never guessed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from services.registry.domain.remedies import remedy_of
from shared.texts import closed_up, half_width, is_drawn_apart, person_name, plain_words

LONGEST_TEXT, LONGEST_NAME = 500, 50
"""As the wire takes them (shared/schemas/wire.py)."""
LONGEST_OF = {"group": 50}
"""Words that a file has less room for, as on the wire."""
MAX_FEN = 10**15
MOST_DIGITS = 10**15
FIRST_YEAR, LAST_YEAR = 1900, 2200
FORMULA_STARTS = ("=", "+", "-", "@")
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_PLAIN = re.compile(r"[!-~\u4e00-\u9fff]+")
"""Text nothing can be wrong with: ASCII that is seen and the usual Chinese characters."""
_YUAN = re.compile(r"[0-9]{1,13}(\.[0-9]{1,40})?", re.ASCII)
_MEASURE = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2}0*)?", re.ASCII)
_DAY = re.compile(
    r"([0-9]{4})[-/.年]?(?:([0-9]{1,2})[-/.月]([0-9]{1,2})|([0-9]{2})([0-9]{2}))日?",
    re.ASCII,
)
"""Nothing between month and day only where both have two digits: 2020-111 could be two days."""
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[eE]\+[0-9]{1,3}", re.ASCII)
_QUOTED = re.compile(r'="([^"]*)"')
_PHONE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)
_ACCOUNT = re.compile(r"[0-9]{8,30}", re.ASCII)


class BadCell(ValueError):
    """Why a cell is refused, in the words shown in the report, and what helps."""

    def __init__(self, words: str, kind: str = "any") -> None:
        super().__init__(words)
        self.remedy = remedy_of(kind)


def is_empty(cell: object) -> bool:
    """Whether nothing stands in a cell; blanks are nothing."""
    return cell is None or (isinstance(cell, str) and (not cell or cell.isspace()))


def is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def text_of(cell: object) -> str:
    """A cell as clean text; a whole number as its digits."""
    if isinstance(cell, str):
        return cell if _PLAIN.fullmatch(cell) and cell[0] not in "='" else _cleaned(cell)
    if cell is None:
        return ""
    if is_number(cell):
        return _digits(cell)
    if isinstance(cell, dict):
        if "formula" in cell:
            raise BadCell("单元格是公式", "formula")
        if "error" in cell:
            raise BadCell("单元格是错误值", "error_cell")
    raise BadCell("须为文本", "not_text")


def _digits(cell: Any) -> str:
    if cell != cell or cell in (float("inf"), float("-inf")) or cell != int(cell) or abs(cell) >= MOST_DIGITS:
        raise BadCell("单元格是带小数或位数过多的数字", "not_text")
    return str(int(cell))


def _cleaned(cell: str) -> str:
    text = unicodedata.normalize("NFC", cell).strip()
    quoted = _QUOTED.fullmatch(text)
    text = quoted[1].strip() if quoted else text
    if text[:1] == "'" and text[1:2] in FORMULA_STARTS:  # how a report keeps a cell from becoming a formula
        text = text[1:]
    if any(unicodedata.category(character) in _UNSEEN for character in text):
        raise BadCell("含有不允许的字符", "character")
    if len(text) > LONGEST_TEXT:
        raise BadCell(f"内容太长,至多 {LONGEST_TEXT} 个字", "too_long")
    return text


def needed(text: str) -> str:
    if not text:
        raise BadCell("缺少必填项", "needed")
    return text


def code_of(codes: dict[str, str], label: str) -> str:
    """The code of a label; `codes` is by label."""
    code = codes.get(needed(label)) or codes.get(closed_up(label))
    if code is None:
        raise BadCell("不在规定的代码表中", "code_unknown")
    return code


_BETWEEN = re.compile("[\u3001,\uff0c;\uff1b]")
"""What stands between several labels: the enumeration comma, commas and semicolons of either width."""


def codes_of(codes: dict[str, str], labels: str) -> tuple[str, ...]:
    """The codes of labels joined by 、 or by commas or semicolons; none for an empty cell."""
    return tuple(code_of(codes, label.strip()) for label in _BETWEEN.split(labels)) if labels else ()


def yes_no(text: str) -> bool:
    if text not in ("是", "否", "1", "0", "有", "无"):
        raise BadCell("须填“是”或“否”", "yes_no")
    return text in ("是", "1", "有")


def months_of(text: str) -> int:
    """Whole months; an empty cell is none."""
    text = half_width(text)
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 3):
        raise BadCell("须为 0 至 12 的整数", "months")
    return int(text)


def fen_of(cell: Any) -> int:
    """An amount in yuan as exact fen; an empty cell is nothing. Refuses a fraction of a fen, signs and separators;
    full-width digits are digits, but nothing else that looks like one."""
    if cell.__class__ is str and len(cell) < 12 and cell.isdigit() and cell.isascii():
        return int(cell) * 100
    text = repr(cell) if is_number(cell) else half_width(text_of(cell))
    if not text:
        return 0
    if not _YUAN.fullmatch(text):
        raise BadCell("须为不小于零的金额(元)", "money")
    whole, _, rest = text.partition(".")
    rest = rest.rstrip("0")
    if len(rest) > 2:
        raise BadCell("金额不是整分", "money")
    fen = int(whole) * 100 + int(rest.ljust(2, "0"))
    if fen > MAX_FEN:
        raise BadCell("金额过大", "money")
    return fen


def measure_of(cell: object) -> Decimal:
    """An area or a length of at most two decimals."""
    text = repr(cell) if is_number(cell) else half_width(text_of(cell))
    if not _MEASURE.fullmatch(text):
        raise BadCell("须为不小于零、至多两位小数的数", "measure")
    try:
        return Decimal(text).quantize(Decimal("0.01"))
    except InvalidOperation as error:
        raise BadCell("须为不小于零、至多两位小数的数", "measure") from error


def day_of(cell: object) -> date:
    """A day: a date cell, or text or a number such as 2020-01-31, 2020/1/31, 20200131."""
    if isinstance(cell, dict) and "day" in cell:
        text = str(cell["day"])
    elif is_number(cell):
        text = _digits(cell)
        if len(text) != 8:
            raise BadCell("是日期的序列号,不是日期", "day_serial")
    else:
        text = half_width(text_of(cell))
        if text.isdigit() and len(text) != 8:
            raise BadCell("是日期的序列号,不是日期" if len(text) == 5 else "不是日期", "day_serial")
    found = _DAY.fullmatch(text)
    try:
        day = date(*(int(part) for part in found.groups() if part)) if found else None
    except ValueError:
        day = None
    if day is None:
        raise BadCell("不是真实的日期", "day")
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadCell("日期不合理", "day")
    return day


def year_of(text: str) -> int:
    text = half_width(text).removesuffix("年")
    if not (len(text) == 4 and text.isascii() and text.isdigit()):
        raise BadCell("须为四位年份", "year")
    return int(text)


def phone_of(text: str) -> str | None:
    text = half_width(text)
    if text and not _PHONE.fullmatch(text):
        raise BadCell("须为 11 位手机号码", "phone")
    return text or None


def account_of(text: str) -> str | None:
    text = half_width(text)
    if text and not _ACCOUNT.fullmatch(text):
        raise BadCell("须为 8 至 30 位数字", "account")
    return text or None


def place_of(text: str) -> str:
    """The code of a village or another area; whether it exists is asked elsewhere."""
    text = half_width(text)
    if not (text.isascii() and text.isdigit() and len(text) in (2, 4, 6, 9, 12, 15)):
        raise BadCell("不是区划代码", "place")
    return text


def number_of(text: str) -> str:
    text = half_width(text)
    if not (text.isascii() and text.isdigit() and len(text) <= 30):
        raise BadCell("须为至多 30 位数字", "number")
    return text


def identity_of(text: str) -> str:
    """An identity number or a certificate in its one spelling; its form is a rule of the file."""
    text = closed_up(text)
    if _SCIENTIFIC.fullmatch(text):
        raise BadCell("已变成科学计数,位数已丢失", "digits_lost")
    return needed(text).upper()


def words_of(text: str, at_most: int = LONGEST_TEXT) -> str:
    """Words in their plain spelling, whole or refused."""
    text = plain_words(text)
    if any(sign.isdigit() and not sign.isascii() for sign in text):
        raise BadCell("含有带圈、上标等不是普通数字的字符", "odd_digit")
    if len(text) > at_most:
        raise BadCell(f"内容太长,至多 {at_most} 个字", "too_long")
    return text


def name_of(text: str) -> str:
    name = person_name(words_of(needed(text), LONGEST_NAME))
    if is_drawn_apart(name):
        raise BadCell("姓名中有空格", "name_blank")
    return name
