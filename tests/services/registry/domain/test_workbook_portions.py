"""Reading by columns and reading cell by cell say the same of every household; the plain ones are read by columns."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.registry.domain import workbook_columns as columns
from services.registry.domain.sheet_layouts import layout_of
from services.registry.domain.workbook_portions import PortionReader
from services.registry.domain.workbook_rows import RowReader
from services.registry.domain.workbooks import FIRST_ROW
from tests.services.registry.sheets import family

LAYOUT = layout_of(columns.HEADERS)
STRANGE: list[Any] = [
    None, "", " ", "\u3000", "一组 ", "张\u3000三", "户 主", "户主", "配偶", "是", "否", "汉族", "健康", "不在表中",
    "=1+1", "'=1+1", "1,000", "１２", "12.5", "0.001", "1e3", 0, 1, 3.5, -1, 1e16, True, "2020-01-31", "2020/1/31",
    "20200131", 43861, {"day": "2020-01-31"},
    {"formula": True}, {"error": "#N/A"}, "3401231990010100１1", "340123199001010011", "13812340000", "138123",
    "阿里•买买提", "因学、因病", "a\x00b", "x" * 501, "零\u200b宽",
]  # fmt: skip
CHANGES = st.lists(
    st.tuples(st.integers(0, 8), st.integers(0, len(columns.HEADERS) - 1), st.sampled_from(STRANGE)), max_size=4
)


def groups_with(changes: list[tuple[int, int, Any]]) -> list[list[tuple[int, list[Any]]]]:
    """Three households of three with some cells changed."""
    lines = [[line[header] for header in columns.HEADERS] for serial in "123" for line in family(serial)]
    for row, column, cell in changes:
        lines[row][column] = cell
    numbered = list(enumerate(lines, FIRST_ROW))
    return [numbered[start : start + 3] for start in range(0, 9, 3)]


@given(CHANGES)
def test_what_is_read_by_columns_is_what_is_read_cell_by_cell(changes: list[tuple[int, int, Any]]) -> None:
    rows = RowReader(LAYOUT, {})
    groups = groups_with(changes)
    for group, file in zip(groups, PortionReader(LAYOUT, rows).files(groups), strict=True):
        refused: list[tuple[int, str]] = []
        _, ordered = rows.ordered(group)
        stated = rows.file(ordered, lambda row, reason, to=refused: to.append((row, reason)))  # type: ignore[misc]
        assert file is None or (file, refused) == (stated, [])


def test_plain_households_are_read_by_columns_and_only_the_strange_one_is_not() -> None:
    reader = PortionReader(LAYOUT, RowReader(LAYOUT, {}))
    assert None not in reader.files(groups_with([]))
    name = columns.HEADERS.index("姓名")
    assert [file is None for file in reader.files(groups_with([(4, name, {"formula": True})]))] == [False, True, False]
