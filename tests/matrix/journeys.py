"""Journeys: tests of the services' own suites, run again with strangers at every step.

A journey is named as pytest names it, from tests/services/<service>/api on; what no test there asks is in more*.py. It
gets the fixtures of that suite, over a service that shadows what it is asked. The gateway's people sign in (door.py).
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from shared.chassis import app, events
from shared.chassis.trail_sealing import Sealer
from tests.matrix.answers import administrator
from tests.matrix.door import shadowed_door
from tests.matrix.rows import Row
from tests.matrix.scoped_world import ScopedWorld
from tests.matrix.shadow import Shadow
from tests.services.funds.world import grant_of
from tests.services.projects.support import answer_as_funds, answer_as_registry
from tests.support.harness import running


@asynccontextmanager
async def shadowed(service: str, wanted: Mapping[str, Row]) -> AsyncIterator[Shadow]:
    """The service on a fresh database, shadowing the operations of these rows."""
    async with running(service, **({"pool_size": 10} if service == "funds" else {})) as harness:
        shadow = Shadow(service, harness.app, harness.database, wanted=wanted)
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


@asynccontextmanager
async def travelled(
    service: str, journey: str, wanted: Mapping[str, Row], patch: pytest.MonkeyPatch, *, thorough: bool = False
) -> AsyncIterator[Shadow]:
    """The shadow of a journey that is over, with all its journey left behind."""
    async with AsyncExitStack() as running:
        if service == "gateway":
            shadows = running.enter_context(shadowed_door(wanted, patch, thorough))
            await _run(service, journey, {"monkeypatch": patch}, running)
            running.push_async_callback(shadows[0].admin.close)
            yield shadows[0]
        else:
            shadow = await running.enter_async_context(shadowed(service, wanted))
            shadow.thorough = thorough
            made: dict[str, Any] = {service: shadow, "monkeypatch": patch}
            if service == "funds":
                made["world"] = ScopedWorld(shadow, projects={"P1": grant_of("P1")})
            await _run(service, journey, made, running)
            yield shadow


async def travel(shadow: Shadow, journey: str) -> None:
    """Run the test as its own suite would, over this service."""
    async with AsyncExitStack() as running:
        await _run(shadow.service, journey, {shadow.service: shadow}, running)


async def _run(service: str, journey: str, made: dict[str, Any], running: AsyncExitStack) -> None:
    file, name = journey.split("::")
    folder = "tests.matrix" if file.startswith("more") else f"tests.services.{service}.api"
    module = importlib.import_module(f"{folder}.{file.removesuffix('.py')}")
    suite = importlib.import_module(f"tests.services.{service}.conftest")
    await _call(getattr(module, name), (module, suite), made, running)


async def _call(function: Any, places: tuple[Any, ...], made: dict[str, Any], running: AsyncExitStack) -> Any:
    """Call with its fixtures, from its own file or its suite; each is made once and stays until all is over."""
    given = {}
    for name in inspect.signature(function).parameters:
        if name not in made:
            fixture = next(getattr(place, name) for place in places if hasattr(place, name))
            made[name] = await _call(fixture._get_wrapped_function(), places, made, running)
        given[name] = made[name]
    result = function(**given)
    if inspect.isasyncgen(result):
        running.push_async_callback(anext, result, None)
        return await anext(result)
    return await result if inspect.isawaitable(result) else result
