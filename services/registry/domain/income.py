"""Net income per head: (wages + business + property + transfers - business costs) / people of the household."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Income:
    """A household's income of twelve months, by item, in fen."""

    wage_fen: int = 0
    business_fen: int = 0
    property_fen: int = 0
    transfer_fen: int = 0
    business_cost_fen: int = 0

    def net_fen(self) -> int:
        """Net income of the household, in fen; negative when the costs are higher."""
        return self.wage_fen + self.business_fen + self.property_fen + self.transfer_fen - self.business_cost_fen


def per_head(income: Income, people: int) -> Fraction:
    """Exact net income per head, in fen. Never rounded: comparisons with a line use this."""
    return Fraction(income.net_fen(), people)
