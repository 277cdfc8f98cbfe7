"""What a protected value looks like to a reader without a reason to see it."""

from __future__ import annotations


def identity_number(number: str) -> str:
    """`341***********1234`."""
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def certificate(text: str) -> str:
    """`341*****************`: category and grade, which are health, stay hidden."""
    return text[:3] + "*" * (len(text) - 3)


def telephone(number: str) -> str:
    """`138****0000`."""
    return number[:3] + "*" * (len(number) - 7) + number[-4:]


def account(number: str) -> str:
    """The last four digits."""
    return "*" * (len(number) - 4) + number[-4:]


def name(whole: str) -> str:
    """`张*`: the first character, for readers outside the register's staff."""
    return whole[:1] + "*"
