"""An external OpenID Connect issuer lets people in: a real one, in a process of its own on loopback."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.services.gateway.people import ADMIN, PASSWORD, Town, founded
from tests.support.harness import running

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.filterwarnings("ignore:EdDSA is deprecated"),
]
AUTH = "/api/v1/auth"
ROOT = Path(__file__).resolve().parents[4]


class Issuer:
    """The token server's process, and what it is asked for."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.support.token_server"]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self._client = httpx.Client(base_url=self.address.split("/realms")[0], trust_env=False, timeout=10)

    def token(self, **order: Any) -> str:
        return str(self._client.post("/token", json=order).json()["access_token"])

    def new_key(self, algorithm: str = "RS256") -> str:
        return str(self._client.post("/keys", json={"alg": algorithm}).json()["kid"])

    def drop(self, kid: str) -> None:
        self._client.delete("/keys", params={"kid": kid})

    def asked(self) -> int:
        return int(self._client.get("/asked").json()["asked"])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._client.close()


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    found = Issuer()
    yield found
    if found.process.poll() is None:
        found.stop()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def town(issuer: Issuer) -> AsyncIterator[Town]:
    """A gateway with this issuer; the clerk is its `subject-1`."""
    settings = {"oidc_issuer": issuer.address, "oidc_keys_s": 3_600.0, "oidc_pause_s": 0.3, "rights_cache_s": 0.0}
    async with running("gateway", **settings) as harness:
        town = await founded(harness)
        await town.county()
        async with await town.as_(ADMIN) as admin:
            rows = (await admin.get(f"{AUTH}/accounts")).json()["items"]
            town.harness.app.state.ids = ids = {row["username"]: row["id"] for row in rows}
            path = f"{AUTH}/accounts/{ids['clerk']}/issuer-links"
            made = await admin.post(path, json={"subject": "subject-1"})
            assert made.status_code == 201, made.text
            twice = await admin.post(path, json={"subject": "subject-1"})
            assert (twice.status_code, twice.json()["code"]) == (409, "gateway.subject_linked")
            own = await admin.post(f"{AUTH}/accounts/{ids[ADMIN]}/issuer-links", json={"subject": "me"})
            assert own.json()["code"] == "gateway.own_account"
        yield town


async def status(town: Town, token: str) -> int:
    async with town.client(token) as client:
        return (await client.get(f"{AUTH}/me")).status_code


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_its_access_token_is_a_sign_in_of_the_account_it_is_tied_to(
    town: Town, issuer: Issuer, algorithm: str
) -> None:
    async with town.client(issuer.token(alg=algorithm, claims={"amr": ["pwd", "otp"]})) as client:
        me = (await client.get(f"{AUTH}/me")).json()
        assert (me["username"], me["scope"]) == ("clerk", ["341622"])
        listed = (await client.get(f"{AUTH}/sessions")).json()["items"]
        current = next(row for row in listed if row["current"])
        assert (current["grant"], current["second_factor"]) == ("external", True)
        assert (await client.post(f"{AUTH}/sessions/{current['id']}/end")).status_code == 204
        assert (await client.get(f"{AUTH}/me")).status_code == 401


async def test_no_other_token_of_it_or_in_its_name_opens_anything(town: Town, issuer: Issuer) -> None:
    now = int(time.time())
    wrong: dict[str, dict[str, Any]] = {
        "subject": {"claims": {"sub": "somebody"}}, "audience": {"claims": {"aud": "browser"}},
        "issuer": {"claims": {"iss": issuer.address + "/"}}, "expired": {"claims": {"iat": now - 900, "exp": now - 60}},
        "future": {"claims": {"iat": now + 120, "exp": now + 300}}, "long": {"claims": {"exp": now + 7_200}},
        "id token": {"claims": {"typ": "ID", "aud": "browser"}}, "no jti": {"claims": {"jti": None}},
        "no exp": {"claims": {"exp": None}}, "typ": {"header": {"typ": "logout+jwt"}},
        "jku": {"header": {"jku": f"{issuer.address}/keys"}}, "kid": {"header": {"kid": "nobody"}},
    }  # fmt: skip
    tokens = {name: issuer.token(**order) for name, order in wrong.items()}
    good = issuer.token()
    head, body, signature = good.split(".")
    claims = {"iss": issuer.address, "aud": "lika", "sub": "subject-1", "iat": now, "exp": now + 60, "jti": "1"}
    kid = jwt.decode(good, _any_key(issuer, good)).header["kid"]
    header = {"alg": "RS256", "kid": kid, "typ": "at+jwt"}
    tokens["stranger"] = jwt.encode(header, claims, RSAKey.generate_key(2048), algorithms=["RS256"])
    text = _b64(json.dumps(header | {"alg": "HS256"}).encode()) + "." + _b64(json.dumps(claims).encode())
    public = _any_key(issuer, good).as_pem(private=False)
    tokens["confused"] = text + "." + _b64(hmac.new(public, text.encode(), hashlib.sha256).digest())
    tokens["unsigned"] = "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0Iiwia2lkIjoiMSJ9." + body + "."
    tokens["changed"] = f"{head}.{body[:-4]}AAAA.{signature}"
    for name, token in tokens.items():
        assert await status(town, token) == 401, name
    assert await status(town, good) == 200
    await town.harness.fastapi.state.parts.refused_tokens.write()
    async with await town.as_("clerk") as client:
        assert (await client.get(f"{AUTH}/me")).status_code == 200  # our own tokens go on beside it


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _any_key(issuer: Issuer, token: str) -> RSAKey:
    kid = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))["kid"]
    rows = httpx.get(f"{issuer.address}/keys", trust_env=False).json()["keys"]
    return RSAKey.import_key(next(row for row in rows if row["kid"] == kid))


async def test_a_new_key_is_asked_for_and_made_up_ones_are_not_asked_for_again_and_again(
    town: Town, issuer: Issuer
) -> None:
    await asyncio.sleep(0.35)
    kid = issuer.new_key()
    assert await status(town, issuer.token(kid=kid)) == 200
    asked = issuer.asked()
    flood = [issuer.token(header={"kid": f"made-up-{number}"}) for number in range(20)]
    answers = await asyncio.gather(*(status(town, token) for token in flood))
    assert set(answers) == {401}
    assert issuer.asked() - asked <= 2
    held = issuer.token(kid=kid)
    assert await status(town, held) == 200
    issuer.drop(kid)
    await asyncio.sleep(0.35)
    assert await status(town, issuer.token(header={"kid": "made-up"})) == 401  # makes the gateway ask
    assert await status(town, held) == 401


async def test_an_account_that_is_shut_or_untied_is_out_and_an_absent_issuer_bars_nobody_known(
    town: Town, issuer: Issuer
) -> None:
    ids: dict[str, str] = town.harness.app.state.ids
    first, second = issuer.token(), issuer.token()
    async with await town.as_(ADMIN) as admin:
        path = f"{AUTH}/accounts/{ids['clerk']}"
        assert await status(town, first) == 200
        assert (await admin.post(f"{path}/disable", json={"reason": "调离"})).status_code == 200
        assert [await status(town, token) for token in (first, second)] == [401, 401]
        assert (await admin.post(f"{path}/enable", json={"reason": "返岗"})).status_code == 200
        late = [issuer.token() for _ in range(3)]
        issuer.stop()
        await asyncio.sleep(0.35)
        assert await status(town, late[0]) == 200
        link = (await admin.get(f"{path}/issuer-links")).json()["items"][0]
        assert (link["issuer"], link["username"]) == (issuer.address, "clerk")
        assert (await admin.post(f"{path}/issuer-links/{link['id']}/end")).status_code == 204
        assert [await status(town, token) for token in late] == [401, 401, 401]


async def test_with_the_password_grant_off_nobody_signs_in_here_by_password(issuer: Issuer, town: Town) -> None:
    settings = town.harness.fastapi.state.parts.settings
    settings.password_grant = False
    try:
        answer = await town.token(grant_type="password", username="clerk", password=PASSWORD)
        async with town.client() as client:
            described = (await client.get("/.well-known/oauth-authorization-server")).json()
    finally:
        settings.password_grant = True
    assert answer.json()["error"] == "unsupported_grant_type"
    assert "password" not in described["grant_types_supported"]
    assert "private_key_jwt" in described["token_endpoint_auth_methods_supported"]
