"""`make bench`: the figures the README states, measured on this machine, printed as a table.

A fresh data folder is used and removed again; nothing else should run meanwhile.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from deploy.demonstration.client import Desk
from deploy.local import demonstration
from deploy.local.postgres import free_port
from deploy.local.progress import Reporter
from deploy.local.suite import Suite
from shared.chassis.clock import office_today

READY_LIMIT_S = 60.0
LOADED_LIMIT_S = 120.0
MEMORY_LIMIT_MIB = 600.0
REQUESTS = 200


def main() -> int:
    rows: list[tuple[str, float, str, float | None]] = []
    with tempfile.TemporaryDirectory(prefix="lika-bench-") as name:
        Path(name).chmod(0o755)
        suite = Suite(Path(name), free_port())
        suite.take()
        try:
            began = time.monotonic()
            suite.start_database()
            suite.migrate()
            suite.start_services()
            rows.append(("ready: every /readyz answers", time.monotonic() - began, "s", READY_LIMIT_S))
            demonstration.ensure_loaded(suite, Reporter())
            rows.append(("loaded: demonstration county complete", time.monotonic() - began, "s", LOADED_LIMIT_S))
            time.sleep(5)
            memory = {name: service.resident_mib() for name, service in suite.services.items()}
            rows += [(f"idle memory: {name}", mib, "MiB", None) for name, mib in memory.items()]
            rows.append(("idle memory: four services", sum(memory.values()), "MiB", MEMORY_LIMIT_MIB))
            rows += _requests(suite)
        finally:
            suite.stop()
    return _print(rows)


def _requests(suite: Suite) -> list[tuple[str, float, str, float | None]]:
    rows_of_people = json.loads(demonstration.place_of(suite).accounts_file.read_text())
    accounts = {row["username"]: row for row in rows_of_people if "username" in row}
    account = accounts["mengcheng.finance"]
    desk = Desk(suite.address, account["username"], account["password"])
    year = office_today().year
    rows: list[tuple[str, float, str, float | None]] = []
    for title, call in (
        ("progress of the county", lambda: desk.get("/api/v1/funds/progress", division_code="341622", fund_year=year)),
        ("a page of 50 divisions", lambda: desk.get("/api/v1/registry/divisions", within="341622", limit=50)),
    ):
        times = _time(call)
        rows.append((f"{title}, through the gateway: median", statistics.median(times), "ms", None))
        rows.append((f"{title}, through the gateway: p99", sorted(times)[int(len(times) * 0.99) - 1], "ms", None))
    desk.close()
    return rows


def _time(call: Callable[[], object]) -> list[float]:
    for _ in range(10):
        call()
    times = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return times


def _print(rows: list[tuple[str, float, str, float | None]]) -> int:
    print(f"\n{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    missed = 0
    for title, value, unit, limit in rows:
        verdict = "" if limit is None else f"  (at most {limit:g} {unit}: {'kept' if value <= limit else 'MISSED'})"
        missed += limit is not None and value > limit
        print(f"{title:<58}{value:>10.1f} {unit}{verdict}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
