"""Machines of departments: secrets and keys that change over side by side, assertions good once, known addresses."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx2 as httpx
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from sqlalchemy import text

from shared.chassis import clock
from tests.services.gateway.people import ADMIN, Town, founded
from tests.support.harness import running

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.filterwarnings("ignore:EdDSA is deprecated")]
AUTH = "/api/v1/auth"
ISSUER = "http://127.0.0.1:8000"
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def town() -> AsyncIterator[Town]:
    async with running("gateway", rights_cache_s=0.0) as harness:
        town = await founded(harness)
        await town.county()
        yield town


async def machine(town: Town, **more: Any) -> tuple[str, str]:
    until = (clock.office_today() + timedelta(days=30)).isoformat()
    body = {"name": "民政核对平台", "office": "341622-aid", "purpose": "低保名单比对", "expires_on": until} | more
    async with await town.as_(ADMIN) as admin:
        made = await admin.post(f"{AUTH}/clients", json=body)
    assert made.status_code == 201, made.text
    return made.json()["client"]["client_id"], made.json()["client_secret"]


async def ask(town: Town, peer: str = "192.0.2.5", **form: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=town.harness.app, client=(peer, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        return await client.post(f"{AUTH}/token", data={"grant_type": "client_credentials"} | form)


async def me(town: Town, token: str, peer: str = "192.0.2.5") -> int:
    transport = httpx.ASGITransport(app=town.harness.app, client=(peer, 1))
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway", headers=headers) as client:
        return (await client.get(f"{AUTH}/me")).status_code


def signed(key: Any, algorithm: str, client_id: str, *, kid: str | None = None, **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": client_id, "sub": client_id, "aud": f"{ISSUER}/api/v1/auth/token", "iat": now, "exp": now + 120,
        "jti": uuid.uuid4().hex,
    } | changes  # fmt: skip
    header = {"alg": algorithm, "typ": "JWT"} | ({} if kid is None else {"kid": kid})
    return jwt.encode(
        header, {name: one for name, one in claims.items() if one is not ...}, key, algorithms=[algorithm]
    )


async def by_assertion(town: Town, assertion: str, **more: str) -> httpx.Response:
    return await ask(town, client_assertion_type=TYPE, client_assertion=assertion, **more)


async def last_outcome(town: Town) -> str:
    async with town.harness.app.state.database.session(read_only=True) as session:
        query = text("select outcome from sign_ins where \"grant\" = 'client_credentials' order by id desc limit 1")
        return str((await session.execute(query)).scalar_one())


async def test_two_secrets_stand_side_by_side_until_the_old_one_is_ended(town: Town) -> None:
    client_id, first = await machine(town)
    async with await town.as_(ADMIN) as admin:
        path = f"{AUTH}/clients/{client_id}"
        added = await admin.post(f"{path}/secrets", headers={"idempotency-key": "same"})
        assert added.status_code == 201, added.text
        second = added.json()["client_secret"]
        full = await admin.post(f"{path}/secrets", headers={"idempotency-key": "same"})
        assert (full.status_code, full.json()["code"]) == (409, "gateway.credentials_full")
        tokens = [(await ask(town, client_id=client_id, client_secret=one)).json()["access_token"]
                  for one in (first, second)]  # fmt: skip
        assert [await me(town, token) for token in tokens] == [200, 200]
        listed = (await admin.get(f"{path}/access")).json()
        assert [row["kind"] for row in listed["credentials"]] == ["secret", "secret"]
        assert first not in str(listed)
        old = listed["credentials"][0]["id"]
        ended = await admin.post(f"{path}/credentials/{old}/end")
        assert [row["id"] for row in ended.json()["credentials"]] == [listed["credentials"][1]["id"]]
        assert (await admin.post(f"{path}/credentials/{old}/end")).status_code == 404
    assert [await me(town, token) for token in tokens] == [401, 401]
    assert (await ask(town, client_id=client_id, client_secret=first)).json()["error"] == "invalid_client"
    assert (await ask(town, client_id=client_id, client_secret=second)).status_code == 200
    async with town.harness.app.state.database.session(read_only=True) as session:
        kept = str((await session.execute(text("select body from idempotency_keys"))).all())
    assert second not in kept


KEYS: list[tuple[str, Any]] = [
    ("EdDSA", OKPKey.generate_key("Ed25519")),
    ("ES256", ECKey.generate_key("P-256")),
    ("RS256", RSAKey.generate_key(2048)),
]


@pytest.mark.parametrize(("algorithm", "key"), KEYS, ids=[name for name, _ in KEYS])
async def test_a_machine_proves_itself_by_what_it_signed_once(town: Town, algorithm: str, key: Any) -> None:
    client_id, _ = await machine(town)
    async with await town.as_(ADMIN) as admin:
        path = f"{AUTH}/clients/{client_id}/keys"
        added = await admin.post(path, json={"key": key.as_dict(private=False)})
        assert added.status_code == 201, added.text
        assert added.json()["thumbprint"] == key.thumbprint()
        twice = await admin.post(path, json={"key": key.as_dict(private=False)})
        assert (twice.status_code, twice.json()["code"]) == (409, "gateway.credential_present")
    assertion = signed(key, algorithm, client_id, kid=key.thumbprint())
    answers = await asyncio.gather(*(by_assertion(town, assertion) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]
    assert await last_outcome(town) in ("signed_in", "assertion_reused")
    assert (await by_assertion(town, assertion)).json()["error"] == "invalid_client"
    assert await last_outcome(town) == "assertion_reused"
    assert (await by_assertion(town, signed(key, algorithm, client_id, aud=ISSUER))).status_code == 200


async def test_no_other_assertion_lets_anybody_in(town: Town) -> None:
    (algorithm, key), stranger, now = KEYS[0], OKPKey.generate_key("Ed25519"), int(time.time())
    (client_id, secret), (other_id, _) = await machine(town), await machine(town)
    async with await town.as_(ADMIN) as admin:
        added = await admin.post(f"{AUTH}/clients/{client_id}/keys", json={"key": key.as_dict(private=False)})
        assert added.status_code == 201
        for name, bad, code in (
            ("private", key.as_dict(private=True), "gateway.key_private"),
            ("secret", {"kty": "oct", "k": "c2VjcmV0"}, "gateway.key_private"),
            ("small", {"kty": "RSA", "n": "w" * 171, "e": "AQAB"}, "gateway.key_unfit"),
            ("curve", {"kty": "OKP", "crv": "Ed25519", "x": "AA"}, "gateway.key_unfit"),
            ("nothing", {}, "gateway.key_unfit"),
        ):
            answer = await admin.post(f"{AUTH}/clients/{client_id}/keys", json={"key": bad})
            assert (answer.status_code, answer.json()["code"]) == (422, code), name
    good = signed(key, algorithm, client_id)
    head, body, signature = good.split(".")
    public = key.as_dict(private=False)["x"]
    forged = {
        "stranger": signed(stranger, algorithm, client_id),
        "for another": signed(key, algorithm, other_id),
        "audience": signed(key, algorithm, client_id, aud="https://elsewhere"),
        "expired": signed(key, algorithm, client_id, exp=now - 60),
        "too long": signed(key, algorithm, client_id, exp=now + 3_600),
        "future": signed(key, algorithm, client_id, nbf=now + 300),
        "no jti": signed(key, algorithm, client_id, jti=...),
        "kid": signed(key, algorithm, client_id, kid="nobody"),
        "changed": f"{head}.{body[:-2]}.{signature}",
        "unsigned": f"eyJhbGciOiJub25lIn0.{body}.",
        "confused": "eyJhbGciOiJIUzI1NiJ9." + body + "." + public,
        "nothing": "a.b.c",
        "a name no database can hold": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJcdWQ4MDBcdTAwMDAifQ.AA",
    }
    for name, assertion in forged.items():
        answer = await by_assertion(town, assertion)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), (name, answer.text)
    two_ways = await by_assertion(town, good, client_id=client_id, client_secret=secret)
    assert (two_ways.status_code, two_ways.json()["error"]) == (400, "invalid_request")
    other_name = await by_assertion(town, good, client_id=other_id)
    assert other_name.json()["error"] == "invalid_client"
    other_type = await ask(town, client_assertion=good, client_assertion_type="urn:other")
    assert other_type.json()["error"] == "invalid_request"
    assert (await by_assertion(town, good)).status_code == 200


async def test_a_machine_comes_from_its_networks_only_with_every_request(town: Town) -> None:
    client_id, secret = await machine(town, networks=["192.0.2.0/28"])
    form = {"client_id": client_id, "client_secret": secret}
    assert (await ask(town, "198.51.100.1", **form)).json()["error"] == "invalid_client"
    assert await last_outcome(town) == "wrong_address"
    token = (await ask(town, **form)).json()["access_token"]
    assert await me(town, token) == 200
    assert await me(town, token, "198.51.100.1") == 401
    async with await town.as_(ADMIN) as admin:
        path = f"{AUTH}/clients/{client_id}/networks"
        for bad in (["0.0.0.0/0"], ["192.0.2.1/28"], ["10.0.0.0/33"]):
            answer = await admin.post(path, json={"networks": bad})
            assert (answer.status_code, answer.json()["code"]) == (422, "gateway.network_unfit")
        moved = await admin.post(path, json={"networks": ["198.51.100.0/24", "2001:db8::/48"]})
        assert moved.json()["networks"] == ["198.51.100.0/24", "2001:db8::/48"]
    assert await me(town, token) == 401
    assert await me(town, token, "198.51.100.1") == 200
    async with await town.as_("clerk") as clerk:
        assert (await clerk.post(path, json={"networks": []})).status_code == 403
