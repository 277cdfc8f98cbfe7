"""Loading a whole list of divisions, such as the country's, in one go.

Nothing is inserted unless the whole file is in order. Provinces are then inserted one by one, each in its own
transaction: a load that was broken off is run again and goes on. A second run changes nothing, and what an office
changed since (names, closings, new codes) is never touched.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.registry.domain import division_lists
from services.registry.domain.division_lists import COUNTRY, ListFacts
from services.registry.storage import division_loads as storage

Progress = Callable[[str, int, int], None]
"""Told (what is being done, lines done, lines in all)."""
READING, INSERTING = "reading 读取", "inserting 写入"


@dataclass(frozen=True, slots=True)
class Loaded:
    """`rows` of the file: inserted now, or there before, or left out below something closed."""

    rows: int
    inserted: int
    present: int
    left_out: int
    seconds: float


def _silent(doing: str, done: int, total: int) -> None:
    """Tell nobody."""


async def load_country(
    where: str | Any, path: Path = COUNTRY, progress: Progress = _silent, facts: ListFacts | None = None
) -> Loaded:
    """Load a list of divisions into the database of a DSN or an asyncpg connection.

    `facts` are needed for a file that is not of data/divisions. A file that is wrong is refused with its line.
    """
    began = time.monotonic()
    facts = facts or division_lists.facts_of(path)
    size = division_lists.measure(path)
    async with storage.connected(where) as connection:
        await storage.stage(connection, division_lists.lines(path), _count(progress, READING, size.rows))
        tell = _count(progress, INSERTING, size.rows)
        inserted = rows = 0
        for province, lines in await storage.provinces(connection):
            inserted += await storage.insert_new(connection, province, facts)
            rows += lines
            tell(lines)
        details = {"file": path.name, "sha256": size.sha256, "rows": rows, "inserted": inserted}
        left_out = await storage.finish(connection, details | {"source": facts.source})
    return Loaded(rows, inserted, rows - inserted - left_out, left_out, time.monotonic() - began)


def _count(progress: Progress, doing: str, total: int) -> Callable[[int], None]:
    done = 0

    def add(lines: int) -> None:
        nonlocal done
        done += lines
        progress(doing, done, total)

    progress(doing, 0, total)
    return add
