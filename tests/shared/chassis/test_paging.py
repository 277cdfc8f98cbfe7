"""Cursors."""

from __future__ import annotations

from uuid import UUID

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from shared.chassis import paging
from shared.refusals import Malformed

LONE_SURROGATE = "WyJcdWQ4MDAiXQ"
"""`["\\ud800"]`"""


@given(st.text().filter(lambda text: "\x00" not in text), st.integers(-(2**62), 2**62))
def test_a_cursor_comes_back_as_it_went(name: str, number: int) -> None:
    assert paging.decode(paging.encode(name, number), str, int) == (name, number)


def test_no_cursor_is_the_first_page() -> None:
    assert paging.decode(None, str) is None


@pytest.mark.parametrize(
    "cursor",
    [
        LONE_SURROGATE,
        "",
        "x",
        "!!!!",
        paging.encode(1),
        paging.encode("a", "b"),
        paging.encode("a\x00"),
        "Ä",
        "[" * 400,
    ],
    ids=range(9),  # the cursors bear the mark of this process
)
def test_a_forged_cursor_is_a_malformed_request(cursor: str) -> None:
    with pytest.raises(Malformed):
        paging.decode(cursor, str)


def _asking(path: str = "/list", query: str = "", areas: tuple[str, ...] = ("341622",), key: bytes = b"k" * 32) -> None:
    paging.begin(Request({"type": "http", "path": path, "query_string": query.encode()}), key, areas)


def test_a_cursor_is_good_for_the_list_the_filters_and_the_areas_it_was_given_for() -> None:
    _asking(query="state=open&year=2020&limit=2&count=exact")
    cursor = paging.encode("a", 1)
    _asking(query=f"limit=50&year=2020&state=open&cursor={cursor}")
    assert paging.decode(cursor, str, int) == ("a", 1)
    for other in (
        {"path": "/other", "query": "state=open&year=2020"},
        {"query": "state=open"},
        {"query": "state=open&year=2021"},
        {"query": "state=open&year=2020&within=341622"},
        {"query": "state=open&year=2020", "areas": ("341622106",)},
        {"query": "state=open&year=2020", "areas": ("3416",)},
        {"query": "state=open&year=2020", "key": b"l" * 32},
    ):
        _asking(**other)
        with pytest.raises(paging.CursorRefused):
            paging.decode(cursor, str, int)


def test_no_letter_of_a_cursor_can_be_altered() -> None:
    _asking()
    cursor = paging.encode("341622106205", 17)
    for place, letter in enumerate(cursor):
        altered = cursor[:place] + ("A" if letter != "A" else "B") + cursor[place + 1 :]
        with pytest.raises(paging.CursorRefused):
            paging.decode(altered, str, int)
    for altered in (cursor[:-1], cursor + "A", cursor + "=", cursor + "\n", paging.encode_lasting("341622106205", 17)):
        with pytest.raises(paging.CursorRefused):
            paging.decode(altered, str, int)


def test_a_cursor_of_what_departments_follow_for_years_outlives_a_key() -> None:
    _asking()
    cursor = paging.encode_lasting(7, "a")
    _asking(key=b"l" * 32)
    assert paging.decode_lasting(cursor, int, str) == (7, "a")


def test_an_integer_no_column_holds_is_a_malformed_request() -> None:
    with pytest.raises(Malformed):
        paging.decode(paging.encode(2**70), int)


@given(st.uuids())
def test_a_cursor_of_an_id_comes_back_as_it_went(key: UUID) -> None:
    assert paging.decode_id(paging.encode(str(key))) == key
    assert paging.decode_id(None) is None


@pytest.mark.parametrize(
    "cursor", [LONE_SURROGATE, paging.encode("none"), paging.encode(""), paging.encode(1)], ids=range(4)
)
def test_a_cursor_without_an_id_is_a_malformed_request(cursor: str) -> None:
    with pytest.raises(Malformed):
        paging.decode_id(cursor)
