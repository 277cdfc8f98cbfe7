"""What a machine's assertion must say (RFC 7523 3): who, to whom, for minutes, once."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_LIFE_S = 300
LEEWAY_S = 30
MAX_LENGTH = 4_096
_HEADER = {"alg", "kid", "typ"}
_TYPES = {None, "JWT", "client-authentication+jwt"}


@dataclass(frozen=True, slots=True)
class Assertion:
    """A good one: its id, and when it is over (seconds since 1970)."""

    jti: str
    expires: int


def header_is_good(header: Mapping[str, Any]) -> bool:
    """No `crit`, no key or address of a key in the assertion."""
    return set(header) <= _HEADER and isinstance(header.get("alg"), str) and header.get("typ") in _TYPES


def read_assertion(claims: Mapping[str, Any], client_id: str, audiences: Set[str], now: float) -> Assertion | None:
    """The assertion good at `now`; None for any other."""
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        return None
    audience = claims.get("aud")
    named = [audience] if isinstance(audience, str) else audience
    if not (isinstance(named, list) and len(named) == 1 and isinstance(named[0], str) and named[0] in audiences):
        return None
    jti, expires = claims.get("jti"), claims.get("exp")
    if not (isinstance(jti, str) and 0 < len(jti) <= 256) or type(expires) is not int:
        return None
    if not now - LEEWAY_S < expires <= now + MAX_LIFE_S + LEEWAY_S:
        return None
    for name in ("iat", "nbf"):
        at = claims.get(name, 0)
        if type(at) is not int or at > now + LEEWAY_S:
            return None
    return Assertion(jti, expires)
