"""Where portions of an import are prepared: in this process for a small sheet, in worker processes for a large one."""

from __future__ import annotations

import asyncio
import json
import marshal
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from services.registry.operations.import_chunks import Chunk, Preparer, Task
from services.registry.operations.import_worker import LENGTH
from services.registry.storage.sealing import Seals

ROOT = Path(__file__).resolve().parents[3]
SMALL = 4_000
"""Up to so many people a sheet is prepared by the service itself: starting workers would take longer."""


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


class Pool:
    """Prepares in several processes; each takes the next portion as soon as it is free."""

    def __init__(self, processes: list[asyncio.subprocess.Process]) -> None:
        self.at_once = len(processes)
        self._free: asyncio.Queue[asyncio.subprocess.Process] = asyncio.Queue()
        for process in processes:
            self._free.put_nowait(process)

    async def prepare(self, line: bytes) -> Chunk:
        process = await self._free.get()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(LENGTH.pack(len(line)))
            process.stdin.write(line)
            await process.stdin.drain()
            (size,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
            answer = marshal.loads(await process.stdout.readexactly(size))  # noqa: S302 - our own process
        except (OSError, EOFError) as error:
            raise WorkerGone() from error
        self._free.put_nowait(process)
        return Chunk(*answer)


@asynccontextmanager
async def preparing(task: Task, seals: Seals, rows: int, workers: Workers | None) -> AsyncIterator[Preparing]:
    """Somebody to prepare the portions of a sheet with so many rows."""
    if workers is None or rows <= SMALL:
        yield Here(task, seals)
        return
    said = {
        "seal_key_file": str(workers.seal_key_file),
        "index_key_file": str(workers.index_key_file),
        "seal_cipher": workers.seal_cipher,
        "task": asdict(task),
    }
    message = json.dumps(said).encode()
    async with AsyncExitStack() as stack:
        processes = [await stack.enter_async_context(_worker(message)) for _ in range(workers.count)]
        yield Pool(processes)


@asynccontextmanager
async def _worker(message: bytes) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.registry.operations.import_worker", cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ.get("PATH", "")},
    )  # fmt: skip
    try:
        assert process.stdin is not None
        process.stdin.write(LENGTH.pack(len(message)))
        process.stdin.write(message)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
