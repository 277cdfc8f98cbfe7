"""Access tokens: JWTs signed with Ed25519 (RFC 9068), and the public keys they are checked with."""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
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
from shared.refusals import Unauthenticated

REMEMBERED = 10_000


class AccessTokens:
    """Signs as this gateway; checks what it signed, with this key or an earlier one."""

    def __init__(self, key_file: Path, old_jwks_file: Path | None, issuer: str) -> None:
        self._key = OKPKey.import_key(key_file.read_bytes())
        self.kid = self._key.thumbprint()
        self._issuer = issuer
        self._keys: dict[str, OKPKey] = {self.kid: self._key}
        for row in json.loads(old_jwks_file.read_text())["keys"] if old_jwks_file is not None else ():
            old = OKPKey.import_key(row)
            self._keys[row.get("kid") or old.thumbprint()] = old
        self._good: dict[str, AccessClaims] = {}

    def sign(self, account: str, session: str, life_s: int) -> str:
        """A token of `account` descending from the sign-in `session`, good for `life_s` seconds."""
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
        header = {"alg": ALGORITHM, "kid": self.kid, "typ": TOKEN_TYPE}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    def check(self, token: str) -> AccessClaims:
        """The claims of a good token; Unauthenticated for any other, without saying why."""
        known = self._good.get(token)
        if known is not None and known.expires > time.time():
            return known
        claims = self._check(token)
        if claims is None:
            raise Unauthenticated()
        if len(self._good) >= REMEMBERED:
            self._good.clear()
        self._good[token] = claims
        return claims

    def _check(self, token: str) -> AccessClaims | None:
        if not shape_is_good(token):
            return None
        try:
            header = json.loads(urlsafe_b64decode(token.split(".", 1)[0].encode("ascii")))
            if not isinstance(header, dict) or not header_is_good(header):
                return None
            decoded = jwt.decode(token, self._keys[header["kid"]], algorithms=[ALGORITHM])
        except (JoseError, ValueError, KeyError, TypeError, RecursionError):
            return None
        return read_claims(decoded.claims, self._issuer, time.time())

    def jwks(self) -> dict[str, Any]:
        """The public keys, the present one first."""
        return {
            "keys": [key.as_dict(private=False, kid=kid, use="sig", alg=ALGORITHM) for kid, key in self._keys.items()]
        }
