"""Entries of dated lists: never over each other, never in the past."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain import vocabulary_changes as rules
from services.funds.domain.refusals.vocabulary import EntryInThePast, EntryOverlaps, EntrySpanWrong

SPANS = st.tuples(st.integers(0, 30), st.one_of(st.none(), st.integers(0, 30))).filter(
    lambda span: span[1] is None or span[0] <= span[1]
)


def days_of(span: rules.Span) -> set[int]:
    return set(range(span[0], (40 if span[1] is None else span[1]) + 1))


@given(SPANS, SPANS)
def test_spans_overlap_when_they_have_a_day_in_common(one: rules.Span, other: rules.Span) -> None:
    assert rules.overlap(one, other) == bool(days_of(one) & days_of(other))


@given(st.lists(SPANS, max_size=12))
def test_entries_let_in_one_after_the_other_never_lie_over_each_other(wanted: list[rules.Span]) -> None:
    taken: list[rules.Span] = []
    for span in wanted:
        try:
            rules.require_entry(span, 5, taken)
        except (EntryOverlaps, EntryInThePast):
            continue
        taken.append(span)
    covered = [day for span in taken for day in days_of(span)]
    assert len(covered) == len(set(covered))
    assert all(day >= 5 for day in covered)


def test_an_end_before_the_beginning_or_in_the_past_is_refused() -> None:
    with pytest.raises(EntrySpanWrong):
        rules.require_end((10, 9), 0)
    with pytest.raises(EntryInThePast):
        rules.require_end((3, 4), 5)
    rules.require_end((3, 5), 5)
