"""SQL of imports."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.storage.tables import ProjectImport, ProjectImportRow
from shared.chassis.identity import Actor
from shared.chassis.scope import in_scope


async def same(
    session: AsyncSession, office: str, content_sha256: str, year: int, mode: str, *, dry_run: bool
) -> ProjectImport | None:
    """The office's import of this content in this way."""
    query = select(ProjectImport).where(
        ProjectImport.office == office,
        ProjectImport.content_sha256 == content_sha256,
        ProjectImport.year == year,
        ProjectImport.mode == mode,
        ProjectImport.dry_run.is_(dry_run),
    )
    return (await session.scalars(query)).one_or_none()


async def get(session: AsyncSession, actor: Actor, import_id: str) -> ProjectImport | None:
    """An import of the actor's own office or one it took over from, or of an office whose area the actor sees whole."""
    own = ProjectImport.office.in_((actor.office, *actor.offices_before))
    seen = or_(own, in_scope(ProjectImport.area_code, actor))
    query = select(ProjectImport).where(ProjectImport.id == import_id, seen)
    return (await session.scalars(query)).one_or_none()


async def rows(session: AsyncSession, import_id: str) -> Sequence[ProjectImportRow]:
    query = select(ProjectImportRow).where(ProjectImportRow.import_id == import_id).order_by(ProjectImportRow.row)
    return (await session.scalars(query)).all()
