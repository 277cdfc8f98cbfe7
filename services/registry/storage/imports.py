"""SQL of imports of people workbooks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage import leases, sealing
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import (
    HouseholdImport,
    HouseholdImportDifference,
    HouseholdImportFile,
    HouseholdImportRow,
)
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope

LEASE = timedelta(seconds=60)
PART = 1024 * 1024


async def add(session: AsyncSession, values: dict[str, Any]) -> HouseholdImport | None:
    """Queue an import; None if the office has sent the same content before and it was not in vain."""
    added: HouseholdImport | None = await session.scalar(
        pg_insert(HouseholdImport).values(values).on_conflict_do_nothing().returning(HouseholdImport)
    )
    return added


def part_id(import_id: UUID, number: int) -> UUID:
    """The id of a part of an upload, which seals it into its place. Part 0 bears the import's own."""
    return uuid5(import_id, str(number)) if number else import_id


async def add_parts(session: AsyncSession, seals: Seals, import_id: UUID, parts: Iterable[bytes]) -> None:
    """Keep an upload, part by part sealed, so that it is never held whole."""
    for number, part in enumerate(parts):
        own = part_id(import_id, number)
        sealed = seals.seal_bytes(part, sealing.upload_of(own))
        values = {"id": own, "import_id": import_id, "number": number, "content": sealed}
        await session.execute(insert(HouseholdImportFile), values)


async def parts(session: AsyncSession, seals: Seals, import_id: UUID) -> AsyncIterator[bytes]:
    """The upload as it came, part by part."""
    number = 0
    while True:
        own = part_id(import_id, number)
        found = await session.scalar(
            select(HouseholdImportFile.content).where(
                HouseholdImportFile.id == own,
                HouseholdImportFile.import_id == import_id,
                HouseholdImportFile.number == number,
            )
        )
        if found is None:
            return
        yield seals.open_bytes(found, sealing.upload_of(own))
        number += 1


async def same_content(session: AsyncSession, office: str, sha256: str, mode: str) -> HouseholdImport | None:
    """The office's import of this content, if one is queued, running or done. One that brought in nothing does not
    count: what it was refused for may have been put right outside the sheet."""
    return await session.scalar(
        select(HouseholdImport).where(
            HouseholdImport.office == office,
            HouseholdImport.sha256 == sha256,
            HouseholdImport.mode == mode,
            ~HouseholdImport.dry_run,
            HouseholdImport.state.not_in(("failed", "undone")),
            or_(HouseholdImport.state != "done", HouseholdImport.households_ok > 0),
        )
    )


async def visible(session: AsyncSession, actor: Actor, import_id: UUID) -> HouseholdImport | None:
    return await session.scalar(
        select(HouseholdImport).where(HouseholdImport.id == import_id, in_scope(HouseholdImport.division_code, actor))
    )


async def lock(session: AsyncSession, actor: Actor, import_id: UUID) -> HouseholdImport | None:
    """As visible, and nobody else decides on it until this transaction ends."""
    return await session.scalar(
        select(HouseholdImport)
        .where(HouseholdImport.id == import_id, in_scope(HouseholdImport.division_code, actor))
        .with_for_update()
    )


async def list_imports(
    session: AsyncSession, actor: Actor, before: UUID | None, limit: int
) -> Sequence[HouseholdImport]:
    """Imports of the actor's area, newest first."""
    query = select(HouseholdImport).where(in_scope(HouseholdImport.division_code, actor))
    if before is not None:
        query = query.where(HouseholdImport.id < before)
    return (await session.scalars(query.order_by(HouseholdImport.id.desc()).limit(limit))).all()


async def reasons_between(session: AsyncSession, import_id: UUID, after: int, limit: int) -> list[tuple[int, str]]:
    """Why rows were refused, in the order of the sheet."""
    rows = await session.execute(
        select(HouseholdImportRow.row, HouseholdImportRow.reasons)
        .where(HouseholdImportRow.import_id == import_id, HouseholdImportRow.row > after)
        .order_by(HouseholdImportRow.row)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]


async def differences(
    session: AsyncSession, import_id: UUID, after: int, limit: int, states: Sequence[str] = ()
) -> Sequence[HouseholdImportDifference]:
    """What a dry run found of households, in the order of the sheet."""
    query = select(HouseholdImportDifference).where(
        HouseholdImportDifference.import_id == import_id, HouseholdImportDifference.row > after
    )
    if states:
        query = query.where(HouseholdImportDifference.state.in_(states))
    return (await session.scalars(query.order_by(HouseholdImportDifference.row).limit(limit))).all()


async def difference_counts(session: AsyncSession, import_id: UUID) -> dict[str, int]:
    """How many households a dry run found in each state."""
    rows = await session.execute(
        select(HouseholdImportDifference.state, func.count())
        .where(HouseholdImportDifference.import_id == import_id)
        .group_by(HouseholdImportDifference.state)
    )
    return {row[0]: row[1] for row in rows}


async def claim(session: AsyncSession, worker: str, now: datetime) -> HouseholdImport | None:
    """Take the oldest import that waits, or whose worker has not been heard of for a lease."""
    row = await leases.take(session, HouseholdImport, worker, now, LEASE)
    if row is not None:
        row.started_at = row.started_at or now
        row.rows_done = row.rows_refused = row.households_ok = row.people_ok = 0
        await session.flush()
    return row


async def hold(session: AsyncSession, import_id: UUID, worker: str, now: datetime) -> HouseholdImport | None:
    """Lock an import for its worker and lengthen the lease; None if another worker took it over."""
    return await leases.hold(session, HouseholdImport, import_id, worker, now, LEASE)


async def keep_reasons(session: AsyncSession, import_id: UUID, reasons: Mapping[int, str]) -> None:
    """Keep why rows were refused; what an earlier run found of them is replaced."""
    if not reasons:
        return
    query = text(
        "insert into household_import_rows (import_id, row, reasons)"
        " select :import_id, * from unnest(cast(:rows as bigint[]), cast(:reasons as text[]))"
        " on conflict (import_id, row) do update set reasons = excluded.reasons"
    )
    values = {"import_id": import_id, "rows": list(reasons), "reasons": list(reasons.values())}
    await session.execute(query, values)


async def keep_differences(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        query = pg_insert(HouseholdImportDifference)
        columns = ("state", "household_id", "household_no", "changes")
        changed = query.on_conflict_do_update(
            index_elements=["import_id", "row"], set_={name: query.excluded[name] for name in columns}
        )
        await session.execute(changed, list(rows))


async def finish(session: AsyncSession, import_id: UUID, **values: Any) -> None:
    await session.execute(update(HouseholdImport).where(HouseholdImport.id == import_id).values(**values))
