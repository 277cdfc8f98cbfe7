"""Which web pages of other origins may use the answers (CORS): a list by setting, empty by default."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?|https?://\[[0-9a-f:.]+\](?::[0-9]{1,5})?")
METHODS = b"DELETE, GET, HEAD, PATCH, POST, PUT"
REQUEST_HEADERS = (
    b"accept, accept-language, authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, "
    b"range, x-access-reason"
)
ANSWER_HEADERS = (
    b"content-disposition, deprecation, etag, idempotency-replayed, link, location, ratelimit, ratelimit-policy, "
    b"retry-after, sunset, x-trace-id"
)
REMEMBERED_S = b"600"

Headers = list[tuple[bytes, bytes]]


class Origins:
    """The list. ValueError for what is no origin: `*` above all, and addresses with a path."""

    def __init__(self, allowed: Iterable[str]) -> None:
        found = [origin.strip().lower() for origin in allowed if origin.strip()]
        for origin in found:
            if _ORIGIN.fullmatch(origin) is None:
                raise ValueError(f"not an origin: {origin}")
        self._allowed = frozenset(origin.encode() for origin in found)

    def __bool__(self) -> bool:
        return bool(self._allowed)

    def allows(self, origin: bytes) -> bool:
        return origin in self._allowed

    def of_answer(self, origin: bytes | None) -> Headers:
        """What an answer says to a page of this origin. Credentials (cookies) are never spoken of: there are none."""
        if not self._allowed:
            return []
        headers = [(b"vary", b"Origin")]
        if origin is not None and self.allows(origin):
            headers += [(b"access-control-allow-origin", origin), (b"access-control-expose-headers", ANSWER_HEADERS)]
        return headers

    def of_preflight(self, origin: bytes) -> Headers:
        """The answer to a browser's question beforehand, for an allowed origin."""
        return [
            (b"vary", b"Origin"),
            (b"access-control-allow-origin", origin),
            (b"access-control-allow-methods", METHODS),
            (b"access-control-allow-headers", REQUEST_HEADERS),
            (b"access-control-max-age", REMEMBERED_S),
        ]
