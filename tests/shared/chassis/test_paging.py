"""Cursors."""

from __future__ import annotations

from uuid import UUID

import pytest
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
)
def test_a_forged_cursor_is_a_malformed_request(cursor: str) -> None:
    with pytest.raises(Malformed):
        paging.decode(cursor, str)


def test_an_integer_no_column_holds_is_a_malformed_request() -> None:
    with pytest.raises(Malformed):
        paging.decode(paging.encode(2**70), int)


@given(st.uuids())
def test_a_cursor_of_an_id_comes_back_as_it_went(key: UUID) -> None:
    assert paging.decode_id(paging.encode(str(key))) == key
    assert paging.decode_id(None) is None


@pytest.mark.parametrize("cursor", [LONE_SURROGATE, paging.encode("none"), paging.encode(""), paging.encode(1)])
def test_a_cursor_without_an_id_is_a_malformed_request(cursor: str) -> None:
    with pytest.raises(Malformed):
        paging.decode_id(cursor)
