"""Inner tokens that are not to be believed, each wrong in one way. The forger holds the gateway's own key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from shared.chassis.identity import ALGORITHM, INNER_TOKEN_LIFE_S, TOKEN_TYPE, Actor
from tests.support import server

HEADER: dict[str, Any] = {"alg": ALGORITHM, "kid": "gateway", "typ": TOKEN_TYPE}


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def key_of(name: str) -> Ed25519PrivateKey:
    key = load_pem_private_key(server.key_file(name).read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


class Forger:
    """Makes tokens for `who` at `audience`: good ones, and whatever else is asked for."""

    def __init__(self, who: Actor, audience: str) -> None:
        now = int(time.time())
        self.claims = who.claims() | {
            "iss": "gateway", "aud": audience, "sub": who.account, "iat": now, "exp": now + INNER_TOKEN_LIFE_S,
            "jti": uuid.uuid4().hex,
        }  # fmt: skip
        self.key = key_of("gateway.pem")

    def token(self, header: Any = None, key: Ed25519PrivateKey | None = None, **claims: Any) -> str:
        """A claim given as `...` is left out."""
        body = {name: value for name, value in (self.claims | claims).items() if value is not ...}
        return self.raw(json.dumps(HEADER if header is None else header), json.dumps(body), key)

    def raw(self, header: str, body: str, key: Ed25519PrivateKey | None = None) -> str:
        text = f"{b64(header.encode())}.{b64(body.encode())}"
        return f"{text}.{b64((key or self.key).sign(text.encode()))}"

    def hmac_signed(self, algorithm: str, secret: bytes) -> str:
        text = f"{b64(json.dumps(HEADER | {'alg': algorithm}).encode())}.{b64(json.dumps(self.claims).encode())}"
        return f"{text}.{b64(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def malformed(forger: Forger) -> dict[str, str]:
    """No signature saves these."""
    good = forger.token()
    head, body, signature = good.split(".")
    other = b64(json.dumps(forger.claims | {"account": "x", "sub": "x"}).encode())
    none = b64(json.dumps(HEADER | {"alg": "none"}).encode())
    return {
        "nothing": "",
        "one part": head,
        "two parts": f"{head}.{body}",
        "four parts": f"{good}.{signature}",
        "five parts, as an encrypted one": f"{head}.{body}.{body}.{body}.{signature}",
        "no signature": f"{head}.{body}.",
        "a signature of zeros": f"{head}.{body}.{b64(bytes(64))}",
        "a signature cut short": good[:-6],
        "bytes behind the signature": good + "AAAA",
        "a blank inside": f"{head}. {body}.{signature}",
        "the body of another": f"{head}.{other}.{signature}",
        "no base64": f"%%.{body}.{signature}",
        "no json": f"{b64(b'{')}.{body}.{signature}",
        "a header that is a list": f"{b64(b'[]')}.{body}.{signature}",
        "a header nested deep": f"{b64(b'[' * 900)}.{body}.{signature}",
        "a header in another encoding": f"{b64(json.dumps(HEADER).encode('utf-16'))}.{body}.{signature}",
        "huge": good + "A" * 6_000,
        "alg none": f"{none}.{body}.",
        "alg none with a signature": f"{none}.{body}.{signature}",
    }


def misdirected(forger: Forger) -> dict[str, str]:
    """Well signed, or signed by somebody else, and not for this service."""
    stranger, public = Ed25519PrivateKey.generate(), forger.key.public_key()
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64(stranger.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))}
    other = "registry" if forger.claims["aud"] != "registry" else "funds"
    funds = key_of("funds.pem")
    return {
        "hs256 with the public key": forger.hmac_signed("HS256", raw),
        "hs256 with the public key in pem": forger.hmac_signed("HS256", pem),
        "hs256 with nothing": forger.hmac_signed("HS256", b""),
        "alg of another name": forger.token(HEADER | {"alg": "EdDSA"}),
        "alg es256": forger.token(HEADER | {"alg": "ES256"}),
        "no alg": forger.token({"kid": "gateway", "typ": TOKEN_TYPE}),
        "a stranger's key": forger.token(key=stranger),
        "a stranger's key that comes along": forger.token(HEADER | {"jwk": jwk}, key=stranger),
        "the address of a key": forger.token(HEADER | {"jku": "http://127.0.0.1/keys"}),
        "a certificate": forger.token(HEADER | {"x5c": ["MIIB"]}),
        "crit": forger.token(HEADER | {"crit": ["b64"], "b64": False}),
        "kid of nobody": forger.token(HEADER | {"kid": "nobody"}),
        "kid a path": forger.token(HEADER | {"kid": "../../../dev/null"}),
        "kid a statement": forger.token(HEADER | {"kid": "' or 1=1 --"}),
        "kid a list": forger.token(HEADER | {"kid": ["gateway"]}),
        "no kid": forger.token({"alg": ALGORITHM, "typ": TOKEN_TYPE}),
        "kid of another service": forger.token(HEADER | {"kid": "funds"}),
        "another service's key under the gateway's name": forger.token(key=funds),
        "another service as the gateway": forger.token(HEADER | {"kid": "funds"}, key=funds),
        "typ of an access token": forger.token(HEADER | {"typ": "at+jwt"}),
        "typ JWT": forger.token(HEADER | {"typ": "JWT"}),
        "no typ": forger.token({"alg": ALGORITHM, "kid": "gateway"}),
        "an access token": forger.token(HEADER | {"typ": "at+jwt"}, key=key_of("token.pem")),
        "aud of another service": forger.token(aud=other),
        "aud a list": forger.token(aud=[forger.claims["aud"]]),
        "iss of another": forger.token(iss="funds"),
        "iss a list": forger.token(iss=["gateway"]),
        "sub of another": forger.token(sub="somebody-else"),
    }


def untimely(forger: Forger) -> dict[str, str]:
    """Well signed for this service, and not to be believed now, or lacking something."""
    now = int(time.time())
    life = INNER_TOKEN_LIFE_S
    twice = json.dumps(forger.claims)[:-1] + ', "scope": ["00"]}'
    found = {
        "expired": forger.token(iat=now - life - 60, exp=now - 60),
        "issued in the future": forger.token(iat=now + 30, exp=now + 60),
        "not before": forger.token(nbf=now + 30),
        "a life too long": forger.token(exp=now + life + 60),
        "a life without end": forger.token(exp=10**18),
        "exp a text": forger.token(exp=str(now + 30)),
        "exp true": forger.token(exp=True),
        "exp a fraction": forger.token(exp=now + 30.5),
        "exp not a number": forger.token(exp=float("nan")),
        "iat a text": forger.token(iat=str(now)),
        "iat nothing": forger.token(iat=None),
        "a claim twice": forger.raw(json.dumps(HEADER), twice),
        "a header member twice": forger.raw(json.dumps(HEADER)[:-1] + ', "kid": "gateway"}', json.dumps(forger.claims)),
        "claims that are a list": forger.raw(json.dumps(HEADER), "[1]"),
        "claims nested deep": forger.raw(json.dumps(HEADER), '{"a":' * 500 + "1" + "}" * 500),
        "a scope that is a text": forger.token(scope="00"),
        "a scope of everything": forger.token(scope=[""]),
        "a scope of numbers": forger.token(scope=[34]),
        "permissions that are a text": forger.token(permissions="household.read"),
        "a claim nobody knows": forger.token(admin=True),
    }
    missing: dict[str, dict[str, Any]] = {f"no {name}": {name: ...} for name in NEEDED}
    return found | {name: forger.token(**claims) for name, claims in missing.items()}


NEEDED = ("iss", "aud", "sub", "iat", "exp", "jti", "account", "person", "office", "roles", "permissions", "scope")


def forgeries(who: Actor, audience: str) -> dict[str, str]:
    forger = Forger(who, audience)
    return malformed(forger) | misdirected(forger) | untimely(forger)
