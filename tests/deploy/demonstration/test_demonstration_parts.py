"""The generator's small pieces against independent references."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric

from deploy.demonstration.condition import schooling
from deploy.demonstration.days import age_on, birth_date, school_age
from deploy.demonstration.identifiers import NumberIssuer, identity_check, luhn_check
from deploy.demonstration.kinship import Family, ages_of_children, relatives
from deploy.demonstration.shapes import SHAPES, SIZES, Shape, shapes_of

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
DRAWS = st.integers(0, 2**32).map(Random)


@given(st.integers(10**16, 10**17 - 1).map(str))
def test_the_identity_check_agrees_with_the_reference(first17: str) -> None:
    assert identity_check(first17) == ric.calc_check_digit(first17 + "0")


def test_the_example_of_the_identity_standard() -> None:
    assert identity_check("11010519491231002") == "X"
    assert identity_check("44052418800101001") == "4"


@given(st.integers(10, 10**20).map(str))
def test_the_luhn_digit_agrees_with_the_reference(payload: str) -> None:
    assert luhn_check(payload) == luhn.calc_check_digit(payload)


def test_the_issuer_never_repeats_itself_and_says_when_a_day_is_full() -> None:
    issuer, rng, born = NumberIssuer(), Random(1), date(1960, 2, 29)
    numbers = [issuer.identity(rng, "341622", born, male=True) for _ in range(48)]
    assert len(set(numbers)) == 48
    assert all(number[6:14] == "19600229" and int(number[16]) % 2 == 1 for number in numbers)
    with pytest.raises(ValueError, match="no order code is left"):
        issuer.identity(rng, "341622", born, male=True)
    assert int(issuer.identity(rng, "341622", born, male=False)[16]) % 2 == 0


@given(DRAWS, DAYS, st.integers(0, 100))
def test_a_birthday_gives_the_age_asked_for(rng: Random, today: date, age: int) -> None:
    born = birth_date(rng, today, age)
    assert age_on(born, today) == age
    assert born <= today


@given(DAYS, DAYS)
def test_age_grows_by_one_on_the_birthday_and_never_falls(born: date, day: date) -> None:
    before, after = age_on(born, day - timedelta(days=1)), age_on(born, day)
    birthday = (day.month, day.day) == (born.month, born.day)
    leapling = (born.month, born.day) == (2, 29) and (day.month, day.day) == (3, 1)
    assert after - before in (0, 1)
    assert (after > before) <= (birthday or leapling)


def test_a_leap_day_child_grows_older_on_the_first_of_march() -> None:
    assert age_on(date(2020, 2, 29), date(2021, 2, 28)) == 0
    assert age_on(date(2020, 2, 29), date(2021, 3, 1)) == 1
    assert age_on(date(2020, 2, 29), date(2024, 2, 29)) == 4


def test_the_school_year_turns_on_the_first_of_september() -> None:
    assert school_age(date(2019, 8, 31), date(2026, 8, 31)) == 6
    assert school_age(date(2019, 8, 31), date(2026, 9, 1)) == 7
    assert school_age(date(2019, 9, 1), date(2026, 9, 1)) == 6
    assert school_age(date(2019, 9, 1), date(2028, 2, 29)) == 7


@given(DRAWS, DAYS, st.integers(6, 14))
def test_nobody_of_school_age_is_out_of_school(rng: Random, today: date, age: int) -> None:
    born = birth_date(rng, today, age)
    education, label = schooling(rng, age, school_age(born, today))
    assert education is None
    preschool = ("学前教育", "学龄前儿童") if age == 6 else ()
    assert label in ("小学", "七年级", "八年级", "九年级", *preschool)


@given(DRAWS, st.integers(1, 3), st.integers(26, 60), st.integers(28, 64))
def test_children_are_possible_for_both_parents(rng: Random, count: int, mother: int, father: int) -> None:
    father = max(father, mother + 2)
    ages = ages_of_children(rng, count, mother, father)
    assert len(ages) == count
    assert ages == sorted(ages, reverse=True)
    assert all(elder - younger >= 2 for elder, younger in pairwise(ages))
    assert all(21 <= mother - age <= 42 and father - age >= 23 for age in ages)


@given(DRAWS, st.sampled_from(sorted(SIZES)))
def test_a_family_has_the_size_asked_for_and_no_impossible_age(rng: Random, size: int) -> None:
    family = relatives(rng, "卢", size)
    assert len(family) == size
    assert family[0].relation == "户主"
    assert all(0 <= relative.age <= 100 for relative in family)
    assert all(relative.surname for relative in family)


def test_every_size_has_a_shape_and_every_shape_a_size() -> None:
    assert all(shapes_of(size) for size in SIZES)
    assert {len(shape.kin) + 1 for shape in SHAPES} == set(SIZES)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "-".join((str(shape.ages[0]), *shape.kin)))
def test_every_shape_holds_over_its_whole_range_of_ages(shape: Shape) -> None:
    for age in range(shape.ages[0], shape.ages[1] + 1):
        for seed in range(6):
            for men in (shape.men, 0.0) if shape.men < 1 else (1.0,):
                family = Family(Random(seed), "卢", Shape(1, (age, age), shape.kin, men)).members
                assert len(family) == len(shape.kin) + 1
