"""Names of divisions: how they are read, and what a search text means."""

from __future__ import annotations

import pytest

from services.registry.domain.division_names import Typed, clean_name, read_name, typed


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("蒙城县", "meng cheng xian", "mcx"),
        ("成都市", "cheng du shi", "cds"),
        ("重庆市", "chong qing shi", "cqs"),
        ("长子县", "zhang zi xian", "zzx"),
        ("长沙市", "chang sha shi", "css"),
        ("西藏自治区", "xi zang zi zhi qu", "xzzzq"),
        ("太行街（乙）社区", "tai xing jie yi she qu", "txjysq"),
        ("145团", "1 4 5 tuan", "145t"),
    ],
)
def test_a_place_is_read_as_places_are_called(name: str, pinyin: str, initials: str) -> None:
    read = read_name(name)
    assert (read.name, read.pinyin, read.initials) == (name, pinyin, initials)


def test_full_width_digits_of_a_list_become_ascii() -> None:
    assert clean_name(" 第１３\uff41村（东） ") == "第13a村（东）"


def test_a_search_text_is_characters_or_letters_or_syllables() -> None:
    assert typed("王村") == Typed(characters="王村")
    assert typed("zhong miao") == Typed(syllables=("zhong", "miao"))
    assert typed("ZhongMi") == Typed(letters="zhongmi", readings=("zhong mi",))
    assert typed("xian").readings == ("xian", "xia n", "xi an", "xi a n")
    assert typed("zm") == Typed(letters="zm")


def test_letters_that_can_be_read_in_very_many_ways_are_bounded() -> None:
    assert len(typed("xian" * 12).readings) <= 16
    assert typed("xian" * 12 + "qq").readings == ()
