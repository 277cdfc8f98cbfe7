"""Names are sorted and found by their pinyin; a family name is read as a family name."""

from __future__ import annotations

import importlib

import pytest

from services.registry.domain import names
from services.registry.domain.tables_of_facts import rows_of

MIGRATION = importlib.import_module("services.registry.migrations.versions.0021_family_names_as_read")


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("曾小明", "zeng xiao ming", "zxm"), ("单玉兰", "shan yu lan", "syl"), ("尉迟恭", "yu chi gong", "ycg"),
        ("王曾", "wang ceng", "wc"), ("曾", "ceng", "c"), ("张三", "zhang san", "zs"), ("尉三", "wei san", "ws"),
    ],
)  # fmt: skip
def test_a_family_name_is_read_as_one_where_a_given_name_follows(name: str, pinyin: str, initials: str) -> None:
    assert names.pinyin_of(name) == pinyin
    assert names.initials_of(pinyin) == initials


def test_names_of_before_are_read_anew_by_the_same_list() -> None:
    listed = {row["surname"]: row["pinyin"] for row in rows_of("surname_readings")}
    assert {family: new for family, (_, new) in MIGRATION.READINGS.items()} == listed
    for family, (old, _) in MIGRATION.READINGS.items():
        assert old == " ".join(names.pinyin_of(character) for character in family), family
