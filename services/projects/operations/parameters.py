"""What offices do with parameters: read what holds, set one for their own area."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.projects.domain import parameters as rules
from services.projects.domain.refusals import DivisionUnknown, ParameterOverlaps, ParameterUnknown
from services.projects.storage import parameters as storage
from services.projects.storage.tables import Parameter as ParameterRow
from services.projects.upstream import registry as upstream
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import NATION, covers
from shared.schemas.projects_codes import NewParameter, Parameter


async def list_holding(session: AsyncSession, division_code: str, on: date | None) -> list[Parameter]:
    """The value of every parameter in a division on a day (today when not given)."""
    day = on or clock.office_today()
    rows = await storage.holding(session, division_code, day)
    found = []
    for key in sorted({row.key for row in rows}):
        row = rules.resolve([row for row in rows if row.key == key], division_code, day)
        if row is not None:
            found.append(Parameter.model_validate(row))
    return found


async def value(session: AsyncSession, key: str, division_code: str, on: date) -> str:
    """The value that holds; ParameterUnknown when no row covers the day."""
    row = rules.resolve(await storage.holding(session, division_code, on, key), division_code, on)
    if row is None:
        raise ParameterUnknown(pointer="", parameter=key)
    return row.value


async def set_value(session: AsyncSession, registry: Peer, actor: Actor, new: NewParameter) -> Parameter:
    """Set a parameter for one's own area from a day on; the value before it ends the day before."""
    if not covers(actor.scope, new.division_code):
        raise DivisionUnknown(pointer="/division_code")
    if new.division_code != NATION and await upstream.unknown_divisions(registry, actor, [new.division_code]):
        raise DivisionUnknown(pointer="/division_code")
    known = rules.check_value(new.key, new.value, new.valid_from, clock.office_today())
    before = await storage.open_row(session, new.key, new.division_code)
    if before is not None:
        if new.valid_from <= before.valid_from:
            raise ParameterOverlaps()
        before.valid_to = new.valid_from - timedelta(days=1)
        await session.flush()
    row = ParameterRow(**new.model_dump(), unit=known.unit)
    session.add(row)
    await session.flush()
    audit.record(session, actor, "parameter.set", f"{new.key}@{new.division_code}", value=new.value)
    return Parameter.model_validate(row)
