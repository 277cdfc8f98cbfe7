"""What the gateway tells about itself without a sign-in: the merged document, the offline page, keys, health."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from shared.chassis.database import Database
from tests.services.gateway.people import ADMIN, Town, founded
from tests.support.harness import running

PAGE = Path(__file__).resolve().parents[4] / "docs" / "integrating.md"
REGISTRY = {
    "paths": {
        "/api/v1/registry/divisions": {
            "get": {"operationId": "division_list", "x-permission": "division.read", "tags": ["divisions"]}
        },
        "/internal/divisions": {"get": {"operationId": "internal_division_get", "x-permission": "service:gateway"}},
    },
    "components": {"schemas": {}},
}


@pytest_asyncio.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    documents = tmp_path / "openapi"
    documents.mkdir()
    (documents / "registry.json").write_text(json.dumps(REGISTRY))
    shutil.copyfile(PAGE, tmp_path / "integrating.md")
    async with running("gateway", openapi_dir=documents, rights_cache_s=0.0) as harness:
        yield await founded(harness)


async def test_one_document_holds_what_is_there_and_how_to_sign_in(town: Town) -> None:
    async with town.client() as client:
        answer = await client.get("/openapi.json")
        again = await client.get("/openapi.json", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    document: dict[str, Any] = answer.json()
    assert document["openapi"].startswith("3.1")
    assert {"/api/v1/registry/divisions", "/api/v1/auth/token", "/api/v1/auth/me"} <= set(document["paths"])
    assert not [path for path in document["paths"] if path.startswith("/internal")]
    flows = document["components"]["securitySchemes"]["signIn"]["flows"]
    assert {flow["tokenUrl"] for flow in flows.values()} == {"/api/v1/auth/token"}
    token = document["paths"]["/api/v1/auth/token"]["post"]
    assert token["security"] == []
    assert "application/x-www-form-urlencoded" in token["requestBody"]["content"]


async def test_every_own_operation_but_the_token_needs_a_sign_in(town: Town) -> None:
    async with town.client() as client:
        document = (await client.get("/openapi.json")).json()
        seen = 0
        for path, item in document["paths"].items():
            for verb in set(item) & {"get", "post", "put"}:
                if path.startswith("/api/v1/registry") or not item[verb]["security"]:
                    continue
                answer = await client.request(
                    verb, re.sub(r"\{[a-z_]+\}", "x", path), json={} if verb != "get" else None
                )
                assert answer.status_code == 401, (verb, path)
                seen += 1
    assert seen >= 20


async def test_the_documentation_page_asks_nothing_of_any_other_machine(town: Town) -> None:
    async with town.client() as client:
        page = await client.get("/docs")
        assert page.headers["content-type"].startswith("text/html")
        policy = page.headers["content-security-policy"]
        assert "立卡" in page.text
        assert "http" not in policy
        assert "*" not in policy
        places = re.findall(r'(?:src|href)="([^"]+)"', page.text)
        assert len(places) >= 4
        for place in places:
            assert place.startswith("/docs/assets/")
            asset = await client.get(place)
            assert asset.status_code == 200
            if place.endswith((".css", "start.js")):
                assert not re.findall(r"(?:url\(|src=|import )['\"]?https?:", asset.text)
        for_integrators = await client.get("/docs/integrating")
        assert for_integrators.headers["content-security-policy"] == policy
        assert "<h1>Integrating with Lika 对接说明</h1>" in for_integrators.text
        assert not re.findall(r"(?:src|href)=\"https?:", for_integrators.text)
        assert (await client.get("/docs/assets/../../main.py")).status_code in (400, 404)
        assert (await client.get("/docs/assets/none.js")).status_code == 404
        assert "//" not in (await client.get("/docs/assets/start.js")).text


async def test_keys_and_addresses_are_published_and_hold_nothing_private(town: Town) -> None:
    async with town.client() as client:
        keys = (await client.get("/.well-known/jwks.json")).json()["keys"]
        server = (await client.get("/.well-known/oauth-authorization-server")).json()
        root = (await client.get("/")).json()
    assert [set(key) & {"d", "k", "p"} for key in keys] == [set()]
    assert (keys[0]["crv"], keys[0]["use"]) == ("Ed25519", "sig")
    assert server["token_endpoint"] == server["issuer"] + "/api/v1/auth/token"
    assert root["docs"] == "/docs"


async def test_life_and_readiness_are_open_and_metrics_are_not_there(town: Town) -> None:
    async with town.client() as client:
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.get("/metrics")).status_code == 404


async def test_an_address_has_one_spelling(town: Town) -> None:
    async with town.client() as client:
        for path in ("/docs/", "/openapi.json/", "/livez/"):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_without_its_database_the_gateway_is_alive_not_ready_and_lets_nobody_in(town: Town) -> None:
    token = (await town.sign_in(ADMIN))["access_token"]
    away = Database("postgresql://nobody:not-a-real-password@127.0.0.1:1/none", 1)
    app = town.harness.app
    present, app.state.database, app.state.parts.rights._database = app.state.database, away, away
    try:
        async with town.client(token) as client:
            assert (await client.get("/livez")).status_code == 200
            ready, asked = await client.get("/readyz"), await client.get("/api/v1/funds/progress")
    finally:
        app.state.database = present
        await away.close()
    assert ready.status_code == 503
    assert (asked.status_code, asked.headers["retry-after"]) == (503, "2")
    assert asked.headers["content-type"] == "application/problem+json"
