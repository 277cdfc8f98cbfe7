"""What lists are narrowed to: ages as birth dates, areas as ranges, letters as pinyin."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain.filters import born_between, ranges
from services.registry.domain.identity_numbers import age_on
from services.registry.domain.names import initials_of, pinyin_of, readings_of


@given(
    st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.dates(date(2030, 1, 2), date(2050, 1, 1)), st.integers(0, 120),
    st.integers(0, 120),
)  # fmt: skip
def test_people_of_an_age_are_those_born_between(born: date, today: date, one: int, other: int) -> None:
    youngest, oldest = sorted((one, other))
    first, last = born_between(youngest, oldest, today)
    assert first is not None
    assert last is not None
    assert (first <= born <= last) == (youngest <= age_on(born, today) <= oldest)


def test_on_a_leap_day_nobody_is_a_year_too_old() -> None:
    for day in (date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1)):
        for born in (date(2010, 2, 27) + timedelta(days=offset) for offset in range(5)):
            _, last = born_between(18, None, day)
            assert last is not None
            assert (born <= last) == (age_on(born, day) >= 18)


@pytest.mark.parametrize(
    ("scope", "area", "codes"),
    [
        (("341622",), None, ["341622"]),
        (("341622",), "341622101", ["341622101"]),
        (("341622",), "34", ["341622"]),
        (("341622",), "41", []),
        (("00",), None, [""]),
        (("00",), "34", ["34"]),
        (("341622101", "341622103"), "341622", ["341622101", "341622103"]),
        (("34", "341622"), None, ["34"]),
        ((), None, []),
    ],
)
def test_what_an_office_is_shown_of_an_area(scope: tuple[str, ...], area: str | None, codes: list[str]) -> None:
    assert ranges(scope, area) == [(code, code + ":") for code in codes]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("zhangxiao", "zhang xiao"),
        ("zhang xiao", "zhang xiao"),
        ("ZHANGXIAOM", "zhang xiao m"),
        ("xian", "xi an"),
        ("xian", "xian"),
        ("lüfang", "lv fang"),
        ("zhangz", "zhang z"),
        ("qqq", "qqq"),
    ],
)
def test_letters_are_read_as_syllables(typed: str, meant: str) -> None:
    assert meant in readings_of(typed)


def test_however_long_the_letters_the_readings_are_few() -> None:
    assert 1 <= len(readings_of("xiangan" * 8)) <= 16
    assert readings_of("a" * 59 + "9") == ["a" * 59 + "9"]


def test_initials_pass_over_what_is_no_letter() -> None:
    assert initials_of(pinyin_of("张小明")) == "zxm"
    assert initials_of(pinyin_of("阿依·买买提")) == "aymmt"
