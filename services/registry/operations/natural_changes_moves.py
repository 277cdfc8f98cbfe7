"""A household moves to another village: its own asks, the receiving one accepts, and only then it belongs there.

Before that the receiving side sees no more of it than masked names.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import natural_changes as rules
from services.registry.domain import refusals
from services.registry.operations import natural_changes_files as files
from services.registry.operations import natural_changes_views as views
from services.registry.operations.natural_changes_decisions import decided, take_up
from services.registry.operations.natural_changes_files import Event, Step, event_of
from services.registry.operations.villages import require_open_village, require_village_code
from services.registry.storage import natural_changes as storage
from services.registry.storage.sealing import Seals
from services.registry.storage.tables import NaturalChange
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.chassis.row_security import widened
from shared.chassis.scope import covers
from shared.refusals import Forbidden
from shared.schemas import registry_changes as wire


async def ask(
    session: AsyncSession, actor: Actor, seals: Seals, version: int, request: wire.VillageMove
) -> wire.NaturalChange:
    """The giving village asks that a household move; nothing moves before the other accepts."""
    event = event_of(rules.VILLAGE_MOVE, request)
    (touched,) = await files.lock(session, actor, seals, event, (request.household_id, version))
    rules.require_day(event.on, event.today)
    require_village_code(request.to_village, "/to_village")
    await require_open_village(session, request.to_village, "/to_village")
    if request.to_village == touched.row.village_code:
        raise refusals.SameVillage()
    if await storage.is_open(session, touched.row.id, event.kind):
        raise refusals.ChangeOpen()
    members, to_village = touched.people.ids(), request.to_village
    change = await files.record(
        session, actor, event, request, touched.row, {}, members, other_village=to_village, requested=True
    )
    return views.whole(change, None)


async def accept(
    session: AsyncSession, actor: Actor, seals: Seals, change_id: UUID, request: wire.Acceptance
) -> wire.NaturalChange:
    """The receiving side takes the household in: file and people belong to its village, history and number stay."""
    change, household = await take_up(session, actor, change_id, rules.VILLAGE_MOVE)
    to_village = _require_receiver(actor, change)
    files.require_editable(household, None)
    await require_open_village(session, to_village, "/to_village")
    event = Event(change.id, change.kind, change.on, clock.office_today(), change.reason)
    async with widened(session):  # it is taken over from an area the receiving side does not see
        touched = await files.read(session, household, seals)
        household.village_code = to_village
        for row in touched.rows.values():
            row.village_code = to_village
        file = replace(
            touched.file, village_code=to_village, group=request.group, natural_village=request.natural_village
        )
        step = Step(touched, touched.people, event.kind, file=file)
        written = await files.carry_out(session, actor, seals, event, [step])
    return await decided(session, actor, change, rules.ACCEPTED, request.opinion, written)


async def refuse(session: AsyncSession, actor: Actor, change_id: UUID, opinion: str) -> wire.NaturalChange:
    """The receiving side does not take the household in."""
    change, _ = await take_up(session, actor, change_id, rules.VILLAGE_MOVE)
    _require_receiver(actor, change)
    return await decided(session, actor, change, rules.REFUSED, opinion, {})


def _require_receiver(actor: Actor, change: NaturalChange) -> str:
    """The village moved to. Only its side decides, and another person than asked."""
    to_village = change.other_village_code
    if to_village is None or not covers(actor.scope, to_village):
        raise Forbidden()
    if actor.person == change.recorded_person:
        raise refusals.SamePerson()
    return to_village


async def withdraw(session: AsyncSession, actor: Actor, change_id: UUID, opinion: str) -> wire.NaturalChange:
    """The giving side takes its request back."""
    change, _ = await take_up(session, actor, change_id, rules.VILLAGE_MOVE)
    if not covers(actor.scope, change.village_code):
        raise Forbidden()
    return await decided(session, actor, change, rules.WITHDRAWN, opinion, {})
