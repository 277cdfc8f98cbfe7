"""Token buckets: so many requests in a minute, refilled steadily, remembered for a bounded number of keys."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from dataclasses import dataclass

KEYS_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may pass, and what its limit looks like now."""

    passes: bool
    limit: int
    remaining: int
    reset_s: int
    """Seconds until one more request may pass; 0 when one may now."""


class Rate:
    """One limit, kept per key."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._per_second = per_minute / 60
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, now: float) -> Verdict:
        """Count one request of `key` at `now` (seconds of a steady clock)."""
        level, since = self._buckets.get(key, (float(self.per_minute), now))
        level = min(float(self.per_minute), level + (now - since) * self._per_second)
        passes = level >= 1
        if passes:
            level -= 1
        self._buckets[key] = (level, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > KEYS_REMEMBERED:
            self._buckets.popitem(last=False)
        wait = 0 if level >= 1 else math.ceil((1 - level) / self._per_second)
        return Verdict(passes, self.per_minute, int(level), wait)


def network_of(peer: str) -> str:
    """What one subscriber holds: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return peer
