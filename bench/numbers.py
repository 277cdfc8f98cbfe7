"""Invented numbers that pass every check, as fast as a table look-up: identity, telephone, bank account.

To stay clear of living people identity numbers use the order codes 900-995 and telephones the segment 154, as the
demonstration's do (deploy/demonstration/identifiers.py).
"""

from __future__ import annotations

from collections import defaultdict

from deploy.demonstration.identifiers import CHECKS, WEIGHTS, luhn_check

FIRST_ORDER, LAST_ORDER = 900, 995
_STRIDE = 61_803_399
"""Prime to 10^8 and to 10^16: consecutive numbers are spread, and none comes twice."""


def _weighed(digits: str, first: int) -> int:
    """The share these digits have in the check sum, from position `first` on."""
    return sum(int(digit) * WEIGHTS[first + place] for place, digit in enumerate(digits))


_ORDERS = {order: (f"{order:03d}", _weighed(f"{order:03d}", 14)) for order in range(FIRST_ORDER, LAST_ORDER + 1)}
_DOUBLED = tuple(2 * digit - 9 * (digit > 4) for digit in range(10))
_QUADS = tuple(n // 1000 + _DOUBLED[n // 100 % 10] + n // 10 % 10 + _DOUBLED[n % 10] for n in range(10_000))
"""The share of four digits in a Luhn sum, the last one doubled."""
_SIXTY_TWO = (10 - int(luhn_check("62" + "0" * 16))) % 10


class IdentityNumbers:
    """Numbers of one issuing place, each given once: 48 for each sex on each day."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._place_sum = _weighed(place, 0)
        self._births: dict[str, int] = {}
        self._given: dict[tuple[str, bool], int] = defaultdict(int)

    def next(self, birth: str, male: bool) -> str:
        """An unused number of a person born on `birth` (YYYYMMDD); ValueError when the day's numbers are used up."""
        known = self._births.get(birth)
        if known is None:
            known = self._births[birth] = (self._place_sum + _weighed(birth, 6)) % 11
        key = (birth, male)
        order = FIRST_ORDER + male + 2 * self._given[key]
        if order > LAST_ORDER:
            raise ValueError(f"no number is left for {birth} in {self._place}")
        self._given[key] += 1
        digits, share = _ORDERS[order]
        return f"{self._place}{birth}{digits}{CHECKS[(known + share) % 11]}"


def phone(count: int) -> str:
    """The telephone number of a count: 11 digits, another one for each of the first hundred million counts."""
    return f"154{count * _STRIDE % 10**8:08d}"


def account(count: int) -> str:
    """The bank account of a count: 19 digits beginning with 62, closed by the Luhn digit."""
    payload = count * _STRIDE % 10**16
    rest, total = payload, _SIXTY_TWO
    for _ in range(4):
        rest, quad = divmod(rest, 10_000)
        total += _QUADS[quad]
    return f"62{payload:016d}{-total % 10}"
