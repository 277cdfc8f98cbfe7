"""Large sheets: read as a stream, grouped, and what is wrong with them as a whole said before anything else."""

from __future__ import annotations

import io
import json
import os
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from shared.chassis import sheet_lines
from shared.chassis.sheet_faults import BadSheet
from shared.chassis.sheet_reader import COUNT_BELOW

WANTED: dict[str, Any] = {
    "sheet": "表", "max_unpacked": 50 * 1024 * 1024, "max_rows": 1_000, "columns": [0, 1], "group": 0, "unique": 1,
    "at_once": 2, "task": "rows",
}  # fmt: skip
PART = "xl/worksheets/sheet1.xml"
END = b"</sheetData>"
MERGED = b"".join(b'<mergeCell ref="A%d:A%d"/>' % (row, row + 1) for row in range(2, 20_004, 2))


async def read(folder: Path, content: bytes, **other: Any) -> list[dict[str, Any]]:
    path = folder / "sheet"
    path.write_bytes(content)
    with path.open("rb") as file:
        return [json.loads(line) async for line in sheet_lines.lines(file, WANTED | other)]


def book(*rows: list[Any], sheet: str = "表", **more: Any) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"strings_to_formulas": False}) as workbook:
        page = workbook.add_worksheet(sheet)
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(number, column, cell, day)
                elif isinstance(cell, str) and cell.startswith("formula:"):
                    page.write_formula(number, column, cell.removeprefix("formula:"))
                else:
                    page.write(number, column, cell)
        for row in more.get("hidden_rows", ()):
            page.set_row(row, None, None, {"hidden": True})
        if "merged" in more:
            page.merge_range(more["merged"], "合")
    return target.getvalue()


def changed(content: bytes, old: bytes, new: bytes, part: str = PART) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            text = before.read(name)
            after.writestr(name, text.replace(old, new) if name == part else text)
    return target.getvalue()


async def test_rows_of_a_group_come_together_wherever_they_stand(tmp_path: Path) -> None:
    lines = await read(tmp_path, "户,号\n1,a\n2,b\n\n1,c\n3,a\n,d\n,e\n".encode())
    assert lines[0]["rows"] == 6
    assert lines[0]["groups"] == 5
    assert [[row for row, _ in group] for line in lines[1:] for group in line["groups"]] == [[2, 5], [3], [6], [7], [8]]
    others = {row: found for line in lines[1:] for row, found in line["others"].items()}
    assert others == {"2": [6], "6": [2]}


async def test_a_group_is_the_same_in_full_width_digits(tmp_path: Path) -> None:
    lines = await read(tmp_path, "户,号\n1,a\n１,b\n2,c\n　１ ,d\n".encode())
    assert [[row for row, _ in group] for line in lines[1:] for group in line["groups"]] == [[2, 3, 5], [4]]


async def test_the_same_value_twice_in_one_group_is_not_told(tmp_path: Path) -> None:
    lines = await read(tmp_path, "户,号\n1,a\n1,A\n".encode())
    assert [line["others"] for line in lines[1:]] == [{}]


async def test_cells_of_a_workbook_keep_their_kind(tmp_path: Path) -> None:
    cells: list[Any] = ["x & <y>", 12.5, True, date(2026, 2, 28), "formula:=1+1", "007", 341622]
    lines = await read(tmp_path, book(["a"], ["1", *cells]), columns=list(range(8)))
    (row,) = lines[1]["groups"][0]
    assert row == [2, ["1", "x & <y>", 12.5, True, {"day": "2026-02-28"}, {"formula": 1}, "007", 341622]]


async def test_cells_written_otherwise_are_read_the_same(tmp_path: Path) -> None:
    inline = b'<c t="inlineStr" r="B2"><is><r><t>a</t></r><r><t xml:space="preserve"> b</t></r></is></c>'
    content = changed(book(["h", "i"], ["1", 5]), b'<c r="B2"><v>5</v></c>', inline)
    lines = await read(tmp_path, content)
    assert lines[1]["groups"][0][0] == [2, ["1", "a b"]]


async def test_what_a_text_is_spelt_with_in_xml_is_not_what_it_says(tmp_path: Path) -> None:
    spoken = "<t>张</t><rPh sb='0' eb='1'><t>zhang</t></rPh>".encode()
    inline = b"<c r='B2' t='inlineStr'><is>" + spoken + b"</is></c>"
    content = changed(book(["h", "i"], ["K", 5]), b'<c r="B2"><v>5</v></c>', inline.replace(b"'", b'"'))
    content = changed(content, b"<t>K</t>", b"<t>_x0031__x005F_x0031__xD800_</t>", "xl/sharedStrings.xml")
    lines = await read(tmp_path, content)
    assert lines[1]["groups"][0][0] == [2, ["1_x0031__xD800_", "张"]]


async def test_a_row_without_a_value_is_a_group_of_its_own_and_told_with_the_row_before(tmp_path: Path) -> None:
    lines = await read(tmp_path, "户,号\n ,a\n1,b\n\n　,c\n,d\n2,e\n".encode(), at_once=9)
    assert [[row for row, _ in group] for group in lines[1]["groups"]] == [[2], [3], [5], [6], [7]]
    assert lines[1]["followed"] == {"3": 5}


async def test_what_stands_under_no_header_is_told_and_a_footer_left_out(tmp_path: Path) -> None:
    lines = await read(
        tmp_path, "户,,号\n1,,a,\n2,x,b\n3,,c,,y\n末行:甲,,\n末行:乙,,d\n".encode(),
        columns=[0, 2], unique=2, bare=[1, 3], footer="末行", at_once=9,
    )  # fmt: skip
    assert lines[0]["rows"] == 4
    assert lines[1]["stray"] == {"3": "B", "4": "E"}


async def test_hidden_rows_are_read_and_told_and_merged_ones_marked(tmp_path: Path) -> None:
    content = book(["h", "i"], ["1", "a"], ["2", "b"], ["3", "c"], hidden_rows=(1,), merged="A4:B4")
    lines = await read(tmp_path, content)
    assert (lines[0]["rows"], lines[0]["hidden_rows"], lines[0]["merged"]) == (3, 1, 1)
    assert [row for line in lines[1:] for row in line["merged"]] == [4]


@pytest.mark.parametrize(
    ("content", "kind", "facts"),
    [
        ('户,号\n1,a\n2,"b\n3,c\n'.encode(), "quote_broken", {"line": 3}),
        ('户,号\n1,a\n2,"b"c\n'.encode(), "quote_broken", {"line": 3}),
        ("户,号\n".encode() + b"x" * 1_200_000, "line_too_long", {"line": 2}),
        ("户,号\n1".encode() + b"," * 300_000 + b"x\n", "too_many_columns", {"row": 2, "at_most": 200}),
        ("户,号\n".encode() + b"1,a\n" * 1_001, "too_many_rows", {"at_most": 1_000}),
        (b"\xff\xfe1\x00", "unreadable", {}),
        (b"PK\x03\x04 nothing", "unreadable", {}),
        (book(["h"], ["x"])[:2_000], "unreadable", {}),
        (changed(book(["h"], ["1"]), b"<v>1</v>", b"<v>99</v>"), "unreadable", {}),
        (changed(book(["h"], ["1"]), b'<row r="2"', b'<row r="1048577"'), "unreadable", {}),
        (changed(book(["h"], ["1"]), b'r="A2"', b'r="XFD2"'), "too_many_columns", {"at_most": 200}),
        (
            changed(book(["h"], ["1"]), b"</sheetData>", b"</sheetData>" + MERGED),
            "too_many_merged",
            {"at_most": 10_000},
        ),
        (changed(book(["h"], ["1"]), b"<worksheet", b"<!DOCTYPE a><worksheet"), "unsafe", {}),
        (changed(book(["h"], ["1"]), b"<c ", b"<c " + b" " * 1_500_000), "too_large", {}),
    ],
)
async def test_what_is_wrong_with_a_sheet_as_a_whole_is_said_with_its_place(
    tmp_path: Path, content: bytes, kind: str, facts: dict[str, Any]
) -> None:
    with pytest.raises(BadSheet) as refused:
        await read(tmp_path, content)
    assert (refused.value.kind, refused.value.facts) == (kind, facts)


async def test_a_bomb_is_refused_by_what_it_says_and_ends_by_itself_if_it_lies(tmp_path: Path) -> None:
    target = io.BytesIO(book(["h"], ["1"]))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/big.bin", b"\0" * 60 * 1024 * 1024)
    with pytest.raises(BadSheet) as honest:
        await read(tmp_path, target.getvalue())
    assert honest.value.kind == "too_large"
    rows = b"<row>" * 3_000_000
    with pytest.raises(BadSheet) as endless:
        await read(tmp_path, changed(book(["h"], ["1"]), b"</sheetData>", rows + b"</sheetData>"))
    assert endless.value.kind in ("too_large", "unreadable")


async def test_a_sheet_with_many_texts_is_read_the_same(tmp_path: Path) -> None:
    rows = [[str(number), f"值{number}"] for number in range(900)]
    lines = await read(tmp_path, book(["h", "i"], *rows), at_once=1_000)
    assert [group[0][1] for group in lines[1]["groups"]] == rows


async def test_the_head_of_a_large_book_is_read_wherever_its_texts_stand(tmp_path: Path) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as workbook:
        page = workbook.add_worksheet("表")
        for number in range(3_000, -1, -1):  # the texts of the header row come last in the list of texts
            page.write_row(number, 0, [os.urandom(1_000).hex(), "乙"] if number else ["户", "号"])
    path = tmp_path / "sheet"
    path.write_bytes(target.getvalue())
    assert path.stat().st_size > COUNT_BELOW
    with path.open("rb") as file:
        head = await sheet_lines.head(file, WANTED)
    assert (head["headers"], head["filled"], head["rows"]) == (["户", "号"], True, None)


async def test_a_row_without_quotes_comes_as_its_line_where_lines_are_asked_for(tmp_path: Path) -> None:
    content = '甲,乙\r\n1,"a,\nb"\n\n2,c'.encode()
    found: list[Any] = await read(tmp_path, content, task="cells", lines=True, at_once=9)
    assert found == [[[1, "甲,乙"], [2, ["1", "a,\nb"]], [3, ""], [4, "2,c"]]]
    cells: list[Any] = await read(tmp_path, content, task="cells", at_once=9)
    assert cells == [[[1, ["甲", "乙"]], [2, ["1", "a,\nb"]], [3, []], [4, ["2", "c"]]]]
