"""Files of divisions: read line by line, refused with the line that is wrong."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from services.registry.domain import division_lists, refusals

HEADER = "code,level,name,parent_code\n"
GOOD = HEADER + "34,province,安徽省,\n3416,city,亳州市,34\n"


def file(folder: Path, content: bytes, name: str = "list.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_the_countrys_list_states_its_day_its_source_and_its_rows() -> None:
    facts = division_lists.facts_of(division_lists.COUNTRY)
    assert facts.valid_from == date(2023, 6, 30)
    assert facts.source
    assert division_lists.measure(division_lists.COUNTRY).rows == 665_276


def test_lines_come_with_their_number_and_their_pinyin(tmp_path: Path) -> None:
    rows = list(division_lists.lines(file(tmp_path, gzip.compress(("\ufeff" + GOOD).encode()), "list.csv.gz")))
    assert rows == [
        ("34", 2, "province", "安徽省", "", "an hui sheng", "ahs"),
        ("3416", 3, "city", "亳州市", "34", "bo zhou shi", "bzs"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "3416,county,亳州市,34",
        "3416,city,亳州市,33",
        "3416,city,亳州市,",
        "3416,city,,34",
        "341,city,亳州市,34",
        "３４16,city,亳州市,34",
        "0416,city,亳州市,04",
        "3416,city,亳州市",
        f"3416,city,{'长' * 201},34",
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(refusals.DivisionListLine) as raised:
        list(division_lists.lines(file(tmp_path, (HEADER + "34,province,安徽省,\n" + line + "\n").encode())))
    assert raised.value.facts == {"line": 3}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("list.csv", b"code,name\n34,x\n"),
        ("list.csv", b""),
        ("list.csv", GOOD.encode("gb18030")),
        ("list.csv", (HEADER + '34,province,"安徽省,\n').encode()),
        ("list.csv.gz", GOOD.encode()),
        ("list.csv.gz", gzip.compress(GOOD.encode(), mtime=0)[:-9]),
    ],
    ids=["other columns", "empty", "another encoding", "open quote", "not packed", "cut off"],
)
def test_what_is_no_list_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(refusals.DivisionListUnreadable):
        list(division_lists.lines(file(tmp_path, content, name)))


def test_a_list_that_did_not_come_along_must_state_its_source(tmp_path: Path) -> None:
    with pytest.raises(refusals.DivisionListUnsourced):
        division_lists.facts_of(file(tmp_path, GOOD.encode()))
    assert refusals.DivisionListUnreadable.zh
