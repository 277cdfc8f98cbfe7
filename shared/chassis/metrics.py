"""Numbers of this process in the text format of Prometheus, for the inside only. Labels are words of the code, never
data."""

from __future__ import annotations

from functools import cache
from typing import Final

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, Counter, generate_latest

MEDIA_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

REQUESTS = Counter("lika_requests_total", "Requests answered, by method and status", ["method", "status"])
SECONDS = Counter("lika_request_seconds_total", "Seconds from a request's head to the end of its answer", ["method"])

requests_of, seconds_of = cache(REQUESTS.labels), cache(SECONDS.labels)
"""The counter of a method and status, of a method: looking one up costs more than counting."""


def text() -> bytes:
    """All numbers of this process, those of the process itself among them."""
    return generate_latest()
