"""What funds do when the registry tells a death: unpaid grants stop, paid ones become cases, in one transaction."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.refusals.grants import DeathTakesItsTurn, EventUnknown
from services.funds.operations import claw_backs
from services.funds.operations.grant_batches import give_back
from services.funds.storage import claw_backs as storage
from services.funds.storage import grant_holds
from services.funds.storage.tables import GrantBatch
from shared.chassis import audit, clock, events
from shared.chassis.identity import Actor
from shared.schemas.wire import Event

PERSON_DIED, DEATH_WITHDRAWN = "person.died", "person.death_withdrawn"
TYPES = frozenset({PERSON_DIED, DEATH_WITHDRAWN})
WITHDRAWN = "死亡登记已撤销"
PAID_IN_LIFE = "死亡日期已更正,发放时尚在世"


class Death(BaseModel):
    """Whose death, by the registry's id, and the day it happened."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    person_id: str
    died_on: date


async def accept(session: AsyncSession, actor: Actor, event: Event) -> bool:
    """Apply a told death once; False when it was told before. Out of order is refused and told again."""
    try:
        death = Death.model_validate(event.data)
    except ValidationError as error:
        raise EventUnknown(pointer="/data") from error
    if not await events.accept(session, event):
        return False
    if event.type == DEATH_WITHDRAWN:
        await grant_holds.set_death(session, death.person_id, None)
        await storage.close_open(session, death.person_id, WITHDRAWN)
        return True
    batches = await storage.lock_batches(session, await storage.batches_of(session, death.person_id))
    await grant_holds.set_death(session, death.person_id, death.died_on)
    if set(await storage.batches_of(session, death.person_id)) - {row.id for row in batches}:
        raise DeathTakesItsTurn()
    for row in batches:
        await _stop(session, actor, row, death)
    await storage.close_paid_by(session, death.person_id, death.died_on, PAID_IN_LIFE)
    paid = [(line, line.settled_on) for line in await storage.paid_lines(session, death.person_id) if line.settled_on]
    await claw_backs.of_lines(session, paid, {death.person_id: death.died_on})
    return True


async def _stop(session: AsyncSession, actor: Actor, row: GrantBatch, death: Death) -> None:
    """Stop the lines of a batch that are for this person or go to them; their money is free again."""
    lines = await storage.unpaid_lines(session, row.id, death.person_id)
    held_fen = sum(line.amount_fen for line in lines if line.state != "waiting")
    for line in lines:
        line.state, line.live = "stopped", False
        line.reason = "dead" if line.person_id == death.person_id else "payee_dead"
    await session.flush()
    await grant_holds.release(session, [line.id for line in lines])
    on = max(clock.office_today(), row.decided_on or row.prepared_on)
    await give_back(session, actor, row, "batch", held_fen, on)
    await _settle_empty(session, row)
    audit.record(session, actor, "grant.stop", f"grant_batch:{row.id}", lines=len(lines), amount_fen=held_fen)


async def _settle_empty(session: AsyncSession, row: GrantBatch) -> None:
    """A batch before its release in which nobody is left has nothing more to come."""
    if row.state in ("prepared", "approved") and not await storage.anybody_left(session, row.id):
        row.state = "settled"
        await session.flush()
