"""Keyset paging: opaque cursors that hold the last row's sort key, marked for the list, filters and areas they were
given for."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request

from shared.refusals import Malformed

Limit = Annotated[int, Query(ge=1, le=200, description="rows per page")]
Cursor = Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")]


_NOT_FILTERS = frozenset({"cursor", "limit", "count"})
"""What one may ask otherwise from page to page."""
_MARK_BYTES = 16


class CursorRefused(Malformed):
    """The cursor was altered, or given for another list, other filters or another area, or under an earlier key."""

    code = "cursor_refused"
    zh = "翻页标记无效,或不属于这份列表、这些筛选条件和您的管辖范围,请从第一页重新开始"
    en = "The cursor is broken, or not of this list, these filters and your scope: begin at the first page"
    pointer = "/cursor"


@dataclass(frozen=True, slots=True)
class _Reading:
    """The list a cursor is made for or goes on in. Without a request, cursors are those of this process alone."""

    key: bytes
    request: Request | None = None
    areas: tuple[str, ...] = ()

    def listing(self) -> bytes:
        """Address, filters and the reader's areas, in one order."""
        if self.request is None:
            return b""
        asked = sorted(item for item in self.request.query_params.multi_items() if item[0] not in _NOT_FILTERS)
        body = getattr(self.request, "_body", b"")
        filters = json.loads(body) if body else None
        if isinstance(filters, dict):
            filters = {name: value for name, value in filters.items() if name not in _NOT_FILTERS}
        listing = (self.request.scope["path"], asked, filters, sorted(self.areas))
        return json.dumps(listing, sort_keys=True).encode()


_reading: ContextVar[_Reading] = ContextVar("reading", default=_Reading(secrets.token_bytes(32)))  # noqa: B039 - frozen


def begin(request: Request, key: bytes, areas: tuple[str, ...]) -> None:
    """From here on cursors are those of this request's list, read by somebody with these areas."""
    _reading.set(_Reading(key, request, areas))


def key_of(secret: bytes, service: str) -> bytes:
    """The key of a service's cursors, drawn from a secret that all its processes have."""
    return hmac.digest(secret, f"lika {service} cursors".encode(), "sha256")


def encode(*key: str | int) -> str:
    """A cursor that continues behind the row with this sort key, in this list alone."""
    text = json.dumps(key, ensure_ascii=False).encode()
    return _written(_mark(text) + text)


def decode(cursor: str | None, *types: type) -> tuple[str | int, ...] | None:
    """The sort key of a cursor, checked against `types`; CursorRefused for anything this list did not give."""
    if cursor is None:
        return None
    raw = _read(cursor)
    mark, text = raw[:_MARK_BYTES], raw[_MARK_BYTES:]
    if not hmac.compare_digest(mark, _mark(text)):
        raise CursorRefused()
    return _parts(text, types)


def encode_lasting(*key: str | int) -> str:
    """A cursor that is kept for years (records for departments): it outlives keys and the filters of a grant."""
    return _written(json.dumps(key, ensure_ascii=False).encode())


def decode_lasting(cursor: str | None, *types: type) -> tuple[str | int, ...] | None:
    """What `encode_lasting` wrote, checked against `types`; Malformed for anything else."""
    return None if cursor is None else _parts(_read(cursor), types)


def _mark(text: bytes) -> bytes:
    reading = _reading.get()
    return hmac.digest(reading.key, reading.listing() + b"\n" + text, "sha256")[:_MARK_BYTES]


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read(cursor: str) -> bytes:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError as error:
        raise CursorRefused() from error
    if _written(raw) != cursor:
        raise CursorRefused()
    return raw


def _parts(text: bytes, types: tuple[type, ...]) -> tuple[str | int, ...]:
    try:
        key = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CursorRefused() from error
    if not isinstance(key, list) or [type(part) for part in key] != list(types):
        raise CursorRefused()
    if any(isinstance(part, int) and abs(part) > 2**62 for part in key):
        raise CursorRefused()
    if any(isinstance(part, str) and not _storable(part) for part in key):
        raise CursorRefused()
    return tuple(key)


def decode_id(cursor: str | None) -> UUID | None:
    """The id in a cursor that holds one and nothing else."""
    key = decode(cursor, str)
    return None if key is None else id_of(key[0])


def id_of(part: str | int) -> UUID:
    """A part of a sort key that is an id; Malformed if it is none."""
    try:
        return UUID(str(part))
    except ValueError as error:
        raise Malformed(pointer="/cursor") from error


def _storable(text: str) -> bool:
    """Whether a database can compare with this text: no NUL, no lone surrogate."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
