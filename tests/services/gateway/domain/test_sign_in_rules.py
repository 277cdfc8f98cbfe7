"""What stops guessing, what a code is worth, which keys and assertions are good: the rules without a database."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest

from services.gateway.domain import client_addresses, second_factors, signing_keys
from services.gateway.domain.client_assertions import header_is_good, read_assertion
from services.gateway.domain.external_tokens import ExternalClaims, header_fault, read_external, same_origin
from services.gateway.domain.sign_in_limits import Limits, Tried, verdict

LIMITS = Limits(5, timedelta(minutes=15), 20, timedelta(seconds=10), 20)
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
NOTHING: dict[str, Any] = {"here": 0, "everywhere": 0, "codes": 0, "last_at": None, "other_names": 0}


def weighed(known: bool = False, **tried: Any) -> str:
    return verdict(Tried(**(NOTHING | tried)), known, LIMITS, NOW)


def test_five_wrong_attempts_bar_a_name_from_that_network_whoever_it_is() -> None:
    assert weighed(here=4) == ""
    assert weighed(here=5) == weighed(here=5, known=True) == "locked"


def test_a_name_guessed_from_everywhere_is_slowed_for_strangers_only() -> None:
    storm: dict[str, Any] = {"everywhere": 500, "last_at": NOW - timedelta(seconds=3)}
    assert weighed(**storm) == "slowed"
    assert weighed(known=True, **storm) == ""
    assert weighed(everywhere=500, last_at=NOW - timedelta(seconds=10)) == ""
    assert weighed(everywhere=19, last_at=NOW) == ""


def test_who_knows_the_password_may_not_try_every_code_from_a_hundred_addresses() -> None:
    assert weighed(codes=9) == ""
    assert weighed(codes=10) == "slowed"
    assert weighed(codes=10, known=True) == ""


def test_a_network_that_gets_many_names_wrong_may_try_only_accounts_known_from_there() -> None:
    assert weighed(other_names=19) == ""
    assert weighed(other_names=20) == "sprayed"
    assert weighed(other_names=2_000, known=True) == ""


def test_a_code_is_good_for_a_step_around_now_and_once() -> None:
    secret = pyotp.random_base32()
    device = pyotp.TOTP(secret)
    now = 1_900_000_005.0
    step = int(now) // 30
    for drift in (-1, 0, 1):
        assert second_factors.step_of(secret, device.generate_otp(step + drift), now, 0) == step + drift
    for drift in (-2, 2):
        assert second_factors.step_of(secret, device.generate_otp(step + drift), now, 0) is None
    assert second_factors.step_of(secret, device.generate_otp(step), now, step) is None
    assert second_factors.step_of(secret, device.generate_otp(step + 1), now, step) == step + 1


def test_the_code_is_that_of_rfc_6238() -> None:
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert second_factors.step_of(secret, "287082", 59.0, 0) == 1
    assert second_factors.step_of(secret, "081804", 1_111_111_109.0, 0) == 1_111_111_109 // 30


@pytest.mark.parametrize("text", ["12345", "1234567", "12345a", "١٢٣٤٥٦", "", "123 456"])
def test_what_is_not_six_digits_is_no_code_of_a_device(text: str) -> None:
    assert not second_factors.is_code(text)


def test_a_second_factor_is_required_by_kind_and_by_the_right_to_unmask() -> None:
    figures = {"second_factor_administration": 1, "second_factor_business": 0, "second_factor_unmask": 1}
    assert second_factors.required(figures, {"administration"}, set())
    assert not second_factors.required(figures, {"business"}, {"household.read"})
    assert second_factors.required(figures, {"business"}, {"household.unmask"})
    assert not second_factors.required(figures | {"second_factor_unmask": 0}, {"business"}, {"household.unmask"})
    assert not second_factors.required({}, {"security"}, set())


RSA_N = base64.urlsafe_b64encode((1 << 2047 | 1).to_bytes(256)).decode().rstrip("=")


@pytest.mark.parametrize(
    ("jwk", "algorithms"),
    [
        ({"kty": "OKP", "crv": "Ed25519", "x": "A"}, ("EdDSA", "Ed25519")),
        ({"kty": "OKP", "crv": "Ed25519", "x": "A", "alg": "EdDSA"}, ("EdDSA",)),
        ({"kty": "EC", "crv": "P-256"}, ("ES256",)),
        ({"kty": "RSA", "n": RSA_N, "e": "AQAB"}, ("RS256",)),
        ({"kty": "RSA", "n": RSA_N[:160], "e": "AQAB"}, ()),
        ({"kty": "RSA", "n": RSA_N, "e": "AQAB", "alg": "HS256"}, ()),
        ({"kty": "RSA", "n": RSA_N, "e": "AQAB", "use": "enc"}, ()),
        ({"kty": "oct", "k": "c2VjcmV0"}, ()),
        ({"kty": "EC", "crv": "secp256k1"}, ()),
        ({"kty": "OKP", "crv": "X25519"}, ()),
        ({"n": 5, "kty": "RSA"}, ()),
        ({}, ()),
    ],
)
def test_the_key_decides_the_algorithm(jwk: dict[str, Any], algorithms: tuple[str, ...]) -> None:
    assert signing_keys.algorithms_of(jwk) == algorithms


def test_a_private_key_is_seen_and_only_public_members_are_kept() -> None:
    assert signing_keys.is_private({"kty": "OKP", "d": "x"})
    hostile = {"kty": "OKP", "crv": "Ed25519", "x": "A", "kid": "\ud800", "y": "b"}
    assert signing_keys.public_part(hostile | {"x": "A\x00"}) == {"kty": "OKP", "crv": "Ed25519"}
    kept = signing_keys.public_part({"kty": "OKP", "crv": "Ed25519", "x": "A", "kid": "1", "x5u": "http://elsewhere"})
    assert kept == {"kty": "OKP", "crv": "Ed25519", "x": "A", "kid": "1"}


@pytest.mark.parametrize("text", ["0.0.0.0/0", "10.0.0.0/7", "::/0", "192.0.2.1/28", "nonsense", "192.0.2.0/33", ""])
def test_a_network_that_is_none_or_nearly_everything_is_refused(text: str) -> None:
    assert client_addresses.network(text) is None


def test_an_address_is_admitted_by_its_network_however_it_is_written() -> None:
    allowed = client_addresses.networks(["192.0.2.0/28", "2001:db8::/32"])
    for peer in ("192.0.2.7", "::ffff:192.0.2.7", "2001:db8:1::5"):
        assert client_addresses.admits(allowed, peer)
    for peer in ("192.0.2.16", "::ffff:192.0.2.99", "2001:db9::1", "", "testclient"):
        assert not client_addresses.admits(allowed, peer)
    assert client_addresses.admits([], "203.0.113.9")


def test_a_proxy_is_believed_only_where_it_is_trusted_and_only_for_what_it_wrote() -> None:
    proxies = client_addresses.networks(["10.0.0.0/24"])
    for peer, forwarded, expected in (
        ("10.0.0.5", "192.0.2.7", "192.0.2.7"),
        ("10.0.0.5", "203.0.113.1, 192.0.2.7", "192.0.2.7"),
        ("10.0.0.5", "192.0.2.7, 10.0.0.9", "192.0.2.7"),
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.5", "192.0.2.7, nonsense", "10.0.0.5"),
        ("198.51.100.1", "192.0.2.7", "198.51.100.1"),
    ):
        assert client_addresses.caller(peer, forwarded, proxies) == expected
    assert client_addresses.caller("10.0.0.5", "192.0.2.7", ()) == "10.0.0.5"


AUDIENCES = {"https://lika", "https://lika/api/v1/auth/token"}


def assertion(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {"iss": "c", "sub": "c", "aud": "https://lika", "exp": now + 60, "iat": now, "jti": "1"} | changes
    return {name: value for name, value in claims.items() if value is not ...}


def test_an_assertion_says_who_to_whom_for_minutes_and_once() -> None:
    now = time.time()
    for good in ({}, {"aud": ["https://lika/api/v1/auth/token"]}, {"iat": ...}, {"exp": int(now) + 300}):
        assert read_assertion(assertion(**good), "c", AUDIENCES, now) is not None
    bad: list[dict[str, Any]] = [
        {"iss": "d"}, {"sub": "d"}, {"sub": ...}, {"aud": "https://elsewhere"}, {"aud": ...},
        {"aud": ["https://lika", "https://elsewhere"]}, {"aud": []}, {"aud": [["https://lika"]]}, {"exp": ...},
        {"exp": int(now) - 60}, {"exp": int(now) + 600}, {"exp": str(int(now) + 60)}, {"exp": True}, {"exp": 1e18},
        {"jti": ...}, {"jti": ""}, {"jti": 7}, {"jti": "x" * 300}, {"iat": int(now) + 120}, {"nbf": int(now) + 120},
        {"iat": "now"},
    ]  # fmt: skip
    for changes in bad:
        assert read_assertion(assertion(**changes), "c", AUDIENCES, now) is None, changes


def test_the_header_of_an_assertion_brings_no_key() -> None:
    assert header_is_good({"alg": "ES256", "kid": "a", "typ": "JWT"})
    bad: list[dict[str, Any]] = [
        {"jwk": {}}, {"jku": "http://x"}, {"x5c": []}, {"crit": ["exp"]}, {"typ": "at+jwt"}, {"alg": 5},
    ]  # fmt: skip
    for more in bad:
        assert not header_is_good({"alg": "ES256"} | more)


ISSUER = "https://idp.example/realms/a"


def external(**changes: Any) -> ExternalClaims | str:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": "lika", "sub": "s", "iat": now, "exp": now + 300, "jti": "1"} | changes
    good = {name: value for name, value in claims.items() if value is not ...}
    return read_external(good, ISSUER, "lika", 900, time.time())


def test_an_external_access_token_is_addressed_to_us_and_lives_for_minutes() -> None:
    now = int(time.time())
    found = external(aud=["account", "lika"], amr=["pwd", "otp"], typ="Bearer")
    assert isinstance(found, ExternalClaims)
    assert found.second_factor
    plain = external(amr=["pwd"])
    assert isinstance(plain, ExternalClaims)
    assert not plain.second_factor
    for changes, reason in (
        ({"iss": ISSUER + "/"}, "wrong_issuer"), ({"iss": ...}, "wrong_issuer"), ({"aud": "browser"}, "wrong_audience"),
        ({"aud": ...}, "wrong_audience"), ({"aud": "lika-other"}, "wrong_audience"), ({"exp": now - 60}, "malformed"),
        ({"iat": now - 600, "exp": now - 60}, "expired"), ({"iat": now + 120, "exp": now + 300}, "future"),
        ({"nbf": now + 120}, "future"), ({"exp": now + 3_600}, "malformed"), ({"exp": ...}, "malformed"),
        ({"sub": ...}, "malformed"), ({"sub": ""}, "malformed"), ({"jti": ...}, "malformed"),
        ({"sub": "\ud800"}, "malformed"), ({"sub": "a\x00"}, "malformed"),
        ({"typ": "ID"}, "malformed"), ({"typ": "Refresh"}, "malformed"), ({"iat": True}, "malformed"),
    ):  # fmt: skip
        assert external(**changes) == reason, changes


def test_the_header_of_an_external_token_is_pinned() -> None:
    pinned = ("RS256", "ES256")
    assert header_fault({"alg": "RS256", "kid": "1", "typ": "at+jwt"}, pinned) == ""
    for alg in ("none", "HS256", "EdDSA", "RS512", None):
        assert header_fault({"alg": alg, "kid": "1", "typ": "at+jwt"}, pinned) == "wrong_algorithm"
    bad: list[dict[str, Any]] = [{"typ": "logout+jwt"}, {"kid": 5}, {"jwk": {}}, {"crit": ["b64"]}]
    for change in bad:
        assert header_fault({"alg": "RS256", "kid": "1", "typ": "JWT"} | change, pinned) == "malformed"


def test_keys_are_asked_for_only_where_the_issuer_lies() -> None:
    assert same_origin("https://idp.example/realms/a/keys", ISSUER)
    for address in (
        "http://idp.example/keys", "https://idp.example:444/keys", "https://elsewhere/keys", "file:///k",
        "https://idp.example@elsewhere/keys", "https://u:p@idp.example/k", "//idp.example/k",
    ):  # fmt: skip
        assert not same_origin(address, ISSUER)
