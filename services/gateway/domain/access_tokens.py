"""What an access token must say (RFC 9068, K9). Signatures are checked elsewhere; these are the words."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ALGORITHM = "Ed25519"
TOKEN_TYPE = "at+jwt"
AUDIENCE = "lika"
MAX_LIFE_S = 15 * 60
LEEWAY_S = 5
MAX_LENGTH = 2_048

_SHAPE = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}", re.ASCII)


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """Whose token it is and which sign-in it descends from."""

    account: str
    session: str
    expires: int


def shape_is_good(token: str) -> bool:
    """Three parts of base64url, each in its only spelling, the last of 64 bytes."""
    return len(token) <= MAX_LENGTH and bool(_SHAPE.fullmatch(token)) and all(map(_canonical, token.split(".")))


def _canonical(part: str) -> bool:
    try:
        decoded = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (ValueError, binascii.Error):
        return False
    return base64.urlsafe_b64encode(decoded).decode().rstrip("=") == part


def header_is_good(header: Mapping[str, Any]) -> bool:
    """Exactly alg, typ and kid: no `crit`, no key or address of a key in the token."""
    return set(header) == {"alg", "typ", "kid"} and header["alg"] == ALGORITHM and header["typ"] == TOKEN_TYPE


def read_claims(claims: Mapping[str, Any], issuer: str, now: float) -> AccessClaims | str:
    """The claims of a token good at `now` (seconds since 1970); for any other, in a word what is wrong with it."""
    issued, expires, not_before = claims.get("iat"), claims.get("exp"), claims.get("nbf", 0)
    if any(type(value) is not int for value in (issued, expires, not_before)):
        return "malformed"
    assert isinstance(issued, int)
    assert isinstance(expires, int)
    texts = [claims.get(name) for name in ("sub", "jti", "sid")]
    if not all(isinstance(text, str) and text for text in texts):
        return "malformed"
    if claims.get("iss") != issuer:
        return "wrong_issuer"
    if claims.get("aud") != AUDIENCE:
        return "wrong_audience"
    if not 0 < expires - issued <= MAX_LIFE_S:
        return "malformed"
    if expires <= now - LEEWAY_S:
        return "expired"
    if issued > now + LEEWAY_S or not_before > now + LEEWAY_S:
        return "future"
    return AccessClaims(claims["sub"], claims["sid"], expires)
