"""Pairs: what is measured and its limit by turns in one run, so that a busy neighbour slows both."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

Side = Callable[[int], Awaitable[float]]
"""Measures one side of the pair of this number, in the bar's unit."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Values and limits of the pairs, in order."""

    values: tuple[float, ...]
    limits: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        return tuple(value / limit if limit else 0.0 for value, limit in zip(self.values, self.limits, strict=True))

    @property
    def value(self) -> float:
        return statistics.median(self.values)

    @property
    def limit(self) -> float:
        return statistics.median(self.limits)

    @property
    def ratio(self) -> float:
        """The median of the pairs' ratios, which is not the ratio of the medians."""
        return statistics.median(self.ratios)

    @property
    def spread(self) -> tuple[float, float]:
        """The lowest and the highest ratio."""
        return min(self.ratios), max(self.ratios)


async def interleaved(count: int, value: Side, limit: Side) -> Pairs:
    """`count` pairs by turns; every second pair begins with the other side."""
    values, limits = [], []
    for number in range(count):
        if number % 2 == 0:
            values.append(await value(number))
            limits.append(await limit(number))
        else:
            limits.append(await limit(number))
            values.append(await value(number))
    return Pairs(tuple(values), tuple(limits))


def against(limit: float, *values: float) -> Pairs:
    """Values against a fixed limit, such as 60 seconds."""
    return Pairs(values, (limit,) * len(values))


def percentile(times: Sequence[float], share: float) -> float:
    """The value below which `share` of the times lie (nearest rank)."""
    ordered = sorted(times)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]
