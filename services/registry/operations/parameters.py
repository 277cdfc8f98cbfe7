"""What offices do with parameters: look them up, set one for their own area."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import parameters as rules
from services.registry.domain.refusals import DivisionUnknown, ParameterRetroactive
from services.registry.storage import divisions
from services.registry.storage import parameters as storage
from services.registry.storage.tables import Parameter as Row
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.scope import NATION, require_in_scope
from shared.refusals import Malformed
from shared.schemas.registry import NewParameter, Parameter
from shared.schemas.wire import Page


async def list_rows(
    session: AsyncSession, key: str | None, division_code: str | None, on: date | None, cursor: str | None, limit: int
) -> Page[Parameter]:
    """Parameters are public policy: anyone signed in sees all of them."""
    after = paging.decode(cursor, str, str, str)
    try:
        place = None if after is None else (str(after[0]), str(after[1]), date.fromisoformat(str(after[2])))
    except ValueError as error:
        raise Malformed(pointer="/cursor") from error
    found = await storage.list_rows(session, key, division_code, on, place, limit + 1)
    items = [Parameter.model_validate(row) for row in found[:limit]]
    last = items[-1] if len(found) > limit else None
    cursor = None if last is None else paging.encode(last.key, last.division_code, last.valid_from.isoformat())
    return Page(items=items, next_cursor=cursor)


async def set_value(session: AsyncSession, actor: Actor, request: NewParameter) -> Parameter:
    """Let a figure hold in an area from today or later; the open one of the same area ends the day before."""
    require_in_scope(actor, request.division_code)
    rules.require_value(request.key, request.value)
    if request.division_code != NATION and not await divisions.known(session, {request.division_code}):
        raise DivisionUnknown()
    if request.valid_from < clock.office_today():
        raise ParameterRetroactive()
    present = await storage.lock_open(session, request.key, request.division_code)
    if present is not None:
        if present.valid_from >= request.valid_from:
            raise ParameterRetroactive()
        storage.close(present, request.valid_from)
        await session.flush()
    row = Row(
        **request.model_dump(),
        valid_to=None,
        unit=rules.UNITS[request.key],
        set_by=actor.account,
        set_at=clock.now(),
    )
    session.add(row)
    await session.flush()
    audit.record(session, actor, "parameter.set", f"{request.key}@{request.division_code}", value=request.value)
    return Parameter.model_validate(row)
