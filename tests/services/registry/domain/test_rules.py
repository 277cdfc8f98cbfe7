"""The rules of a household file, sentence by sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import household_files, identity_numbers, masking
from services.registry.domain.household_files import HouseholdFile
from services.registry.domain.income import Income, per_head
from services.registry.domain.limits import Limits
from services.registry.domain.members import Member
from services.registry.domain.names import pinyin_of
from services.registry.domain.refusals.households import TooManyMembers
from shared.schemas.household_size import MOST_MEMBERS
from tests.services.registry.people import number

ON = date(2026, 6, 1)
LIMITS = Limits(max_other_causes=2, working_age_from=16, working_age_to=60)


def member(age: int = 40, sex: str = "1", **other: object) -> Member:
    values: dict[str, object] = {
        "name": "张三", "identity_number": number(date(ON.year - age, 1, 1), sex), "sex": None, "relation": "head",
        "ethnicity": "01", "education": "primary", "schooling": None, "health": ("healthy",), "labour": "ordinary",
        "politics": None, "medical_insurance": True, "pension_insurance": True, "away_months": 0,
    }  # fmt: skip
    return Member(**(values | other))  # type: ignore[arg-type]


def file(*members: Member, **other: object) -> HouseholdFile:
    values: dict[str, object] = {
        "village_code": "341622101200", "group": "", "national_household_no": None, "standard": "national",
        "attribute": "dibao_poor", "main_cause": "illness", "other_causes": (), "housing_level": "A",
        "safe_water": True, "electricity": True, "income": Income(), "phone": None, "bank_name": None,
        "bank_account": None, "members": members or (member(),),
    }  # fmt: skip
    return HouseholdFile(**(values | other))  # type: ignore[arg-type]


def codes(subject: HouseholdFile) -> list[tuple[str, str]]:
    return [(f.kind.code.removeprefix("registry."), f.pointer) for f in household_files.faults_of(subject, LIMITS, ON)]


def test_a_sound_file_has_no_fault() -> None:
    assert codes(file()) == []


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        (member(education=None), "education_xor_schooling"),
        (member(age=17, schooling="senior_2"), "education_xor_schooling"),
        (member(age=5, education=None, schooling="primary", labour="none"), "schooling_against_age"),
        (member(age=7, education=None, schooling="kindergarten", labour="none"), "schooling_against_age"),
        (member(age=17, education=None, schooling="bachelor_1"), "schooling_against_age"),
        (member(age=15, education=None, schooling="grade_9"), "labour_of_child"),
        (member(age=16, labour="none"), "labour_of_healthy_adult"),
        (member(age=59, labour="lost"), "labour_of_healthy_adult"),
        (member(health=("healthy", "disability")), "health_combination"),
        (member(health=("chronic_illness", "serious_illness")), "health_combination"),
        (member(health=("disability", "disability")), "health_combination"),
        (member(health=()), "code_unknown"),
        (member(ethnicity="57"), "code_unknown"),
        (member(away_months=13), "away_months_range"),
        (replace(member(sex="2"), sex="1"), "sex_against_number"),
    ],
)
def test_one_rule_of_a_person_is_one_fault(subject: Member, code: str) -> None:
    assert [found for found, _ in codes(file(subject))] == [code]


@pytest.mark.parametrize(
    "subject",
    [
        member(age=60, labour="none"),
        member(age=40, labour="lost", health=("serious_illness",)),
        member(health=("disability", "serious_illness")),
        member(health=("chronic_illness", "disability")),
        member(age=18, education=None, schooling="bachelor_1", labour="none"),
        member(age=15, education=None, schooling="grade_9", labour="none"),
        member(age=16, education="junior_middle"),
    ],
)
def test_what_the_rules_allow_is_accepted(subject: Member) -> None:
    assert codes(file(subject)) == []


def test_a_household_has_one_head_at_most_one_spouse_and_each_person_once() -> None:
    son, wife = member(20, relation="son"), member(38, "2", relation="spouse")
    assert codes(file(son)) == [("head_not_one", "/members")]
    assert codes(file(member(), member())) == [("head_not_one", "/members/1/relation")]
    second = member(30, "2", relation="spouse")
    assert codes(file(member(), wife, second)) == [("spouse_twice", "/members/2/relation")]
    assert codes(file(member(), member(relation="spouse"))) == [("spouse_same_sex", "/members/1/relation")]
    head = member()
    twice = file(head, replace(head, relation="sibling"))
    assert codes(twice) == [("person_twice_in_file", "/members/1/identity_number")]
    numbered = file(*(replace(one, national_person_no="3416220001") for one in (head, wife)), replace(son))
    assert codes(numbered) == [("person_twice_in_file", "/members/1/national_person_no")]


def test_a_household_has_at_most_as_many_people_as_its_file_can_be_sent_with() -> None:
    people = [member(), *[member(relation="other")] * MOST_MEMBERS]
    assert ("too_many_members", "/members") in codes(file(*people))
    assert ("too_many_members", "/members") not in codes(file(*people[1:]))
    assert str(MOST_MEMBERS) in TooManyMembers.zh


def test_a_relation_has_the_sex_its_label_says() -> None:
    for relation, sex, fits in (("son", "1", True), ("son", "2", False), ("mother", "1", False), ("other", "2", True)):
        found = codes(file(member(), member(30, sex, relation=relation)))
        assert (found == []) is fits


def test_causes_are_one_main_and_at_most_two_others_all_different() -> None:
    assert codes(file(other_causes=("no_land", "no_water"))) == []
    assert codes(file(other_causes=("illness",))) == [("cause_repeated", "/other_causes/0")]
    assert codes(file(other_causes=("no_land", "no_land"))) == [("cause_repeated", "/other_causes/1")]
    assert codes(file(other_causes=("no_land", "no_water", "no_skill"))) == [("too_many_causes", "/other_causes")]


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        ("34162219900101123", "identity_number_form"),
        ("34162219900101123x", "identity_number_form"),
        ("０41622199001011234", "identity_number_form"),
        ("341622199002301235", "identity_number_date"),
        ("341622209901011239", "identity_number_date"),
        ("341622185001011231", "identity_number_date"),
    ],
)
def test_an_identity_number_has_its_form_and_a_real_birth_date(broken: str, code: str) -> None:
    assert codes(file(member(identity_number=broken)))[0] == (code, "/members/0/identity_number")


@given(st.dates(date(1930, 1, 1), date(2020, 1, 1)), st.sampled_from("12"), st.integers(0, 10**6))
def test_exactly_one_check_digit_is_right(birth: date, sex: str, serial: int) -> None:
    sound = number(birth, sex, serial % 200_000)
    right = [digit for digit in "0123456789X" if identity_numbers.fault_of(sound[:17] + digit, ON) is None]
    assert right == [sound[17]]
    assert identity_numbers.birth_date_of(sound) == birth
    assert identity_numbers.sex_of(sound) == sex


@given(st.dates(date(1930, 1, 1), date(2020, 1, 1)), st.dates(date(2020, 1, 2), date(2060, 1, 1)))
def test_an_age_is_the_number_of_birthdays_lived(birth: date, day: date) -> None:
    age = identity_numbers.age_on(birth, day)
    birthdays = sum(
        (year, birth.month, birth.day) <= (day.year, day.month, day.day) for year in range(birth.year + 1, day.year + 1)
    )
    assert age == birthdays


fen = st.integers(0, 10**15)


@given(fen, fen, fen, fen, fen, st.integers(1, 50))
def test_net_income_per_head_is_exact(a: int, b: int, c: int, d: int, cost: int, people: int) -> None:
    exact = per_head(Income(a, b, c, d, cost), people)
    assert exact * people == a + b + c + d - cost


@given(st.from_regex(r"[1-9][0-9]{16}[0-9X]", fullmatch=True))
def test_a_masked_number_shows_three_and_four_characters(text: str) -> None:
    shown = masking.identity_number(text)
    assert (shown[:3], shown[3:14], shown[14:]) == (text[:3], "*" * 11, text[14:])


def test_telephones_accounts_and_names_are_masked_in_their_ways() -> None:
    assert masking.telephone("13812340000") == "138****0000"
    assert masking.account("6217000012345678") == "************5678"
    assert masking.name("张") == masking.name("张三丰") == "张*"


def test_names_are_sorted_by_their_pinyin() -> None:
    assert pinyin_of("张小明") == "zhang xiao ming"
    assert sorted(["张三", "李四", "阿里·买买提"], key=pinyin_of) == ["阿里·买买提", "李四", "张三"]
