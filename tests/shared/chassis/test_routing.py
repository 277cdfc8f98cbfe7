"""Strict JSON."""

from __future__ import annotations

import pytest

from shared.chassis.routing import strict_json
from shared.refusals import Malformed


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"a":1,"a":2}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'\xff\xfe{"a":1}',
        b'{"a":"\xed\xa0\x80"}',
        b"[" * 33 + b"]" * 33,
        b"[" * 600 + b"]" * 600,
        b'{"a":' * 600 + b"1" + b"}" * 600,
        b"[" * 100_000,
        b"\xef\xbb\xbf{}",
    ],
)
def test_json_that_two_readers_could_read_differently_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        strict_json(body)


@pytest.mark.parametrize(
    ("body", "code", "facts"),
    [
        (b'{"a":', "not_json", {"position": 6}),
        (b'{"a" 1}', "not_json", {"position": 6}),
        (b'{"a":{"reason":1,"b":2,"reason":3}}', "member_twice", {"member": "reason"}),
        ('{"张三":1,"张三":2}'.encode(), "member_twice", {}),
        (b'{"a":-Infinity}', "not_a_number", {}),
        (b'{"a":NaN}', "not_a_number", {}),
    ],
)
def test_a_body_that_is_no_json_is_told_where_and_why(body: bytes, code: str, facts: dict[str, int | str]) -> None:
    with pytest.raises(Malformed) as refused:
        strict_json(body)
    assert (refused.value.code, refused.value.errors[0][1], refused.value.facts) == ("malformed", code, facts)


def test_plain_json_is_read() -> None:
    assert strict_json('{"名":[1,{"b":null}]}'.encode()) == {"名": [1, {"b": None}]}
