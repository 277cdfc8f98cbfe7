"""Checks of a place's own budget: what it added against what its revenue grew, and what it did with reclaimed money.

甘肃: 省级和片区县按当年地方财政收入增量的20%以上、市级10%以上、插花县15%以上增列专项扶贫预算;
存量资金中可统筹使用资金的50%以上用于扶贫开发. Whole fen and Fractions; the least amount is rounded up to the fen,
so that exactly the rate is met.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from services.funds.domain.divisions import level_of
from services.funds.domain.refusals.distribution import PlaceClassOfRegister, PlaceClassWrong, StockUseTooLarge

LEVEL_OF_CLASS = {
    "province": "province",
    "city": "city",
    "contiguous_county": "county",
    "scattered_county": "county",
    "other_county": "county",
}


CLASS_OF_KIND = {"contiguous_area": "contiguous_county", "interspersed": "scattered_county"}
"""What the register calls 片区县 and 插花县 (division_kind.csv)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One check: the rate of the base is needed, so much is stated."""

    rule: str
    rate: str
    source: str
    base_fen: int
    stated_fen: int

    @property
    def needed_fen(self) -> int:
        share = Fraction(self.rate) * self.base_fen
        return -(-share.numerator // share.denominator)

    @property
    def gap_fen(self) -> int:
        """Fen still missing; 0 when the rule is met."""
        return max(self.needed_fen - self.stated_fen, 0)

    @property
    def met(self) -> bool:
        return self.gap_fen == 0


def require_class(place_class: str, division_code: str) -> None:
    """Refuse a class of another level than the division's. Raises PlaceClassWrong."""
    if LEVEL_OF_CLASS[place_class] != level_of(division_code):
        raise PlaceClassWrong()


def require_class_of_register(place_class: str, kinds: Collection[str]) -> None:
    """Refuse another class than the register's, where it has one. Raises PlaceClassOfRegister."""
    known = [CLASS_OF_KIND[kind] for kind in kinds if kind in CLASS_OF_KIND]
    if known and place_class not in known:
        raise PlaceClassOfRegister(place_class=";".join(known))


def require_stock(stock_fen: int, used_fen: int) -> None:
    """Refuse more reclaimed money used than there was. Raises StockUseTooLarge."""
    if used_fen > stock_fen:
        raise StockUseTooLarge()


def increment_of(before_fen: int, now_fen: int) -> int:
    """What revenue grew by; a place whose revenue fell has no increment, and nothing is asked of it."""
    return max(now_fen - before_fen, 0)


def yuan_text(fen: int) -> str:
    """An amount for reading, in yuan with two decimals."""
    return f"{fen // 100}.{fen % 100:02d}"


def words_of(verdict: Verdict) -> tuple[str, str]:
    """The verdict explained, Chinese and English."""
    base = {
        "budget_growth": ("地方财政收入增量", "the revenue increment"),
        "stock_reuse": ("可统筹存量资金", "reclaimed money"),
    }
    base_zh, base_en = base[verdict.rule]
    needed, stated, gap = (yuan_text(fen) for fen in (verdict.needed_fen, verdict.stated_fen, verdict.gap_fen))
    zh = f"{base_zh}{yuan_text(verdict.base_fen)}元×{verdict.rate}={needed}元,实际{stated}元"
    en = f"{verdict.rate} of {base_en} {yuan_text(verdict.base_fen)} yuan is {needed} yuan; stated: {stated} yuan"
    if verdict.met:
        return f"{zh},达到要求", f"{en}; met"
    return f"{zh},还差{gap}元", f"{en}; {gap} yuan short"
