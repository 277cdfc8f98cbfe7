"""Dividing money by factors (因素法): exact shares, largest remainder, sums exact to the unit.

Each indicator gives a place its share of the indicator's sum, times the indicator's weight. Shares are Fractions;
what rounding down leaves goes unit by unit to the largest remainders, and between equals to the smaller code, so that
the same figures always give the same division.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from services.funds.domain.amounts import FEN_PER_WAN
from services.funds.domain.refusals.distribution import (
    AdjustmentChangesSum,
    FactorPlaceUnknown,
    IndicatorEmpty,
    IndicatorPlacesWrong,
    NotWholeWan,
    WeightsNotOne,
)

UNITS = {"fen": 1, "wan": FEN_PER_WAN}


@dataclass(frozen=True, slots=True)
class Indicator:
    """One factor: its weight and every place's value, exact decimals as text."""

    weight: str
    values: Sequence[tuple[str, str]]


def divide(total_fen: int, unit_fen: int, indicators: Sequence[Indicator]) -> dict[str, int]:
    """Fen by place, adding up to `total_fen` exactly, each a whole number of units.

    Raises WeightsNotOne, IndicatorPlacesWrong, IndicatorEmpty, NotWholeWan.
    """
    if total_fen % unit_fen:
        raise NotWholeWan(pointer="/total_fen")
    return largest_remainder(total_fen, unit_fen, shares_of(indicators))


def shares_of(indicators: Sequence[Indicator]) -> dict[str, Fraction]:
    """Each place's share of the whole; the shares add up to 1."""
    if sum(Fraction(one.weight) for one in indicators) != 1:
        raise WeightsNotOne()
    places = [code for code, _ in indicators[0].values]
    shares = dict.fromkeys(places, Fraction(0))
    for index, one in enumerate(indicators):
        values = dict(one.values)
        if len(values) != len(one.values) or values.keys() != shares.keys():
            raise IndicatorPlacesWrong(pointer=f"/indicators/{index}/values")
        whole = sum(Fraction(value) for value in values.values())
        if whole == 0:
            raise IndicatorEmpty(pointer=f"/indicators/{index}/values")
        for code, value in values.items():
            shares[code] += Fraction(one.weight) * Fraction(value) / whole
    return shares


def largest_remainder(total_fen: int, unit_fen: int, shares: Mapping[str, Fraction]) -> dict[str, int]:
    """A total in whole units divided by shares that add up to 1."""
    units = total_fen // unit_fen
    exact = {code: share * units for code, share in shares.items()}
    given = {code: int(value) for code, value in exact.items()}
    order = sorted(exact, key=lambda code: (given[code] - exact[code], code))
    for code in order[: units - sum(given.values())]:
        given[code] += 1
    return {code: count * unit_fen for code, count in given.items()}


def adjusted(amounts: Mapping[str, int], changes: Sequence[tuple[str, int]], unit_fen: int) -> dict[str, int]:
    """The amounts with some set by hand; the sum stays what it was. Raises AdjustmentChangesSum and by line."""
    new = dict(amounts)
    seen: set[str] = set()
    for index, (code, amount_fen) in enumerate(changes):
        if code not in amounts or code in seen:
            raise FactorPlaceUnknown(pointer=f"/changes/{index}/division_code")
        if amount_fen % unit_fen:
            raise NotWholeWan(pointer=f"/changes/{index}/amount_fen")
        seen.add(code)
        new[code] = amount_fen
    if sum(new.values()) != sum(amounts.values()):
        raise AdjustmentChangesSum(difference_fen=sum(new.values()) - sum(amounts.values()))
    return new
