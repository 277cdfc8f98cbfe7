"""What an access token of the external issuer must say (RFC 9068, OpenID Connect Core 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

ALGORITHMS = ("RS256", "ES256", "EdDSA", "Ed25519")
LEEWAY_S = 30
MAX_LENGTH = 8_192
SECOND_FACTORS = frozenset({"mfa", "otp", "hwk", "fpt", "face"})
"""`amr` values (RFC 8176) that say more than a password was shown."""
_HEADER = {"alg", "kid", "typ"}
_TYPES = {"at+jwt", "application/at+jwt", "JWT"}


@dataclass(frozen=True, slots=True)
class ExternalClaims:
    """Whose token it is over there, and until when."""

    subject: str
    issued: int
    expires: int
    second_factor: bool


def header_fault(header: Mapping[str, Any], algorithms: tuple[str, ...]) -> str:
    """What is wrong with a header, in a word: algorithms are pinned, and no key or address of one is brought."""
    if header.get("alg") not in algorithms:
        return "wrong_algorithm"
    if not set(header) <= _HEADER or header.get("typ") not in _TYPES or not isinstance(header.get("kid"), str):
        return "malformed"
    return ""


def read_external(
    claims: Mapping[str, Any], issuer: str, audience: str, longest_s: int, now: float
) -> ExternalClaims | str:
    """The claims of an access token good at `now`; for any other in a word what is wrong with it.

    ID tokens are addressed to the client that asked for them, not to us, and refresh tokens say what they are: neither
    opens anything here.
    """
    issued, expires, not_before = claims.get("iat"), claims.get("exp"), claims.get("nbf", 0)
    subject, jti = claims.get("sub"), claims.get("jti")
    if type(issued) is not int or type(expires) is not int or type(not_before) is not int:
        return "malformed"
    if not (isinstance(subject, str) and 0 < len(subject) <= 255 and isinstance(jti, str) and jti):
        return "malformed"
    if not (subject.isascii() and subject.isprintable()):
        return "malformed"
    if claims.get("iss") != issuer:
        return "wrong_issuer"
    stated = claims.get("aud")
    if audience not in (stated if isinstance(stated, list) else [stated]):
        return "wrong_audience"
    if claims.get("typ", "Bearer") != "Bearer" or not 0 < expires - issued <= longest_s:
        return "malformed"
    if expires <= now - LEEWAY_S:
        return "expired"
    if issued > now + LEEWAY_S or not_before > now + LEEWAY_S:
        return "future"
    methods = claims.get("amr")
    shown = isinstance(methods, list) and any(one in SECOND_FACTORS for one in methods if isinstance(one, str))
    return ExternalClaims(subject, issued, expires, shown)


def same_origin(address: str, issuer: str) -> bool:
    """Whether an address lies where the issuer lies: nothing else is ever asked for keys."""
    one, other = urlsplit(address), urlsplit(issuer)
    plain = one.username is None and one.password is None and not one.fragment
    return plain and (one.scheme, one.netloc) == (other.scheme, other.netloc)
