"""Random secrets that leave once, and the digests they are kept as."""

from __future__ import annotations

import hashlib
import secrets

SECRET_BYTES = 32


def new_secret() -> str:
    """A fresh random secret, base64url."""
    return secrets.token_urlsafe(SECRET_BYTES)


def digest(secret: str) -> str:
    """SHA-256, hex: enough for random secrets, and for names that need not be kept."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
