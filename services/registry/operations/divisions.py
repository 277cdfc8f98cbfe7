"""What offices do with divisions: load them, look them up."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import divisions as rules
from services.registry.domain.refusals import DivisionCodeMalformed, DivisionParentWrong
from services.registry.storage import divisions as storage
from shared.chassis import audit, paging
from shared.chassis.identity import Actor
from shared.chassis.scope import NATION, require_in_scope
from shared.refusals import NotFound
from shared.schemas.registry import Division, DivisionLoad, DivisionLoaded
from shared.schemas.wire import Page


async def load(session: AsyncSession, actor: Actor, request: DivisionLoad) -> DivisionLoaded:
    """Add divisions; each needs its parent, loaded before or in the same request. What exists stays."""
    codes = {row.code for row in request.divisions}
    parents = {rules.parent_of(code) for code in codes if rules.level_of(code)} - {""}
    present = codes | await storage.known(session, parents)
    rows = []
    for index, row in enumerate(request.divisions):
        level = rules.level_of(row.code)
        if level is None:
            raise DivisionCodeMalformed(pointer=f"/divisions/{index}/code")
        require_in_scope(actor, row.code)
        parent = rules.parent_of(row.code)
        if parent and parent not in present:
            raise DivisionParentWrong(pointer=f"/divisions/{index}/code", parent=parent)
        rows.append({"code": row.code, "level": level, "name": row.name, "parent_code": parent})
    inserted = await storage.put(session, rows, request.valid_from, request.source)
    audit.record(session, actor, "division.load", request.divisions[0].code, sent=len(rows), inserted=inserted)
    return DivisionLoaded(sent=len(rows), inserted=inserted)


async def list_divisions(
    session: AsyncSession, area: str, parent: str | None, level: str | None, cursor: str | None, limit: int
) -> Page[Division]:
    """Divisions are public facts: anyone signed in sees all of them."""
    after = paging.decode(cursor, str)
    found = await storage.list_below(session, area, parent, level, str(after[0]) if after else None, limit + 1)
    items = [Division.model_validate(row) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].code) if len(found) > limit else None)


async def get(session: AsyncSession, code: str) -> Division:
    if code == NATION:
        raise NotFound()
    row = await storage.get(session, code)
    if row is None:
        raise NotFound()
    return Division.model_validate(row)
