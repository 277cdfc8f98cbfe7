"""Refusals are counted by their code and logged, so many lines a second at most: a flood must not drown the log."""

from __future__ import annotations

import time

from prometheus_client import Counter

from shared.chassis import log

LINES_PER_S = 20
REFUSED = Counter("lika_gateway_refusals_total", "Requests refused at the door, by code", ["code", "status"])


class _Second:
    """Lines written in the present second, and how many were not."""

    def __init__(self) -> None:
        self.began = self.lines = self.left_out = 0


_second = _Second()


def note(code: str, status: int) -> None:
    """Count a refusal and say it in the log: its code and status, never what was sent or from where."""
    REFUSED.labels(code, str(status)).inc()
    now = int(time.monotonic())
    if now != _second.began:
        if _second.left_out:
            log.logger().warning("requests_refused", left_out=_second.left_out)
        _second.began, _second.lines, _second.left_out = now, 0, 0
    if _second.lines >= LINES_PER_S:
        _second.left_out += 1
        return
    _second.lines += 1
    log.logger().warning("request_refused", code=code, status=status)
