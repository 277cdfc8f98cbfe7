"""Citizen identity numbers (GB 11643): form, birth date, check digit, sex; and how they are shown masked.

The place in front is not checked: it is where the number was issued, and places have been renamed since.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from operator import mul

from services.registry.domain import refusals
from shared.refusals import Refusal

MALE, FEMALE = "1", "2"
DIGITS = frozenset("0123456789")
OLDEST_YEARS = 130
_FORM = re.compile(r"[1-9][0-9]{16}[0-9X]", re.ASCII)


def fault_of(number: str, on: date) -> type[Refusal] | None:
    """The rule the number breaks on the day `on`, or None."""
    if not _FORM.fullmatch(number):
        return refusals.IdentityNumberForm
    born = _birth_date(number)
    if born is None or born > on or born.year < on.year - OLDEST_YEARS:
        return refusals.IdentityNumberDate
    if check_digit_of(number) != number[17]:
        return refusals.IdentityNumberCheckDigit
    return None


def _birth_date(number: str) -> date | None:
    return _day_of(number[6:14])


@lru_cache(maxsize=50_000)
def _day_of(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"


def check_digit_of(number: str) -> str:
    """The check digit the first 17 digits call for (GB 11643: ISO 7064, MOD 11-2)."""
    # Places, birthdays and running numbers come again and again: each part is weighed once.
    weight = _weighed(number[:6], 0) + _weighed(number[6:14], 6) + _weighed(number[14:17], 14)
    return _CHECK_DIGITS[weight % 11]


@lru_cache(maxsize=60_000)
def _weighed(digits: str, at: int) -> int:
    return sum(map(mul, map(int, digits), _WEIGHTS[at:]))


def birth_date_of(number: str) -> date:
    """The birth date of a number that has no fault."""
    born = _birth_date(number)
    if born is None:
        raise ValueError("not an identity number")
    return born


def birth_digits(number: str) -> str:
    """The eight digits of the birth date; empty while the number has none."""
    return number[6:14] if len(number) == 18 and number[6:14].isdigit() else ""


def sex_of(number: str) -> str:
    """The sex the 17th digit stands for: odd is male (1), even is female (2)."""
    return _SEXES[number[16]]


_SEXES = {str(digit): MALE if digit % 2 else FEMALE for digit in range(10)}


def age_on(born: date, day: date) -> int:
    """Full years of age on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
