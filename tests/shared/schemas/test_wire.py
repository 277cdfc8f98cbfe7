"""Strict values on the wire: no coercion, clean text, real days, whole fen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.schemas.wire import Day, DivisionCode, Fen, LongText, PersonName, RateText, Text


@pytest.mark.parametrize("value", [1, 10**15])
def test_money_is_a_whole_number_of_fen(value: int) -> None:
    assert TypeAdapter(Fen).validate_python(value) == value


@pytest.mark.parametrize("value", [0, -1, 10**15 + 1, 1.0, 1.5, "1", True, None])
def test_what_is_not_a_whole_number_of_fen_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Fen).validate_python(value)


@pytest.mark.parametrize("value", ["2026-02-30", "2026-2-3", "20260203", 20260203, "2026-02-03T00:00:00", "1800-01-01"])
def test_a_day_is_an_iso_day_and_nothing_else(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(value)


@pytest.mark.parametrize("code", ["34", "3416", "341622", "341622106", "341622106205", "00"])
def test_division_codes_have_2_4_6_9_or_12_digits(code: str) -> None:
    assert TypeAdapter(DivisionCode).validate_python(code) == code


@pytest.mark.parametrize("code", ["3", "341", "34162", "3416221", "341622106205１", "04", "３４", "34162210620 "])
def test_other_division_codes_are_refused(code: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(DivisionCode).validate_python(code)


@pytest.mark.parametrize("value", ["a\x00b", "a\u202eb", "a\u200bb", "a\ud800b", "１２", "   ", "", "a\nb"])
def test_text_that_nobody_can_see_or_type_is_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Text).validate_python(value)


def test_line_breaks_are_kept_in_long_text_only() -> None:
    assert TypeAdapter(LongText).validate_python("一\r\n二") == "一\n二"


@pytest.mark.parametrize("dot", "•‧・∙⋅●")
def test_the_dots_of_minority_names_are_unified(dot: str) -> None:
    assert TypeAdapter(PersonName).validate_python(f"阿依古丽{dot}买买提") == "阿依古丽·买买提"


def test_rare_characters_of_all_planes_are_accepted() -> None:
    assert TypeAdapter(PersonName).validate_python("王𬎆㛃") == "王𬎆㛃"


@pytest.mark.parametrize("value", ["1.1", "-0.1", ".5", "0,5", 0.5, "1e-1"])
def test_a_rate_is_a_decimal_string_between_0_and_1(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(RateText).validate_python(value)


@given(st.text())
def test_clean_text_is_stable(value: str) -> None:
    adapter = TypeAdapter(Text)
    try:
        once = adapter.validate_python(value)
    except ValidationError:
        return
    assert adapter.validate_python(once) == once
