"""Each unspent fen answers to one side: by the rule of its step, or by the newest decision that has begun."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain import delays
from services.funds.domain.delays import Waiting
from services.funds.domain.positions import Facts, Line, Receipt, waiting_of
from services.funds.domain.refusals import responsibility as refusals
from services.funds.domain.responsibilities import (
    Ruling,
    answering,
    found,
    in_force,
    office_of,
    require_cause,
    require_concerned,
    require_days,
    require_judge,
    split_of,
)
from tests.services.funds.domain.test_positions import AS_OF, facts, not_due, standing

Answering = Callable[[Iterable[Waiting], Mapping[tuple[str, str], Ruling]], list[Waiting]]
DAY = st.dates(min_value=date(2025, 1, 1), max_value=date(2025, 12, 31))


def ruling(number: int, reference: str, step: str, side: delays.Responsible, from_on: date, to: date | None) -> Ruling:
    return Ruling(number, reference, step, side, "land" if side == "third" else "", "o", "n", from_on, to)


@st.composite
def positions(draw: st.DrawFn) -> tuple[Facts, list[Ruling]]:
    """Any position of the books with decisions on some of its money, and some on money that is not there."""
    where = draw(facts())
    places = [(item.reference, item.step) for item in waiting_of(where, "34", AS_OF)] + [("claim:0", "bank")]
    asked = draw(st.lists(st.sampled_from(places), max_size=8))
    sides: st.SearchStrategy[delays.Responsible] = st.sampled_from(["finance", "project", "third"])
    made = [
        ruling(number, reference, step, draw(sides), draw(DAY), draw(st.none() | DAY))
        for number, (reference, step) in enumerate(asked)
    ]
    return where, made


def check_split(where: Facts, made: list[Ruling], area: str, by: Answering) -> None:
    """unspent = finance + project + third + retention not due, whatever was decided."""
    waiting = by(waiting_of(where, area, AS_OF), in_force(made, AS_OF))
    assert split_of(waiting, not_due(where, area)).unspent_fen == standing(where, area)


@given(positions())
def test_the_split_always_adds_up_to_the_whole(given_: tuple[Facts, list[Ruling]]) -> None:
    for area in ("34", "341622", "341622101"):
        check_split(*given_, area, answering)


def test_a_lost_or_doubled_fen_would_be_seen() -> None:
    """The control: the same check is red when decided money is dropped, or counted at both sides."""

    def dropping(waiting: Iterable[Waiting], rulings: Mapping[tuple[str, str], Ruling]) -> list[Waiting]:
        return [item for item in answering(waiting, rulings) if item.responsible != "third"]

    def doubling(waiting: Iterable[Waiting], rulings: Mapping[tuple[str, str], Ruling]) -> list[Waiting]:
        decided = answering(waiting, rulings)
        return decided + [item._replace(responsible="finance") for item in decided if item.decision_id is not None]

    receipt = Receipt(1, "341622", "central_special", date(2025, 3, 1), 7)
    where = Facts((receipt,), (Line(5, "341622", 3, date(2025, 3, 1), "central_special", None),))
    made = [ruling(1, "receipt:1", "allocation", "third", date(2025, 4, 1), None)]
    check_split(where, made, "341622", answering)
    for seeded in (dropping, doubling):
        with pytest.raises(AssertionError):
            check_split(where, made, "341622", seeded)


@given(positions())
def test_a_decision_changes_who_answers_and_nothing_else(given_: tuple[Facts, list[Ruling]]) -> None:
    where, made = given_
    before = waiting_of(where, "34", AS_OF)
    after = answering(before, in_force(made, AS_OF))
    names = ("reference", "step", "amount_fen", "since", "division_code", "received", "project_code", "fund_kind")
    assert [[getattr(item, name) for name in names] for item in before] == [
        [getattr(item, name) for name in names] for item in after
    ]


@given(positions(), st.integers(1, 200))
def test_a_decision_does_not_change_answers_of_days_before_it(given_: tuple[Facts, list[Ruling]], ago: int) -> None:
    _where, made = given_
    day = AS_OF - timedelta(days=ago)
    by_then = [item for item in made if item.effective_from <= day]
    assert in_force(made, day) == in_force(by_then, day)
    assert all(item.effective_from <= day for item in in_force(made, day).values())


def test_a_later_decision_follows_and_ends_the_earlier_for_good() -> None:
    first = ruling(1, "claim:1", "bank", "third", date(2025, 3, 1), None)
    second = ruling(2, "claim:1", "bank", "finance", date(2025, 5, 1), date(2025, 6, 1))
    place = ("claim:1", "bank")
    assert in_force([second, first], date(2025, 2, 28)) == {}
    assert in_force([second, first], date(2025, 4, 30))[place] is first
    assert in_force([second, first], date(2025, 6, 1))[place] is second
    assert in_force([second, first], date(2025, 6, 2)) == {}


def waiting(step: str = "claim_review", office: str = "341622-finance") -> Waiting:
    return Waiting(
        step, "finance", office, "n", "341622101200", 5, date(2025, 3, 1), reference="claim:1",
        project_office="341622-transport",
    )  # fmt: skip


def test_what_is_asked_for_must_wait_at_a_step_there_is() -> None:
    assert found([waiting(), waiting()], "claim:1", "claim_review").amount_fen == 10
    with pytest.raises(refusals.StepUnknown):
        found([waiting()], "claim:1", "lunch")
    for reference, step in (("claim:2", "claim_review"), ("claim:1", "payment")):
        with pytest.raises(refusals.NotWaiting):
            found([waiting()], reference, step)


def test_offices_of_both_sides_and_those_above_open_a_case_and_no_other() -> None:
    for office in ("341622-finance", "341622-aid", "341622-transport"):
        require_concerned(office, False, waiting())
    require_concerned("3416-finance", True, waiting())
    with pytest.raises(refusals.NotConcerned):
        require_concerned("341622-water", False, waiting())
    assert office_of("project", waiting()) == "341622-transport"
    assert office_of("third", waiting()) == office_of("finance", waiting()) == "341622-finance"


def test_a_third_cause_is_of_the_list_and_has_evidence() -> None:
    require_cause("third", "land", ["land"], 1)
    require_cause("finance", "", [], 0)
    for side, cause in (("third", ""), ("third", "laziness"), ("project", "land")):
        with pytest.raises(refusals.CauseNotFitting):
            require_cause(side, cause, ["land"], 1)  # type: ignore[arg-type]
    with pytest.raises(refusals.EvidenceMissing):
        require_cause("third", "land", ["land"], 0)


def test_only_an_office_above_decides_and_never_on_itself() -> None:
    require_judge("3416-finance", True, "341622-finance", "341622-transport")
    with pytest.raises(refusals.SuperiorDecides):
        require_judge("341622-aid", False, "341622-finance")
    with pytest.raises(refusals.OwnCase):
        require_judge("341622-finance", True, "341622-finance")


def test_a_decision_counts_from_a_day_of_its_case() -> None:
    opened, decided = date(2025, 5, 1), date(2025, 5, 20)
    for from_on, to in ((opened, None), (decided, decided)):
        require_days(opened, from_on, to, decided)
    for from_on, to in ((date(2025, 4, 30), None), (date(2025, 5, 21), None), (decided, opened)):
        with pytest.raises(refusals.UntilBeforeFrom):
            require_days(opened, from_on, to, decided)
