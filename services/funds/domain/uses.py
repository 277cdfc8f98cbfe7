"""What money of a kind must not be put to on a day: a dated matrix of fund kind × use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

SPECIAL = "special"
"""In place of a kind: all special money."""
MANAGEMENT_FEE = "management_fee"


@dataclass(frozen=True, slots=True)
class Ban:
    """A use forbidden to a kind, or to all special money, from a day to a day; `valid_to` None while open."""

    fund_kind: str
    use_code: str
    valid_from: date
    valid_to: date | None
    source: str


def ban_on(bans: Iterable[Ban], fund_kind: str, special: bool, use_code: str, on: date) -> Ban | None:
    """The ban that forbids money of a kind to be put to a use on a day; None when nothing does."""
    for ban in bans:
        meant = ban.fund_kind == fund_kind or (special and ban.fund_kind == SPECIAL)
        in_force = ban.valid_from <= on and (ban.valid_to is None or on <= ban.valid_to)
        if meant and in_force and ban.use_code == use_code:
            return ban
    return None
