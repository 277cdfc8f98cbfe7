"""A service in this process, on its own fresh database, asked over ASGI with real inner tokens."""

from __future__ import annotations

import asyncio
import importlib
import os
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2 as httpx
from fastapi import FastAPI

from shared.chassis.database import SERVER_SETTINGS
from shared.chassis.identity import Actor, InnerTokens
from shared.chassis.peers import Peer
from tests.support import server

# Which of two at once is refused is the product's; how long a busy machine keeps the other one waiting is not.
SERVER_SETTINGS |= {"lock_timeout": "15000", "statement_timeout": "20000"}


def actor(
    *permissions: str,
    scope: tuple[str, ...] = ("341622",),
    person: str | None = None,
    office: str = "341622-aid",
    level: str = "county",
    sector: str = "aid",
    roles: tuple[str, ...] = (),
    purpose: str = "",
) -> Actor:
    """An actor with just these permissions; a new human unless `person` is given."""
    person = person or f"person-{uuid.uuid4().hex[:8]}"
    return Actor(
        account=f"account-{person}",
        person=person,
        office=office,
        office_name=office,
        level=level,
        sector=sector,
        roles=roles,
        permissions=frozenset(permissions),
        scope=scope,
        purpose=purpose,
    )


@dataclass
class Harness:
    """A running service. `as_(actor)` gives a client that signs every request as that actor."""

    service: str
    app: Any
    """The ASGI application; the gateway's is wrapped, `fastapi` is the one inside."""
    database: str

    @property
    def fastapi(self) -> FastAPI:
        app = self.app
        while not isinstance(app, FastAPI):
            app = app.app
        return app

    def leave_the_door(self) -> None:
        """Let inner tokens reach the gateway's own operations, which stand behind its door and check again."""
        self.app = self.fastapi

    def as_(self, who: Actor, *, issuer: str = "gateway") -> httpx.AsyncClient:
        """A client sending a fresh inner token of `issuer` for `who`."""
        return self._client({"authorization": f"Bearer {self.token(who, issuer=issuer)}"})

    def token(self, who: Actor, *, issuer: str = "gateway", audience: str | None = None) -> str:
        tokens = InnerTokens(issuer, server.key_file(f"{issuer}.pem"), server.key_file("jwks.json"))
        return tokens.sign(who, audience or self.service)

    def anonymous(self) -> httpx.AsyncClient:
        return self._client({})

    def _client(self, headers: dict[str, str]) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers)

    def set_peer(self, name: str, answer: FastAPI | Callable[[httpx.Request], httpx.Response]) -> None:
        """Let this service reach `name`: another service's app, or a function that answers in its place."""
        transport: Any = httpx.ASGITransport(app=answer) if isinstance(answer, FastAPI) else httpx.MockTransport(answer)
        self.fastapi.state.peers[name] = Peer(name, "http://peer", self.fastapi.state.tokens, transport=transport)


_ROUTES: dict[str, list[Any]] = {}
"""By service the routes of its first application in this process."""


@asynccontextmanager
async def running(service: str, **settings: Any) -> AsyncIterator[Harness]:
    """Run `service` on a fresh migrated database until the block ends."""
    template = await asyncio.to_thread(server.template, service)
    database = await server.create_copy(service, template)
    try:
        harness = build(service, database, settings)
        async with harness.fastapi.router.lifespan_context(harness.fastapi):
            yield harness
    finally:
        await server.drop(database)


def build(service: str, database: str, settings: dict[str, Any]) -> Harness:
    module = importlib.import_module(f"services.{service}.main")
    settings_class = importlib.import_module(f"services.{service}.settings").Settings
    values: dict[str, Any] = {"database_url": server.dsn(service, "app", database), "pool_size": 5}
    if service == "gateway":
        values["demonstration"] = True  # nobody needs a second factor, unless a test says so
    prefix = f"LIKA_{service.upper()}_"
    for name, value in server.settings_environment(service).items():
        field = name.removeprefix(prefix).lower()
        if field in settings_class.model_fields:
            values[field] = value
    saved = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(prefix)}
    try:
        app = module.create(settings_class(**(values | settings)))
    finally:
        os.environ.update(saved)
    harness = Harness(service, app, database)
    # What the framework works out of the routes when they are first asked for takes longer than most tests.
    harness.fastapi.router.routes = _ROUTES.setdefault(service, harness.fastapi.router.routes)
    return harness
