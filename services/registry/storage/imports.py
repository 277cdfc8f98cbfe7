"""SQL of imports of people workbooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage import sealing
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import (
    Division,
    Household,
    HouseholdImport,
    HouseholdImportFile,
    HouseholdImportRow,
)
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope

LEASE = timedelta(seconds=60)
ROWS_AT_ONCE = 5_000


async def add(session: AsyncSession, values: dict[str, Any], sealed: bytes) -> HouseholdImport | None:
    """Queue an import with its sealed upload; None if the office has sent the same content before."""
    added = await session.scalar(
        pg_insert(HouseholdImport).values(values).on_conflict_do_nothing().returning(HouseholdImport)
    )
    if added is not None:
        await session.execute(insert(HouseholdImportFile).values(import_id=added.id, content=sealed))
    return added


async def same_content(session: AsyncSession, office: str, sha256: str, mode: str) -> HouseholdImport | None:
    """The office's import of this content, if one is queued, running or done."""
    return await session.scalar(
        select(HouseholdImport).where(
            HouseholdImport.office == office,
            HouseholdImport.sha256 == sha256,
            HouseholdImport.mode == mode,
            ~HouseholdImport.dry_run,
            HouseholdImport.state != "failed",
        )
    )


async def visible(session: AsyncSession, actor: Actor, import_id: UUID) -> HouseholdImport | None:
    return await session.scalar(
        select(HouseholdImport).where(HouseholdImport.id == import_id, in_scope(HouseholdImport.division_code, actor))
    )


async def list_imports(
    session: AsyncSession, actor: Actor, before: UUID | None, limit: int
) -> Sequence[HouseholdImport]:
    """Imports of the actor's area, newest first."""
    query = select(HouseholdImport).where(in_scope(HouseholdImport.division_code, actor))
    if before is not None:
        query = query.where(HouseholdImport.id < before)
    return (await session.scalars(query.order_by(HouseholdImport.id.desc()).limit(limit))).all()


async def content(session: AsyncSession, seals: Seals, import_id: UUID) -> bytes:
    """The upload as it came."""
    sealed = (await session.get_one(HouseholdImportFile, import_id)).content
    return seals.open_bytes(sealed, sealing.upload_of(import_id))


async def reasons(session: AsyncSession, import_id: UUID) -> dict[int, str]:
    """Why rows were refused, by row of the sheet."""
    rows = await session.execute(
        select(HouseholdImportRow.row, HouseholdImportRow.reasons).where(HouseholdImportRow.import_id == import_id)
    )
    return {row[0]: row[1] for row in rows}


async def claim(session: AsyncSession, worker: str, now: datetime) -> HouseholdImport | None:
    """Take the oldest import that waits, or whose worker has not been heard of for a lease."""
    abandoned = and_(HouseholdImport.state == "running", HouseholdImport.leased_until < now)
    row = await session.scalar(
        select(HouseholdImport)
        .where(or_(HouseholdImport.state == "queued", abandoned))
        .order_by(HouseholdImport.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is not None:
        row.state, row.worker, row.leased_until = "running", worker, now + LEASE
        row.started_at = row.started_at or now
        row.attempts += 1
        await session.flush()
    return row


async def hold(session: AsyncSession, import_id: UUID, worker: str, now: datetime) -> HouseholdImport | None:
    """Lock an import for its worker and lengthen the lease; None if another worker took it over."""
    row = await session.scalar(
        select(HouseholdImport)
        .where(HouseholdImport.id == import_id, HouseholdImport.worker == worker, HouseholdImport.state == "running")
        .with_for_update()
    )
    if row is not None:
        row.leased_until = now + LEASE
    return row


async def serials_done(session: AsyncSession, import_id: UUID) -> set[str]:
    """The households of the sheet an earlier run has imported already."""
    found = await session.scalars(select(Household.import_serial).where(Household.import_id == import_id))
    return {serial for serial in found if serial is not None}


async def keep_reasons(session: AsyncSession, import_id: UUID, reasons_by_row: dict[int, str]) -> None:
    """Replace what earlier runs found by what this one found."""
    await session.execute(delete(HouseholdImportRow).where(HouseholdImportRow.import_id == import_id))
    rows = [{"import_id": import_id, "row": row, "reasons": text} for row, text in sorted(reasons_by_row.items())]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        await session.execute(insert(HouseholdImportRow), rows[start : start + ROWS_AT_ONCE])


async def villages_known(session: AsyncSession, actor: Actor, codes: Sequence[str]) -> set[str]:
    """Those of `codes` that are villages in the actor's scope."""
    query = select(Division.code).where(
        Division.code == func.any(list(codes)), Division.level == "village", in_scope(Division.code, actor)
    )
    return set(await session.scalars(query))


async def finish(session: AsyncSession, import_id: UUID, **values: Any) -> None:
    await session.execute(update(HouseholdImport).where(HouseholdImport.id == import_id).values(**values))
