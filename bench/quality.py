"""The bar of data quality: all checks over every household of some counties, as the service runs them."""

from __future__ import annotations

import asyncio
import time

import aiohttp

from bench.pairs import against
from bench.places import PROVINCE
from bench.results import Bar, Result
from bench.run import Run
from bench.sending import ASK_EVERY_S, answer_of, bearer

BAR = Bar("quality_run", "s", 1.0, higher_is_better=False)
LIMIT_S = 60.0
RUNS = "/api/v1/registry/quality-runs"


async def measure(run: Run) -> list[Result]:
    """Seconds for the size's number of people, county after county; the first pass finds, the others find again."""
    passes = [await _pass(run) for _ in range(run.size.quality_passes)]
    return [Result(BAR, against(LIMIT_S, *passes))]


async def _pass(run: Run) -> float:
    people, seconds, county = 0, 0.0, 0
    while people < run.size.quality_people and county < run.size.counties:
        began = time.perf_counter()
        people += await _checked(run, run.province.county(county))
        seconds += time.perf_counter() - began
        county += 1
    return seconds * run.size.quality_people / people


async def _checked(run: Run, area: str) -> int:
    """Have an area checked; returns how many people it has."""
    async with aiohttp.ClientSession(run.whole.service.address) as session:
        asked = session.post(RUNS, json={"division_code": area}, headers=bearer(run.whole, PROVINCE))
        number = (await answer_of(asked))["id"]
        while True:
            found = await answer_of(session.get(f"{RUNS}/{number}", headers=bearer(run.whole, PROVINCE)))
            if found["run"]["state"] == "done":
                return int(found["people"])
            if found["run"]["state"] == "failed":
                raise RuntimeError(f"the run over {area} failed: {found['run']}")
            await asyncio.sleep(ASK_EVERY_S)
