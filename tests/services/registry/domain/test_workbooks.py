"""Cells of the people workbook: exact or refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import workbook_cells as cells
from services.registry.domain import workbook_columns as columns
from services.registry.domain import workbooks
from services.registry.domain.workbook_cells import BadCell
from tests.services.registry.sheets import family, head_row


@given(st.integers(0, 10**13))
def test_yuan_as_text_become_exactly_their_fen(fen: int) -> None:
    assert cells.fen_of(f"{Decimal(fen) / 100:f}") == fen


@given(st.integers(0, 10**11))
def test_yuan_as_a_number_cell_become_exactly_their_fen(fen: int) -> None:
    assert cells.fen_of(float(Decimal(fen) / 100)) == fen


@pytest.mark.parametrize("cell", ["1,000", "-1", "1.001", "1e3", "¥5", "１２", 0.001, -3.0, float("nan"), 1e16, True])
def test_what_is_no_whole_fen_is_refused(cell: Any) -> None:
    with pytest.raises(BadCell):
        cells.fen_of(cell)


@pytest.mark.parametrize("cell", ["", None])
def test_an_empty_amount_is_nothing(cell: Any) -> None:
    assert cells.fen_of(cell) == 0


@pytest.mark.parametrize("cell", [1.5, float("inf"), 1e16, True, "a\x00b", "零\u200b宽"])
def test_text_that_is_not_certain_is_refused(cell: Any) -> None:
    with pytest.raises(BadCell):
        cells.text_of(cell)


def test_a_whole_number_is_its_digits_and_dots_of_names_are_one() -> None:
    assert cells.text_of(341622101200.0) == "341622101200"
    assert cells.name_of("阿里•买买提") == "阿里·买买提"


def rows(*lines: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return dict(enumerate(lines, workbooks.FIRST_ROW))


def test_households_are_told_apart_by_their_serial_wherever_their_rows_stand() -> None:
    one, two = family("1"), family("2")
    drafts = workbooks.drafts_of(rows(one[1], two[0], one[0], two[1], one[2], two[2]))
    assert [(draft.serial, draft.rows, draft.refused) for draft in drafts] == [
        ("1", [4, 2, 6], False),
        ("2", [3, 5, 7], False),
    ]
    assert drafts[0].file is not None
    assert [member.relation for member in drafts[0].file.members] == ["head", "spouse", "son"]


def test_a_number_cell_of_an_identity_number_has_lost_digits() -> None:
    draft = workbooks.drafts_of(rows(head_row() | {columns.NUMBER: 341622199001011234.0}))[0]
    assert draft.file is None
    assert "位数已丢失" in draft.row_reasons()[2]


def test_blank_rows_are_left_out_and_short_rows_filled() -> None:
    sheet: list[list[Any]] = [list(columns.HEADERS), [], ["", None], ["1", "341622101200"]]
    found = workbooks.rows_of(sheet)
    assert list(found) == [4]
    assert found[4][columns.ACCOUNT] == ""
