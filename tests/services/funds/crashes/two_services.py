"""Funds and projects in one process, each with its own database, to be crashed together or one without the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx2 as httpx

from services.funds.operations.funding_sweeps import sweep_once
from services.projects.storage.tables import Project, ProjectSite
from shared.chassis import clock
from shared.chassis.peers import Peer
from tests.services.funds.crashes.driver import Machine, fresh_database, machine
from tests.services.funds.world import YEAR, World, grant_of
from tests.support import server

CODE = f"341622-{YEAR}-0001"
PLAN_LINE_FEN = 900_000


class Apart(httpx.AsyncBaseTransport):
    """The other service runs on when the asking one dies."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.running: set[asyncio.Task[httpx.Response]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        task = asyncio.ensure_future(self._inner.handle_async_request(request))
        self.running.add(task)
        return await task


@dataclass
class Pair:
    """Both services, and the world that talks to funds."""

    funds: Machine
    projects: Machine
    world: World
    together: bool
    """Whether a crash takes both; otherwise only funds."""

    def connect(self) -> None:
        self.world.__post_init__()
        inner = httpx.ASGITransport(app=self.projects.app)
        self.apart = Apart(inner)
        transport = inner if self.together else self.apart
        state = self.funds.app.state
        state.peers["projects"] = Peer("projects", "http://peer", state.tokens, transport=transport)
        self.projects.harness.set_peer("funds", self.funds.app)

    async def crash(self) -> None:
        if self.together:
            await self.projects.restart()
        elif self.apart.running:
            await asyncio.wait(self.apart.running)
        await self.funds.restart()
        self.connect()

    async def sweep(self) -> int:
        return await sweep_once(self.funds.app.state.database, self.funds.app.state.peers["projects"])


@asynccontextmanager
async def pair(*, together: bool) -> AsyncIterator[Pair]:
    databases = [await fresh_database(name) for name in ("funds", "projects")]
    funds, projects = [
        await machine(name, database) for name, database in zip(("funds", "projects"), databases, strict=True)
    ]
    try:
        made = Pair(funds, projects, World(funds.harness), together)
        await _plan(projects)
        made.connect()
        yield made
    finally:
        for one, database in ((funds, databases[0]), (projects, databases[1])):
            await one.close()
            await server.drop(database)


async def _plan(projects: Machine) -> None:
    """One works project in the year's plan, as the world's other tests know it."""
    facts: dict[str, Any] = grant_of(CODE, plan_line_fen=PLAN_LINE_FEN, contract_fen=PLAN_LINE_FEN)
    names = (
        "name", "county_code", "division_code", "category", "nature", "purpose", "state", "in_library", "plan_year",
        "plan_line_fen", "contractor_name", "contractor_uscc", "contract_fen", "retention_rate",
    )  # fmt: skip
    since = date.fromisoformat(facts["state_since"])
    project = Project(
        project_code=CODE, area_code=facts["division_code"], year=YEAR, amount_fen=PLAN_LINE_FEN,
        office_code=facts["office"], office_name_responsible=facts["office_name"], entry={}, version=1,
        proposer_level="village", proposer_office="v", state_since=since, step_on=since, filed_on=since,
        created_at=clock.now(), **{name: facts[name] for name in names},
    )  # fmt: skip
    async with projects.app.state.database.session() as session:
        session.add(project)
        await session.flush()
        session.add(ProjectSite(project_code=CODE, division_code=facts["division_code"]))
