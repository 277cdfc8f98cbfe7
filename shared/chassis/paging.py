"""Keyset paging: opaque cursors that hold the last row's sort key."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Annotated
from uuid import UUID

from fastapi import Query

from shared.refusals import Malformed

Limit = Annotated[int, Query(ge=1, le=200, description="rows per page")]
Cursor = Annotated[str | None, Query(max_length=512, description="next_cursor of the page before")]


def encode(*key: str | int) -> str:
    """A cursor that continues behind the row with this sort key."""
    return base64.urlsafe_b64encode(json.dumps(key, ensure_ascii=False).encode()).decode().rstrip("=")


def decode(cursor: str | None, *types: type) -> tuple[str | int, ...] | None:
    """The sort key of a cursor, checked against `types`; Malformed for anything else."""
    if cursor is None:
        return None
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise Malformed(pointer="/cursor") from error
    if not isinstance(key, list) or [type(part) for part in key] != list(types):
        raise Malformed(pointer="/cursor")
    if any(isinstance(part, int) and abs(part) > 2**62 for part in key):
        raise Malformed(pointer="/cursor")
    if any(isinstance(part, str) and not _storable(part) for part in key):
        raise Malformed(pointer="/cursor")
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
