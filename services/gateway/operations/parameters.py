"""The sign-in policy's dated numbers: read by staff, set by who watches over the whole country."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.parameters import BOUNDS, within_bounds
from services.gateway.domain.refusals.parameters import ParameterDayPast, ParameterOutOfBounds, ParameterUnknown
from services.gateway.storage import parameters as storage
from services.gateway.storage.tables import Parameter as ParameterRow
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.scope import NATION, require_in_scope
from shared.schemas.gateway import NewParameter, Parameter
from shared.schemas.wire import Page


async def list_parameters(session: AsyncSession) -> Page[Parameter]:
    return Page(items=[Parameter.model_validate(row) for row in await storage.list_all(session)])


async def set_one(session: AsyncSession, actor: Actor, request: NewParameter) -> Parameter:
    """Give a parameter a new value from a day on; the row before is closed, never changed."""
    require_in_scope(actor, NATION)
    if request.key not in BOUNDS:
        raise ParameterUnknown()
    if not within_bounds(request.key, request.value):
        raise ParameterOutOfBounds(least=BOUNDS[request.key][0], most=BOUNDS[request.key][1])
    before = await storage.lock_latest(session, request.key)
    if before is None:
        raise ParameterUnknown()
    if request.valid_from < clock.office_today() or request.valid_from <= before.valid_from:
        raise ParameterDayPast()
    row = ParameterRow(
        key=request.key,
        division_code=NATION,
        valid_from=request.valid_from,
        valid_to=None,
        value=request.value,
        unit=before.unit,
        source=request.source,
    )
    await storage.follow(session, before, row)
    audit.record(session, actor, "parameter.set", request.key, value=request.value)
    return Parameter.model_validate(row)
