"""Every token the gateway did not make, or did not make for this, or that was touched since, is refused (K9)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from services.gateway.operations.access_tokens import AccessTokens
from tests.services.gateway.people import ADMIN, Town, founded
from tests.support import server
from tests.support.harness import actor, running

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def town() -> AsyncIterator[Town]:
    async with running("gateway", rights_cache_s=0.0) as harness:
        yield await founded(harness)


def b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def part(token: str, index: int) -> dict[str, Any]:
    text = token.split(".")[index]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


class Forger:
    """Knows a good token, the gateway's own key, and every trick."""

    def __init__(self, good: str) -> None:
        self.good = good
        self.header, self.claims = part(good, 0), part(good, 1)
        key = load_pem_private_key(server.key_file("token.pem").read_bytes(), None)
        assert isinstance(key, Ed25519PrivateKey)
        self.key = key

    def signed(self, header: dict[str, Any] | None = None, key: Ed25519PrivateKey | None = None, **claims: Any) -> str:
        """Signed by the gateway's true key unless told otherwise; a claim given as `...` is left out."""
        merged = {name: value for name, value in (self.claims | claims).items() if value is not ...}
        text = b64(json.dumps(header or self.header).encode()) + "." + b64(json.dumps(merged).encode())
        return text + "." + b64((key or self.key).sign(text.encode()))

    def hmac_signed(self, secret: bytes) -> str:
        header = self.header | {"alg": "HS256"}
        text = b64(json.dumps(header).encode()) + "." + b64(json.dumps(self.claims).encode())
        return text + "." + b64(hmac.new(secret, text.encode(), hashlib.sha256).digest())


def forgeries(good: str) -> dict[str, str]:
    forger, now = Forger(good), int(time.time())
    head, body, signature = good.split(".")
    public = forger.key.public_key()
    stranger = Ed25519PrivateKey.generate()
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64(stranger.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))}
    header = forger.header

    def headed(**more: Any) -> str:
        return forger.signed({**header, **more})

    other_account = dict(forger.claims, sub="00000000000000000000000000000000")
    return {
        "empty": "",
        "one part": head,
        "two parts": f"{head}.{body}",
        "four parts": f"{good}.{signature}",
        "no signature": f"{head}.{body}.",
        "padding": good + "=",
        "blank inside": f"{head}. {body}.{signature}",
        "signature cut": good[:-2],
        "signature of another spelling": good[:-1] + chr(ord(good[-1]) + 1 if good[-1] != "z" else ord("y")),
        "signature with standard alphabet": f"{head}.{body}.{signature[:-4]}+/+/",
        "signature of zeros": f"{head}.{body}.{b64(bytes(64))}",
        "header no base64": f"%%%.{body}.{signature}",
        "header no json": f"{b64(b'{')}.{body}.{signature}",
        "header a list": f"{b64(b'[]')}.{body}.{signature}",
        "header deep": f"{b64(b'[' * 900)}.{body}.{signature}",
        "body changed": f"{head}.{b64(json.dumps(other_account).encode())}.{signature}",
        "very long": good + "A" * 5_000,
        "alg none": f"{b64(json.dumps(header | {'alg': 'none'}).encode())}.{body}.",
        "alg none, signature kept": f"{b64(json.dumps(header | {'alg': 'none'}).encode())}.{body}.{signature}",
        "alg None": f"{b64(json.dumps(header | {'alg': 'None'}).encode())}.{body}.{signature}",
        "hs256 with the public key": forger.hmac_signed(public.public_bytes(Encoding.Raw, PublicFormat.Raw)),
        "hs256 with the public key in pem": forger.hmac_signed(
            public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        ),
        "hs256 with nothing": forger.hmac_signed(b""),
        "alg of the older name": headed(alg="EdDSA"),
        "alg es256": headed(alg="ES256"),
        "alg missing": forger.signed({"kid": header["kid"], "typ": header["typ"]}),
        "signed by a stranger": forger.signed(key=stranger),
        "signed by a stranger who brings the key": forger.signed(header | {"jwk": jwk}, key=stranger),
        "address of a key": headed(jku="http://127.0.0.1/jwks.json"),
        "certificate": headed(x5c=["MIIB"]),
        "crit": headed(crit=["exp"]),
        "crit b64": headed(crit=["b64"], b64=False),
        "another header": headed(zip="DEF"),
        "kid unknown": headed(kid="nobody"),
        "kid a path": headed(kid="../../dev/null"),
        "kid a list": headed(kid=["a"]),
        "kid missing": forger.signed({"alg": header["alg"], "typ": header["typ"]}),
        "typ jwt": headed(typ="JWT"),
        "typ inner": headed(typ="lika-inner+jwt"),
        "typ missing": forger.signed({"alg": header["alg"], "kid": header["kid"]}),
        "typ in capitals": headed(typ="AT+JWT"),
        "other aud": forger.signed(aud="registry"),
        "aud a list": forger.signed(aud=["lika", "registry"]),
        "aud missing": forger.signed(aud=...),
        "other iss": forger.signed(iss="http://elsewhere"),
        "iss missing": forger.signed(iss=...),
        "iss null": forger.signed(iss=None),
        "expired": forger.signed(iat=now - 1_000, exp=now - 100),
        "exp missing": forger.signed(exp=...),
        "exp text": forger.signed(exp=str(now + 100)),
        "exp true": forger.signed(exp=True),
        "exp fraction": forger.signed(exp=now + 100.5),
        "exp huge": forger.signed(exp=10**18),
        "exp infinite": forger.signed(exp=float("inf")),
        "exp before iat": forger.signed(iat=now + 2, exp=now + 1),
        "life too long": forger.signed(iat=now, exp=now + 901),
        "iat missing": forger.signed(iat=...),
        "iat ahead": forger.signed(iat=now + 120, exp=now + 300),
        "iat negative": forger.signed(iat=-1),
        "not yet": forger.signed(nbf=now + 300),
        "nbf text": forger.signed(nbf="now"),
        "sub missing": forger.signed(sub=...),
        "sub empty": forger.signed(sub=""),
        "sub a number": forger.signed(sub=7),
        "sub of another": forger.signed(sub="0" * 32),
        "jti missing": forger.signed(jti=...),
        "sid missing": forger.signed(sid=...),
        "sid unknown": forger.signed(sid="0" * 32),
        "sid a list": forger.signed(sid=[forger.claims["sid"]]),
    }


PLACES = ("/api/v1/auth/me", "/api/v1/registry/divisions", "/api/v1/funds/progress")


async def test_no_forged_token_opens_any_door(town: Town) -> None:
    good = (await town.sign_in(ADMIN))["access_token"]
    forged = forgeries(good)
    assert len(forged) >= 60
    async with town.client() as client:
        for name, token in forged.items():
            for place in PLACES:
                answer = await client.get(place, headers={"authorization": f"Bearer {token}"})
                assert answer.status_code == 401, (name, place, answer.text)
                assert answer.json()["code"] == "unauthenticated"
                assert answer.headers["www-authenticate"] == "Bearer"
        assert (await client.get(PLACES[0], headers={"authorization": f"Bearer {good}"})).status_code == 200


async def test_the_inner_tokens_and_keys_are_of_no_use_outside(town: Town) -> None:
    me = actor("own_account.use", "account.read", scope=("00",))
    for token in (town.harness.token(me), town.harness.token(me, issuer="registry")):
        async with town.client(token) as client:
            assert (await client.get("/api/v1/auth/me")).status_code == 401
    inner = AccessTokens(server.key_file("gateway.pem"), None, "http://127.0.0.1:8000").sign("a", "b", 60)
    async with town.client(inner) as client:
        assert (await client.get("/api/v1/auth/me")).status_code == 401


@pytest.mark.parametrize("scheme", ["", "bearer", "Basic", "Token", "Bearer Bearer"])
async def test_a_good_token_under_another_scheme_is_refused(town: Town, scheme: str) -> None:
    good = (await town.sign_in(ADMIN))["access_token"]
    async with town.client() as client:
        answer = await client.get(PLACES[0], headers={"authorization": f"{scheme} {good}"})
    assert answer.status_code == (200 if scheme == "bearer" else 401)


async def test_a_token_of_an_earlier_key_is_good_while_that_key_is_kept(tmp_path: Any) -> None:
    old = AccessTokens(server.key_file("token.pem"), None, "http://issuer")
    token = old.sign("account", "sign-in", 60)
    kept = tmp_path / "old.json"
    kept.write_text(json.dumps(old.jwks()))
    with_old = AccessTokens(server.key_file("funds.pem"), kept, "http://issuer")
    assert with_old.check(token).account == "account"
    assert [key["kid"] for key in with_old.jwks()["keys"]] == [with_old.kid, old.kid]
    without = AccessTokens(server.key_file("funds.pem"), None, "http://issuer")
    with pytest.raises(Exception, match="unauthenticated"):
        without.check(token)
