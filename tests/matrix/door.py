"""At the gateway people sign in at the door; strangers stand right behind it, with what the door would have signed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx2 as httpx
import pytest

from services.gateway.domain import http_rules
from shared.refusals import Unauthenticated
from tests.matrix.answers import administrator
from tests.matrix.rows import Row
from tests.matrix.shadow import Shadow, Shadowing
from tests.services.gateway.people import Town


class AtTheDoor(Shadowing):
    """Sends the request through the door, and what strangers send to the operations behind it."""

    async def _known(self, request: httpx.Request) -> bool:
        """On whose rights: those of the inner token the door would sign."""
        parts = self._harness.fastapi.state.parts
        try:
            claims = parts.tokens.check(request.headers.get("authorization", "")[len("Bearer ") :])
            rights = await parts.rights.current(claims)
        except Unauthenticated:  # no sign-in, or one that is over: the journey wants to be told so
            return False
        self._harness.admin = self._harness.admin or await administrator(self._harness.database)
        reason = request.headers.get("x-access-reason")
        self._who = replace(rights.actor, purpose=http_rules.access_reason(reason.encode()) if reason else "")
        self._aside = httpx.ASGITransport(app=_signed_in(self._harness.fastapi), raise_app_exceptions=False)
        return True


def _signed_in(app: Any) -> Any:
    """The operations behind the door, which says of each request from which sign-in it comes."""

    async def behind(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "state": {"sign_in": uuid.uuid4().hex}}, receive, send)

    return behind


@contextmanager
def shadowed_door(wanted: Mapping[str, Row], monkeypatch: pytest.MonkeyPatch, thorough: bool) -> Iterator[list[Shadow]]:
    """Every client of the gateway's people is shadowed; the shadow is there once the first has asked."""
    shadows: list[Shadow] = []
    plain = Town.client

    def client(town: Town, token: str = "", **headers: str) -> httpx.AsyncClient:
        made = plain(town, token, **headers)
        if not shadows:
            harness = town.harness
            shadows.append(Shadow("gateway", harness.app, harness.database, wanted=wanted, thorough=thorough))
        if town.harness.database == shadows[0].database:
            made._transport = AtTheDoor(shadows[0], made._transport)
        return made

    monkeypatch.setattr(Town, "client", client)
    yield shadows
