"""Invented identity numbers with valid check digits (GB 11643-1999)."""

from __future__ import annotations

from datetime import date
from itertools import count

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
LETTERS = "10X98765432"
_orders = count(701, 2)


def identity_number(birth: date, *, female: bool = False, place: str = "341622", order: int | None = None) -> str:
    """An invented number; the order code says the sex (odd male, even female)."""
    chosen = (next(_orders) if order is None else order) + (1 if female else 0)
    body = f"{place}{birth:%Y%m%d}{chosen % 1000:03d}"
    return body + LETTERS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def with_wrong_check_digit(number: str) -> str:
    """The same number with another last character."""
    return number[:-1] + ("0" if number[-1] != "0" else "1")
