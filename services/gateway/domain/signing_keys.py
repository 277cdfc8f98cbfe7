"""Public keys of others (RFC 7517): which are good enough, and the algorithms each is pinned to."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

LONGEST = 2_048
RSA_BITS = range(2048, 8193)
_PUBLIC = {"OKP": ("kty", "crv", "x"), "EC": ("kty", "crv", "x", "y"), "RSA": ("kty", "n", "e")}
_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")


def algorithms_of(jwk: Mapping[str, Any]) -> tuple[str, ...]:
    """The signature algorithms a key may be used with; none for a key that is not good enough.

    The key decides, never the token: an RSA key is no HMAC secret, and there is no `none`.
    """
    if jwk.get("use", "sig") != "sig":
        return ()
    kind, curve = jwk.get("kty"), jwk.get("crv")
    if kind == "OKP" and curve == "Ed25519":
        possible: tuple[str, ...] = ("EdDSA", "Ed25519")
    elif kind == "EC" and curve == "P-256":
        possible = ("ES256",)
    elif kind == "RSA" and _bits(jwk.get("n")) in RSA_BITS:
        possible = ("RS256",)
    else:
        possible = ()
    stated = jwk.get("alg")
    return possible if stated is None else tuple(one for one in possible if one == stated)


def is_private(jwk: Mapping[str, Any]) -> bool:
    """Whether somebody sends us what they must keep to themselves."""
    return any(name in jwk for name in _PRIVATE)


def public_part(jwk: Mapping[str, Any]) -> dict[str, Any]:
    """The members a public key is made of, and its own `kid`, nothing else that came with them."""
    names = _PUBLIC.get(str(jwk.get("kty")), ())
    return {name: jwk[name] for name in (*names, "kid") if _is_plain(jwk.get(name))}


def _is_plain(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isprintable() and len(value) <= LONGEST


def _bits(modulus: object) -> int:
    if not isinstance(modulus, str):
        return 0
    try:
        raw = base64.urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4))
    except (ValueError, binascii.Error):
        return 0
    return int.from_bytes(raw).bit_length()
