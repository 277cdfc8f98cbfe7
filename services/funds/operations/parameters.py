"""What offices do with parameters: read them, set one for their own area."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import parameters as rules
from services.funds.domain.refusals.grants import ParameterDayTaken, ParameterInThePast, ParameterUnknown
from services.funds.storage import parameters as storage
from services.funds.storage.tables import Parameter
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.scope import require_in_scope
from shared.schemas import funds as wire


async def list_parameters(session: AsyncSession, key: str | None, division_code: str | None) -> wire.FundParameters:
    """Parameters are public policy: anyone signed in sees those of every area."""
    rows = await storage.list_all(session, key, division_code)
    return wire.FundParameters(items=[wire.FundParameter.model_validate(row) for row in rows])


async def set_parameter(session: AsyncSession, actor: Actor, request: wire.NewFundParameter) -> wire.FundParameter:
    """Set a value for an area of one's own from a day on, no looser than those above it.

    The value before it ends the day before, unchanged.
    """
    require_in_scope(actor, request.division_code)
    before = await storage.open_row(session, request.key, request.division_code)
    known = await storage.list_all(session, request.key)
    if not known:
        raise ParameterUnknown()
    rules.require_value(known[0].unit, request.value)
    if request.valid_from < clock.office_today():
        raise ParameterInThePast()
    if before is not None and request.valid_from <= before.valid_from:
        raise ParameterDayTaken()
    rules.require_no_looser(
        map(storage.value_of, known), request.key, request.division_code, request.valid_from, request.value
    )
    row = Parameter(**request.model_dump(), unit=known[0].unit, valid_to=None)
    await storage.put(session, row, before)
    audit.record(session, actor, "parameter.set", f"parameter:{row.id}", key=row.key, division_code=row.division_code)
    return wire.FundParameter.model_validate(row)
