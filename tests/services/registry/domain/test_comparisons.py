"""What is read of a department's list: rows, columns, faults, and numbers judged together as they are one by one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date

import pytest

from services.registry.domain import comparison_sheets as sheets
from services.registry.domain import comparisons, refusals
from services.registry.domain.identity_numbers import check_digit_of, fault_of, faulty_among
from shared.schemas.wire import clean_text

ON = date(2026, 5, 1)
HEAD = "姓名,身份证号,事实\n"


def _index(numbers: Sequence[str]) -> list[bytes]:
    return [number.encode() for number in numbers]


def _numbers(seed: int, count: int) -> list[str]:
    """Numbers of which most have no fault, and the others every kind of one."""
    rng = random.Random(seed)
    numbers = []
    for _ in range(count):
        year, month, day = rng.randrange(1890, 2030), rng.randrange(1, 13), rng.randrange(1, 29)
        body = f"{rng.randrange(110000, 660000)}{year:04d}{month:02d}{day:02d}{rng.randrange(1000):03d}"
        numbers.append(body + check_digit_of(body))
    for at in rng.sample(range(count), count // 5):
        place = rng.randrange(18)
        numbers[at] = numbers[at][:place] + rng.choice("0123456789Xx０ \n,") + numbers[at][place + 1 :]
    for at in rng.sample(range(count), count // 20):
        numbers[at] = rng.choice(["", numbers[at][:17], numbers[at] + "1", "19800230", "0" * 18, "身" * 18])
    return numbers


def _sheet(text: str) -> list[sheets.Lot]:
    return list(sheets.lots_of(iter(text.splitlines(keepends=True))))


@pytest.mark.parametrize("seed", range(5))
def test_numbers_are_judged_together_as_they_are_one_by_one(seed: int) -> None:
    numbers = _numbers(seed, 2_000)
    assert faulty_among(numbers, ON) == [at for at, number in enumerate(numbers) if fault_of(number, ON)]
    sound = [number for number in numbers if not fault_of(number, ON)]
    assert len(sound) > 1_000
    assert faulty_among(sound, ON) == []
    assert faulty_among(sound[:1], ON) == []
    assert faulty_among([], ON) == []


def test_a_birth_date_lies_ahead_on_one_day_and_not_on_the_next() -> None:
    body = "34162220260502001"
    number = body + check_digit_of(body)
    assert [faulty_among([number], day) for day in (ON, date(2026, 5, 2), ON)] == [[0], [], [0]]


def test_rows_keep_their_line_and_lines_without_a_cell_are_none() -> None:
    (lot,) = _sheet(HEAD + "甲,1,死亡\n\n乙\n丙,2\n" + '"丁,\n戊",3, 迁出 \n')
    assert list(lot.places) == [2, 4, 5, 6]
    assert (lot.numbers, lot.facts) == (["1", "", "2", "3"], ["死亡", "", "", "迁出"])


def test_a_list_may_be_longer_than_a_lot_but_not_than_a_million_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "LOT", 2)
    lots = _sheet("身份证号\n" + "1\n" * 5)
    assert [list(lot.places) for lot in lots] == [[2, 3], [4, 5], [6]]
    assert lots[0].facts == ["", ""]
    monkeypatch.setattr(sheets, "MOST_ROWS", 5)
    assert len(_sheet("身份证号\n" + "1\n" * 5 + "\n\n")) == 4
    with pytest.raises(refusals.ComparisonTooLong):
        _sheet("身份证号\n" + "1\n" * 6)


@pytest.mark.parametrize("text", ["", "\n", "姓名,事实\n甲,乙\n"])
def test_a_sheet_without_a_column_of_numbers_is_refused(text: str) -> None:
    with pytest.raises(refusals.ComparisonColumnMissing):
        _sheet(text)


def test_every_fault_is_counted_and_named_by_its_row() -> None:
    first, second = _sound(2)
    other_spelling = " " + "".join(chr(ord(digit) + 0xFEE0) for digit in first)
    lots = [
        sheets.Lot([2, 3, 4, 5], [first, "1", second, first], ["死亡", "死亡", "长" * 201, ""]),
        sheets.Lot([6, 8], [other_spelling, second], ["２０２６年死亡", "甲\u202e乙"]),
    ]
    read = comparisons.read(lots, _index, clean_text, ON)
    assert (read.rows, read.faulty, read.places) == (6, 3, [2, 5, 6])
    assert read.indexes == _index([first] * 3)
    assert read.facts == ["死亡", "", "2026年死亡"]
    assert read.first() == {first.encode(): 0}
    assert read.faults == [
        (3, refusals.IdentityNumberForm.code),
        (4, refusals.ComparisonFactTooLong.code),
        (8, refusals.ComparisonFactUnfit.code),
    ]


def _sound(count: int) -> list[str]:
    return [number for number in _numbers(1, 10 * count) if not fault_of(number, ON)][:count]
