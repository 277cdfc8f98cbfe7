"""JWTs signed by others: read unchecked only to find out whose key to check them with, then checked with that key."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import JWKRegistry
from joserfc.util import urlsafe_b64decode

MAX_LENGTH = 8_192


def header_of(token: str) -> dict[str, Any] | None:
    """The header, unchecked; None for what is no JWT."""
    return _part(token, 0)


def claims_of(token: str) -> dict[str, Any] | None:
    """The claims, unchecked; None for what is no JWT."""
    return _part(token, 1)


def verified(token: str, jwk: Mapping[str, Any], algorithm: str) -> dict[str, Any] | None:
    """The claims of a token this key signed with this algorithm; None for any other."""
    try:
        with warnings.catch_warnings():
            # `EdDSA` is the older name of Ed25519 (RFC 9864), and the one most issuers still write.
            warnings.simplefilter("ignore", SecurityWarning)
            claims = jwt.decode(token, JWKRegistry.import_key(dict(jwk)), algorithms=[algorithm]).claims
    except (JoseError, ValueError, TypeError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None


def _part(token: str, index: int) -> dict[str, Any] | None:
    parts = token.split(".")
    if len(parts) != 3 or len(token) > MAX_LENGTH or not token.isascii():
        return None
    try:
        value = json.loads(urlsafe_b64decode(parts[index].encode()))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
