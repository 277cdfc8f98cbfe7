"""Spellings of one text: the same on the wire as in a sheet."""

from __future__ import annotations

import pytest

from shared.schemas import wire
from shared.texts import closed_up, half_width


@pytest.mark.parametrize("blank", ["\u3000", "\u00a0", " "])
def test_a_name_typed_with_blanks_between_its_characters_is_the_name(blank: str) -> None:
    assert wire.clean_name(f"张{blank}三") == "张三"
    assert wire.clean_name(f"John{blank}Smith") == "John Smith"


def test_only_full_width_signs_and_blanks_have_a_plain_spelling() -> None:
    assert half_width("\uff11\uff21\uff08\uff09\u3000") == "1A() "
    assert half_width("²①Ⅲ㈠ﬁ") == "²①Ⅲ㈠ﬁ"
    assert closed_up("工资性\n收入\uff08元\uff09 ") == "工资性收入(元)"
