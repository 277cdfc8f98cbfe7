"""The nearest division's value holds, on its days only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.projects.domain.parameters import resolve


@dataclass(frozen=True)
class Row:
    division_code: str
    valid_from: date
    valid_to: date | None
    value: str = ""


FROM = date(2020, 1, 1)


def test_the_nearest_division_above_wins() -> None:
    rows = [Row(code, FROM, None) for code in ("00", "34", "341622", "341621", "341622106")]
    found = {place: resolve(rows, place, FROM) for place in ("341622106205", "341622107", "41", "341621")}
    assert {place: row.division_code for place, row in found.items() if row} == {
        "341622106205": "341622106",
        "341622107": "341622",
        "41": "00",
        "341621": "341621",
    }


@given(st.integers(min_value=-5, max_value=15))
def test_a_value_holds_from_its_first_to_its_last_day(offset: int) -> None:
    row = Row("00", FROM, FROM + timedelta(days=10))
    assert (resolve([row], "34", FROM + timedelta(days=offset)) is row) == (0 <= offset <= 10)


def test_nothing_holds_where_nothing_was_set() -> None:
    assert resolve([Row("41", FROM, None)], "34", FROM) is None
