"""A file put on the register without the weeks its decision takes."""

from __future__ import annotations

import asyncio
from typing import Any

from shared.chassis import changes


async def registered(owner: Any, household: str, status: str = "registered") -> None:
    """As the register's own writers do: the file and its next version in one transaction."""
    async with owner.transaction():
        await owner.execute(
            "update households set status = $2, registered_on = current_date, version = version + 1 where id = $1",
            household, status,
        )  # fmt: skip
        await owner.execute(
            "insert into household_versions (household_id, version, status, village_code, recorded_at, recorded_on,"
            " true_from, content) select h.id, h.version, h.status, h.village_code, now(), current_date, current_date,"
            " v.content from households h join household_versions v on v.household_id = h.id"
            " and v.version = h.version - 1 where h.id = $1",
            household,
        )


async def settled(owner: Any) -> None:
    """Wait until every transaction of this database that is under way now is over: feeds tell nothing behind one."""
    now = await owner.fetchval(f"select {changes.NEXT}")
    for _ in range(2_000):
        if await owner.fetchval(f"select {changes.FIRST_OPEN}") >= now:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("a transaction has been under way for 20 seconds")
