"""Exact money: 万元 to fen, shares rounded down to the fen."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction

_PLAIN = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?([eE][+-]?[0-9]{1,2})?", re.ASCII)
FEN_PER_WAN = 1_000_000
"""1 万元 is 10,000 yuan, 1,000,000 fen."""


def wan_to_fen(value: str | int | float) -> int | None:
    """Fen of an amount in 万元; None when it is no number or not a whole positive number of fen.

    A float is read by its shortest decimal form, the one the workbook shows; a text must be a plain number in ASCII.
    """
    if isinstance(value, bool) or (isinstance(value, str) and not _PLAIN.fullmatch(value.strip())):
        return None
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    if not amount.is_finite():
        return None
    if not -20 < amount.adjusted() < 20:  # an exponent of a few characters would become millions of digits
        return None
    fen = Fraction(amount) * FEN_PER_WAN
    if fen.denominator != 1 or fen < 1:
        return None
    return int(fen)


def share_of(amount_fen: int, rate: str) -> int:
    """`rate` (a decimal string) of an amount, rounded down to the fen."""
    return int(Fraction(rate) * amount_fen)


def smaller_rate(one: str, other: str) -> str:
    """The smaller of two rates, compared exactly."""
    return one if Fraction(one) <= Fraction(other) else other
