"""What administrators do with offices: make, rename, close, look up. Always inside their own area."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain import offices as rules
from services.gateway.domain.refusals.offices import (
    DivisionUnknown,
    OfficeClosed,
    OfficeCodeMalformed,
    OfficeDaysWrong,
    OfficeInUse,
    SectorUnknown,
)
from services.gateway.storage import accounts, successions
from services.gateway.storage import offices as storage
from services.gateway.storage.data_files import role_book
from services.gateway.storage.tables import Office as OfficeRow
from services.gateway.upstream.registry import require_division
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import require_in_scope
from shared.refusals import NotFound, PreconditionFailed
from shared.schemas.gateway import NewOffice, Office
from shared.schemas.gateway_offices import OfficeClosing, OfficeHistory, OfficeRenaming, OfficeVersion
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
        valid_from=request.valid_from or clock.office_today(),
        valid_to=None,
        version=1,
    )
    await storage.add(session, row)
    audit.record(session, actor, "office.create", row.code, level=level, sector=row.sector)
    return Office.model_validate(row)


async def rename(session: AsyncSession, actor: Actor, code: str, version: int, request: OfficeRenaming) -> Office:
    """Give a standing office another name. Its code, its accounts and whatever names it stay."""
    row = await _standing(session, actor, code, version)
    row.name = request.name
    await _next(session, actor, row, "renamed", request.reason)
    audit.record(session, actor, "office.rename", row.code)
    return Office.model_validate(row)


async def close(session: AsyncSession, actor: Actor, code: str, version: int, request: OfficeClosing) -> Office:
    """End an office nobody takes over from. It must have no open account; its history stays readable."""
    row = await _standing(session, actor, code, version)
    if not row.valid_from <= request.last_day <= clock.office_today():
        raise OfficeDaysWrong()
    if await accounts.any_open_at(session, row.code):
        raise OfficeInUse()
    row.valid_to = request.last_day
    await _next(session, actor, row, "closed", request.reason)
    audit.record(session, actor, "office.close", row.code, last_day=request.last_day.isoformat())
    return Office.model_validate(row)


async def history(session: AsyncSession, actor: Actor, code: str) -> OfficeHistory:
    """Every name and every day of an office, and the offices before and after it."""
    row = await storage.get(session, actor, code)
    if row is None:
        raise NotFound()
    links = await successions.links_of(session, code)
    return OfficeHistory(
        code=code,
        versions=[OfficeVersion.model_validate(version) for version in await storage.versions(session, code)],
        predecessors=[link.predecessor_code for link in links if link.successor_code == code],
        successors=[link.successor_code for link in links if link.predecessor_code == code],
    )


async def _standing(session: AsyncSession, actor: Actor, code: str, version: int) -> OfficeRow:
    """An office of the area that is not closed, locked, at the version it was read at."""
    row = (await storage.lock_many(session, actor, [code])).get(code)
    if row is None:
        raise NotFound()
    if row.version != version:
        raise PreconditionFailed()
    if row.valid_to is not None:
        raise OfficeClosed()
    return row


async def _next(session: AsyncSession, actor: Actor, row: OfficeRow, kind: str, reason: str) -> None:
    row.version += 1
    await session.flush()
    await storage.keep_version(session, row, kind, reason, actor.account)


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
