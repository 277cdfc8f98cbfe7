"""An operation on its way out says so in the contract and in every answer it gives: RFC 9745, RFC 8594, RFC 8288."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any

from fastapi import Request
from starlette.responses import Response

from shared.chassis.clock import OFFICE_ZONE

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def deprecated(declared: dict[str, Any], *, since: date, sunset: date, successor: str) -> dict[str, Any]:
    """Route arguments of an operation that is deprecated since a day, may be gone after another, and is replaced by the
    operation at `successor` (an address below /api): `**deprecated(needs("thing.read"), since=..., ...)`."""
    if sunset <= since:
        raise ValueError("an operation is deprecated before it goes")
    if not successor.startswith("/api/"):
        raise ValueError("the successor is an address of this API")
    told = {"since": since.isoformat(), "sunset": sunset.isoformat(), "successor": successor}
    return declared | {"deprecated": True, "openapi_extra": declared["openapi_extra"] | {"x-deprecated": told}}


def telling(handle: Handler, extra: Mapping[str, Any]) -> Handler:
    """The handler, its answers telling what `deprecated` declared; the same handler for any other operation."""
    told = extra.get("x-deprecated")
    if told is None:
        return handle
    since, sunset = _midnight(told["since"]), _midnight(told["sunset"])
    headers = {
        "Deprecation": f"@{int(since.timestamp())}",
        "Sunset": format_datetime(sunset, usegmt=True),
        "Link": f'<{told["successor"]}>; rel="successor-version"',
    }

    async def tell(request: Request) -> Response:
        response = await handle(request)
        response.headers.update(headers)
        return response

    return tell


def _midnight(day: str) -> datetime:
    """The first moment of the office's day, in UTC."""
    return datetime.combine(date.fromisoformat(day), time(), OFFICE_ZONE).astimezone(UTC)
