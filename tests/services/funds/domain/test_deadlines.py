"""The last day in time: calendar or working days, from the wait or the notice, or a fixed day; nearest area first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain.deadlines import Deadline, Deadlines, require_deadline
from services.funds.domain.delays import RESPONSIBLE, Waiting, measure
from services.funds.domain.parameters import Parameters, Value
from services.funds.domain.refusals.responsibility import DeadlineWrong, StepUnknown
from tests.services.funds.domain.test_working_days import real

NATIONAL = Value("deadline_allocation", "00", date(2000, 1, 1), None, "30", "day", "缺省")
RULE = Deadline("allocation", "34", "", date(2025, 1, 1), 20, "working", "document", None, False, "省文件")
EARLY = replace(RULE, batch="advance", fixed_day="01-15")


def deadlines(*rows: Deadline, values: tuple[Value, ...] = (NATIONAL,), issued: date | None = None) -> Deadlines:
    known = {} if issued is None else {"receipt:1": issued}
    return Deadlines(rows, Parameters(values, "341622", date(2026, 12, 31)), real(), 2026, known)


def money(since: date, batch: str = "regular", division_code: str = "341622") -> Waiting:
    return Waiting(
        "allocation", "finance", "o", "n", division_code, 5, since, reference="receipt:1", batch=batch
    )  # fmt: skip


def test_without_a_deadline_the_parameters_days_hold() -> None:
    due = deadlines().due(money(date(2026, 3, 1)))
    assert (due.on, due.counting, due.source) == (date(2026, 3, 31), "calendar", "缺省")


def test_money_handed_down_early_is_divided_by_15_january_and_other_money_20_working_days_after_the_notice() -> None:
    both = deadlines(RULE, EARLY, issued=date(2026, 2, 13))
    assert both.due(money(date(2026, 3, 2))).on == date(2026, 3, 19)
    early = deadlines(RULE, EARLY, issued=date(2025, 11, 20)).due(money(date(2025, 12, 1), "advance"))
    assert (early.on, early.counting) == (date(2026, 1, 15), "fixed")
    late = both.due(money(date(2026, 3, 2), "advance"))
    assert (late.on, late.counting) == (date(2026, 3, 19), "working")


def test_a_last_day_on_a_holiday_moves_to_the_next_working_day() -> None:
    rule = replace(RULE, counting="calendar", starts="entry", days=10)
    assert deadlines(rule).due(money(date(2026, 2, 8))).on == date(2026, 2, 18)
    assert deadlines(replace(rule, next_working=True)).due(money(date(2026, 2, 8))).on == date(2026, 2, 24)
    fixed = replace(rule, next_working=True, fixed_day="02-15", source="x")
    assert deadlines(fixed).due(money(date(2026, 2, 1))).on == date(2026, 2, 24)


def test_the_nearest_area_holds_whichever_list_it_stands_in() -> None:
    county = Value("deadline_allocation", "341622", date(2026, 1, 1), None, "5", "day", "县文件")
    own = deadlines(RULE, values=(NATIONAL, county))
    assert own.due(money(date(2026, 3, 1))).source == "县文件"
    assert own.due(money(date(2026, 3, 1), division_code="341621")).source == "省文件"
    assert own.due(money(date(2026, 3, 1), division_code="410000")).source == "缺省"
    newer = replace(RULE, division_code="341622", valid_from=date(2026, 1, 1), source="县新文件")
    assert deadlines(newer, values=(NATIONAL, county)).due(money(date(2026, 3, 1))).source == "县新文件"
    older = replace(newer, valid_from=date(2025, 12, 31))
    assert deadlines(older, values=(NATIONAL, county)).due(money(date(2026, 3, 1))).source == "县文件"


@given(st.dates(date(2025, 10, 1), date(2026, 12, 1)), st.dates(date(2025, 10, 1), date(2026, 12, 31)), st.booleans())
def test_late_is_always_more_days_than_the_deadline_gives(since: date, as_of: date, working: bool) -> None:
    rule = replace(RULE, starts="entry", counting="working" if working else "calendar")
    (delay,) = measure([money(since)], as_of, deadlines(rule).due)
    assert delay.late == (delay.days > delay.deadline_days) == (as_of > delay.due.on)
    assert delay.days_late == max((as_of - delay.due.on).days, 0)


def test_a_deadline_has_a_step_there_is_a_day_there_is_and_one_way_of_counting() -> None:
    for step in RESPONSIBLE:
        require_deadline(step, "working", False, "02-28")
    with pytest.raises(StepUnknown):
        require_deadline("lunch", "working", False, None)
    for counting, rolled, fixed in (("working", True, None), ("calendar", True, "02-30")):
        with pytest.raises(DeadlineWrong):
            require_deadline("bank", counting, rolled, fixed)
