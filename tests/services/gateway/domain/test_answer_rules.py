"""What an answer says of limits and to pages of other origins, and when it is compressed: pure rules."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import Counter

from services.gateway.api.answers import Answer, security_headers
from services.gateway.domain import compression, route_classes
from services.gateway.domain.origins import Origins
from services.gateway.domain.rates import Rate
from shared.chassis import deadlines, metrics

JSON = [(b"content-type", b"application/json")]


@pytest.mark.parametrize(
    ("method", "path", "query", "upload", "kind"),
    [
        ("POST", "/api/v1/registry/household-imports", "", True, "upload"),
        ("POST", "/api/v1/registry/household-exports", "", False, "export"),
        ("GET", "/api/v1/registry/household-exports", "", False, None),
        ("POST", "/api/v1/funds/bank-files/1/content", "form=x", False, "export"),
        ("GET", "/api/v1/registry/household-imports/1/report", "", False, "export"),
        ("POST", "/api/v1/registry/people/search", "", False, "search"),
        ("GET", "/api/v1/registry/people", "within=34&name=%E7%8E%8B", False, "search"),
        ("GET", "/api/v1/registry/people", "within=34&limit=50", False, None),
        ("GET", "/api/v1/registry/people", "filename=a", False, None),
    ],
)
def test_routes_that_carry_much_away_or_search_have_limits_of_their_own(
    method: str, path: str, query: str, upload: bool, kind: str | None
) -> None:
    assert route_classes.class_of(method, path, query, upload) == kind


def test_a_limit_is_told_as_the_draft_says() -> None:
    rate = Rate(60, "search")
    assert rate.policy == b'"search";q=60;w=60'
    verdict = rate.take("a", 0.0)
    assert verdict.field() == b'"search";r=59;t=1'
    for _ in range(59):
        verdict = rate.take("a", 0.0)
    assert (verdict.passes, verdict.field()) == (True, b'"search";r=0;t=1')
    assert rate.exhausted("a", 0.5)
    assert not rate.exhausted("a", 1.0)
    assert not rate.exhausted("b", 0.0)


@pytest.mark.parametrize("origin", ["*", "null", "portal.example", "https://portal.example/", "https://a b", "ftp://a"])
def test_what_is_no_origin_is_refused_at_start(origin: str) -> None:
    with pytest.raises(ValueError):
        Origins([origin])


def test_an_origin_matches_whole_or_not_at_all() -> None:
    origins = Origins(["https://portal.example", " http://127.0.0.1:5173 ", ""])
    assert origins.allows(b"https://portal.example")
    assert origins.allows(b"http://127.0.0.1:5173")
    for other in (b"https://portal.example.evil", b"http://portal.example", b"https://portal.example:8443", b"null"):
        assert not origins.allows(other)
        assert dict(origins.of_answer(other)) == {b"vary": b"Origin"}
    assert Origins([]).of_answer(b"https://portal.example") == []


@pytest.mark.parametrize(
    ("value", "takes"),
    [
        (b"gzip", True), (b"br, GZIP;q=0.5", True), (b"*", True), (b"gzip;q=0", False), (b"gzip; q=0.000", False),
        (b"gzip;q=0.001", True), (b"identity", False), (b"", False), (b"xgzip", False),
    ],
)  # fmt: skip
def test_gzip_is_sent_to_those_who_take_it(value: bytes, takes: bool) -> None:
    assert compression.wanted(value) is takes


@pytest.mark.parametrize(
    ("method", "path", "seeks", "reason"),
    [
        ("POST", "/api/v1/registry/people/search", False, False), ("GET", "/api/v1/auth/accounts", False, False),
        ("GET", "/api/v1/registry/people", True, False), ("GET", "/api/v1/registry/people", False, True),
        ("GET", "/api/v1/complaints/1", False, False), ("HEAD", "/openapi.json", False, False),
    ],
)  # fmt: skip
def test_an_answer_that_may_hold_a_secret_beside_chosen_words_is_never_compressed(
    method: str, path: str, seeks: bool, reason: bool
) -> None:
    assert not compression.harmless(method, path, seeks, reason)
    assert compression.harmless("GET", "/api/v1/registry/people", False, False)


async def _sent(headers: list[tuple[bytes, bytes]], *bodies: bytes, public: bool = False, status: int = 200) -> Any:
    """Headers and body of an answer to somebody who takes gzip."""
    found: list[Any] = []

    async def send(message: Any) -> None:
        found.append(message)

    answer = Answer(send, "0" * 32, security_headers(0))
    answer.gzip, answer.public = True, public
    await answer.send({"type": "http.response.start", "status": status, "headers": headers})
    for number, body in enumerate(bodies):
        await answer.send({"type": "http.response.body", "body": body, "more_body": number + 1 < len(bodies)})
    return dict(found[0]["headers"]), b"".join(message["body"] for message in found[1:])


@given(st.lists(st.binary(max_size=3_000), min_size=1, max_size=6))
async def test_what_is_compressed_is_the_same_when_unpacked(bodies: list[bytes]) -> None:
    headers, body = await _sent(JSON, *bodies)
    if b"content-encoding" in headers:
        assert headers[b"vary"] == b"Accept-Encoding"
        body = gzip.decompress(body)
    assert body == b"".join(bodies)


@pytest.mark.parametrize(
    ("more", "size", "status", "public"),
    [
        ([], 500, 200, False), ([(b"content-encoding", b"br")], 5_000, 200, False),
        ([(b"content-range", b"bytes 0-1/2")], 5_000, 200, False), ([(b"etag", b'"1"')], 5_000, 200, False),
        ([(b"cache-control", b"no-transform")], 5_000, 200, False), ([], 5_000, 404, False), ([], 5_000, 206, True),
    ],
)  # fmt: skip
async def test_what_gains_nothing_or_must_stay_byte_for_byte_is_left_alone(
    more: list[tuple[bytes, bytes]], size: int, status: int, public: bool
) -> None:
    length = [(b"content-length", b"%d" % size)]
    headers, body = await _sent([*JSON, *length, *more], b"x" * size, public=public, status=status)
    assert headers.get(b"content-encoding", b"br") == b"br"
    assert (headers[b"content-length"], body) == (b"%d" % size, b"x" * size)


async def test_binary_files_and_event_streams_are_left_alone_and_the_publics_etag_becomes_weak() -> None:
    for kind in (b"text/event-stream", b"application/octet-stream", b"application/zip"):
        headers, _ = await _sent([(b"content-type", kind)], b"x" * 5_000)
        assert b"content-encoding" not in headers
    headers, body = await _sent([*JSON, (b"etag", b'"1"')], b"x" * 5_000, public=True)
    assert (headers[b"etag"], headers[b"content-encoding"]) == (b'W/"1"', b"gzip")
    assert int(headers[b"content-length"]) == len(body) < 100


def test_the_time_a_request_has_only_gets_shorter_and_nonsense_changes_nothing() -> None:
    deadlines.begin("1500")
    assert 1.0 < deadlines.left(8.0) <= 1.5
    assert deadlines.left(0.5) == 0.5
    deadlines.begin("0")
    assert deadlines.left(8.0) == 0.0
    for nonsense in (None, "", "-1", "1e9", "１２", "9" * 30):
        deadlines.begin(nonsense)
        assert deadlines.left(8.0) == 8.0


def test_numbers_are_told_in_the_text_format_and_none_is_rounded() -> None:
    counter = Counter("lika_test_total", "For this test", ["code"])
    counter.labels("a.b").inc()
    counter.labels("a.b").inc(12_345_678)
    assert b'# TYPE lika_test_total counter\nlika_test_total{code="a.b"} 1.2345679e+07\n' in metrics.text()
