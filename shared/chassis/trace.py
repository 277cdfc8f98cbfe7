"""W3C trace context: one id per request, passed on to every service it touches."""

from __future__ import annotations

import re
from contextvars import ContextVar
from random import getrandbits

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})", re.ASCII)
_trace_id: ContextVar[str] = ContextVar("trace_id", default="0" * 32)


def begin(traceparent: str | None) -> str:
    """Take over the caller's trace id, or start a new one; returns it."""
    match = _TRACEPARENT.fullmatch(traceparent) if traceparent else None
    trace_id = match.group(1) if match and match.group(1) != "0" * 32 else _digits(32)
    _trace_id.set(trace_id)
    return trace_id


def _digits(count: int) -> str:
    """Hexadecimal digits that tell one thing from another; nothing is secret about them."""
    return f"{getrandbits(4 * count):0{count}x}"


def trace_id() -> str:
    """The id of the request being answered."""
    return _trace_id.get()


def traceparent() -> str:
    """The header to send on."""
    return f"00-{_trace_id.get()}-{_digits(16)}-01"
