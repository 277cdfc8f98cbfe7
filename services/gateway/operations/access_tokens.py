"""Access tokens: JWTs signed with Ed25519 (RFC 9068), and the public keys they are checked with."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.util import urlsafe_b64decode

from services.gateway.domain.access_tokens import (
    ALGORITHM,
    AUDIENCE,
    TOKEN_TYPE,
    AccessClaims,
    header_is_good,
    read_claims,
    shape_is_good,
)
from services.gateway.operations.token_keys import TokenKeys
from shared.refusals import Unauthenticated

REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a token, in a word; and whose it is, when we signed it."""

    reason: str
    account: str = ""


class AccessTokens:
    """Signs as this gateway; checks what it signed, with any key accepted now."""

    def __init__(self, key_file: Path, old_jwks_file: Path | None, issuer: str, ring_file: Path | None = None) -> None:
        self._keys = TokenKeys(key_file, old_jwks_file, ring_file)
        self._issuer = issuer
        self._good: dict[str, AccessClaims] = {}

    @property
    def kid(self) -> str:
        """The name of the key that signs."""
        return self._keys.kid

    def sign(self, account: str, session: str, life_s: int) -> str:
        """A token of `account` descending from the sign-in `session`, good for `life_s` seconds."""
        self._look()
        issued = int(time.time())
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": account,
            "sid": session,
            "iat": issued,
            "exp": issued + life_s,
            "jti": uuid.uuid4().hex,
        }
        header = {"alg": ALGORITHM, "kid": self._keys.kid, "typ": TOKEN_TYPE}
        return jwt.encode(header, claims, self._keys.key, algorithms=[ALGORITHM])

    def known(self, token: str) -> AccessClaims | None:
        """The claims of a token found good before, while it lasts and its key is accepted."""
        if self._keys.look():
            self._good.clear()
        found = self._good.get(token)
        return found if found is not None and found.expires > time.time() else None

    def check(self, token: str) -> AccessClaims:
        """The claims of a good token; Unauthenticated for any other, without saying why."""
        found = self.judge(token)
        if isinstance(found, Fault):
            raise Unauthenticated()
        return found

    def judge(self, token: str) -> AccessClaims | Fault:
        """The claims of a good token; for any other what is wrong with it, which the caller is not told."""
        known = self.known(token)
        if known is not None:
            return known
        found = self._judge(token)
        if isinstance(found, AccessClaims):
            if len(self._good) >= REMEMBERED:
                self._good.clear()
            self._good[token] = found
        return found

    def _judge(self, token: str) -> AccessClaims | Fault:
        try:
            header = json.loads(urlsafe_b64decode(token.split(".", 1)[0].encode("ascii")))
        except (ValueError, RecursionError):
            return Fault("malformed")
        if not isinstance(header, dict):
            return Fault("malformed")
        if not header_is_good(header):
            return Fault("wrong_algorithm" if header.get("alg") != ALGORITHM else "malformed")
        if not shape_is_good(token):
            return Fault("malformed")
        key = self._keys.accepted.get(header["kid"]) if isinstance(header["kid"], str) else None
        if key is None:
            return Fault("unknown_key")
        try:
            claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError, KeyError, TypeError, RecursionError):
            return Fault("wrong_signature")
        found = read_claims(claims, self._issuer, time.time())
        return Fault(found, str(claims.get("sub", ""))[:64]) if isinstance(found, str) else found

    def _look(self) -> None:
        """Follow the key files. What a key vouched for that is gone is forgotten."""
        if self._keys.look():
            self._good.clear()

    def jwks(self) -> dict[str, Any]:
        """The public keys, the present one first."""
        self._look()
        keys = self._keys.accepted.items()
        return {"keys": [key.as_dict(private=False, kid=kid, use="sig", alg=ALGORITHM) for kid, key in keys]}
