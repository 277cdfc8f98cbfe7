"""Files that are refused as a whole: each refusal names what is wrong and what helps."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter

from services.registry.domain import workbook_columns as columns
from tests.services.registry.sheets import csv_bytes, family, send, xlsx
from tests.support.harness import Harness


def book_of(*sheets: str) -> bytes:
    """A workbook of these sheets, each with a line of something else."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        for name in sheets:
            book.add_worksheet(name).write_string(0, 0, "填表说明")
    return target.getvalue()


async def refused(county: Harness, content: bytes) -> tuple[str, dict[str, Any], str]:
    answer = await send(county, content)
    assert answer.status_code == 422, answer.text
    return answer.json()["code"], answer.json()["facts"], answer.json()["titles"]["zh"]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (xlsx(family("1"), sheet="Sheet1"), "Sheet1"),
        (book_of("说明", "人口表 "), "说明、人口表"),
        (xlsx([], headers=(), sheet="Sheet1"), "Sheet1"),
        (xlsx(family("1"), sheet="户341622199001011234"), "户***"),
    ],
)
async def test_a_workbook_without_the_sheet_says_which_was_looked_for_and_which_there_are(
    county: Harness, content: bytes, found: str
) -> None:
    code, facts, words = await refused(county, content)
    assert (code, facts) == ("registry.workbook_sheet_missing", {"expected": columns.SHEET, "found": found})
    assert "改名为“人口”" in words


async def test_blanks_around_the_name_of_the_sheet_are_nothing(county: Harness) -> None:
    assert (await send(county, xlsx(family("1"), sheet=f"{columns.SHEET} "))).status_code == 202


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n\r\n", xlsx([], headers=())])
async def test_an_empty_file_is_empty_and_not_short_of_headers(county: Harness, content: bytes) -> None:
    code, facts, _ = await refused(county, content)
    assert (code, facts) == ("registry.workbook_empty", {})


async def test_headers_below_a_title_are_not_in_the_first_row(county: Harness) -> None:
    code, facts, words = await refused(county, "许疃镇人口表\r\n".encode() + csv_bytes(family("1"), "utf-8"))
    assert (code, facts["unknown_columns"]) == ("registry.workbook_headers", "A")
    assert words.startswith("第 1 行的表头")


@pytest.mark.parametrize(("sign", "name"), [("\t", "tab"), (";", ";"), ("\uff1b", "\uff1b"), ("|", "|")])
async def test_a_csv_parted_by_other_signs_than_commas_says_so(county: Harness, sign: str, name: str) -> None:
    code, facts, words = await refused(county, csv_bytes(family("1"), "utf-8").replace(b",", sign.encode()))
    assert (code, facts) == ("registry.workbook_not_commas", {"separator": name})
    assert "逗号分隔" in words
