"""Quorum, majority, days of notice, the chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import chains, exit_plans, parameters, refusals
from services.registry.domain import identifications as rules
from services.registry.domain.chains import IDENTIFICATION
from services.registry.domain.eligibility import Standing, standing_on

DAY = date(2026, 6, 10)


def meeting(present: int, entitled: int, votes_for: int, votes_against: int = 0) -> None:
    held = rules.Meeting(DAY, entitled, present, votes_for, votes_against)
    rules.require_meeting(held, Fraction(2, 3), Fraction(1, 2), DAY)


@given(st.integers(1, 500), st.data())
def test_the_quorum_is_two_thirds_of_those_entitled_and_compared_exactly(entitled: int, data: st.DataObject) -> None:
    present = data.draw(st.integers(1, entitled))
    if 3 * present >= 2 * entitled:
        meeting(present, entitled, present)
    else:
        with pytest.raises(refusals.QuorumMissed):
            meeting(present, entitled, present)


def test_a_majority_is_more_than_half_of_those_present() -> None:
    meeting(20, 30, 11)
    with pytest.raises(refusals.MajorityMissed):
        meeting(20, 30, 10)


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_notice_has_run_when_its_days_are_over_and_not_a_day_before(days: int, passed: int) -> None:
    ends_on = rules.notice_end(DAY, days)
    if passed >= days:
        rules.require_run(ends_on, DAY + timedelta(days=passed))
    else:
        with pytest.raises(refusals.NoticeRunning):
            rules.require_run(ends_on, DAY + timedelta(days=passed))


def test_the_chain_is_whole_every_step_begins_where_the_one_before_ended() -> None:
    steps = list(IDENTIFICATION.values())
    for before, after in pairwise(steps):
        assert after.state_before == before.state_after
    assert steps[0].state_before == ""
    assert steps[-1].state_after == "registered"


def test_a_step_is_done_on_its_level_in_its_turn_and_by_another_person() -> None:
    step = IDENTIFICATION["county_decision"]
    doers = {"propose": "a", "meeting": "b", "notice": "b", "township_decision": "c"}
    chains.require_step(step, "township_approved", "county", "d", doers)
    for state, level, person, refusal in (
        ("township_approved", "township", "d", refusals.WrongLevel),
        ("noticed", "county", "d", refusals.StepNotDue),
        *(("township_approved", "county", person, refusals.SamePerson) for person in "abc"),
    ):
        with pytest.raises(refusal):
            chains.require_step(step, state, level, person, doers)


@dataclass
class Row:
    key: str
    division_code: str
    valid_from: date
    valid_to: date | None
    value: str


ROWS = [
    Row("days", "00", date(2014, 1, 1), date(2026, 5, 31), "7"),
    Row("days", "00", date(2026, 6, 1), None, "8"),
    Row("days", "34", date(2020, 1, 1), None, "9"),
    Row("days", "341622", date(2026, 6, 5), None, "5"),
    Row("other", "00", date(2014, 1, 1), None, "1"),
]


@pytest.mark.parametrize(
    ("code", "on", "value"),
    [
        ("410102001001", date(2026, 5, 31), "7"),
        ("410102001001", date(2026, 6, 1), "8"),
        ("340102001001", date(2026, 6, 1), "9"),
        ("341622101200", date(2026, 6, 4), "9"),
        ("341622101200", date(2026, 6, 5), "5"),
    ],
)
def test_the_nearest_area_in_force_on_the_day_speaks(code: str, on: date, value: str) -> None:
    assert parameters.resolve(ROWS, "days", code, on).value == value


def test_a_figure_nobody_set_is_missing_and_never_guessed() -> None:
    with pytest.raises(refusals.ParameterMissing):
        parameters.resolve(ROWS, "days", "410102001001", date(2013, 12, 31))


def test_a_plan_may_reach_the_people_on_the_register_and_not_one_more() -> None:
    exit_plans.require_plan([(2026, 4), (2027, 2)], 6)
    with pytest.raises(refusals.PlanAboveRegister):
        exit_plans.require_plan([(2026, 4), (2027, 3)], 6)


@pytest.mark.parametrize(
    ("standing", "status"),
    [
        (None, "not_registered"),
        (Standing("draft", None, None, None, None), "not_registered"),
        (Standing("registered", DAY + timedelta(days=1), None, None, None), "not_registered"),
        (Standing("registered", DAY, None, None, None), "eligible"),
        (Standing("registered", DAY, None, "death", DAY), "dead"),
        (Standing("registered", DAY, None, "death", DAY + timedelta(days=1)), "eligible"),
        (Standing("registered", DAY, None, "married_out", DAY), "removed"),
        (Standing("exited", DAY, DAY, None, None), "exited"),
        (Standing("exited", DAY, DAY + timedelta(days=1), None, None), "eligible"),
        (Standing("removed", DAY, DAY, None, None), "removed"),
    ],
)
def test_a_person_is_eligible_while_registered_alive_and_not_closed(standing: Standing | None, status: str) -> None:
    assert standing_on(standing, DAY) == status
