"""Pointers of validation errors, and what is said of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from shared.chassis.problems import field_rule, pointer_of
from shared.schemas.registry_measures import Measure
from shared.schemas.wire import Day, FenOrZero, Text


def test_a_pointer_names_the_field() -> None:
    assert pointer_of(("body", "lines", 3, "paper_sha256")) == "/lines/3/paper_sha256"
    assert pointer_of(("body", "nickname")) == "/nickname"


def test_a_pointer_never_repeats_a_name_that_may_be_anything() -> None:
    assert pointer_of(("body", "members", 0, "341622199001011234")) == "/members/0"
    assert pointer_of(("body", "checklist", "蒙城县张三", "[key]")) == "/checklist"
    assert pointer_of(("body", "a\x00b")) == ""


@pytest.mark.parametrize(
    ("kind", "value", "zh", "en"),
    [
        (Text, "x" * 501, "内容太长,最多 500 个字", "Too many characters: at most 500"),
        (Annotated[Text, Field(min_length=8)], "x", "内容太短,至少 8 个字", "Too few characters: at least 8"),
        (Annotated[list[int], Field(max_length=2)], [1, 2, 3], "条目太多,最多 2 条", "Too many items: at most 2"),
        (Annotated[list[int], Field(min_length=2)], [1], "条目太少,至少 2 条", "Too few items: at least 2"),
        (Text, "", "内容太短,至少 1 个字", "Too few characters: at least 1"),
        (FenOrZero, -1, "不能小于 0", "Must not be less than 0"),
        (FenOrZero, 10**15 + 1, "不能大于 1000000000000000", "Must not be more than 1000000000000000"),
        (Annotated[int, Field(gt=3)], 3, "须大于 3", "Must be more than 3"),
        (Annotated[int, Field(lt=3)], 3, "须小于 3", "Must be less than 3"),
        (Annotated[Decimal, Field(decimal_places=2)], "1.234", "小数最多 2 位", "Too many decimal places: at most 2"),
        (Day, "2026-02-30", "日历中没有这一天(YYYY-MM-DD)", "Not a date of the calendar (YYYY-MM-DD)"),
    ],
)
def test_a_value_beyond_its_limit_is_told_the_limit(kind: Any, value: object, zh: str, en: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(value)
    assert field_rule(refused.value.errors()[0]) == (zh, en)


def test_a_measure_with_too_many_places_is_told_how_many() -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(Measure).validate_python("12.345")
    zh, en = field_rule(refused.value.errors()[0])
    assert "小数最多 2 位" in zh
    assert "2 decimal places" in en
