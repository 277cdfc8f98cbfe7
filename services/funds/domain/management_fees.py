"""The management fee: a highest share of a base, and what is no part of the base."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.funds.domain.amounts import share_of


@dataclass(frozen=True, slots=True)
class Fee:
    """What a county may take as management fee of one kind of a year's money, and what it took, in fen."""

    received_fen: int
    excluded_fen: int
    rate: str
    used_fen: int

    @property
    def base_fen(self) -> int:
        return self.received_fen - self.excluded_fen

    @property
    def ceiling_fen(self) -> int:
        """The rate of the base, rounded down to the fen (财农〔2017〕8号第九条: 按最高不超过1%的比例)."""
        return share_of(self.base_fen, self.rate)

    @property
    def left_fen(self) -> int:
        return max(self.ceiling_fen - self.used_fen, 0)


def fee_of(by_direction: Mapping[str, int], excluded: Iterable[str], rate: str, used_fen: int) -> Fee:
    """The fee of money received by direction; `excluded` directions are no part of the base."""
    outside = sum(by_direction.get(direction, 0) for direction in set(excluded))
    return Fee(sum(by_direction.values()), outside, rate, used_fen)
