"""Rules of dividends: the floor, what is due each year, what is lacking.

A share's year ends on the day before the anniversary of its start; a last year that is cut short counts by its days.
Rounded up to the fen: nobody receives less than the floor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from services.funds.domain.refusals.shares import (
    OriginNotOne,
    PrincipalTooLarge,
    RateBelowFloor,
    TermWrong,
    YearOutsideShare,
)


@dataclass(frozen=True, slots=True)
class Year:
    """One year of a share: its number, the day its dividend is due, and the fen."""

    number: int
    due_on: date
    due_fen: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What a household has of a year and what it lacks by the day asked about."""

    year: Year
    paid_fen: int
    shortfall_fen: int


def require_terms(annual_rate: str, floor: str, starts_on: date, ends_on: date) -> None:
    """Refuse a rate below the floor and a term that ends before it starts. Raises RateBelowFloor, TermWrong."""
    if Fraction(annual_rate) < Fraction(floor):
        raise RateBelowFloor(floor=floor)
    if starts_on >= ends_on:
        raise TermWrong(pointer="/ends_on")


def require_origin(allocation_id: int | None, loan_id: int | None) -> None:
    """Refuse a principal from nowhere or from both. Raises OriginNotOne."""
    if (allocation_id is None) == (loan_id is None):
        raise OriginNotOne()


def require_principal(principal_fen: int, held_fen: int, origin_fen: int, pointer: str = "/principal_fen") -> None:
    """Refuse shares that together exceed the money they come from. Raises PrincipalTooLarge with what is left."""
    if held_fen + principal_fen > origin_fen:
        raise PrincipalTooLarge(pointer=pointer, left_fen=max(origin_fen - held_fen, 0))


def require_early(ended_on: date, ends_on: date) -> None:
    """Refuse an end that is no earlier than the agreed one. Raises TermWrong."""
    if ended_on >= ends_on:
        raise TermWrong(pointer="/ended_on")


def anniversary(start: date, years: int) -> date:
    """The day `years` years after a start; 1 March for a 29 February there is none of."""
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)


def years_of(principal_fen: int, annual_rate: str, starts_on: date, ends_on: date) -> list[Year]:
    """The years of a share through `ends_on`, the last day it is held, each with its dividend rounded up."""
    years: list[Year] = []
    begin = starts_on
    while begin <= ends_on:
        full_end = anniversary(starts_on, len(years) + 1) - timedelta(days=1)
        end = min(full_end, ends_on)
        part = Fraction((end - begin).days + 1, (full_end - begin).days + 1)
        exact = principal_fen * Fraction(annual_rate) * part
        years.append(Year(len(years) + 1, end, -(-exact.numerator // exact.denominator)))
        begin = full_end + timedelta(days=1)
    return years


def require_year(years: list[Year], number: int) -> Year:
    """The year of that number. Raises YearOutsideShare."""
    if not 1 <= number <= len(years):
        raise YearOutsideShare(years=len(years))
    return years[number - 1]


def standings(years: list[Year], paid: Mapping[int, int], as_of: date) -> list[Standing]:
    """Each year with what was paid for it and what it lacks by the day: a year not due lacks nothing.

    A year that was paid before the share ended ahead of it stays, with nothing due: what was paid is told, not lost.
    """
    beyond = [Year(number, years[-1].due_on, 0) for number in sorted(paid) if number > len(years)]
    years = [*years, *beyond]
    return [Standing(year, paid.get(year.number, 0), _lacking(year, paid.get(year.number, 0), as_of)) for year in years]


def _lacking(year: Year, paid_fen: int, as_of: date) -> int:
    return max(year.due_fen - paid_fen, 0) if year.due_on <= as_of else 0
