"""The place code of an identity number: something to look at, never a refusal."""

from __future__ import annotations

from datetime import date

import pytest

from services.registry.domain.place_codes import place_warning
from tests.services.registry.people import with_place


@pytest.mark.parametrize(
    ("place", "birth"),
    [
        ("341622", date(1990, 5, 1)),  # the code began in 2000: a number is kept, or given late
        ("342128", date(1990, 5, 1)),  # 颍上县 under its code before 1996
        ("342128", date(1999, 5, 1)),  # ended three years before the birth
        ("342128", date(1951, 5, 1)),
        ("110229", date(2015, 5, 1)),
        ("810000", date(1980, 5, 1)),
    ],
)
def test_a_code_valid_from_three_years_before_the_birth_on_is_in_order(place: str, birth: date) -> None:
    assert place_warning(with_place(place, birth), birth) is None


@pytest.mark.parametrize(
    ("place", "birth"), [("999999", date(1990, 5, 1)), ("342128", date(2000, 5, 1)), ("110230", date(1990, 5, 1))]
)
def test_a_code_nobody_had_around_the_birth_is_noticed_without_repeating_it(place: str, birth: date) -> None:
    number = with_place(place, birth)
    notice = place_warning(number, birth, "/members/0/identity_number")
    assert notice is not None
    assert (notice.code, notice.pointer) == ("registry.place_unknown", "/members/0/identity_number")
    assert notice.zh
    assert place not in notice.zh + notice.en
