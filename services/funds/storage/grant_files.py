"""SQL of files of grants for the bank, of files taken back, and of the bank's answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.storage.tables import GrantFile, GrantFileLine, GrantFileResult, GrantFileVoid, GrantLine
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope, within

Filed = tuple[GrantFileLine, GrantLine]


async def to_send(session: AsyncSession, batch_id: int) -> Sequence[GrantLine]:
    """The batch's lines that are ordered and in no file that holds."""
    voided = exists().where(GrantFileVoid.grant_file_id == GrantFileLine.grant_file_id)
    filed = exists().where(GrantFileLine.line_id == GrantLine.id, ~voided)
    query = (
        select(GrantLine)
        .where(GrantLine.batch_id == batch_id, GrantLine.state == "ordered", ~filed)
        .order_by(GrantLine.number)
    )
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def holding(session: AsyncSession, batch_id: int) -> dict[int, tuple[int, str]]:
    """By grant of the batch the id and number of the file that holds it: one that was not voided."""
    query = (
        select(GrantFileLine.line_id, GrantFile.id, GrantFile.number)
        .join(GrantFile, GrantFile.id == GrantFileLine.grant_file_id)
        .where(GrantFile.batch_id == batch_id, ~exists().where(GrantFileVoid.grant_file_id == GrantFile.id))
    )
    return {line_id: (file_id, number) for line_id, file_id, number in await session.execute(query)}


async def add(session: AsyncSession, row: GrantFile, lines: Sequence[GrantFileLine]) -> None:
    """Insert a file with its lines; a grant in another file violates uq_grant_file_lines_line."""
    session.add(row)
    await session.flush()
    before = await _entries(session, [line.line_id for line in lines])
    for line in lines:
        line.grant_file_id, line.entry = row.id, before.get(line.line_id, 0) + 1
    session.add_all(lines)
    await session.flush()


async def _entries(session: AsyncSession, line_ids: Sequence[int]) -> dict[int, int]:
    """By grant how many voided files it was in."""
    query = (
        select(GrantFileLine.line_id, func.count())
        .join(GrantFileVoid, GrantFileVoid.grant_file_id == GrantFileLine.grant_file_id)
        .where(GrantFileLine.line_id.in_(line_ids))
        .group_by(GrantFileLine.line_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def voids_of(session: AsyncSession, file_ids: Iterable[int]) -> dict[int, GrantFileVoid]:
    """By file how it was taken back, where it was."""
    query = select(GrantFileVoid).where(GrantFileVoid.grant_file_id.in_(list(file_ids)))
    return {row.grant_file_id: row for row in await session.scalars(query)}


async def add_void(session: AsyncSession, row: GrantFileVoid) -> None:
    session.add(row)
    await session.flush()


async def visible(session: AsyncSession, actor: Actor, file_id: int) -> GrantFile | None:
    query = select(GrantFile).where(GrantFile.id == file_id, in_scope(GrantFile.county_code, actor))
    return (await session.scalars(query)).first()


async def list_visible(
    session: AsyncSession, actor: Actor, area: str, batch_id: int | None, before_id: int | None, limit: int
) -> Sequence[GrantFile]:
    """Files of the area, newest first; those of one batch if asked."""
    query = (
        select(GrantFile)
        .where(in_scope(GrantFile.county_code, actor), within(GrantFile.county_code, area))
        .order_by(GrantFile.id.desc())
        .limit(limit)
    )
    if batch_id is not None:
        query = query.where(GrantFile.batch_id == batch_id)
    if before_id is not None:
        query = query.where(GrantFile.id < before_id)
    return (await session.scalars(query)).all()


async def lines_of(session: AsyncSession, file_id: int) -> list[Filed]:
    """A file's lines in order, each with its grant."""
    query = (
        select(GrantFileLine, GrantLine)
        .join(GrantLine, GrantLine.id == GrantFileLine.line_id)
        .where(GrantFileLine.grant_file_id == file_id)
        .order_by(GrantFileLine.number)
        .execution_options(populate_existing=True)
    )
    return [(line, grant) for line, grant in await session.execute(query)]


async def people_of(session: AsyncSession, file_id: int) -> list[str]:
    """Whom a file pays."""
    query = (
        select(GrantLine.person_id)
        .join(GrantFileLine, GrantLine.id == GrantFileLine.line_id)
        .where(GrantFileLine.grant_file_id == file_id, GrantLine.person_id.is_not(None))
        .distinct()
        .order_by(GrantLine.person_id)
    )
    return [person for person in await session.scalars(query) if person is not None]


async def results_of(session: AsyncSession, file_id: int, sha256: str | None = None) -> Sequence[GrantFileResult]:
    """Answers entered for a file, oldest first; the one of these bytes if asked."""
    query = select(GrantFileResult).where(GrantFileResult.grant_file_id == file_id).order_by(GrantFileResult.id)
    if sha256 is not None:
        query = query.where(GrantFileResult.content_sha256 == sha256)
    return (await session.scalars(query)).all()


async def add_result(session: AsyncSession, row: GrantFileResult) -> None:
    session.add(row)
    await session.flush()
