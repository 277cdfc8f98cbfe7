"""Files of reports without a database: numbers are numbers, no text a formula, pages numbered, bytes the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import time_machine

from services.funds.domain.report_pages import AREAS, Document, Table
from services.funds.storage.report_pdfs import pdf_of
from services.funds.storage.report_workbooks import workbook_of
from tests.services.funds.opening_books import rows_of
from tests.services.funds.reports import pdf_text

ROWS = tuple(
    (number, f"=县&<b>{number}", 123_456_789, 5_000, 4_999, 0, 0, 0, "42.02", "-8.68", None) for number in range(1, 120)
)
DOCUMENT = Document(
    "=关于测试的通报", ("报告期:2025-04",), (Table("一、分地区", AREAS, ROWS), Table("二、空表", AREAS, ())),
    ("填报单位(盖章):", "单位负责人:"), 2, "ab" * 32, datetime(2025, 5, 6, 1, 2, 3, tzinfo=UTC),
)  # fmt: skip


def test_amounts_and_rates_are_numbers_and_no_text_is_a_formula() -> None:
    rows = rows_of(workbook_of(DOCUMENT), "一、分地区")
    row = next(row for row in rows if row[0] == 1)
    assert row == [1, "'=县&<b>1", 123.46, 0.01, 0, 0, 0, 0, 42.02, -8.68, "—"]
    assert rows[0][0] == "'=关于测试的通报"
    assert "单位:万元" in [row[0] for row in rows]
    assert not any(isinstance(cell, dict) for row in rows for cell in row)


def test_every_page_lies_across_and_has_its_number_edition_and_hash() -> None:
    content = pdf_of(DOCUMENT)
    text = pdf_text(content)
    pages = len(re.findall(rb"/Type /Page\b", content))
    assert pages > 2
    assert re.findall(rb"/MediaBox \[ ([\d. ]+) \]", content)[0].split()[2:] == [b"841.8898", b"595.2756"]
    for number in range(1, pages + 1):
        assert f"第{number}页 共{pages}页" in text
    assert text.count(f"第2版 SHA-256 {'ab' * 32}") == pages
    assert all(words in text for words in ("=县&<b>119", "-8.68", "填报单位(盖章):", "单位:万元"))
    assert b"STSong-Light" in content


@pytest.mark.parametrize("write", [workbook_of, pdf_of])
def test_the_same_document_is_the_same_bytes_at_any_time(write: Callable[[Document], bytes]) -> None:
    with time_machine.travel(datetime(2025, 5, 7, tzinfo=UTC)):
        first = write(DOCUMENT)
    with time_machine.travel(datetime(2031, 11, 30, 23, 59, tzinfo=UTC)):
        assert write(DOCUMENT) == first
