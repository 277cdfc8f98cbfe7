"""Inner tokens: only what another service signed for this one, now, is believed."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from shared.chassis.identity import ALGORITHM, TOKEN_TYPE, InnerTokens, new_private_key, public_keys
from shared.refusals import Unauthenticated
from tests.support.harness import actor

HEADER = {"alg": ALGORITHM, "kid": "gateway", "typ": TOKEN_TYPE}


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    for name in ("gateway", "funds", "stranger"):
        (tmp_path / f"{name}.pem").write_bytes(new_private_key())
    (tmp_path / "jwks.json").write_text(public_keys({name: tmp_path / f"{name}.pem" for name in ("gateway", "funds")}))
    return tmp_path


def tokens_of(keys: Path, service: str) -> InnerTokens:
    return InnerTokens(service, keys / f"{service}.pem", keys / "jwks.json")


def claims(**changes: Any) -> dict[str, Any]:
    who = actor("fund.read")
    now = int(time.time())
    good = who.claims() | {
        "iss": "gateway",
        "aud": "funds",
        "sub": who.account,
        "iat": now,
        "exp": now + 60,
        "jti": "1",
    }
    return {name: value for name, value in (good | changes).items() if value is not ...}


def signed(keys: Path, header: dict[str, Any], content: dict[str, Any], by: str = "gateway") -> str:
    key = OKPKey.import_key((keys / f"{by}.pem").read_bytes())
    return jwt.encode(header, content, key, algorithms=[ALGORITHM, "EdDSA"])


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def signed_by_hand(keys: Path, header: dict[str, Any], content: dict[str, Any]) -> str:
    """As a library would not let us: any header at all, with a good signature of the gateway's key."""
    private = load_pem_private_key((keys / "gateway.pem").read_bytes(), None)
    assert isinstance(private, Ed25519PrivateKey)
    text = part(header) + "." + part(content)
    return text + "." + base64.urlsafe_b64encode(private.sign(text.encode())).decode().rstrip("=")


def test_a_token_of_the_gateway_carries_its_actor(keys: Path) -> None:
    who = actor("fund.read", purpose="核实申诉")
    assert tokens_of(keys, "funds").check(tokens_of(keys, "gateway").sign(who, "funds")) == who


FORGED: dict[str, Callable[[Path], str]] = {
    "empty": lambda keys: "",
    "no dots": lambda keys: "abc",
    "not base64": lambda keys: "ä.ö.ü",
    "no signature": lambda keys: signed(keys, HEADER, claims()).rsplit(".", 1)[0] + ".",
    "alg none": lambda keys: part({**HEADER, "alg": "none"}) + "." + part(claims()) + ".",
    "signed by a stranger": lambda keys: signed(keys, HEADER, claims(), by="stranger"),
    "signed by another service in the gateway's name": lambda keys: signed(keys, HEADER, claims(), by="funds"),
    "issuer differs from the key": lambda keys: signed(keys, HEADER, claims(iss="projects")),
    "unknown key id": lambda keys: signed(keys, {**HEADER, "kid": "stranger"}, claims(), by="stranger"),
    "no key id": lambda keys: signed(keys, {"alg": ALGORITHM, "typ": TOKEN_TYPE}, claims()),
    "addressed to another service": lambda keys: signed(keys, HEADER, claims(aud="registry")),
    "addressed to many": lambda keys: signed(keys, HEADER, claims(aud=["funds", "registry"])),
    "an access token, not an inner one": lambda keys: signed(keys, {**HEADER, "typ": "at+jwt"}, claims()),
    "no type": lambda keys: signed(keys, {"alg": ALGORITHM, "kid": "gateway"}, claims()),
    "critical header": lambda keys: signed_by_hand(keys, {**HEADER, "crit": ["x"], "x": 1}, claims()),
    "key in the header": lambda keys: signed(keys, {**HEADER, "jku": "http://127.0.0.1/"}, claims()),
    "expired": lambda keys: signed(keys, HEADER, claims(iat=int(time.time()) - 100, exp=int(time.time()) - 50)),
    "from the future": lambda keys: signed(keys, HEADER, claims(iat=int(time.time()) + 50, exp=int(time.time()) + 90)),
    "lives too long": lambda keys: signed(keys, HEADER, claims(exp=int(time.time()) + 3_600)),
    "lives for ever": lambda keys: signed(keys, HEADER, claims(exp=10**18)),
    "expiry is text": lambda keys: signed(keys, HEADER, claims(exp="soon")),
    "no expiry": lambda keys: signed(keys, HEADER, claims(exp=...)),
    "no audience": lambda keys: signed(keys, HEADER, claims(aud=...)),
    "no subject": lambda keys: signed(keys, HEADER, claims(sub=...)),
    "subject is somebody else": lambda keys: signed(keys, HEADER, claims(sub="root")),
    "no scope": lambda keys: signed(keys, HEADER, claims(scope=...)),
    "permissions missing": lambda keys: signed(keys, HEADER, claims(permissions=...)),
    "symmetric with the public key": lambda keys: jwt.encode(
        {"alg": "HS256", "kid": "gateway", "typ": TOKEN_TYPE},
        claims(),
        OctKey.import_key((keys / "jwks.json").read_bytes()),
        algorithms=["HS256"],
    ),
}


@pytest.mark.parametrize("kind", FORGED)
def test_any_other_token_is_refused_without_saying_why(keys: Path, kind: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        tokens_of(keys, "funds").check(FORGED[kind](keys))
    assert refused.value.facts == {}


def test_a_changed_byte_anywhere_breaks_the_token(keys: Path) -> None:
    token = signed(keys, HEADER, claims())
    checker = tokens_of(keys, "funds")
    for position in range(0, len(token) - 2, 7):
        letter = "A" if token[position] != "A" else "B"
        with pytest.raises(Unauthenticated):
            checker.check(token[:position] + letter + token[position + 1 :])
