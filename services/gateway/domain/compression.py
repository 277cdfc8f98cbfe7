"""When an answer is sent compressed: text that is large, asked for, and holds no secret beside what a caller chose."""

from __future__ import annotations

import re

SMALLEST = 1_024
"""Bytes below which nothing is gained."""
_TEXT = frozenset({
    b"application/json", b"application/problem+json", b"application/vnd.oai.openapi+json", b"image/svg+xml",
    b"text/css", b"text/html", b"text/javascript", b"text/plain", b"application/javascript", b"text/csv",
})  # fmt: skip
_REFUSED = re.compile(rb"q=0(?:\.0{0,3})?")
_SECRETS_AT = ("/api/v1/auth/", "/api/v1/public/complaints", "/api/v1/complaints", "/.well-known/",
               "/api/v1/exchange/webhooks")  # fmt: skip


def wanted(accept_encoding: bytes) -> bool:
    """Whether the caller takes gzip (RFC 9110 12.5.3)."""
    for part in accept_encoding.lower().split(b","):
        name, _, more = part.partition(b";")
        if name.strip() in (b"gzip", b"*"):
            return _REFUSED.fullmatch(more.replace(b" ", b"")) is None
    return False


def harmless(method: str, path: str, seeks: bool, reason: bool) -> bool:
    """Whether the length of a compressed answer tells nothing (BREACH).

    It does where one answer holds a secret and words somebody else chose: so never under addresses that give out
    secrets, never for unmasked personal data, never for what was asked by words, and only for GET.
    """
    return method == "GET" and not seeks and not reason and not path.startswith(_SECRETS_AT)


def worthwhile(status: int, headers: dict[bytes, bytes], public: bool) -> bool:
    """Whether this answer gains: whole, text, not coded, not a version people write upon (whose ETag stays)."""
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if status != 200 or kind not in _TEXT or b"content-encoding" in headers or b"content-range" in headers:
        return False
    edited = b"etag" in headers and not headers[b"etag"].startswith(b"W/")
    if b"no-transform" in headers.get(b"cache-control", b"") or (edited and not public):
        return False
    length = headers.get(b"content-length")
    return length is None or int(length) >= SMALLEST


def weak(etag: bytes) -> bytes:
    """The ETag of the coded form: equal in meaning, not byte for byte."""
    return etag if etag.startswith(b"W/") else b"W/" + etag
