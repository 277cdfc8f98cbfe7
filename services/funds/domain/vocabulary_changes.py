"""When an entry of a dated list may begin and end: never in the past, never over another of the same area."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from services.funds.domain.refusals.vocabulary import EntryInThePast, EntryOverlaps, EntrySpanWrong

Span = tuple[int, int | None]
"""First and last day as ordinals, or first and last fund year; the last None while open."""


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
