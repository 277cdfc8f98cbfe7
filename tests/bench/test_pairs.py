"""Pairs are taken by turns, and what is told of them is the median of their ratios."""

from __future__ import annotations

import pytest

from bench.pairs import Pairs, against, interleaved, percentile


async def test_value_and_limit_are_measured_by_turns() -> None:
    order: list[str] = []

    async def value(number: int) -> float:
        order.append(f"value {number}")
        return 2.0

    async def limit(number: int) -> float:
        order.append(f"limit {number}")
        return 4.0

    pairs = await interleaved(3, value, limit)
    assert order == ["value 0", "limit 0", "limit 1", "value 1", "value 2", "limit 2"]
    assert pairs.ratios == (0.5, 0.5, 0.5)


def test_the_ratio_is_the_median_of_the_pairs_and_not_the_ratio_of_the_medians() -> None:
    pairs = Pairs((10.0, 20.0, 90.0), (10.0, 40.0, 30.0))
    assert pairs.ratio == 1.0
    assert (pairs.value, pairs.limit) == (20.0, 30.0)
    assert pairs.spread == (0.5, 3.0)


def test_a_fixed_limit_stands_beside_every_value() -> None:
    assert against(60.0, 30.0, 45.0).ratios == (0.5, 0.75)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_percentile_is_a_time_that_was_measured(share: float, expected: int) -> None:
    assert percentile([float(time) for time in range(100, 0, -1)], share) == expected
