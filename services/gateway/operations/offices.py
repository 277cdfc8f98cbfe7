"""What administrators do with offices: make them, look them up. Always inside their own area."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain import offices as rules
from services.gateway.domain.refusals.offices import DivisionUnknown, OfficeCodeMalformed, SectorUnknown
from services.gateway.storage import offices as storage
from services.gateway.storage.data_files import role_book
from services.gateway.storage.tables import Office as OfficeRow
from services.gateway.upstream.registry import require_division
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound
from shared.schemas.gateway import NewOffice, Office
from shared.schemas.wire import Page


async def create(session: AsyncSession, actor: Actor, registry: Peer, request: NewOffice) -> Office:
    """Make an office at a division of the actor's area. Refuses an unknown division, sector, or a misfit code."""
    level = rules.level_of(request.division_code)
    if level is None:
        raise DivisionUnknown()
    require_in_scope(actor, request.division_code)
    if not rules.code_fits(request.code, request.division_code):
        raise OfficeCodeMalformed(division_code=request.division_code)
    if request.sector not in role_book().sectors:
        raise SectorUnknown()
    await require_division(registry, actor, request.division_code)
    row = OfficeRow(
        code=request.code,
        name=request.name,
        division_code=request.division_code,
        level=level,
        sector=request.sector,
        created_at=clock.now(),
        created_by=actor.account,
    )
    await storage.add(session, row)
    audit.record(session, actor, "office.create", row.code, level=level, sector=row.sector)
    return Office.model_validate(row)


async def get(session: AsyncSession, actor: Actor, code: str) -> Office:
    row = await storage.get(session, actor, code)
    if row is None:
        raise NotFound()
    return Office.model_validate(row)


async def list_offices(session: AsyncSession, actor: Actor, area: str, cursor: str | None, limit: int) -> Page[Office]:
    after = paging.decode(cursor, str)
    found = await storage.list_in_scope(session, actor, area, str(after[0]) if after else None, limit + 1)
    items = [Office.model_validate(row) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].code) if len(found) > limit else None)
