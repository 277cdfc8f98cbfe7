"""Recording of what kind a county or village is, and until when."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import division_kinds as rules
from services.registry.domain.refusals import (
    DayInFuture,
    DivisionClosed,
    DivisionDays,
    DivisionKindDays,
    DivisionKindNotOpen,
)
from services.registry.operations import division_files
from services.registry.operations.division_changes import require_below
from services.registry.storage import division_kinds as storage
from services.registry.storage import divisions
from services.registry.storage.tables import Division, DivisionKind
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import registry_divisions as wire


async def begin(session: AsyncSession, actor: Actor, code: str, request: wire.NewDivisionKind) -> wire.DivisionFile:
    """Let a division below the actor's area be of a kind from a day on, today at the latest."""
    row = await _lock(session, actor, code)
    rules.require_kind(request.kind, row.level)
    if row.valid_to is not None:
        raise DivisionClosed(pointer="")
    if request.valid_from > clock.office_today():
        raise DayInFuture(pointer="/valid_from")
    if request.valid_from < row.valid_from:
        raise DivisionDays(pointer="/valid_from")
    present = [period for period in await storage.of_division(session, code) if period.kind == request.kind]
    rules.require_free(request.valid_from, present)
    session.add(DivisionKind(division_code=code, **request.model_dump(), set_by=actor.account, set_at=clock.now()))
    await session.flush()
    audit.record(session, actor, "division.kind_begin", code, kind=request.kind)
    return await division_files.get(session, code, None)


async def end(
    session: AsyncSession, actor: Actor, code: str, kind: str, request: wire.DivisionKindEnd
) -> wire.DivisionFile:
    """Set the last day of the open period of a kind."""
    await _lock(session, actor, code)
    if request.valid_to > clock.office_today():
        raise DayInFuture(pointer="/valid_to")
    periods = await storage.of_division(session, code)
    period = next((one for one in periods if one.kind == kind and one.valid_to is None), None)
    if period is None:
        raise DivisionKindNotOpen()
    if request.valid_to < period.valid_from:
        raise DivisionKindDays()
    period.valid_to, period.end_source = request.valid_to, request.source
    period.ended_by, period.ended_at = actor.account, clock.now()
    await session.flush()
    audit.record(session, actor, "division.kind_end", code, kind=kind)
    return await division_files.get(session, code, None)


async def _lock(session: AsyncSession, actor: Actor, code: str) -> Division:
    require_below(actor, [code])
    row = (await divisions.lock(session, [code])).get(code)
    if row is None:
        raise NotFound()
    return row
