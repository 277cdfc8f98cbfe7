"""What a torture run stands on: a durable PostgreSQL, projects and funds as processes, a registry that is played."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx2 as httpx

from deploy.local.postgres import free_port
from deploy.local.processes import ROOT
from deploy.local.suite import Suite
from torture.forks import Forks

KILLED = ("funds", "projects")
PROCESSES = ("funds", "funds 2", "projects")
"""Funds run twice on one database, as when one process is not enough: each key may reach either, or both at once."""
YEAR = date.today().year - 1  # noqa: DTZ011 - any closed year serves
COUNTIES = ("341621", "341622", "341623", "341624")
PROJECTS = 8
PLAN_LINE_FEN = 10**14
CLAIM_LIFE_S = 5.0
"""A killed request counts as dead sooner than in production, so that the run's end is not spent waiting."""


class Lab:
    """Everything under one folder. What is killed here was started here."""

    def __init__(self, folder: Path) -> None:
        self.suite = Suite(folder, free_port())
        self.folder = folder
        self._second_port = free_port()
        self.pids: dict[str, int] = {}
        self._forks: Forks | None = None
        self._registry: asyncio.Server | None = None

    async def open(self, *, durable_commits: bool = True) -> None:
        """Bring it up. Without `durable_commits` PostgreSQL acknowledges what a kill may lose: a control."""
        await asyncio.to_thread(self.suite.start_database)
        await self._migrate()
        if not durable_commits:
            await self._admin(
                "alter system set synchronous_commit = off",
                "alter system set wal_writer_delay = '10s'",
                "alter system set wal_writer_flush_after = '1GB'",
                "select pg_reload_conf()",
            )
        self._registry = await asyncio.start_server(_answer_as_registry, "127.0.0.1", 0)
        self._forks = Forks(list(KILLED))
        (self.folder / "logs").mkdir(exist_ok=True)
        await self._plan()
        for process in PROCESSES:
            self.start(process)
        await self.ready()

    async def _migrate(self) -> None:
        running = [
            self.suite.command(name, "migrations", "upgrade", extra=self.suite.owner_environment(name))
            for name in KILLED
        ]
        for process in running:
            output, _ = await asyncio.to_thread(process.communicate)
            if process.returncode:
                raise RuntimeError(output[-2000:])

    async def _admin(self, *statements: str) -> None:
        connection: Any = await asyncpg.connect(self.suite.server.dsn)  # type: ignore[no-untyped-call]
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    async def connect(self, service: str) -> Any:
        """A connection to a service's database by its own role, for the verdict."""
        url = self.suite.environment_of(service)[f"LIKA_{service.upper()}_DATABASE_URL"]
        return await asyncpg.connect(url)  # type: ignore[no-untyped-call]

    def verify(self) -> list[str]:
        """What `make verify-ledger` finds wrong with the ledger and the sums kept behind it."""
        command = [sys.executable, "-m", "services.funds.verify"]
        environment = os.environ | self.suite.environment_of("funds")
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        return [] if done.returncode == 0 else [f"the ledger does not verify: {done.stdout}{done.stderr}"]

    def address(self, process: str) -> str:
        port = self.suite.services[process].port if process in KILLED else self._second_port
        return f"http://127.0.0.1:{port}"

    def start(self, process: str) -> None:
        assert self._forks is not None
        assert self._registry is not None
        service = process.split()[0]
        port = self._registry.sockets[0].getsockname()[1]
        prefix = f"LIKA_{service.upper()}_"
        more = {
            prefix + "REGISTRY_URL": f"http://127.0.0.1:{port}",
            prefix + "CLAIM_LIFE_S": str(CLAIM_LIFE_S),
            prefix + "DEMONSTRATION": "false",
            prefix + "PORT": self.address(process).rsplit(":", 1)[1],
        }
        log = self.folder / "logs" / f"{process}.log"
        self.pids[process] = self._forks.start(service, self.suite.environment_of(service) | more, log)

    async def ready(self, timeout_s: float = 300.0) -> None:
        """Wait until every process answers."""
        deadline = time.monotonic() + timeout_s
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            for process in PROCESSES:
                while not await _is_ready(client, self.address(process)):
                    if time.monotonic() > deadline:
                        log = (self.folder / "logs" / f"{process}.log").read_text(errors="replace")[-2000:]
                        raise RuntimeError(f"{process} did not come back:\n{log}")
                    await asyncio.sleep(0.05)

    def kill_process(self, process: str) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pids[process], signal.SIGKILL)

    def kill_database(self) -> None:
        """Every process of the server at once, as when the machine loses its memory."""
        first = int((self.suite.server.data / "postmaster.pid").read_text().split()[0])
        for pid in (first, *_children_of(first)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while _is_alive(first):
            time.sleep(0.01)

    async def restart_database(self) -> None:
        await asyncio.to_thread(self._restart_database)

    def _restart_database(self) -> None:
        for attempt in range(20):
            with suppress(subprocess.CalledProcessError, RuntimeError):
                self.suite.server.start()
                return
            time.sleep(0.1 * attempt)
        raise RuntimeError("PostgreSQL did not come back")

    async def _plan(self) -> None:
        """Planned projects, written where projects keep them: the way there is not what is tortured."""
        connection = await self.connect("projects")
        for number in range(PROJECTS):
            await connection.execute(_PROJECT, *_project(number))
            await connection.execute(
                "insert into project_sites (project_code, division_code) values ($1, $2)",
                project_code(number), f"{county_of(number)}101200",
            )  # fmt: skip
        await connection.close()

    async def close(self) -> None:
        if self._forks is not None:
            for process in self.pids:
                self.kill_process(process)
            self._forks.close()
        if self._registry is not None:
            self._registry.close()
        await asyncio.to_thread(self.suite.stop)
        await asyncio.to_thread(self.suite.server.stop)


def county_of(number: int) -> str:
    return COUNTIES[number % len(COUNTIES)]


def project_code(number: int) -> str:
    return f"{county_of(number)}-{YEAR}-{number + 1:04d}"


_PROJECT = """
insert into projects (project_code, county_code, area_code, division_code, year, name, category, nature, purpose,
    amount_fen, office_code, office_name_responsible, entry, version, proposer_level, proposer_office, state,
    state_since, round, steps_done, step_on, in_library, filed_on, plan_year, plan_line_fen, grant_version, created_at)
values ($1, $2, $3, $3, $4, $5, 'infrastructure', 'new', 'works', $6, $7, '交通运输局', '{}', 1, 'village', 'v',
    'planned', $8, 1, 8, $8, true, $8, $4, $6, 1, $9)
"""


def _project(number: int) -> list[Any]:
    county = county_of(number)
    since = date(YEAR, 1, 5)
    return [project_code(number), county, f"{county}101200", YEAR, f"道路 {number}", PLAN_LINE_FEN,
            f"{county}-transport", since, datetime.now(UTC)]  # fmt: skip


async def _is_ready(client: httpx.AsyncClient, address: str) -> bool:
    try:
        return (await client.get(f"{address}/readyz")).status_code == 200
    except httpx.HTTPError:
        return False


def _children_of(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError, IndexError):
            if entry.name.isdigit() and int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == parent:
                found.append(int(entry.name))
    return found


def _is_alive(pid: int) -> bool:
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


LEVELS = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}


async def _answer_as_registry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Every division there is asked for exists; every told fact is taken."""
    with suppress(OSError, asyncio.IncompleteReadError, ValueError):
        while head := await reader.readuntil(b"\r\n\r\n"):
            path = head.split(b" ", 2)[1].decode().split("?")[0]
            code = path.rsplit("/", 1)[1]
            body = json.dumps({
                "code": code, "level": LEVELS.get(len(code), "village"), "name": f"区划{code}", "parent_code": "",
                "valid_from": "2016-01-01", "source": "torture",
            }).encode()  # fmt: skip
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
            writer.write(f"content-length: {len(body)}\r\n\r\n".encode() + body)
            await writer.drain()
    writer.close()
