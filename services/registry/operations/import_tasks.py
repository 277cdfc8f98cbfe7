"""What is looked up once for an import: the villages of the office's area, their figures, and their names."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain.limits import KEYS
from services.registry.operations.import_chunks import Task
from services.registry.operations.sheet_heads import Head
from services.registry.storage import import_places, parameters
from shared.chassis import clock
from shared.chassis.identity import Actor


async def task_of(session: AsyncSession, import_id: UUID, actor: Actor, head: Head) -> Task:
    """The task of an import, for whoever prepares its portions."""
    today = clock.office_today()
    codes = await import_places.villages(session, actor)
    figures = list(await parameters.of_keys(session, KEYS))
    villages: dict[str, list[int]] = {}
    by_township: dict[str, list[int]] = {}
    special = {row.division_code for row in figures if len(row.division_code) == 12}
    for code in codes:
        near = code if code in special else code[:9]
        if near not in by_township:
            limits = parameters.limits_of(figures, near, today)
            by_township[near] = [getattr(limits, key) for key in KEYS]
        villages[code] = by_township[near]
    named = head.layout.position("place", "village") is not None
    names = await import_places.village_names(session, actor) if named else []
    origin = {
        "import_id": str(import_id), "account": actor.account, "person": actor.person, "office": actor.office,
        "office_name": actor.office_name, "today": today.isoformat(), "now": clock.now().isoformat(),
    }  # fmt: skip
    return Task(head.headers, villages, names, origin)
