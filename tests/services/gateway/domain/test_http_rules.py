"""A path has one reading, a request one shape: pure checks."""

from __future__ import annotations

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain import http_rules
from services.gateway.domain.refusals.requests import HeadersTooLarge, PathAmbiguous, ReasonMalformed, TargetTooLong
from shared.refusals import Malformed, Refusal

SEGMENT = st.text(min_size=1, max_size=20).filter(
    lambda text: (
        text not in (".", "..")
        and not set(text) & set("/\\;\x00\x7f")
        and not any(ord(character) < 32 or 0xD800 <= ord(character) < 0xE000 for character in text)
    )
)


@given(st.lists(SEGMENT, min_size=1, max_size=6))
def test_a_path_is_read_the_same_however_it_was_encoded(segments: list[str]) -> None:
    tight = "/" + "/".join(quote(segment, safe="") for segment in segments)
    seen = http_rules.canonical_path(tight.encode())
    assert [unquote(part) for part in seen.split("/")[1:]] == segments
    assert http_rules.canonical_path(seen.encode()) == seen


@given(st.binary(max_size=200))
def test_any_bytes_as_a_path_are_taken_as_they_are_or_refused(raw: bytes) -> None:
    try:
        seen = http_rules.canonical_path(raw)
    except Refusal:
        return
    assert seen.startswith("/")
    assert ".." not in seen.split("/")
    assert "//" not in seen


def test_a_long_path_is_judged_in_no_time() -> None:
    assert http_rules.canonical_path(b"/" + b"a" * 8_000) == "/" + "a" * 8_000
    with pytest.raises(PathAmbiguous):
        http_rules.canonical_path(b"/" + b"a" * 8_000 + b"%")
    with pytest.raises(TargetTooLong):
        http_rules.canonical_path(b"/" + b"a" * 9_000)


@pytest.mark.parametrize("raw", [b"a b", b"a=\x7f", b"\xe4\xb8\xad", b"a\tb"])
def test_a_query_is_printable_ascii(raw: bytes) -> None:
    with pytest.raises(Malformed):
        http_rules.require_query(raw)


def test_headers_are_kept_by_the_list_alone_and_counted() -> None:
    seen = http_rules.inspect_headers([(b"accept", b"a"), (b"accept", b"b"), (b"x-user", b"root"), (b"cookie", b"c")])
    assert seen.headers == {b"accept": b"a, b"}
    with pytest.raises(HeadersTooLarge):
        http_rules.inspect_headers([(b"x-%d" % n, b"") for n in range(65)])


def test_a_reason_is_percent_encoded_text_of_at_most_two_hundred_characters() -> None:
    assert http_rules.access_reason(quote("核" * 200).encode()) == "核" * 200
    with pytest.raises(ReasonMalformed):
        http_rules.access_reason(quote("核" * 201).encode())


@pytest.mark.parametrize(
    ("path", "kind", "large"),
    [
        ("/api/v1/registry/household-imports", b"multipart/form-data; boundary=b", True),
        ("/api/v1/registry/household-imports/1/file", b"multipart/form-data", True),
        ("/api/v1/registry/household-imports", b"application/json", False),
        ("/api/v1/registry/households", b"multipart/form-data", False),
    ],
)
def test_only_files_for_imports_may_be_large(path: str, kind: bytes, large: bool) -> None:
    assert http_rules.is_upload(path, kind) is large


@pytest.mark.parametrize("value", [b"http://x/api/", b"//x/api", b"/x", b"javascript:1"])
def test_an_answer_never_sends_the_caller_elsewhere(value: bytes) -> None:
    assert not http_rules.safe_location(value)
    assert http_rules.safe_location(b"/api/v1/registry/x")
