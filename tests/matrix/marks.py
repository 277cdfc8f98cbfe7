"""What must not be found where it does not belong: identity numbers, telephones, accounts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from tests.support.identity import LETTERS, WEIGHTS

_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])\d{6}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX](?![0-9A-Za-z])"
)
_TELEPHONE = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])")
_ACCOUNT = re.compile(r"(?<![0-9A-Za-z])62\d{14}(?:\d{3})?(?![0-9A-Za-z])")


def personal(text: str) -> set[str]:
    """Identity numbers with a right check digit, telephones and bank cards in a text."""
    numbers = {found for found in _NUMBER.findall(text) if _checks(found)}
    return numbers | set(_TELEPHONE.findall(text)) | set(_ACCOUNT.findall(text))


def _checks(number: str) -> bool:
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
    return LETTERS[total % 11] == number[17]


def marks_in(text: str, marks: Iterable[str]) -> set[str]:
    """Which of the canaries' marks stand in a text."""
    return {mark for mark in marks if mark in text}


SYLLABLES = "鸑鷟鹓鶵鸾鹥鹍鷃鶗鴂"
"""Ten characters of birds nobody is called after: three of them name one of a thousand people."""


def canary_name(order: int) -> str:
    """A name of three rare characters, its own for each order below 1,000."""
    assert 0 <= order < 1_000
    return "".join(SYLLABLES[int(digit)] for digit in f"{order:03d}")


def canary_number(order: int, place: str = "520203") -> str:
    """An invented identity number with a right check digit, its own for each order."""
    day = date(1970 + order // 400, 1 + order % 12, 1 + order % 28)
    body = f"{place}{day:%Y%m%d}{order % 500 * 2 + 1:03d}"
    return body + LETTERS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def canary_telephone(order: int) -> str:
    return f"1997777{order:04d}"


def canary_account(order: int) -> str:
    return f"622199887766{order:04d}"


def all_marks(orders: Sequence[int]) -> set[str]:
    """Every mark of these canaries."""
    makers = (canary_name, canary_number, canary_telephone, canary_account)
    return {make(order) for order in orders for make in makers}
