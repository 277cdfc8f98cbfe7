"""The keys access tokens are signed with, as they take over from each other.

The `next` key is published before it signs, so that every process and every cache knows it already when it becomes the
`present` one; an `old` key is accepted until the tokens it signed have run out; a revoked one is not accepted at all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from services.gateway.domain.access_tokens import LEEWAY_S, MAX_LIFE_S

OVERLAP_S = MAX_LIFE_S + LEEWAY_S + 60
"""How long an old key is kept: the longest token, and some for clocks and files."""
SETTLED_S = 30
"""How long a next key must have been published before it may sign: every process has re-read the file by then."""


@dataclass(frozen=True, slots=True)
class RingKey:
    """One key. `pem` is the private key; empty once it signs no more. `public` is its JWK as JSON."""

    kid: str
    pem: str
    public: str
    since: int
    """When it came into its state, seconds since 1970."""
    until: int = 0
    """When an old key is over."""


@dataclass(frozen=True, slots=True)
class Ring:
    present: RingKey
    next: RingKey
    old: tuple[RingKey, ...] = ()
    revoked: tuple[str, ...] = ()

    def accepted(self, now: float) -> tuple[RingKey, ...]:
        """Keys a token may be signed with, the present one first."""
        return (self.present, self.next, *(key for key in self.old if key.until > now))


class TooEarly(ValueError):
    """The next key is so new that a process may not know it yet."""


class Unknown(ValueError):
    """No live key has this kid."""


MakeKey = Callable[[int], RingKey]
"""A fresh key made at a time."""


def rotated(ring: Ring, now: int, make: MakeKey) -> Ring:
    """The next key signs from now on; the present one is old; a fresh one is next. TooEarly when that would break."""
    if now - ring.next.since < SETTLED_S:
        raise TooEarly
    old = replace(ring.present, pem="", since=now, until=now + OVERLAP_S)
    kept = tuple(key for key in ring.old if key.until > now)
    return Ring(replace(ring.next, since=now), make(now), (old, *kept), ring.revoked)


def revoked(ring: Ring, kid: str, now: int, make: MakeKey) -> Ring:
    """Nothing signed with this key is good any more, from now on. Unknown for a key that is none of the ring's."""
    if kid not in {key.kid for key in (ring.present, ring.next, *ring.old)}:
        raise Unknown
    gone = (kid, *ring.revoked)[:100]
    old = tuple(key for key in ring.old if key.kid != kid and key.until > now)
    if kid == ring.present.kid:
        return Ring(replace(ring.next, since=now), make(now), old, gone)
    following = make(now) if kid == ring.next.kid else ring.next
    return Ring(ring.present, following, old, gone)
