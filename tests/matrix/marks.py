"""What must not be found where it does not belong: identity numbers, telephones, accounts."""

from __future__ import annotations

import re
from collections.abc import Iterable

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
