"""Invented numbers that pass every check: identity, telephone, bank account. None is given out twice.

To stay clear of living people, identity numbers use the order codes 900-995, which registrars hardly reach,
and telephones the segment 154, which to our knowledge no operator hands out.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

WEIGHTS = tuple(2 ** (17 - place) % 11 for place in range(17))
CHECKS = "10X98765432"


def identity_check(first17: str) -> str:
    """The 18th character by ISO 7064 MOD 11-2, as GB 11643-1999 asks."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(first17, WEIGHTS, strict=True)) % 11]


def luhn_check(payload: str) -> str:
    """The digit that closes a bank card number (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(payload)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return str(-total % 10)


class NumberIssuer:
    """Gives out numbers and remembers them."""

    def __init__(self) -> None:
        self.issued: set[str] = set()

    def identity(self, rng: Random, place: str, birth: date, *, male: bool) -> str:
        """An unused 18-character number for the place, the birthday and the sex."""
        orders = range(901 if male else 900, 996, 2)
        start = rng.randrange(len(orders))
        for order in (*orders[start:], *orders[:start]):
            first17 = f"{place}{birth:%Y%m%d}{order:03d}"
            number = first17 + identity_check(first17)
            if number not in self.issued:
                self.issued.add(number)
                return number
        raise ValueError(f"no order code is left for {place} on {birth}")

    def phone(self, rng: Random) -> str:
        """An unused 11-digit mobile number."""
        return self._unused(lambda: f"154{rng.randrange(10**8):08d}")

    def account(self, rng: Random) -> str:
        """An unused 19-digit account beginning with 62, closed by its Luhn digit."""

        def draw() -> str:
            payload = f"62{rng.randrange(10**16):016d}"
            return payload + luhn_check(payload)

        return self._unused(draw)

    def _unused(self, draw: Callable[[], str]) -> str:
        number = draw()
        while number in self.issued:
            number = draw()
        self.issued.add(number)
        return number
