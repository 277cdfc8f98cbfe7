"""How much time a request has left: told by whoever asks, passed on to whoever is asked."""

from __future__ import annotations

import time
from contextvars import ContextVar

HEADER = "x-deadline-ms"
"""Milliseconds the asker will wait, counted from when the request arrives. It can only shorten what a service waits."""
_LONGEST_MS = 3_600_000
_until: ContextVar[float | None] = ContextVar("deadline", default=None)


def begin(value: str | None) -> None:
    """Take over what the asker said; anything but a plain number is as if nothing was said."""
    text = value or ""
    known = text.isascii() and text.isdigit() and len(text) <= 7
    _until.set(time.monotonic() + min(int(text), _LONGEST_MS) / 1000 if known else None)


def left(at_most_s: float) -> float:
    """Seconds to wait for somebody else in this request: `at_most_s`, or less; never negative."""
    until = _until.get()
    return at_most_s if until is None else max(0.0, min(at_most_s, until - time.monotonic()))
