"""A cell of a county's books says exactly what it says, or is refused."""

from __future__ import annotations

from datetime import date

import pytest

from services.funds.domain import book_cells as cells


@pytest.mark.parametrize(
    ("cell", "unit", "fen"),
    [
        ("1,234,567.89", "元", 123_456_789),
        ("12.345678", "万元", 12_345_678),
        (0.1, "万元", 100_000),
        ("1234.56", "元", 123_456),
        ("1,000.00", "元", 100_000),
        (250000, "分", 250_000),
        ("", "元", 0),
        (None, "万元", 0),
        (1e-06, "万元", 1),
        ('="88.00"', "元", 8_800),
    ],
)
def test_amounts_convert_exactly(cell: object, unit: str, fen: int) -> None:
    assert cells.fen_of(cell, unit) == fen


@pytest.mark.parametrize(
    ("cell", "unit", "code"),
    [
        ("12.3456789", "万元", "fraction_of_fen"),
        (0.001, "元", "fraction_of_fen"),
        ("1.5", "分", "fraction_of_fen"),
        ("-5", "元", "amount"),
        ("12,34.5", "元", "amount"),
        ("一万元", "元", "amount"),
        ("1²", "元", "amount"),
        ("①5", "元", "amount"),
        (True, "元", "amount"),
        (float("inf"), "元", "amount"),
        (float("nan"), "元", "amount"),
        ("9999999999999999", "万元", "amount_too_large"),
        ({"formula": 1}, "元", "formula"),
        ({"error": 1}, "元", "error_cell"),
        ({"day": "2025-01-01"}, "元", "amount"),
        ("1\u200b2", "元", "character"),
    ],
)
def test_what_is_no_exact_amount_is_refused(cell: object, unit: str, code: str) -> None:
    with pytest.raises(cells.BadCell) as bad:
        cells.fen_of(cell, unit)
    assert bad.value.code == code


@pytest.mark.parametrize("text", ["2025-03-09", "2025/3/9", "20250309", "2025年3月9日", "2025-3-9"])
def test_days_are_read_however_offices_write_them(text: str) -> None:
    assert cells.day_of(text) == date(2025, 3, 9)


@pytest.mark.parametrize("text", ["45725", "2025-02-30", "3月9日", "2025", "25-3-9", "2025-111", "2025年111日"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(cells.BadCell):
        cells.day_of(text)


def test_a_number_of_any_size_is_read_as_its_digits_or_refused() -> None:
    assert cells.text_of(341622.0) == "341622"
    for cell in (float("nan"), float("inf")):
        with pytest.raises(cells.BadCell):
            cells.text_of(cell)


def test_the_centre_is_a_place_also_after_a_spreadsheet_made_a_number_of_it() -> None:
    assert [cells.place_of(text) for text in ("00", "0", "341622")] == ["00", "00", "341622"]
    with pytest.raises(cells.BadCell):
        cells.place_of("341622101")
