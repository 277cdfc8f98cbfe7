"""Own-budget checks: exactly the rate is met, one fen less is not, and a fall in revenue asks for nothing."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain import budget_statements as rules
from services.funds.domain.refusals.distribution import PlaceClassWrong, StockUseTooLarge


def verdict(base: int, stated: int, rate: str = "0.20") -> rules.Verdict:
    return rules.Verdict("budget_growth", rate, "source", base, stated)


@given(st.integers(0, 10**14), st.sampled_from(["0.20", "0.15", "0.10", "0.50", "0.333333333333333333"]))
def test_exactly_the_rate_is_met_and_one_fen_less_is_not(base: int, rate: str) -> None:
    needed = verdict(base, 0, rate).needed_fen
    assert needed >= Fraction(rate) * base > needed - 1
    assert verdict(base, needed, rate).met
    if needed:
        short = verdict(base, needed - 1, rate)
        assert (short.met, short.gap_fen) == (False, 1)


def test_a_place_whose_revenue_fell_owes_no_increment() -> None:
    assert rules.increment_of(1_000, 900) == 0
    assert verdict(rules.increment_of(1_000, 900), 0).met


def test_the_verdict_explains_itself_in_both_languages() -> None:
    zh, en = rules.words_of(verdict(100_000_00, 15_000_00))
    assert zh == "地方财政收入增量100000.00元×0.20=20000.00元,实际15000.00元,还差5000.00元"
    assert (
        en == "0.20 of the revenue increment 100000.00 yuan is 20000.00 yuan; stated: 15000.00 yuan; 5000.00 yuan short"
    )


def test_a_class_fits_its_level_and_reclaimed_money_covers_its_use() -> None:
    rules.require_class("scattered_county", "341622")
    for place_class, code in (("province", "341622"), ("scattered_county", "3416"), ("city", "34")):
        with pytest.raises(PlaceClassWrong):
            rules.require_class(place_class, code)
    with pytest.raises(StockUseTooLarge):
        rules.require_stock(10, 11)
