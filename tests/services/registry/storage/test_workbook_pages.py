"""Rows written in one piece are the rows the library writes cell by cell; csv passed on is csv written anew."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.storage import workbooks
from services.registry.storage.workbook_pages import Page

CELLS: list[Any] = [
    None, "", "张三", "是", "12", "a b", " a", "&", "<b>", 0, 1, 2.5, True, False, "_x0001_", "a_y", "\u3000", "=1+1",
    "\x01", '"', "'", {"day": "2020-01-01"}, {"error": 1}, "长" * 33_000,
]  # fmt: skip
TEXTS = ["", "甲", "12", "=1", "a=1", "+", "-5", "@", "\t", "a b", "'"]
ROWS = st.lists(st.lists(st.sampled_from(CELLS), max_size=5), max_size=5)


class _ByCells(Page):
    def write_plain(self, number: int, row: Any) -> bool:
        return False


def page(rows: list[list[Any]]) -> bytes:
    """What stands in the page behind its dimensions."""
    target = io.BytesIO()
    writer = workbooks.XlsxWriter(target)
    for row in rows:
        writer.write(row)
    writer.close()
    with zipfile.ZipFile(target) as book:
        return book.read("xl/worksheets/sheet1.xml").partition(b"<sheetViews")[2]


@given(ROWS)
def test_a_row_in_one_piece_is_what_the_library_writes(rows: list[list[Any]]) -> None:
    whole = page(rows)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(workbooks, "Page", _ByCells)
        assert page(rows) == whole


def test_a_row_stands_at_its_number_and_those_left_out_cost_nothing() -> None:
    target = io.BytesIO()
    writer = workbooks.XlsxWriter(target)
    for row, number in ((["甲"], 1), (["乙", 2], 5), (["丙"], 6), (["丁"], 1_048_576)):
        writer.write(row, number)
    writer.close()
    inside = zipfile.ZipFile(target).read("xl/worksheets/sheet1.xml")
    assert re.findall(rb'<row r="([0-9]+)"', inside) == [b"1", b"5", b"6", b"1048576"]
    assert b'<dimension ref="A1:B1048576"/>' in inside


@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=4), st.sampled_from(["已导入", "=1", "甲→乙"]))
def test_a_line_of_csv_passed_on_is_the_line_of_its_cells(cells: list[str], result: str) -> None:
    line = workbooks.lengthened(",".join(cells), len(cells), result)
    assert line is None or line.encode() == workbooks.csv_line([*cells, result])
    assert workbooks.lengthened(",".join(cells), len(cells) + 1, result) is None


def test_a_text_in_the_librarys_own_marks_stays_a_text() -> None:
    target = io.BytesIO()
    writer = workbooks.XlsxWriter(target)
    writer.write(["<r><t>broken & open</r>", "张三"])
    writer.close()
    inside = zipfile.ZipFile(target).read("xl/worksheets/sheet1.xml")
    assert "".join(ElementTree.fromstring(inside).itertext()).startswith("<r><t>broken & open</r> 张三")
