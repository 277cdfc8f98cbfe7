"""When an entry of a dated list may begin and end: never in the past, never over another of the same area."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.funds.domain.refusals.vocabulary import EntryInThePast, EntryOverlaps, EntrySpanWrong, TermWider

Span = tuple[int, int | None]
"""First and last day as ordinals, or first and last fund year; the last None while open."""


@dataclass(frozen=True, slots=True)
class Term:
    """What a term of a kind of money says: its directions, and those that are left out of the management fee's base."""

    directions: Sequence[str]
    fee_excluded: Sequence[str]


def directions_of(terms: Sequence[Term]) -> list[str]:
    """Directions under terms that hold together, the nearest first: its own, as far as those above allow them."""
    named = [set(term.directions) for term in terms[1:] if term.directions]
    return [one for one in terms[0].directions if all(one in above for above in named)] if terms else []


def fee_excluded_of(terms: Sequence[Term]) -> list[str]:
    """Directions left out of the fee's base under terms that hold together: whatever any of them leaves out."""
    return list(dict.fromkeys(one for term in terms for one in term.fee_excluded))


def require_stricter(new: Term, above: Iterable[Term]) -> None:
    """Refuse a term that leaves less out of the fee than one above, or names a direction one above does not.

    A term above that names no direction leaves them to those below. Raises TermWider.
    """
    for term in above:
        if missing := [one for one in term.fee_excluded if one not in new.fee_excluded]:
            raise TermWider(pointer="/change/fee_excluded", fee_excluded=";".join(missing))
        if term.directions and not set(new.directions) <= set(term.directions):
            raise TermWider(pointer="/change/directions", directions=";".join(term.directions))


def days(first: date, last: date | None) -> Span:
    return first.toordinal(), None if last is None else last.toordinal()


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans have a day, or a year, in common."""
    return (other[1] is None or one[0] <= other[1]) and (one[1] is None or other[0] <= one[1])


def require_entry(new: Span, earliest: int, present: Iterable[Span]) -> None:
    """Refuse an entry that begins before `earliest` or lies over one of the present.

    Raises EntrySpanWrong, EntryInThePast, EntryOverlaps.
    """
    require_order(new)
    if new[0] < earliest:
        raise EntryInThePast()
    if any(overlap(new, one) for one in present):
        raise EntryOverlaps()


def require_end(span: Span, earliest: int) -> None:
    """Refuse an end before the beginning or in the past. Raises EntrySpanWrong, EntryInThePast."""
    require_order(span)
    if span[1] is not None and span[1] < earliest:
        raise EntryInThePast()


def require_order(span: Span) -> None:
    if span[1] is not None and span[1] < span[0]:
        raise EntrySpanWrong()
