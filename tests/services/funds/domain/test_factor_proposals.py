"""Dividing by factors: exact to the unit whatever the figures, and by hand only if the sum stays."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain import factor_proposals as rules
from services.funds.domain.amounts import FEN_PER_WAN
from services.funds.domain.refusals import distribution as refusals

CODES = ("341601", "341621", "341622", "341623", "341204", "341221")


@st.composite
def asked(draw: st.DrawFn) -> tuple[int, int, list[rules.Indicator]]:
    unit = draw(st.sampled_from([1, FEN_PER_WAN]))
    total = draw(st.integers(1, 10**7)) * unit
    places = draw(st.lists(st.sampled_from(CODES), min_size=1, unique=True))
    parts = draw(st.lists(st.integers(1, 50), min_size=1, max_size=4))
    thousandths = [1000 * part // sum(parts) for part in parts]
    thousandths[0] += 1000 - sum(thousandths)
    indicators = []
    for weight in thousandths:
        values = [(code, f"{draw(st.integers(0, 10**6))}.{draw(st.integers(0, 99)):02d}") for code in places]
        values[0] = (values[0][0], "1.5")
        text = "1" if weight == 1000 else f"0.{weight:03d}"
        indicators.append(rules.Indicator(text, values))
    return total, unit, indicators


@given(asked())
def test_the_places_get_the_whole_in_whole_units_and_each_less_than_a_unit_from_its_share(
    question: tuple[int, int, list[rules.Indicator]],
) -> None:
    total, unit, indicators = question
    given_fen = rules.divide(total, unit, indicators)
    assert sum(given_fen.values()) == total
    shares = rules.shares_of(indicators)
    for code, fen in given_fen.items():
        assert fen % unit == 0
        assert fen >= 0
        assert abs(Fraction(fen) - shares[code] * total) < unit
    assert rules.divide(total, unit, indicators) == given_fen


def test_equal_remainders_go_to_the_smaller_code_so_that_the_same_figures_give_the_same_division() -> None:
    one = rules.Indicator("1", [("341622", "1"), ("341601", "1"), ("341621", "1")])
    assert rules.divide(200, 1, [one]) == {"341622": 66, "341601": 67, "341621": 67}


def test_plain_rounding_would_lose_a_fen() -> None:
    """Negative control: rounding each place by itself gives 99 fen of 100."""
    one = rules.Indicator("1", [("341622", "1"), ("341601", "1"), ("341621", "1")])
    rounded = [round(share * 100) for share in rules.shares_of([one]).values()]
    assert sum(rounded) == 99
    assert sum(rules.divide(100, 1, [one]).values()) == 100


@pytest.mark.parametrize(
    ("total", "unit", "indicators", "refusal"),
    [
        (100, 1, [rules.Indicator("0.9", [("341622", "1")])], refusals.WeightsNotOne),
        (100, 1, [rules.Indicator("1", [("341622", "0"), ("341621", "0")])], refusals.IndicatorEmpty),
        (100, 1, [rules.Indicator("1", [("341622", "1"), ("341622", "1")])], refusals.IndicatorPlacesWrong),
        (
            100, 1,
            [rules.Indicator("0.5", [("341622", "1")]), rules.Indicator("0.5", [("341621", "1")])],
            refusals.IndicatorPlacesWrong,
        ),
        (1_500_000, 1_000_000, [rules.Indicator("1", [("341622", "1")])], refusals.NotWholeWan),
    ],
)  # fmt: skip
def test_figures_nothing_can_be_divided_by_are_refused(
    total: int, unit: int, indicators: list[rules.Indicator], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        rules.divide(total, unit, indicators)


def test_an_adjustment_keeps_the_sum_the_unit_and_the_places() -> None:
    amounts = {"341622": 3_000_000, "341621": 1_000_000}
    moved = rules.adjusted(amounts, [("341622", 2_000_000), ("341621", 2_000_000)], FEN_PER_WAN)
    assert moved == {"341622": 2_000_000, "341621": 2_000_000}
    for changes, refusal in (
        ([("341622", 2_000_000)], refusals.AdjustmentChangesSum),
        ([("341699", 0)], refusals.FactorPlaceUnknown),
        ([("341622", 3_000_000), ("341622", 3_000_000)], refusals.FactorPlaceUnknown),
        ([("341622", 2_999_999), ("341621", 1_000_001)], refusals.NotWholeWan),
    ):
        with pytest.raises(refusal):
            rules.adjusted(amounts, changes, FEN_PER_WAN)
