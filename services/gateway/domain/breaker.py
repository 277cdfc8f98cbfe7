"""A circuit breaker: after failures in a row nobody asks for a while, then one request tries."""

from __future__ import annotations

OPEN_AFTER = 5
PROBE_AFTER_S = 2.0


class Breaker:
    """The state of one upstream. The caller gives the time, in seconds of a steady clock."""

    def __init__(self, open_after: int = OPEN_AFTER, probe_after_s: float = PROBE_AFTER_S) -> None:
        self._open_after = open_after
        self._probe_after_s = probe_after_s
        self._failures = 0
        self._next_try = 0.0

    def lets_pass(self, now: float) -> bool:
        """Whether a request may go out now. When open, one request each `probe_after_s` may."""
        if self._failures < self._open_after:
            return True
        if now < self._next_try:
            return False
        self._next_try = now + self._probe_after_s
        return True

    @property
    def is_open(self) -> bool:
        """Whether only now and then a request may try."""
        return self._failures >= self._open_after

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self, now: float) -> None:
        self._failures += 1
        if self._failures >= self._open_after:
            self._next_try = now + self._probe_after_s
