"""What waits of what a person entered: every table that says who entered a row and in which state it is."""

from __future__ import annotations

from services.funds.storage.tables import Base
from shared.chassis.waiting_work import Waiting

OPEN_STATES = frozenset(
    {
        "applied", "asked", "checked", "claimed", "county_checked", "drafted", "entered", "filed", "open", "prepared",
        "proposed", "reopening_asked", "township_reviewed", "village_reviewed",
    }
)  # fmt: skip
"""States in which somebody else has yet to decide, or the person themself to send."""
NEEDED = {"id", "entered_person", "state", "division_code"}


WAITING = [
    Waiting(table.name, table.c.id, table.c.entered_person, table.c.state, table.c.division_code, OPEN_STATES)
    for table in sorted(Base.metadata.tables.values(), key=lambda table: table.name)
    if set(table.c.keys()) >= NEEDED
]
