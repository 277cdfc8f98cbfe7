"""Who wrote a row, as every recorded table holds it."""

from __future__ import annotations

from typing import Any

from shared.chassis import clock
from shared.chassis.identity import Actor


def by(actor: Actor) -> dict[str, Any]:
    """The columns of `storage.tables.Recorded`."""
    return {
        "recorded_at": clock.now(),
        "account": actor.account,
        "person": actor.person,
        "office": actor.office,
        "office_name": actor.office_name,
    }
