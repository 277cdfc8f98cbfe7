"""The gateway on one port and a service behind it on another, both on real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from services.gateway.api.connection import GuardedConnection
from tests.services.gateway.people import Town, founded
from tests.services.gateway.real_http import Reply, raw, service, serving
from tests.support.harness import running

ECHO = "/api/v1/registry/echo"


@dataclass
class Street:
    """The gateway on one port, the service behind it on another."""

    town: Town
    port: int
    behind: int
    token: str

    async def send(self, request: str, body: bytes = b"", **more: Any) -> Reply:
        """Send a request whose lines are given with `|` between them; host, sign-in and the end are added."""
        lines = request.split("|")
        lines[1:1] = ["Host: gateway", f"Authorization: Bearer {self.token}"]
        return await raw(self.port, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body, **more)


@asynccontextmanager
async def street(**settings: Any) -> AsyncIterator[Street]:
    async with serving(service) as behind:
        url = f"http://127.0.0.1:{behind}"
        async with running("gateway", registry_url=url, projects_url=url, funds_url=url, **settings) as harness:
            town = await founded(harness)
            await town.county()
            token = (await town.sign_in("clerk"))["access_token"]
            async with serving(harness.app, http=GuardedConnection) as port:
                yield Street(town, port, behind, token)


def problem(reply: Reply, status: int, code: str = "") -> None:
    assert reply.status == status, reply
    assert reply.headers["content-type"] == "application/problem+json"
    told = reply.json()
    assert told["status"] == status
    assert len(told["trace_id"]) == 32
    if code:
        assert told["code"] == code
