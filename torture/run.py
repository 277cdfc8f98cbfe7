"""One torture run: load, kills, recovery, verdict."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from torture import load, verdict
from torture.lab import PROCESSES, Lab
from torture.verdict import Verdict

CLIENTS = 8
TELL_EVERY_S = 30.0
TARGETS = (*PROCESSES, "database", "database", "everything")


@dataclass(frozen=True, slots=True)
class Orders:
    """What a run does. `targets` are drawn from for each kill."""

    operations: int
    kills: int
    seed: int
    targets: tuple[str, ...] = TARGETS
    durable_commits: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    orders: Orders
    kills: dict[str, int]
    verdict: Verdict
    seconds: float

    def lines(self) -> list[str]:
        found = self.verdict
        kills = ", ".join(f"{name} {count}" for name, count in sorted(self.kills.items())) or "none"
        asked = f"{self.orders.operations} operations and {self.orders.kills} kills"
        done = sum(self.kills.values())
        ended_early = found.tried < self.orders.operations or done < self.orders.kills
        early = [f"ended early: asked for were {asked}"] if ended_early else []
        return [
            f"tried {found.tried}  acknowledged {found.acknowledged}  lost {found.lost}  doubled {found.doubled}",
            *early,
            f"kills {done} ({kills})  seconds {self.seconds:.0f}  seed {self.orders.seed}",
            *(f"WRONG {line}" for line in found.wrong),
        ]

    @property
    def clean(self) -> bool:
        return not (self.verdict.lost or self.verdict.doubled or self.verdict.wrong)


Tell = Callable[[str], None]


async def torture(
    folder: Path, orders: Orders, tell: Tell = lambda line: None, book: load.Book | None = None
) -> Report:
    """Run until both the operations and the kills are done, or the book is closed; let everything recover, and compare.

    `tell` is given a line every half a minute.
    """
    started = time.monotonic()
    lab = Lab(folder)
    try:
        await lab.open(durable_commits=orders.durable_commits)
        desk = load.Desk(lab, f"s{orders.seed}")
        book = book or load.Book()
        receipts = await load.fill(desk)
        kills: dict[str, int] = {}
        telling = asyncio.create_task(_tell_how_far(orders, book, kills, tell))
        try:
            await _under_load(lab, desk, book, receipts, orders, kills)
        finally:
            telling.cancel()
        tell("recovering, then comparing")
        await lab.ready()
        reached = await verdict.reach(lab, desk, book)
        await desk.close()
        return Report(orders, kills, reached, time.monotonic() - started)
    finally:
        await lab.close()


async def _under_load(
    lab: Lab, desk: load.Desk, book: load.Book, receipts: dict[str, int], orders: Orders, kills: dict[str, int]
) -> None:
    enough = asyncio.Event()
    clients = []
    for number in range(CLIENTS):
        rng = random.Random(orders.seed * 1_000 + number)  # noqa: S311 - repeatable by its seed
        clients.append(asyncio.create_task(load.work(desk, book, receipts, number, rng, enough)))
    try:
        await _kill(lab, book, orders, random.Random(orders.seed), kills)  # noqa: S311 - repeatable by its seed
        await book.grown_to(orders.operations)
    finally:
        enough.set()
        await asyncio.gather(*clients)


async def _tell_how_far(orders: Orders, book: load.Book, kills: dict[str, int], tell: Tell) -> None:
    while True:
        await asyncio.sleep(TELL_EVERY_S)
        tell(f"{book.tried:,} of {orders.operations:,} operations, {sum(kills.values()):,} of {orders.kills:,} kills")


async def _kill(lab: Lab, book: load.Book, orders: Orders, rng: random.Random, done: dict[str, int]) -> None:
    """Kill at random instants, spread over the operations; what was killed starts again at once."""
    for number in range(1, orders.kills + 1):
        due = orders.operations * number // (orders.kills + 1)
        await book.grown_to(due)
        if book.closed:
            return
        await asyncio.sleep(rng.uniform(0.05, 0.5))
        target = rng.choice(orders.targets)
        done[target] = done.get(target, 0) + 1
        await _kill_one(lab, target)
        await lab.ready()


async def _kill_one(lab: Lab, target: str) -> None:
    killed = {"database": (), "everything": PROCESSES}.get(target, (target,))
    for process in killed:
        lab.kill_process(process)
    if target in ("database", "everything"):
        await asyncio.to_thread(lab.kill_database)
        await lab.restart_database()
    for process in killed:
        lab.start(process)
