"""A world in which every money request first crashes at each point it waits at, until one attempt took effect."""

from __future__ import annotations

import inspect
import re
import uuid
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx

from services.funds.operations.funding_sweeps import sweep_once
from shared.chassis import routing
from shared.chassis.identity import Actor
from tests.services.funds.crashes.driver import Crashed, Machine, NewSite, Shifted, drop
from tests.services.funds.world import BASE, World
from tests.support.harness import actor


def claiming_line() -> int:
    """The line of the route that claims a key."""
    lines, first = inspect.getsourcelines(routing._run_keyed)
    return first + next(number for number, line in enumerate(lines) if "idempotency.claim(" in line)


RESENT_WITHIN_S = 6
DECIDED_WITHIN_S = 60
MOST_POINTS = 400
CLAIMING = re.compile(rf" shared/chassis/routing.py:{claiming_line()}:")

Send = Callable[[], Coroutine[Any, Any, httpx.Response]]
"""Sends a request, each time with the same key."""


@dataclass
class CrashingWorld(World):
    """Each kind of request crashes once at every place of the code it waits at; later ones pass undisturbed.

    After each crash the client asks what became of its key, and sends the request again: what it was told must be what
    happened. `points` are the places crashed at, by operation; `lies` what was found wrong.
    """

    machine: Machine | None = None
    shifted: Shifted | None = None
    only: Collection[str] | None = None
    """The kinds that crash; all without."""
    claimed_at: set[str] = field(default_factory=set)
    """Where the first kind crashed while its key was claimed: the same code for all, before they begin."""
    points: dict[str, int] = field(default_factory=dict)
    lies: list[str] = field(default_factory=list)

    async def post(self, who: Actor, path: str, body: Any, key: str | None = None) -> httpx.Response:
        key = key or uuid.uuid4().hex
        sending = super().post
        return await self._crashed(who, path, key, lambda: sending(who, path, body, key))

    async def upload(self, who: Actor, path: str, content: bytes, **form: str) -> dict[str, Any]:
        """Send a file in, with the fields of its form."""
        key = uuid.uuid4().hex

        async def sending() -> httpx.Response:
            async with self.funds.as_(who) as client:
                return await client.post(
                    BASE + path, data=form, files={"file": ("a.bin", content)}, headers={"Idempotency-Key": key}
                )

        answer = await self._crashed(who, path, key, sending)
        assert answer.status_code in (200, 201), answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def _crashed(self, who: Actor, path: str, key: str, send: Send) -> httpx.Response:
        kind = _kind_of(path)
        if kind in self.points or (self.only is not None and kind not in self.only):
            return await send()
        self.points[kind] = 0
        seen = set(self.claimed_at)
        before = await self._counts()
        for point in range(1, MOST_POINTS):
            try:
                answer = await drop(send(), NewSite(seen))
            except Crashed:
                self.points[kind] += 1
                self.claimed_at |= {site for site in seen if CLAIMING.search(site)}
                if await self._took_effect(f"{kind} {point}", who, key, send, before):
                    return await send()
            else:
                return answer
        raise AssertionError(f"{kind} waits more often than {MOST_POINTS} times")

    async def _counts(self) -> dict[str, int]:
        assert self.machine is not None
        return await self.machine.counts()

    async def _took_effect(self, point: str, who: Actor, key: str, send: Send, before: dict[str, int]) -> bool:
        """Start the service again, ask what became of the key, and hold the answer against the books."""
        assert self.machine is not None
        assert self.shifted is not None
        await self.machine.restart()
        self.__post_init__()
        self.shifted.forward(RESENT_WITHIN_S)
        await sweep_once(self.machine.app.state.database, self.machine.app.state.peers["projects"])
        self.shifted.forward(DECIDED_WITHIN_S - RESENT_WITHIN_S)
        state = await self._asked(who, key)
        happened = await self._counts() != before
        if state == "in_flight":
            self.lies.append(f"{point}: still undecided after a minute")
        if happened != (state == "done"):
            self.lies.append(f"{point}: told {state}, {'something' if happened else 'nothing'} happened")
        if not happened:
            return False
        once = await self._counts()
        again = await send()
        if await self._counts() != once or again.headers.get("idempotency-replayed") != "true":
            self.lies.append(f"{point}: done twice")
        return True

    async def _asked(self, who: Actor, key: str) -> str:
        asking = actor("operation.read", office=who.office, scope=who.scope)
        async with self.funds.as_(asking) as client:
            answer = await client.get(f"/api/v1/funds/operations/{key}")
        if answer.status_code == 404:
            return "never came"
        state: str = answer.json()[0]["state"]
        return state


def _kind_of(path: str) -> str:
    """The path with ids left out: one kind of request."""
    return "/".join("{id}" if part.isdigit() else part for part in path.split("/"))
