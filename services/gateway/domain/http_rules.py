"""What a request must look like before anybody asks who sent it (K7, K8): pure checks on bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from urllib.parse import quote, unquote

from services.gateway.domain.compression import wanted
from services.gateway.domain.refusals.requests import (
    HeaderMalformed,
    HeaderRepeated,
    HeadersTooLarge,
    MethodNotAllowed,
    PathAmbiguous,
    ReasonMalformed,
    TargetTooLong,
    UpgradeRefused,
)
from shared.refusals import Malformed, UnsupportedMedia

Headers = Sequence[tuple[bytes, bytes]]

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
TARGET_LIMIT = 8 * 1024
HEADER_LIMIT = 16 * 1024
HEADER_COUNT = 64
REASON_LIMIT = 200
ONCE = frozenset({
    b"host", b"authorization", b"content-length", b"content-type", b"idempotency-key", b"transfer-encoding", b"origin",
    b"x-access-reason",
})  # fmt: skip
REQUEST_ALLOWED = frozenset({
    b"accept", b"accept-language", b"content-type", b"content-length", b"idempotency-key", b"if-match",
    b"if-none-match", b"range", b"last-event-id",
})  # fmt: skip
"""Headers of a request that travel on; every other one stays here."""
RESPONSE_ALLOWED = frozenset({
    b"content-type", b"content-length", b"content-encoding", b"content-range", b"accept-ranges", b"etag", b"location",
    b"cache-control", b"content-disposition", b"retry-after", b"idempotency-replayed", b"content-language", b"vary",
    b"www-authenticate", b"deprecation", b"sunset", b"link",
})  # fmt: skip
"""Headers of an answer that travel back; the trace id is the gateway's own."""
_WATCHED = frozenset({
    b"upgrade", b"http2-settings", b"connection", b"content-length", b"transfer-encoding", b"content-encoding",
})  # fmt: skip
"""Headers that may say what is refused."""
UPLOAD_SUFFIXES = ("imports", "attachments")
"""A multipart body may be large where a segment of the path ends so."""

SHEETS_OF_PEOPLE = "/api/v1/registry/household-imports"
"""Where a body may be larger still: a county's people in one file."""

_PLAIN_PATH = re.compile(rb"(?:/[A-Za-z0-9_~:@!$&'()*+,=-][A-Za-z0-9._~:@!$&'()*+,=-]*)+/?")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_AMBIGUOUS = re.compile(rb"%2f|%5c|%00|//|;|#|\\", re.IGNORECASE)
_SEGMENT_SAFE = "-._~!$&'()*+,=:@"


@dataclass(slots=True)
class Inspected:
    """The headers of a request that passed, by name."""

    headers: dict[bytes, bytes]
    """Headers on the allow-list."""
    authorization: bytes | None
    reason: bytes | None
    host: bytes | None
    has_body: bool
    origin: bytes | None = None
    preflight: bool = False
    gzip: bool = False
    """Whether the caller takes gzip."""


def require_method(method: str) -> None:
    if method not in METHODS:
        raise MethodNotAllowed()


def canonical_path(raw: bytes) -> str:
    """The path, each segment decoded and encoded again; PathAmbiguous when it can be read in two ways."""
    if len(raw) > TARGET_LIMIT:
        raise TargetTooLong()
    if _PLAIN_PATH.fullmatch(raw):
        return raw.decode("ascii")
    if not raw.startswith(b"/") or _AMBIGUOUS.search(raw) or _PERCENT.search(raw) or not raw.isascii():
        raise PathAmbiguous()
    return "/" + "/".join(_segment(part) for part in raw.decode("ascii")[1:].split("/"))


def _segment(part: str) -> str:
    try:
        text = unquote(part, encoding="utf-8", errors="strict")
    except UnicodeDecodeError as error:
        raise PathAmbiguous() from error
    if text in (".", "..") or any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise PathAmbiguous()
    return quote(text, safe=_SEGMENT_SAFE)


def require_query(raw: bytes, path_length: int = 0) -> str:
    """The query as it came; printable ASCII only."""
    if len(raw) + path_length > TARGET_LIMIT:
        raise TargetTooLong()
    text = raw.decode("latin-1")
    if not text.isascii() or not (text == "" or text.isprintable()) or " " in text:
        raise Malformed()
    return text


def inspect_headers(headers: Headers) -> Inspected:
    """Check size, repetition, framing and upgrades; keep what may travel on."""
    count = len(headers)
    named = dict(headers)
    if len(named) != count:
        named = _joined(headers)
    if count > HEADER_COUNT or len(b"".join(chain.from_iterable(headers))) + 4 * count > HEADER_LIMIT:
        raise HeadersTooLarge()
    if not _WATCHED.isdisjoint(named):
        _require_plain(named)
    kept = {name: value for name, value in named.items() if name in REQUEST_ALLOWED}
    if kept and _CONTROL.search(b"".join(kept.values())):
        raise HeaderMalformed()
    if b"if-none-match" in kept:
        # Compared weakly (RFC 9110 13.1.2): the weak form is this gateway's own, from when it coded the answer.
        kept[b"if-none-match"] = kept[b"if-none-match"].replace(b"W/", b"")
    find = named.get
    coding = find(b"accept-encoding")
    return Inspected(
        kept, find(b"authorization"), find(b"x-access-reason"), find(b"host"),
        find(b"content-length", b"0") != b"0" or b"transfer-encoding" in named,
        find(b"origin"), b"access-control-request-method" in named, coding is not None and wanted(coding),
    )  # fmt: skip


def _joined(headers: Headers) -> dict[bytes, bytes]:
    """Headers by name where one is repeated: those that travel on are joined, of others the first one counts."""
    named: dict[bytes, bytes] = {}
    for name, value in headers:
        if name not in named:
            named[name] = value
        elif name in ONCE:
            raise HeaderRepeated()
        elif name in REQUEST_ALLOWED:
            named[name] += b", " + value
    return named


def _require_plain(named: dict[bytes, bytes]) -> None:
    """Refuse upgrades, bodies framed in two ways, and coded bodies."""
    length, encoding = named.get(b"content-length"), named.get(b"transfer-encoding")
    if b"upgrade" in named or b"http2-settings" in named:
        raise UpgradeRefused()
    if b"connection" in named and b"upgrade" in named[b"connection"].lower():
        raise UpgradeRefused()
    if length is not None and (encoding is not None or not length.isdigit() or len(length) > 15):
        raise HeaderMalformed()
    if encoding is not None and encoding.lower() != b"chunked":
        raise HeaderMalformed()
    if b"content-encoding" in named and named[b"content-encoding"].lower() != b"identity":
        raise UnsupportedMedia()


def access_reason(raw: bytes | None) -> str:
    """The reason given for unmasking, still to be cleaned by the text rules; empty when none is."""
    if raw is None:
        return ""
    try:
        reason = unquote(raw.decode("ascii"), encoding="utf-8", errors="strict")
    except UnicodeDecodeError as error:
        raise ReasonMalformed() from error
    if len(reason) > REASON_LIMIT:
        raise ReasonMalformed()
    return reason


def is_upload(path: str, content_type: bytes) -> bool:
    """Whether a body of this type may be large here."""
    return content_type.lower().startswith(b"multipart/form-data") and any(
        segment.endswith(UPLOAD_SUFFIXES) for segment in path.split("/")
    )


def safe_location(value: bytes) -> bool:
    """Whether an answer's Location stays at this gateway."""
    return value.startswith(b"/api/") and not value.startswith(b"//")
