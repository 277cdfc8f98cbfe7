"""People sheets on their way into a register: sent in, waited for, report fetched, over HTTP as an office does it."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import aiohttp

from bench.ground import Register

IMPORTS = "/api/v1/registry/household-imports"
ASK_EVERY_S = 0.05
PATIENCE_S = 3_600.0
PATIENCE = aiohttp.ClientTimeout(total=PATIENCE_S)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a sheet, and the seconds from its first byte sent to the last byte of its report."""

    rows: int
    people: int
    refused: int
    seconds: float

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.seconds


async def send_in(register: Register, area: str, content: bytes, name: str = "people.csv") -> Imported:
    """Have an officer of `area` import a sheet; RuntimeError if it fails or nobody of it gets in."""
    async with aiohttp.ClientSession(register.service.address, timeout=PATIENCE) as session:
        began = time.perf_counter()
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name)
        form.add_field("mode", "good_rows")
        sent = await answer_of(session.post(IMPORTS, data=form, headers=bearer(register, area)))
        done = await _finished(session, register, area, sent["id"])
        async with session.get(f"{IMPORTS}/{sent['id']}/report", headers=bearer(register, area)) as report:
            report.raise_for_status()
            await report.read()
        seconds = time.perf_counter() - began
    if done["state"] != "done" or not done["people_ok"]:
        raise RuntimeError(f"the import came to nothing: {done}")
    return Imported(done["rows_total"], done["people_ok"], done["rows_refused"], seconds)


async def _finished(session: aiohttp.ClientSession, register: Register, area: str, import_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        state = await answer_of(session.get(f"{IMPORTS}/{import_id}", headers=bearer(register, area)))
        if state["state"] in ("done", "failed"):
            return state
        await asyncio.sleep(ASK_EVERY_S)
    raise RuntimeError("the import did not end")


def bearer(register: Register, area: str) -> dict[str, str]:
    """The header that says an officer of this area asks."""
    return {"authorization": f"Bearer {register.token(area)}"}


async def answer_of(request: Any) -> dict[str, Any]:
    """The JSON of an answer; RuntimeError with it if it is a refusal."""
    async with request as answer:
        body: dict[str, Any] = await answer.json()
        if answer.status >= 300:
            raise RuntimeError(f"refused: {answer.status} {body}")
        return body
