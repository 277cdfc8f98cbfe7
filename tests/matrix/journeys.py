"""Journeys: tests of the services' own suites, run again with strangers at every step.

A journey is named as pytest names it, from tests/services/<service>/api on; what no test there asks is in more.py. It
gets the fixtures of that suite, over a service that shadows what it is asked.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from shared.chassis import app, events
from shared.chassis.trail_sealing import Sealer
from tests.matrix import more
from tests.matrix.answers import administrator
from tests.matrix.shadow import Shadow
from tests.services.funds.world import World, grant_of
from tests.services.projects.support import answer_as_funds, answer_as_registry
from tests.services.registry.people import load_divisions
from tests.support import server
from tests.support.harness import running


@asynccontextmanager
async def shadowed(service: str, *wanted: str) -> AsyncIterator[Shadow]:
    """The service on a fresh database, shadowing the operations `wanted`."""
    async with running(service, **({"pool_size": 10} if service == "funds" else {})) as harness:
        shadow = Shadow(service, harness.app, harness.database, wanted=frozenset(wanted))
        if service == "projects":
            shadow.set_peer("registry", answer_as_registry)
            shadow.set_peer("funds", answer_as_funds)
        shadow.admin = await administrator(harness.database)
        try:
            yield shadow
        finally:
            await shadow.admin.close()


def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No job works in the background: whatever a table holds anew, the request at hand has written."""

    async def nothing(*_: Any) -> None:
        return None

    monkeypatch.setattr(app, "_job", nothing)
    monkeypatch.setattr(Sealer, "forever", nothing)
    monkeypatch.setattr(events, "relay_forever", nothing)


async def travel(shadow: Shadow, journey: str) -> None:
    """Run the test as its own suite would."""
    file, name = journey.split("::")
    where = f"tests.services.{shadow.service}.api.{file.removesuffix('.py')}"
    test = getattr(more if file == "more.py" else importlib.import_module(where), name)
    given: dict[str, Any] = {}
    names = set(inspect.signature(test).parameters)
    owner = await _owner(shadow) if "owner" in names else None
    try:
        for parameter in names:
            given[parameter] = owner if parameter == "owner" else await _fixture(parameter, shadow)
        await test(**given)
    finally:
        if owner is not None:
            await owner.close()


async def _fixture(name: str, shadow: Shadow) -> Any:
    if name == "world":
        return World(shadow, projects={"P1": grant_of("P1")})
    if name == "county":
        await load_divisions(shadow)
    return shadow


async def _owner(shadow: Shadow) -> Any:
    connect: Any = asyncpg.connect
    return await connect(server.dsn(shadow.service, "owner", shadow.database))
