"""The keys access tokens are signed with and checked with, read again whenever their files change."""

from __future__ import annotations

import json
import time
from pathlib import Path

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from services.gateway.domain.token_ring import Ring, RingKey
from services.gateway.storage import token_rings
from shared.chassis import log
from shared.chassis.identity import new_private_key

LOOK_S = 1.0
"""How often the files are looked at: a revoked key is out everywhere within that time."""


class TokenKeys:
    """The present key, and every key accepted. Files that cannot be read change nothing, but for being told of."""

    def __init__(self, key_file: Path, old_jwks_file: Path | None = None, ring_file: Path | None = None) -> None:
        """One key and a JWKS of earlier ones, or a ring of keys in their place."""
        self._key_file, self._old_file, self._ring_file = key_file, old_jwks_file, ring_file
        self.kid = ""
        self.key: OKPKey
        self.accepted: dict[str, OKPKey] = {}
        self._over: dict[str, float] = {}
        self._looked_at = time.monotonic()
        self._seen = self._state()
        self._load()

    def look(self) -> bool:
        """Read the files again if they changed; whether any key did."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_S:
            return False
        self._looked_at = now
        try:
            seen = self._state()
            if seen == self._seen and not self._some_over():
                return False
            self._load()
        except (OSError, ValueError, TypeError, JoseError) as error:
            log.logger().error("token_keys_unreadable", kind=type(error).__name__)
            return False
        self._seen = seen
        return True

    def _state(self) -> list[tuple[int, int, int]]:
        """What tells one version of the files from another."""
        paths = (self._ring_file,) if self._ring_file is not None else (self._key_file, self._old_file)
        stats = [path.stat() for path in paths if path is not None]
        return [(one.st_mtime_ns, one.st_size, one.st_ino) for one in stats]

    def _some_over(self) -> bool:
        now = time.time()
        return any(until <= now for until in self._over.values())

    def _load(self) -> None:
        """Take over what the files say, whole or not at all."""
        if self._ring_file is not None:
            ring = token_rings.read(self._ring_file)
            key = OKPKey.import_key(ring.present.pem)
            live = ring.accepted(time.time())
            accepted = {one.kid: OKPKey.import_key(json.loads(one.public)) for one in live}
            over = {one.kid: float(one.until) for one in live if one.until}
            kid = ring.present.kid
        else:
            key = OKPKey.import_key(self._key_file.read_bytes())
            kid, over = key.thumbprint(), {}
            accepted = {kid: key}
            for row in json.loads(self._old_file.read_text())["keys"] if self._old_file is not None else ():
                old = OKPKey.import_key(row)
                accepted[row.get("kid") or old.thumbprint()] = old
        self.kid, self.key, self.accepted, self._over = kid, key, accepted, over


def fresh_key(now: int) -> RingKey:
    """A new key of the ring."""
    return ring_key(new_private_key(), now)


def ring_key(pem: bytes, now: int) -> RingKey:
    """A private key as a key of the ring. ValueError for what is no Ed25519 key."""
    key = OKPKey.import_key(pem)
    kid = key.thumbprint()
    public = json.dumps(key.as_dict(private=False, kid=kid))
    return RingKey(kid=kid, pem=key.as_pem(private=True).decode(), public=public, since=now)


def first_ring(pem: bytes, now: int) -> Ring:
    """A ring whose present key is the one used so far. The next one has been known to nobody."""
    return Ring(present=ring_key(pem, now), next=fresh_key(now))
