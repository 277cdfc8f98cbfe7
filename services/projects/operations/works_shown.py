"""Works as they are answered: where they stand and everything recorded."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.storage import works as storage
from services.projects.storage.tables import Project
from services.projects.storage.tables_works import Acceptance, Asset, Contract, ProgressReport, Tender, WorksEvent
from shared.schemas.projects_works import (
    NewAcceptance,
    NewContract,
    NewHandover,
    NewProgressReport,
    NewTender,
    Works,
    WorksRecord,
)
from shared.schemas.wire import Wire

_SHAPES: dict[type, tuple[str, str, type[Wire]]] = {
    Tender: ("tender", "tendered_on", NewTender),
    Contract: ("contract", "signed_on", NewContract),
    ProgressReport: ("progress", "reported_on", NewProgressReport),
    Acceptance: ("acceptance", "accepted_on", NewAcceptance),
    Asset: ("handover", "handed_on", NewHandover),
}


async def shown(session: AsyncSession, project: Project) -> Works:
    """Where the works stand, with what was recorded, oldest first."""
    names = [name for name in Works.model_fields if name not in ("percent", "records")]
    facts: dict[str, Any] = {name: getattr(project, name) for name in names}
    return Works.model_validate(
        facts
        | {
            "percent": await storage.highest_percent(session, project.project_code),
            "records": [_record(row) for row in await storage.records(session, project.project_code)],
        }
    )


def _record(row: storage.Row) -> WorksRecord:
    if isinstance(row, WorksEvent):
        kind, on, facts = row.kind, row.on_day, {"reason": row.reason} if row.reason else {}
    else:
        kind, day, shape = _SHAPES[type(row)]
        on, facts = getattr(row, day), shape.model_validate(row).model_dump(mode="json")
    return WorksRecord(kind=kind, on=on, facts=facts, recorded_at=row.recorded_at, office=row.office)
