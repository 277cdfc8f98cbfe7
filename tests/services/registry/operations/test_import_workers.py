"""Worker processes of large imports: the same outcome as in the service, keys never on a command line."""

from __future__ import annotations

import asyncio
import gc
import io
import os
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.registry.operations import import_portions, import_runs, import_workers
from services.registry.operations.import_chunks import Chunk
from services.registry.operations.import_workers import WorkerGone, Workers
from tests.services.registry.sheets import OFFICER, family, finished, send, xlsx
from tests.support.harness import Harness
from tests.support.resting import put_to_rest


@pytest_asyncio.fixture
async def run_one(county: Harness, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A turn of the job; the service's own rests, and every sheet is a large one."""
    turn = await put_to_rest(monkeypatch, import_runs)
    monkeypatch.setattr(import_workers, "SMALL", 0)
    monkeypatch.setattr(import_runs, "HOUSEHOLDS_AT_ONCE", 3)
    return turn


def workers_of(county: Harness, count: int = 2) -> Workers:
    settings = county.app.state.settings
    return Workers(count, settings.seal_key_file, settings.index_key_file, settings.seal_cipher)


async def test_processes_bring_in_what_the_service_would(county: Harness, owner: Any, run_one: Any) -> None:
    rows = [row for serial in range(10) for row in family(str(serial))]
    rows[4]["民族"] = "x"
    sent = await send(county, xlsx(rows))
    state = county.app.state
    assert await run_one(state.database, state.seals, "w", workers_of(county))
    done = await finished(county, sent.json()["id"])
    assert (done["state"], done["households_ok"], done["rows_refused"]) == ("done", 9, 3)
    assert await owner.fetchval("select count(distinct identity_index) from household_members") == 27
    async with county.as_(OFFICER) as client:
        files = (await client.get("/api/v1/registry/households")).json()["items"]
        whole = (await client.get(f"/api/v1/registry/households/{files[0]['id']}")).json()
    assert whole["phone_masked"] == "138****0000"


async def test_a_killed_worker_leaves_an_import_that_is_taken_up_without_doubling(
    county: Harness, owner: Any, run_one: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = await send(county, xlsx([row for serial in range(12) for row in family(str(serial))]))
    state = county.app.state
    started: list[Any] = []
    start = asyncio.create_subprocess_exec

    async def watched(*arguments: Any, **more: Any) -> Any:
        process = await start(*arguments, **more)
        assert not any("key" in str(argument) for argument in arguments)
        if "services.registry.operations.import_worker" in arguments:
            started.append(process)
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", watched)
    kept = import_portions.GoodRows.keep

    async def kills(keeper: Any, chunk: Any) -> None:
        await kept(keeper, chunk)
        for process in started:
            process.kill()

    monkeypatch.setattr(import_portions.GoodRows, "keep", kills)
    with pytest.raises((WorkerGone, OSError)):
        await run_one(state.database, state.seals, "first", workers_of(county, 1))
    before = await owner.fetchval("select count(*) from households")
    assert 0 < before < 12
    monkeypatch.undo()
    await owner.execute("update household_imports set leased_until = now() - interval '1 second'")
    done = await finished(county, sent.json()["id"])
    assert (done["households_ok"], done["people_ok"], done["rows_refused"]) == (12, 36, 0)
    assert await owner.fetchval("select count(*) from households") == 12


async def test_one_process_becomes_as_many_as_wanted_and_none_outlives_the_import(
    county: Harness, run_one: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(county, xlsx([row for serial in range(9) for row in family(str(serial))]))
    state, seen = county.app.state, set[int]()
    prepare = import_workers.Pool.prepare

    async def watched(pool: import_workers.Pool, line: bytes) -> Any:
        chunk = await prepare(pool, line)
        seen.update(_workers_below(os.getpid()))
        return chunk

    monkeypatch.setattr(import_workers.Pool, "prepare", watched)
    assert await run_one(state.database, state.seals, "w", workers_of(county, 3))
    assert len(seen) == 3
    assert not seen & _workers_below(os.getpid())
    assert not [pid for pid in seen if _text(Path(f"/proc/{pid}/cmdline"))]


def _workers_below(pid: int) -> set[int]:
    """Worker processes among a process's descendants (Linux)."""
    stats = [(int(path.parent.name), _text(path)) for path in Path("/proc").glob("[0-9]*/stat")]
    parents = {one: int(text.rsplit(")", 1)[1].split()[1]) for one, text in stats if text}
    found = {pid}
    while more := {one for one, parent in parents.items() if parent in found} - found:
        found |= more
    return {one for one in found if "operations.import_worker" in _text(Path(f"/proc/{one}/cmdline"))}


def _text(path: Path) -> str:
    """What stands in a file of a process; nothing once it has ended."""
    try:
        return path.read_text()
    except OSError:
        return ""


async def test_a_portion_that_is_kept_is_let_go_at_once(county: Harness, run_one: Any) -> None:
    """The collector of a settled service comes by rarely: what lay in circles of a large import was half a GiB."""
    await send(county, xlsx([row for serial in range(60) for row in family(str(serial))]))
    state = county.app.state
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        assert await run_one(state.database, state.seals, "w", workers_of(county))
        gc.collect()
        assert [one for one in gc.garbage if isinstance(one, io.BytesIO | memoryview | Chunk)] == []
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
