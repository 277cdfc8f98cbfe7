"""Straight at a service: only what the gateway signed for it, now, opens it. Everything else is told the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from shared.chassis import identity
from tests.matrix.answers import Seen, seen
from tests.matrix.forgeries import Forger, forgeries
from tests.matrix.operations import every_permission
from tests.matrix.rows import SERVICES
from tests.support.harness import Harness, actor, running

PLACES = {
    "registry": (("GET", "/households"), ("GET", "/divisions"), ("POST", "/households/search")),
    "projects": (("GET", "/library"), ("GET", "/parameters"), ("POST", "/library")),
    "funds": (("GET", "/claims"), ("GET", "/fund-kinds"), ("POST", "/allocations")),
    "gateway": (("GET", "/accounts"), ("GET", "/offices"), ("POST", "/offices")),
}
EVERYTHING = actor(*every_permission(), scope=("00",), office="00-office", level="nation")
HEADERS = (
    {"x-actor": "account-1"}, {"x-user": "root-admin"}, {"x-forwarded-user": "root-admin"}, {"remote-user": "root"},
    {"x-lika-scope": "00"}, {"x-forwarded-for": "127.0.0.1"}, {"forwarded": "for=127.0.0.1"}, {"cookie": "sid=1"},
    {"x-original-url": "/livez"}, {"x-http-method-override": "GET"}, {"proxy-authorization": "Bearer x"},
    {"traceparent": "00-" + "f" * 32 + "-" + "f" * 16 + "-01"}, {"traceparent": "00-%00\x01" + "z" * 40},
)  # fmt: skip
"""What a caller may claim about itself beside its token."""


@pytest_asyncio.fixture(params=SERVICES)
async def service(request: pytest.FixtureRequest) -> AsyncIterator[Harness]:
    async with running(request.param) as harness:
        harness.leave_the_door()
        yield harness


def places(service: str) -> list[tuple[str, str]]:
    prefix = "auth" if service == "gateway" else service
    return [(method, f"/api/v1/{prefix}{path}") for method, path in PLACES[service]]


async def told(harness: Harness, method: str, path: str, *headers: tuple[str, str]) -> Seen:
    async with harness.anonymous() as client:
        sent: Any = [*headers, ("content-type", "application/json")]
        content = b"{}" if method == "POST" else b""
        return seen(await client.request(method, path, headers=sent, content=content), [])


async def opened(harness: Harness) -> list[str]:
    """The forgeries that some place of the service did not answer as it answers nobody at all."""
    forged = forgeries(EVERYTHING, harness.service)
    assert len(forged) >= 75
    found = []
    for method, path in places(harness.service):
        nobody = await told(harness, method, path)
        assert nobody.status == 401
        for name, token in forged.items():
            answer = await told(harness, method, path, ("authorization", f"Bearer {token}"))
            if answer.shown != nobody.shown:
                found.append(f"{name}: {method} {path} {answer.status}")
    return found


async def test_no_forged_inner_token_opens_a_service(service: Harness) -> None:
    assert await opened(service) == []
    good = Forger(EVERYTHING, service.service).token()
    for method, path in places(service.service):
        assert (await told(service, method, path, ("authorization", f"Bearer {good}"))).status not in (401, 403)


async def test_no_header_stands_for_a_token(service: Harness) -> None:
    method, path = places(service.service)[0]
    nobody = await told(service, method, path)
    good = Forger(EVERYTHING, service.service).token()
    bearer = ("authorization", f"Bearer {good}")
    for header in HEADERS:
        assert (await told(service, method, path, *header.items())).shown == nobody.shown, header
    for twice in ((bearer, bearer), (bearer, ("authorization", "Bearer x")), (("authorization", "Bearer x"), bearer)):
        assert (await told(service, method, path, *twice)).shown == nobody.shown
    for value in (good, f"Basic {good}", f"Token {good}", f"Bearer,{good}", f"Bearer {good}, Bearer {good}"):
        assert (await told(service, method, path, ("authorization", value))).shown == nobody.shown, value[:20]


@pytest.mark.parametrize("service", ["registry"], indirect=True)
async def test_a_service_that_forgets_the_audience_is_found_out(
    service: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the check of `aud`, tokens for another service open this one."""

    class Anyone(str):
        __slots__ = ()

        def __ne__(self, other: object) -> bool:
            return False

        __hash__ = str.__hash__

    tokens: identity.InnerTokens = service.fastapi.state.tokens
    monkeypatch.setattr(tokens, "service", Anyone(tokens.service))
    found = await opened(service)
    assert any(fault.startswith("aud of another service") for fault in found), found
