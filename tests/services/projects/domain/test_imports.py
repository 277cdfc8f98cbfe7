"""Cells of the library workbook become exact values or are refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projects.domain import imports
from services.projects.domain.refusals_imports import AmountNotWholeFen, CellMalformed, HeadersWrong, TargetMalformed


@given(st.integers(min_value=0, max_value=10**15))
def test_every_whole_number_of_fen_survives_the_unit_of_the_sheet(fen: int) -> None:
    assert imports.fen_of_wan(format(Decimal(fen) / 1_000_000, "f")) == fen


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=1, max_value=9))
def test_parts_of_a_fen_are_never_rounded_away(fen: int, part: int) -> None:
    with pytest.raises(AmountNotWholeFen):
        imports.fen_of_wan(format((Decimal(fen) + Decimal(part) / 10) / 1_000_000, "f"))


@pytest.mark.parametrize("text", ["", "-1", "1e3", "1,000", "１２", "30万", "1.", ".5", "NaN"])
def test_what_is_no_amount_is_no_amount(text: str) -> None:
    with pytest.raises(CellMalformed):
        imports.fen_of_wan(text)


def test_the_headers_are_the_templates_and_nothing_else() -> None:
    imports.check_headers(imports.HEADERS)
    imports.check_headers([*imports.HEADERS, imports.RESULT, None])
    for wrong in ([], imports.HEADERS[1:], [*imports.HEADERS, "备注"], [None, *imports.HEADERS]):
        with pytest.raises(HeadersWrong):
            imports.check_headers(wrong)


@pytest.mark.parametrize(
    "text",
    [
        "a|b|c|>=|1",
        "a|b|c|>|1|个",
        "a|b||>=|1|个",
        "a|b|c|>=|一|个",
        "a|b|c|>=|1|个|x",
        "a|b|c|>=||个",
        "a|b|c|>=|1e999999999|个",
    ],
)
def test_a_target_has_six_parts(text: str) -> None:
    with pytest.raises(TargetMalformed):
        imports._targets(text)


def test_targets_are_joined_by_semicolons_and_keep_their_decimals() -> None:
    found = imports._targets("产出指标|数量指标|里程|>=|5.20|千米；满意度指标|服务对象满意度指标|满意度|>=|90|%;")
    assert [(target["value"], target["unit"]) for target in found] == [("5.20", "千米"), ("90", "%")]


def test_a_short_row_and_empty_cells_leave_a_draft_incomplete() -> None:
    read = imports.read_row([None, "道路", None, None, None, "341622"], 2026)
    assert read.faults == []
    assert read.values == {"year": 2026, "purpose": "works", "name": "道路", "division_codes": ["341622"]}
