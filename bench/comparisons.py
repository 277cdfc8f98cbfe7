"""The bar of departments' lists: people of a list found in the register, beside COPY of the same list."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import aiohttp

from bench.families import COLUMN
from bench.ground import connect
from bench.imports import RawTable
from bench.pairs import interleaved
from bench.places import PROVINCE
from bench.results import Bar, Result
from bench.run import Run
from bench.sending import PATIENCE, answer_of, bearer
from shared.chassis import clock

COMPARE = Bar("compare_list", "rows/s", 0.20)
LISTS = "/api/v1/registry/comparison-lists/deaths/imports"
HEAD = ("身份证号", "姓名", "事实")
KNOWN = 20
"""One row in so many is somebody of the register."""
_NAME, _NUMBER = COLUMN["member", "name"], COLUMN["member", "identity_number"]


async def measure(run: Run) -> list[Result]:
    """A list of a department of the province: nearly all of its people are in nobody's file."""
    known = await _registered(run)
    raw = await RawTable.made(await run.ground.empty("raw_lists"), len(HEAD))
    lists: dict[int, bytes] = {}
    keys = count()

    async def of(number: int) -> bytes:
        if number not in lists:
            lists.clear()
            lists[number] = await asyncio.to_thread(_list, run, known)
        return lists[number]

    async def compared(number: int) -> float:
        return await _send(run, await of(number), f"list-{next(keys)}")

    async def copied(number: int) -> float:
        return await raw.rows_per_second(await of(number))

    try:
        return [Result(COMPARE, await interleaved(run.size.pairs, compared, copied))]
    finally:
        await raw.close()


async def _registered(run: Run) -> list[tuple[str, str]]:
    """Names and numbers of one county's people, whose files are made proposed ones: drafts are not compared."""
    connection = await connect(run.whole.admin_dsn)
    try:
        await connection.execute("update households set status = 'proposed' where status = 'draft'")
        await connection.execute("vacuum analyze households")
    finally:
        await connection.close()
    return list(_people(run, run.loaded[0]))


def _people(run: Run, sheet: Any) -> Iterator[tuple[str, str]]:
    return ((row[_NAME], row[_NUMBER]) for row in run.population.rows(sheet))


def _list(run: Run, known: list[tuple[str, str]]) -> bytes:
    """As many rows as a sheet of the import bars has, of people nobody has seen before but for one in KNOWN."""
    strangers = _people(run, run.sheet(0, run.size.import_rows))
    lines = [",".join(HEAD)]
    for place, (name, number) in enumerate(strangers):
        if place % KNOWN == 0:
            name, number = known[place // KNOWN % len(known)]
        lines.append(f"{number},{name},2026-01-02 死亡登记")
    return "\n".join(lines).encode()


async def _send(run: Run, content: bytes, key: str) -> float:
    """Rows per second from the first byte sent to the answer with its counts; RuntimeError if nobody was found."""
    form = aiohttp.FormData()
    form.add_field("file", io.BytesIO(content), filename="list.csv")
    form.add_field("batch_key", key)
    form.add_field("as_of", clock.office_today().isoformat())
    headers = bearer(run.whole, PROVINCE)
    async with aiohttp.ClientSession(run.whole.service.address, timeout=PATIENCE) as session:
        began = time.perf_counter()
        done = await answer_of(session.post(LISTS, data=form, headers=headers))
        seconds = time.perf_counter() - began
    if not done["matched"]:
        raise RuntimeError(f"nobody of the list was found: {done}")
    return int(done["rows"]) / seconds
