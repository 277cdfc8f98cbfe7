"""What townships and counties do with the library workbook: bring its rows in as drafts."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.domain import chain, sites
from services.projects.domain.refusals import WrongOffice
from services.projects.operations import grants, import_rows, library, recording
from services.projects.operations.import_rows import Candidate
from services.projects.storage import imports as storage
from services.projects.storage import projects as project_storage
from services.projects.storage.tables import (
    Project,
    ProjectImport,
    ProjectImportRow,
    ProjectSite,
    ProjectState,
    ProjectVersion,
)
from shared.chassis import audit
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.tables import OutboxEvent
from shared.refusals import NotFound
from shared.schemas.projects import ProjectEntry
from shared.schemas.projects_imports import CreatedRow, RefusedRow, RowReason
from shared.schemas.projects_imports import ProjectImport as ImportShown

Mode = Literal["good_rows", "all_or_nothing"]


async def run(
    session: AsyncSession, registry: Peer, actor: Actor, content: bytes, year: int, mode: Mode, *, dry_run: bool
) -> ImportShown:
    """Read a workbook and make a draft of every good row, or of none. The same content again is the same import."""
    if not chain.chain(actor.level):
        raise WrongOffice()
    digest = hashlib.sha256(content).hexdigest()
    found = await import_rows.candidates(registry, actor, content, year)
    before = await storage.same(session, actor.office, digest, year, mode, dry_run=dry_run)
    if before is not None:
        return await _shown(session, before)
    state = _state(found, mode, dry_run=dry_run)
    record = ProjectImport(
        id=uuid.uuid4().hex,
        area_code=actor.office.partition("-")[0],
        content_sha256=digest,
        year=year,
        mode=mode,
        dry_run=dry_run,
        state=state,
        rows_total=len(found),
        **recording.by(actor),
    )
    session.add(record)
    await session.flush()
    codes = await _create(session, actor, found) if state == "done" else {}
    await project_storage.add_all(session, {ProjectImportRow: [_row(record.id, row, codes) for row in found]})
    audit.record(session, actor, "project_import.run", record.id, rows=len(found), created=len(codes), state=state)
    return await _shown(session, record)


def _state(found: list[Candidate], mode: Mode, *, dry_run: bool) -> str:
    if dry_run:
        return "dry_run"
    return "nothing_applied" if mode == "all_or_nothing" and any(row.reasons for row in found) else "done"


def _row(import_id: str, row: Candidate, codes: dict[int, str]) -> dict[str, Any]:
    return {
        "import_id": import_id,
        "row": row.row,
        "cells": row.cells,
        "project_code": codes.get(row.row),
        "reasons": [reason.model_dump() for reason in row.reasons],
    }


async def _create(session: AsyncSession, actor: Actor, found: list[Candidate]) -> dict[int, str]:
    """Drafts of the good rows, written table by table. Returns project codes by row."""
    good = [(row.row, row.entry) for row in found if row.entry is not None and not row.reasons]
    codes = await _number(session, good)
    by = recording.by(actor)
    tables: dict[type, list[dict[str, Any]]] = {
        table: [] for table in (Project, ProjectSite, ProjectVersion, ProjectState, OutboxEvent)
    }
    for number, entry in good:
        code = codes[number]
        columns = library.new_columns(actor, entry, code) | {"grant_version": 1}
        tables[Project].append(columns)
        tables[ProjectSite].extend({"project_code": code, "division_code": site} for site in entry.division_codes)
        tables[ProjectVersion].append({"project_code": code, "version": 1, "entry": columns["entry"]} | by)
        tables[ProjectState].append(grants.first_state(columns, "project.import") | by)
        tables[OutboxEvent].append(grants.first_event(columns))
    await project_storage.add_all(session, {table: rows for table, rows in tables.items() if rows})
    return codes


async def _number(session: AsyncSession, good: list[tuple[int, ProjectEntry]]) -> dict[int, str]:
    by_county: dict[tuple[str, int], list[int]] = {}
    for number, entry in good:
        by_county.setdefault((sites.county_of(entry.division_codes), entry.year), []).append(number)
    codes: dict[int, str] = {}
    for (county, year), numbers in sorted(by_county.items()):
        first = await project_storage.take_numbers(session, county, year, "project", len(numbers))
        for place, number in enumerate(numbers):
            codes[number] = library.code_of(county, year, first + place)
    return codes


async def get(session: AsyncSession, actor: Actor, import_id: str) -> ImportShown:
    return await _shown(session, await find(session, actor, import_id))


async def find(session: AsyncSession, actor: Actor, import_id: str) -> ProjectImport:
    """The import; NotFound when it is another area's."""
    record = await storage.get(session, actor, import_id)
    if record is None:
        raise NotFound()
    return record


async def _shown(session: AsyncSession, record: ProjectImport) -> ImportShown:
    rows = await storage.rows(session, record.id)
    kept = record.state == "dry_run"
    return ImportShown.model_validate(
        {
            "id": record.id,
            "state": record.state,
            "year": record.year,
            "mode": record.mode,
            "content_sha256": record.content_sha256,
            "rows_total": record.rows_total,
            "created": [
                CreatedRow(row=row.row, project_code=row.project_code)
                for row in rows
                if row.project_code is not None or (kept and not row.reasons)
            ],
            "refused": [
                RefusedRow(row=row.row, reasons=[RowReason.model_validate(reason) for reason in row.reasons])
                for row in rows
                if row.reasons
            ],
            "imported_at": record.recorded_at,
            "office": record.office,
        }
    )
