"""Days in order, and notices of whole days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projects.domain import days
from services.projects.domain.refusals import DayBeforeStepBefore, DayInFuture, PaperMissing

TODAY = date(2026, 3, 1)


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)), st.integers(min_value=1, max_value=90))
def test_a_notice_runs_all_its_days(posted_on: date, count: int) -> None:
    assert (days.last_day(posted_on, count) - posted_on).days == count


def test_a_day_lies_between_the_step_before_and_today() -> None:
    days.check(TODAY, TODAY, TODAY, "")
    with pytest.raises(DayInFuture):
        days.check(TODAY + timedelta(days=1), TODAY, TODAY, "")
    with pytest.raises(DayBeforeStepBefore):
        days.check(TODAY - timedelta(days=1), TODAY, TODAY, "")


def test_what_is_recorded_afterwards_needs_its_paper() -> None:
    assert days.require_paper(TODAY, TODAY, None) is False
    assert days.require_paper(TODAY - timedelta(days=1), TODAY, "a" * 64) is True
    with pytest.raises(PaperMissing):
        days.require_paper(TODAY - timedelta(days=1), TODAY, None)
