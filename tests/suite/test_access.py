"""Access on every operation of every service: deny by default, and a short public list that stands here by name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.support.harness import Harness, actor, running

PUBLIC_OPERATIONS = {
    "registry": set[str](),
    "projects": set[str](),
    "funds": set[str](),
    "gateway": {"POST /api/v1/auth/token"},
}
"""Operations the services themselves open to the anonymous. The anonymous paths under /api/v1/public are asked of
the services by the gateway, as the actor `public`, and refuse everybody without `public.read`."""
PORTAL = "/api/v1/public/"
"""Where the gateway's door lets the anonymous through as the actor `public`."""
ASKED_BY_THE_GATEWAY = (
    "/internal/divisions", "/internal/exchange", "/internal/trail", "/internal/waiting-work",
)  # fmt: skip
FEWEST = {"registry": 25, "projects": 25, "funds": 30, "gateway": 15}
EXAMPLES = {"code": "341622", "key": "k", "name": "kinship", "project_code": "341622-2026-0001"}
UNKNOWN_ID = "00000000-0000-7000-8000-000000000000"


@pytest_asyncio.fixture(params=["registry", "projects", "funds", "gateway"])
async def service(request: pytest.FixtureRequest) -> AsyncIterator[Harness]:
    async with running(request.param) as harness:
        yield harness


def operations(harness: Harness) -> list[tuple[str, str, dict[str, Any]]]:
    """(METHOD, path with examples filled in, operation) of everything the service declares."""
    found = []
    for path, methods in harness.fastapi.openapi()["paths"].items():
        for method, operation in methods.items():
            filled = path
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    value = EXAMPLES.get(parameter["name"], UNKNOWN_ID)
                    filled = filled.replace("{" + parameter["name"] + "}", value)
            found.append((method.upper(), filled, operation | {"path": path}))
    return found


async def test_every_operation_declares_who_may_call_it(service: Harness) -> None:
    declared = operations(service)
    assert len(declared) >= FEWEST[service.service]
    assert all(operation["x-permission"] for _, _, operation in declared)
    assert {f"{method} {operation['path']}" for method, _, operation in declared
            if operation["x-permission"] == "public"} == PUBLIC_OPERATIONS[service.service]  # fmt: skip


async def test_every_operation_refuses_the_anonymous(service: Harness) -> None:
    async with service.anonymous() as client:
        for method, path, operation in operations(service):
            if operation["x-permission"] == "public" or (service.service == "gateway" and path.startswith(PORTAL)):
                continue
            answer = await client.request(method, path)
            assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"
            assert answer.headers["content-type"] == "application/problem+json"


async def test_every_operation_refuses_a_token_addressed_to_another_service(service: Harness) -> None:
    other = "funds" if service.service != "funds" else "registry"
    service.leave_the_door()
    who = actor("household.read", "fund.read", scope=("00",))
    token = service.token(who, audience=other)
    async with service.anonymous() as client:
        for method, path, operation in operations(service):
            if operation["x-permission"] == "public":
                continue
            answer = await client.request(method, path, headers={"authorization": f"Bearer {token}"})
            assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"


async def test_every_operation_refuses_who_lacks_its_permission(service: Harness) -> None:
    service.leave_the_door()
    async with service.as_(actor("nothing.at_all", scope=("00",))) as client:
        for method, path, operation in operations(service):
            if operation["x-permission"] == "public" or "gateway" in operation["x-permission"]:
                continue
            answer = await client.request(method, path, headers={"Idempotency-Key": "access-test"})
            assert answer.status_code in (401, 403), f"{method} {path}: {answer.status_code} {answer.text}"


async def test_internal_operations_refuse_people_whatever_their_rights(service: Harness) -> None:
    declared = operations(service)
    everything = sorted({operation["x-permission"] for _, _, operation in declared})
    async with service.as_(actor(*everything, scope=("00",))) as client:
        for method, path, operation in declared:
            if not operation["x-permission"].startswith("service:"):
                continue
            answer = await client.request(method, path)
            if "gateway" in operation["x-permission"]:
                # The gateway asks these itself; what it forwards for people never leads to /internal.
                assert path.startswith(ASKED_BY_THE_GATEWAY), path
            else:
                assert answer.status_code == 403, f"{method} {path}: {answer.status_code}"
