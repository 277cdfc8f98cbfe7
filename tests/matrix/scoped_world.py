"""The world of funds' tests with a registry that knows, as the real one does, nobody outside the asker's area."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode

import httpx2 as httpx

from shared.chassis.scope import covers
from tests.services.funds.world import COUNTY, World


def scope_of(request: httpx.Request) -> list[str]:
    """The area of whoever a request between services is sent for."""
    claims = json.loads(urlsafe_b64decode(request.headers["authorization"].split(".")[1] + "=="))
    scope: list[str] = claims["scope"]
    return scope


class ScopedWorld(World):
    """Journeys that depend on what the registry answers are worth trying only if it keeps strangers off."""

    def _registry(self, request: httpx.Request) -> httpx.Response:
        scope, everybody = scope_of(request), self.people
        self.people = {
            number: row for number, row in everybody.items() if covers(scope, row.get("division_code", COUNTY))
        }
        try:
            return super()._registry(request)
        finally:
            self.people = everybody
