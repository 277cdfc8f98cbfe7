"""Cells of the people workbook: exact or refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import workbook_cells as cells
from services.registry.domain import workbook_columns as columns
from services.registry.domain.fields import FIELDS
from services.registry.domain.limits import Limits
from services.registry.domain.remedies import remedy_of
from services.registry.domain.sheet_layouts import layout_of
from services.registry.domain.tables_of_facts import rows_of
from services.registry.domain.workbook_cells import BadCell
from services.registry.domain.workbooks import FIRST_ROW, Draft, Judge
from shared.chassis.clock import office_today
from tests.services.registry.people import VILLAGE
from tests.services.registry.sheets import family, head_row


@given(st.integers(0, 10**13))
def test_yuan_as_text_become_exactly_their_fen(fen: int) -> None:
    assert cells.fen_of(f"{Decimal(fen) / 100:f}") == fen


@given(st.integers(0, 10**11))
def test_yuan_as_a_number_cell_become_exactly_their_fen(fen: int) -> None:
    assert cells.fen_of(float(Decimal(fen) / 100)) == fen


@pytest.mark.parametrize(
    "cell", ["1,000", "-1", "1.001", "1e3", "¥5", "１，２００", "5²", "①", 0.001, -3.0, float("nan"), 1e16, True]
)
def test_what_is_no_whole_fen_is_refused(cell: Any) -> None:
    with pytest.raises(BadCell):
        cells.fen_of(cell)


def test_an_amount_with_the_noise_of_binary_fractions_is_told_what_is_wrong_with_it() -> None:
    with pytest.raises(BadCell, match="整分"):
        cells.fen_of("12345.670000000001")


def test_full_width_digits_of_an_amount_are_digits() -> None:
    assert (cells.fen_of("１２００"), cells.fen_of("１２．５")) == (120_000, 1_250)


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


def judge(*lines: dict[str, Any]) -> Draft:
    """One household of these rows, judged; every village is known."""
    limits = {VILLAGE: Limits(max_other_causes=2, working_age_from=16, working_age_to=60)}
    rows = [(number, [line[header] for header in columns.HEADERS]) for number, line in enumerate(lines, FIRST_ROW)]
    return Judge(layout_of(columns.HEADERS), limits, {}, office_today()).draft(rows, None)


def test_the_head_stands_first_wherever_its_row_is() -> None:
    one = family("1")
    draft = judge(one[1], one[0], one[2])
    assert (draft.serial, draft.rows, draft.refused) == ("1", [3, 2, 4], False)
    assert draft.file is not None
    assert [member.relation for member in draft.file.members] == ["head", "spouse", "son"]


def test_a_number_cell_of_an_identity_number_has_lost_digits() -> None:
    draft = judge(head_row() | {columns.NUMBER: 341622199001011234.0})
    assert draft.file is None
    assert "位数已丢失" in draft.row_reasons()[2]
    assert "→" in draft.row_reasons()[2]


@pytest.mark.parametrize(
    "text",
    [
        "2020-01-31", "2020/1/31", "2020年1月31日", "2020.01.31", "20200131", "20200131日", "2020-0131", "2020年0131日",
        "20201-31", "202001月31日", "２０２０年１月３１日",
    ],
)  # fmt: skip
def test_a_day_is_read_in_every_usual_spelling(text: str) -> None:
    assert cells.day_of(text) == date(2020, 1, 31)
    assert cells.day_of({"day": "2020-01-31"}) == cells.day_of(20200131.0) == date(2020, 1, 31)


@pytest.mark.parametrize(
    "cell",
    [
        "1800-01-01",
        "2300-01-01",
        "2020-13-01",
        "昨天",
        "2020-111",
        "2020年111日",
        "2020-11",
        "2020年1111月",
        43861,
        "43861",
        {"formula": 1},
    ],
)
def test_what_is_no_day_of_a_life_is_refused(cell: Any) -> None:
    with pytest.raises(BadCell):
        cells.day_of(cell)


def test_every_rule_has_a_remedy_and_every_column_of_a_fault_a_header() -> None:
    assert remedy_of("registry.head_not_one") != remedy_of("registry.nothing_known") == remedy_of("any")
    assert columns.column_of("/members/0/relation") == "与户主关系"
    assert columns.column_of("/income/wage_fen") == "工资性收入(元)"
    assert columns.column_of("/other_causes/0") == "其他致贫原因"
    assert columns.column_of("/members") == "与户主关系"


def test_a_column_of_the_national_system_is_ours_where_the_field_table_says_so() -> None:
    known = {row["column"]: row["field"] for row in rows_of("national_columns")}
    assert {field.national for field in FIELDS if field.national} <= known.keys()
    assert all(known[field.national] == field.name for field in FIELDS if field.national)


BLANKS = ("\u3000", "\u00a0", "\u2003", "\u202f", " ")


@pytest.mark.parametrize("blank", BLANKS)
def test_a_name_of_two_characters_drawn_apart_is_written_together_and_any_other_blank_is_asked_about(
    blank: str,
) -> None:
    assert cells.name_of(f"张{blank}三") == cells.name_of(f"{blank}张三{blank}".strip()) == "张三"
    assert cells.name_of(f"王{blank}{blank}小{blank}明") == "王小明"
    assert cells.name_of(f"阿里{blank}•{blank}买买提") == "阿里·买买提"
    assert cells.name_of(f"John{blank}Smith") == "John Smith"
    with pytest.raises(BadCell, match="姓名中有空格") as refused:
        cells.name_of(f"阿里{blank}买买提")
    assert "间隔号" in refused.value.remedy


@pytest.mark.parametrize("sign", ["²", "①", "⒈", "❶", "١", "𝟏"])
def test_only_full_width_digits_are_digits_and_others_are_a_fault_of_their_cell(sign: str) -> None:
    for read in (cells.months_of, cells.year_of, cells.phone_of, cells.account_of, cells.number_of, cells.place_of):
        with pytest.raises(BadCell):
            read("1381234000" + sign)
    for read_cell in (cells.day_of, cells.measure_of, cells.fen_of):
        with pytest.raises(BadCell):
            read_cell(f"2020010{sign}")
    with pytest.raises(BadCell, match="不是普通数字"):
        cells.words_of(f"第{sign}组")
    assert not cells.identity_of("34162219900101001" + sign).isascii()


@pytest.mark.parametrize("between", ["\u3001", ",", "\uff0c", ";", "\uff1b", " \uff0c "])
def test_several_codes_of_a_cell_stand_between_signs_of_either_width(between: str) -> None:
    codes = {"缺技术": "skill", "缺资金": "money"}
    assert cells.codes_of(codes, f"缺技术{between}缺资金") == ("skill", "money")


def test_words_are_kept_whole_or_refused_with_their_limit() -> None:
    assert cells.words_of("组" * 50, 50) == "组" * 50
    assert cells.words_of("第３组（东）") == "第3组（东）"
    for read, text, at_most in (
        (lambda text: cells.words_of(text, 50), "组" * 51, 50), (cells.name_of, "张" * 51, 50),
        (cells.words_of, "组" * 501, 500),
    ):  # fmt: skip
        with pytest.raises(BadCell, match=f"至多 {at_most} 个字"):
            read(text)
