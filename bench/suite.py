"""Bars of the suite as a whole: how soon it is ready, the memory it needs, how fast a county's progress is told."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.pairs import Pairs, against, percentile
from bench.results import Bar, Result
from deploy.demonstration.client import Desk
from deploy.local import demonstration
from deploy.local.postgres import free_port
from deploy.local.progress import Reporter
from deploy.local.suite import Suite
from shared.chassis.clock import office_today

READY = Bar("suite_ready", "s", 1.0, higher_is_better=False)
LOADED = Bar("suite_loaded", "s", 1.0, higher_is_better=False)
MEMORY = Bar("suite_idle_memory", "MiB", 1.0, higher_is_better=False)
PROGRESS = Bar("suite_progress", "ms p99", None, higher_is_better=False)
DIVISIONS = Bar("suite_divisions_page", "ms p99", None, higher_is_better=False)
READY_LIMIT_S, LOADED_LIMIT_S, MEMORY_LIMIT_MIB = 60.0, 120.0, 600.0
REQUESTS = 50
SETTLE_S = 5.0


async def measure(reporter: Reporter) -> list[Result]:
    """A fresh suite with its demonstration county, as `make run` brings it up."""
    return await asyncio.to_thread(_measure, reporter)


def _measure(reporter: Reporter) -> list[Result]:
    with tempfile.TemporaryDirectory(prefix="lika-bench-suite-") as name:
        Path(name).chmod(0o755)
        suite = Suite(Path(name), free_port())
        suite.take()
        try:
            began = time.monotonic()
            suite.start_database()
            suite.migrate()
            suite.start_services()
            results = [Result(READY, against(READY_LIMIT_S, time.monotonic() - began))]
            demonstration.ensure_loaded(suite, reporter)
            results.append(Result(LOADED, against(LOADED_LIMIT_S, time.monotonic() - began)))
            time.sleep(SETTLE_S)
            memory = sum(service.resident_mib() for service in suite.services.values())
            results.append(Result(MEMORY, against(MEMORY_LIMIT_MIB, memory)))
            return results + _requests(suite)
        finally:
            suite.stop()


def _requests(suite: Suite) -> list[Result]:
    """Answers through the gateway: the 99th percentile, beside that of the lightest answer the gateway passes on."""
    rows = json.loads(demonstration.place_of(suite).accounts_file.read_text())
    account = next(row for row in rows if row.get("username") == "mengcheng.finance")
    desk = Desk(suite.address, account["username"], account["password"])
    year = office_today().year
    try:
        progress = lambda: desk.get("/api/v1/funds/progress", division_code="341622", fund_year=year)  # noqa: E731
        page = lambda: desk.get("/api/v1/registry/divisions", within="341622", limit=50)  # noqa: E731
        light = lambda: desk.get("/api/v1/registry/divisions/341622")  # noqa: E731
        return [Result(PROGRESS, _by_turns(progress, light)), Result(DIVISIONS, _by_turns(page, light))]
    finally:
        desk.close()


def _by_turns(call: Callable[[], object], light: Callable[[], object], pairs: int = 5) -> Pairs:
    values, limits = [], []
    for _ in range(pairs):
        values.append(_p99(call))
        limits.append(_p99(light))
    return Pairs(tuple(values), tuple(limits))


def _p99(call: Callable[[], object]) -> float:
    times = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return percentile(times, 0.99)
