"""SQL of what the registry shares with departments: household files in poverty status, and divisions.

Files are read in two parts. First those of the area as they stand, by village; then, from the moment the first part
was begun, every file that changed. A file that changed while the first part was read is left to the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.chassis import changes, paging, row_security
from shared.chassis.changes import Feed, in_areas
from shared.refusals import Malformed

SHARED = "('registered', 'exited')"
STAND, CHANGED = "s", "c"
NOBODY = UUID(int=0)

DIVISIONS = Feed(
    table="divisions",
    key="code",
    area="code",
    columns=("level", "name", "parent_code", "valid_from"),
    shared="valid_to is null",
    gone="true",
)


@dataclass(frozen=True, slots=True)
class Found:
    """Rows with household_id, household_no, version, status, village_code, content, registered_on, is_shared."""

    rows: Sequence[Any]
    next_cursor: str
    more: bool


_COLUMNS = "v.household_id, h.household_no, v.version, v.status, v.village_code, v.content, h.registered_on"


def _standing(inside: str) -> str:
    return (
        f"select {_COLUMNS}, true as is_shared from households h"  # noqa: S608 - texts of ours
        " join household_versions v on v.household_id = h.id and v.version = h.version"
        f" where (h.village_code, h.household_no) > (:village, :number) and {inside}"
        f" and h.status in {SHARED} and v.written_in < :since"
        " order by h.village_code, h.household_no limit :limit"
    )


def _changed(inside: str, inside_before: str) -> str:
    """Only the newest version of a file; one that is no longer shared here when an earlier one was."""
    here = f"({inside} and v.status in {SHARED})"
    before = (
        "exists (select from household_versions p where p.household_id = v.household_id"
        f" and p.version < v.version and p.status in {SHARED} and {inside_before})"
    )
    return (
        f"select {_COLUMNS}, v.written_in, {here} as is_shared from household_versions v"  # noqa: S608 - texts of ours
        " join households h on h.id = v.household_id and h.version = v.version"
        f" where (v.written_in, v.household_id) > (:written, :id) and v.written_in < :first_open"
        f" and ({here} or {before})"
        " order by v.written_in, v.household_id limit :limit"
    )


async def households(session: AsyncSession, areas: Sequence[str], cursor: str | None, limit: int) -> Found:
    """A page of files of these areas. Looks beyond them only to say that a file is no longer here."""
    async with row_security.widened(session):
        standing = await changes.ground(session, "household_versions")
        if cursor is None:
            cursor = paging.encode_lasting(standing.life, STAND, standing.first_open, "", 0)
        if _part(cursor) == STAND:
            life, _, since, village, number = _decoded(cursor, int, str, int, str, int)
            changes.require_life(standing, life)
            return await _read_standing(session, areas, standing.life, since, (village, number), limit)
        life, _, written, last = _decoded(cursor, int, str, int, str)
        changes.require_life(standing, life)
        return await _read_changed(session, areas, standing, (written, paging.id_of(last)), limit)


def _part(cursor: str) -> str:
    for types in ((int, str, int, str, int), (int, str, int, str)):
        try:
            decoded = paging.decode_lasting(cursor, *types)
        except Malformed:
            continue
        if decoded is not None and decoded[1] == (STAND if len(types) == 5 else CHANGED):
            return str(decoded[1])
    raise Malformed(pointer="/cursor")


def _decoded(cursor: str, *types: type) -> Any:
    return paging.decode_lasting(cursor, *types)


async def _read_standing(
    session: AsyncSession, areas: Sequence[str], life: int, since: int, at: tuple[str, int], limit: int
) -> Found:
    binds: dict[str, Any] = {"since": since, "village": at[0], "number": at[1], "limit": limit + 1}
    inside = in_areas("h.village_code", areas, binds)
    rows = (await session.execute(text(_standing(inside)), binds)).all()
    if len(rows) > limit:
        last = rows[limit - 1]
        return Found(
            rows[:limit], paging.encode_lasting(life, STAND, since, last.village_code, last.household_no), True
        )
    return Found(rows, paging.encode_lasting(life, CHANGED, since, str(NOBODY)), True)


async def _read_changed(
    session: AsyncSession, areas: Sequence[str], standing: changes.Ground, at: tuple[int, UUID], limit: int
) -> Found:
    binds: dict[str, Any] = {
        "written": at[0], "id": at[1], "first_open": standing.first_open, "limit": limit + 1,
    }  # fmt: skip
    inside, before = in_areas("v.village_code", areas, binds), in_areas("p.village_code", areas, binds)
    rows = (await session.execute(text(_changed(inside, before)), binds)).all()
    more = len(rows) > limit
    page = rows[:limit]
    ends = [at, *((row.written_in, row.household_id) for row in page[-1:])]
    if not more:
        ends.append((standing.first_open, NOBODY))
    number, last = max(ends)
    return Found(page, paging.encode_lasting(standing.life, CHANGED, number, str(last)), more)


async def household_changes(session: AsyncSession, cursor: str | None, limit: int) -> Found:
    """Which shared files changed anywhere, with `former`: where the version before lay. For thin events."""
    statement = (
        "select v.household_id, v.version, v.village_code, v.written_in, p.village_code as former"  # noqa: S608
        " from household_versions v"
        " left join household_versions p on p.household_id = v.household_id and p.version = v.version - 1"
        " where (v.written_in, v.household_id, v.version) > (:written, :id, :version) and v.written_in < :first_open"
        f" and (v.status in {SHARED} or p.status in {SHARED})"
        " order by v.written_in, v.household_id, v.version limit :limit"
    )
    async with row_security.widened(session):
        standing = await changes.ground(session, "household_versions")
        # Whoever begins is told of what happens from now on: what stands is read as records.
        first = paging.encode_lasting(standing.life, standing.first_open, str(NOBODY), 0)
        life, written, last, version = _decoded(cursor or first, int, int, str, int)
        changes.require_life(standing, life)
        at = (written, paging.id_of(last), version)
        binds = {
            "written": at[0], "id": at[1], "version": at[2], "first_open": standing.first_open, "limit": limit + 1,
        }  # fmt: skip
        rows = (await session.execute(text(statement), binds)).all()
    more = len(rows) > limit
    page = rows[:limit]
    ends = [at, *((row.written_in, row.household_id, row.version) for row in page[-1:])]
    if not more:
        ends.append((standing.first_open, NOBODY, 0))
    number, household, version = max(ends)
    return Found(page, paging.encode_lasting(standing.life, number, str(household), version), more)


async def household_place(session: AsyncSession, areas: Sequence[str], household: UUID) -> str | None:
    """The village of a shared file that lies in these areas."""
    binds: dict[str, Any] = {"id": household}
    inside = in_areas("h.village_code", areas, binds)
    statement = f"select h.village_code from households h where h.id = :id and {inside} and h.status in {SHARED}"  # noqa: S608
    found: str | None = (await session.execute(text(statement), binds)).scalar()
    return found
