"""`python -m bench` (`make bench`): measure, show a table, keep the results. Exit status 1 when a bar is missed."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from types import FrameType

import uvloop

from bench import (
    comparisons,
    gateway,
    imports,
    loads,
    money,
    posting,
    progress,
    quality,
    reads,
    results,
    search,
    storage,
    suite,
)
from bench.ground import Ground, ground
from bench.memory import resident_mib
from bench.results import Result
from bench.run import TENTH, Run
from bench.sizes import SIZES, Size
from deploy.local.progress import Reporter
from shared.chassis import clock

Group = Callable[[Run], Awaitable[list[Result]]]

GROUPS: dict[str, Group] = {
    "divisions": loads.measure,
    "money": money.measure,
    "progress": progress.measure,
    "posting": posting.measure,
    "reads": reads.measure,
    "gateway": gateway.measure,
    "search": search.measure,
    "storage": storage.measure,
    "quality": quality.measure,
    "memory": imports.memory,
    "imports": imports.measure,
    "comparisons": comparisons.measure,
}
"""In the order they are measured: those that want the size's people and no more come first."""
SUITE = "suite"
PEOPLE_NEEDED = frozenset(GROUPS) - {"divisions", "money", "progress", "posting"}
SETTLE_S = 3.0


def main(arguments: list[str] | None = None) -> int:
    asked = _asked(arguments)
    signal.signal(signal.SIGTERM, _stopped)
    size, began = SIZES[asked.size], time.monotonic()
    try:
        found = _found(size, asked.only, Reporter())
    except KeyboardInterrupt:
        print("stopped; kept is what was measured to the end", file=sys.stderr)
        return 130
    took = time.monotonic() - began
    print(f"\n{size.name}: {size.people:,} people, {results.machine()['cores']} cores, {took:,.0f} s\n")
    print(results.table(found))
    return 1 if any(result.kept is False for result in found) else 0


def _found(size: Size, only: list[str], reporter: Reporter) -> list[Result]:
    found: list[Result] = []
    if SUITE in only:
        reporter.say("the suite with its demonstration county")
        found += _kept(size, uvloop.run(suite.measure(reporter)))
    names = [name for name in GROUPS if name in only]
    if names:
        reporter.say("a PostgreSQL of its own, two registers")
        with ground() as made:
            found += uvloop.run(_measured(made, size, reporter, names))
    return found


def _stopped(signum: int, frame: FrameType | None) -> None:
    """Leave by the way on which everything that was started is ended."""
    raise KeyboardInterrupt


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="measure the suite on this machine")
    parser.add_argument("--size", choices=sorted(SIZES), default="small")
    parser.add_argument("--only", nargs="*", choices=[SUITE, *GROUPS], default=[SUITE, *GROUPS], metavar="GROUP")
    return parser.parse_args(arguments)


def _kept(size: Size, found: list[Result]) -> list[Result]:
    """Keep a group's results as soon as it is done: a province takes long."""
    results.keep(found, size.name, clock.office_today())
    return found


async def _measured(made: Ground, size: Size, reporter: Reporter, names: list[str]) -> list[Result]:
    run = await Run.prepared(made, size, reporter)
    if PEOPLE_NEEDED & set(names):
        await _peopled(run)
    found: list[Result] = []
    for name in names:
        run.reporter.say(f"measuring {name}")
        found += _kept(size, await GROUPS[name](run))
    return found


async def _peopled(run: Run) -> None:
    """Both registers with the size's people and a tenth of them, loaded through their own imports."""
    await run.divide()
    for register in (run.tenth, run.whole):
        await asyncio.to_thread(register.start)
    await asyncio.sleep(SETTLE_S)
    run.idle_mib = resident_mib(run.whole.service.pid or 0)
    people, counties = run.size.people, run.size.counties
    await run.fill(run.tenth, max(1, counties // TENTH), people // TENTH, "people of the tenth")
    await run.fill(run.whole, counties, people, "people")


if __name__ == "__main__":
    sys.exit(main())
