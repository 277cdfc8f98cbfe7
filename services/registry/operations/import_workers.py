"""Where portions of an import are prepared: in this process for a small sheet, in worker processes for a large one."""

from __future__ import annotations

import asyncio
import json
import marshal
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from services.registry.operations.import_chunks import Chunk, Preparer, Task
from services.registry.operations.import_worker import LENGTH
from services.registry.storage.sealing import Seals

ROOT = Path(__file__).resolve().parents[3]
SMALL = 4_000
"""Up to so many people a sheet is prepared by the service itself: starting workers would take longer."""
READ_AHEAD = 1024 * 1024
ENDS_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Workers:
    """How many processes prepare a large sheet, and which keys they read."""

    count: int
    seal_key_file: Path
    index_key_file: Path
    seal_cipher: str


class Preparing(Protocol):
    """Prepares portions, several at once."""

    at_once: int

    async def prepare(self, line: bytes) -> Chunk: ...


class Here:
    """Prepares in a thread of this process."""

    at_once = 1

    def __init__(self, task: Task, seals: Seals) -> None:
        self._task, self._seals = task, seals
        self._preparer: Preparer | None = None

    async def prepare(self, line: bytes) -> Chunk:
        return await asyncio.to_thread(self._prepare, line)

    def _prepare(self, line: bytes) -> Chunk:
        self._preparer = self._preparer or Preparer(self._task, self._seals)
        return self._preparer.prepare(line)


class WorkerGone(RuntimeError):
    """A worker process has ended before its work."""


class Worker(NamedTuple):
    """What one worker process reads from us, and what it answers."""

    answers: asyncio.StreamReader
    portions: asyncio.StreamWriter


class Pool:
    """Prepares in several processes; each takes the next portion as soon as it is free."""

    def __init__(self, workers: list[Worker]) -> None:
        self.at_once = len(workers)
        self._free: asyncio.Queue[Worker] = asyncio.Queue()
        for worker in workers:
            self._free.put_nowait(worker)

    async def prepare(self, line: bytes) -> Chunk:
        worker = await self._free.get()
        try:
            worker.portions.write(LENGTH.pack(len(line)))
            worker.portions.write(line)
            await worker.portions.drain()
            (size,) = LENGTH.unpack(await worker.answers.readexactly(LENGTH.size))
            answer = marshal.loads(await worker.answers.readexactly(size))  # noqa: S302 - our own process
        except (OSError, EOFError) as error:
            raise WorkerGone() from error
        self._free.put_nowait(worker)
        return Chunk(*answer)


@asynccontextmanager
async def preparing(task: Task, seals: Seals, rows: int | None, workers: Workers | None) -> AsyncIterator[Preparing]:
    """Somebody to prepare the portions of a sheet with so many rows, None for more than were counted."""
    if workers is None or (rows is not None and rows <= SMALL):
        yield Here(task, seals)
        return
    said = {
        "seal_key_file": str(workers.seal_key_file),
        "index_key_file": str(workers.index_key_file),
        "seal_cipher": workers.seal_cipher,
        "task": asdict(task),
    }
    async with _processes(json.dumps(said).encode(), workers.count) as started:
        yield Pool(started)


@asynccontextmanager
async def _processes(message: bytes, count: int) -> AsyncIterator[list[Worker]]:
    """Worker processes: one is started and becomes as many as are wanted, each at a socket of its own."""
    pairs = [socket.socketpair() for _ in range(count)]
    numbers = [theirs.fileno() for _, theirs in pairs]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.registry.operations.import_worker", *map(str, numbers), cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        pass_fds=numbers, env={"PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", "")},
    )  # fmt: skip
    workers: list[Worker] = []
    try:
        for ours, theirs in pairs:
            theirs.close()
            workers.append(Worker(*await asyncio.open_connection(sock=ours, limit=READ_AHEAD)))
        assert process.stdin is not None
        process.stdin.write(LENGTH.pack(len(message)))
        process.stdin.write(message)
        yield workers
    finally:
        for worker in workers:
            worker.portions.close()
        await _ended(process)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Workers end by themselves when nobody speaks to them any more; whoever does not is ended."""
    try:
        await asyncio.wait_for(process.wait(), ENDS_WITHIN_S)
    except TimeoutError:
        process.kill()
        await process.wait()
