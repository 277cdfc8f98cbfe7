"""The made-up province is a list of divisions the register takes."""

from __future__ import annotations

from pathlib import Path

from bench.places import Province
from services.registry.domain import division_lists
from services.registry.domain.divisions import above

PROVINCE = Province(counties=13, spare=2, townships_per_county=3, villages_per_county=7)


def test_every_division_comes_after_the_one_above_it() -> None:
    seen: set[str] = set()
    for code, *_ in PROVINCE.lines():
        assert seen.issuperset(above(code))
        assert code not in seen
        seen.add(code)
    assert len([code for code in seen if len(code) == 6]) == 15
    assert len([code for code in seen if len(code) == 12]) == 15 * 7


def test_the_list_is_read_without_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "province.csv.gz"
    rows = PROVINCE.write(path)
    assert len(list(division_lists.lines(path))) == rows == division_lists.measure(path).rows


def test_a_countys_villages_are_among_the_divisions() -> None:
    codes = {line[0] for line in PROVINCE.lines()}
    assert codes.issuperset(PROVINCE.villages(14))
    assert all(village.startswith(PROVINCE.county(14)) for village in PROVINCE.villages(14))
