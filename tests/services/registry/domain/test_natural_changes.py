"""Rules of natural change, without a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.registry.domain import natural_changes as rules
from services.registry.domain import refusals
from services.registry.domain.code_lists import BY_CODE
from services.registry.domain.household_files import HouseholdFile
from services.registry.domain.limits import Limits
from services.registry.domain.members import Member
from services.registry.domain.natural_changes import People, Person, Stated
from shared.refusals import Refusal
from tests.services.registry.people import VILLAGE, number

TODAY = date(2026, 6, 1)
LIMITS = Limits(max_other_causes=2, working_age_from=16, working_age_to=60)


@dataclass
class Lived:
    birth_date: date
    joined_on: date | None = None
    absent_from: date | None = None


def one(relation: str, born: date = date(1980, 1, 1), sex: str = "1", **other: Any) -> Person:
    stated = {"education": "primary", "labour": "ordinary"} | other
    member = Member(
        name="赵", identity_number=number(born, sex), relation=relation, ethnicity="01", health=("healthy",), **stated
    )
    return Person(uuid4(), member)


def file(people: People) -> HouseholdFile:
    return HouseholdFile(village_code=VILLAGE, members=people.members())


def test_every_kind_that_ends_membership_names_a_reason_of_the_official_list() -> None:
    assert set(rules.DEPARTURE) == {"death", "marriage_out", "move_out", "split", "merge"}
    assert set(rules.DEPARTURE.values()) <= set(BY_CODE["departure"])
    assert set(BY_CODE["departure"]) - rules.NATURAL_DEPARTURES == {"error"}
    assert all(codes <= set(BY_CODE["relation_to_head"]) for codes in rules.RELATIONS.values())


@pytest.mark.parametrize(
    ("on", "life", "code"),
    [
        (date(2026, 6, 2), Lived(date(1980, 1, 1)), refusals.DayInFuture),
        (date(1979, 12, 31), Lived(date(1980, 1, 1)), refusals.DayBeforeBirth),
        (date(2026, 1, 1), Lived(date(1980, 1, 1), joined_on=date(2026, 1, 2)), refusals.DayBeforeJoining),
        (date(2026, 1, 1), Lived(date(1980, 1, 1), absent_from=date(2026, 1, 2)), refusals.DayBeforeAbsence),
    ],
)
def test_nothing_happens_in_the_future_or_before_birth_joining_or_absence(
    on: date, life: Lived, code: type[Refusal]
) -> None:
    with pytest.raises(code):
        rules.require_day(on, TODAY, life)
    rules.require_day(TODAY, TODAY, life)
    rules.require_day(life.absent_from or life.joined_on or life.birth_date, TODAY, life)


def test_a_new_head_is_named_and_everybody_is_related_to_them_anew() -> None:
    head, spouse, son = one("head"), one("spouse", sex="2"), one("son", date(2004, 1, 1))
    before = People((head, spouse, son))
    left = before.without(head.id)
    with pytest.raises(refusals.SuccessorNeeded):
        rules.require_succession(before, left, [], "/relations")
    followed = rules.restated(left, [(spouse.id, "head")], "/relations")
    with pytest.raises(refusals.RelationUnstated):
        rules.require_succession(before, followed, [spouse.id], "/relations")
    rules.require_succession(before, followed, [spouse.id, son.id], "/relations")
    rules.require_succession(before, before.without(son.id), [], "/relations")
    rules.require_succession(before, People(), [], "/relations")
    with pytest.raises(refusals.SuccessorNeeded):
        rules.require_succession(People(), People((spouse,)), [spouse.id], "/relations")


def test_relations_name_each_person_of_the_household_once() -> None:
    head, son = one("head"), one("son", date(2004, 1, 1))
    people = People((head, son))
    with pytest.raises(refusals.MemberRepeated):
        rules.restated(people, [(son.id, "son"), (son.id, "other")], "/relations")
    with pytest.raises(refusals.MemberUnknown):
        rules.restated(people, [(UUID(int=0), "son")], "/relations")


def test_an_event_is_refused_for_what_it_breaks_and_not_for_what_was_stale() -> None:
    head, pupil = one("head"), one("son", date(2004, 1, 1), education=None, schooling="primary", labour="none")
    before = People((head, pupil))
    second = Person(uuid4(), one("head", date(1990, 1, 1)).member, "/member")
    after = before.joined(second)
    made = rules.faults_made(Stated(file(before), before), Stated(file(after), after), LIMITS, TODAY)
    assert [(fault.kind, fault.pointer) for fault in made] == [(refusals.HeadNotOne, "/member/relation")]
    gone = rules.restated(before.without(head.id), [(pupil.id, "head")], "/relations")
    assert rules.faults_made(Stated(file(before), before), Stated(file(gone), gone), LIMITS, TODAY) == []


def test_a_newcomer_has_a_relation_of_the_kind_and_a_child_the_day_of_its_number() -> None:
    child = one("son", TODAY).member
    rules.require_newcomer(rules.BIRTH, child, TODAY, "/member")
    rules.require_newcomer(rules.MOVE_IN, one("father").member, TODAY, "/member")
    with pytest.raises(refusals.RelationNotOfKind):
        rules.require_newcomer(rules.BIRTH, one("father", TODAY).member, TODAY, "/member")
    with pytest.raises(refusals.RelationNotOfKind):
        rules.require_newcomer(rules.MARRIAGE_IN, child, TODAY, "/member")
    with pytest.raises(refusals.BirthDayDiffers):
        rules.require_newcomer(rules.BIRTH, child, date(2026, 5, 31), "/member")
    with pytest.raises(refusals.DayBeforeBirth):
        rules.require_newcomer(rules.MOVE_IN, child, date(2026, 5, 31), "/member")


def test_a_split_within_the_days_after_registration_is_flagged() -> None:
    registered = date(2026, 1, 1)
    assert rules.split_flags(registered, date(2026, 6, 30), 180) == ["split_soon_after_registration"]
    assert rules.split_flags(registered, date(2026, 7, 1), 180) == []
    assert rules.split_flags(None, TODAY, 180) == []


def test_income_is_shared_by_who_is_here_and_by_who_is_away_and_counts() -> None:
    here, gone = {"active": True}, {"active": False}
    away, apart = {"active": True, "absence_counted": True}, {"active": True, "absence_counted": False}
    assert rules.counted([here, gone, away, apart]) == 2
    assert rules.counted([gone]) == 0


def test_an_event_is_done_at_once_or_as_it_was_decided() -> None:
    assert rules.state_of(requested=False, outcome=None) == "done"
    assert rules.state_of(requested=True, outcome=None) == "requested"
    assert rules.state_of(requested=True, outcome="withdrawn") == "withdrawn"
