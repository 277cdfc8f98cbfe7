"""Net income per head: (wages + business + property + transfers - business costs) / people of the household.

Items say what an amount is made of (`data/income_item.csv`). Grants with a fixed use, one-off relief, gifts and loans
are kept beside the income and never counted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from services.registry.domain.code_lists import BY_CODE

AMOUNTS = ("wage_fen", "business_fen", "property_fen", "transfer_fen", "business_cost_fen")


@dataclass(frozen=True, slots=True)
class Income:
    """A household's income of twelve months in fen. `items` is fen by code of the list `income_item`."""

    wage_fen: int = 0
    business_fen: int = 0
    property_fen: int = 0
    transfer_fen: int = 0
    business_cost_fen: int = 0
    items: dict[str, int] = field(default_factory=dict)

    def net_fen(self) -> int:
        """Net income of the household, in fen; negative when the costs are higher."""
        return self.wage_fen + self.business_fen + self.property_fen + self.transfer_fen - self.business_cost_fen

    def not_counted_fen(self) -> int:
        """What the household received that is not income, in fen."""
        known = BY_CODE["income_item"]
        return sum(fen for code, fen in self.items.items() if code in known and known[code].facts["counts"] == "0")

    def amounts_missed(self) -> list[str]:
        """The amounts that are stated item by item, but are not the sum of their items."""
        known = BY_CODE["income_item"]
        sums: dict[str, int] = {}
        for code, fen in self.items.items():
            group = known[code].facts.get("group", "") if code in known else ""
            if group:
                sums[group] = sums.get(group, 0) + fen
        return [name for name, fen in sums.items() if getattr(self, name) != fen]


def per_head(income: Income, people: int) -> Fraction:
    """Exact net income per head, in fen. Never rounded: comparisons with a line use this."""
    return Fraction(income.net_fen(), people)
