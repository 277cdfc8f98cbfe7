"""Entries of dated lists: never over each other, never in the past."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain import vocabulary_changes as rules
from services.funds.domain.refusals.vocabulary import EntryInThePast, EntryOverlaps, EntrySpanWrong, TermWider

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


ABOVE = rules.Term(["产业发展", "以工代赈"], ["以工代赈"])
FREE = rules.Term([], ["林场"])


def test_a_term_below_leaves_out_of_the_fee_what_those_above_do_and_names_no_other_direction() -> None:
    rules.require_stricter(rules.Term(["产业发展"], ["林场", "以工代赈"]), [ABOVE, FREE])
    rules.require_stricter(rules.Term([], ["以工代赈"]), [ABOVE])
    rules.require_stricter(rules.Term(["别的方向"], ["林场"]), [FREE])
    for wider, pointer in (
        (rules.Term(["产业发展"], ["林场"]), "/change/fee_excluded"),
        (rules.Term(["产业发展", "别的方向"], ["林场", "以工代赈"]), "/change/directions"),
    ):
        with pytest.raises(TermWider) as refused:
            rules.require_stricter(wider, [ABOVE, FREE])
        assert refused.value.pointer == pointer


def test_terms_that_hold_together_leave_out_all_of_theirs_and_keep_the_directions_all_know() -> None:
    own = rules.Term(["产业发展", "别的方向"], ["自定"])
    assert rules.fee_excluded_of([own, ABOVE, FREE]) == ["自定", "以工代赈", "林场"]
    assert rules.directions_of([own, ABOVE, FREE]) == ["产业发展"]
    assert rules.directions_of([own, FREE]) == ["产业发展", "别的方向"]
    assert (rules.directions_of([]), rules.fee_excluded_of([])) == ([], [])
