"""Token buckets: so many requests in a minute, refilled steadily, remembered for a bounded number of keys."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from dataclasses import dataclass

KEYS_REMEMBERED = 50_000
WINDOW_S = 60


@dataclass(slots=True)
class Verdict:
    """Whether a request may pass, and what its limit looks like now."""

    passes: bool
    limit: int
    remaining: int
    reset_s: int
    """Seconds until one more request may pass; 0 when one may now."""
    name: str = "account"

    @property
    def share(self) -> float:
        """How much of the limit is left, 0 to 1."""
        return self.remaining / self.limit

    def field(self) -> bytes:
        """The RateLimit header of draft-ietf-httpapi-ratelimit-headers: what is left, and until when that is so."""
        lasts_s = self.reset_s or -((self.remaining - self.limit) * WINDOW_S // self.limit)
        return f'"{self.name}";r={self.remaining};t={lasts_s}'.encode()


class Rate:
    """One limit, kept per key."""

    def __init__(self, per_minute: int, name: str = "account") -> None:
        self.name = name
        self.per_minute = per_minute
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    @property
    def per_minute(self) -> int:
        return self._per_minute

    @per_minute.setter
    def per_minute(self, value: int) -> None:
        self._per_minute = value
        self._per_second = value / WINDOW_S
        self.policy = b'"%b";q=%d;w=%d' % (self.name.encode(), value, WINDOW_S)
        """This limit's part of the RateLimit-Policy header."""

    def take(self, key: str, now: float) -> Verdict:
        """Count one request of `key` at `now` (seconds of a steady clock)."""
        full, speed, buckets = self._per_minute, self._per_second, self._buckets
        level, since = buckets.get(key, (full, now))
        level += (now - since) * speed
        if level > full:
            level = full
        passes = level >= 1
        if passes:
            level -= 1
        buckets[key] = (level, now)
        buckets.move_to_end(key)
        if len(buckets) > KEYS_REMEMBERED:
            buckets.popitem(last=False)
        wait = 0 if level >= 1 else math.ceil((1 - level) / speed)
        return Verdict(passes, full, int(level), wait, self.name)

    def exhausted(self, key: str, now: float) -> bool:
        """Whether the next request of `key` would be refused; counts nothing."""
        level, since = self._buckets.get(key, (self._per_minute, now))
        return level + (now - since) * self._per_second < 1


def network_of(peer: str) -> str:
    """What one subscriber holds: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return peer
    if isinstance(address, ipaddress.IPv6Address):
        return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    return peer
