"""The decisions of the township and the county on a village's list."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import identifications as rules
from services.registry.domain import refusals
from services.registry.domain.chains import IDENTIFICATION, Step, require_step
from services.registry.domain.household_files import REGISTERED, RETURNED
from services.registry.operations import identification_views as views
from services.registry.operations.identifications import doers, exclude, list_event, locked, set_status
from services.registry.storage import identifications as storage
from services.registry.storage.tables import Identification, IdentificationDecision
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.schemas import registry_decisions as wire


async def decide(
    session: AsyncSession, actor: Actor, identification_id: UUID, step_name: str, request: wire.Decide
) -> wire.Identification:
    """Decide a step of the chain: approve the list without those excluded, or return all of it.

    Refused out of turn, before the notice has run its days, with an objection open, on another level than the
    chain's, and to a person who did a step that this one checks.
    """
    row = await locked(session, actor, identification_id)
    step = IDENTIFICATION[step_name]
    require_step(step, row.state, actor.level, actor.person, await doers(session, row))
    await _require_ready(session, row)
    excluded = {UUID(entry.id): entry.reason for entry in request.excluded_household_ids}
    await _require_list(session, row, request, excluded)
    session.add(
        IdentificationDecision(
            identification_id=row.id,
            step=step_name,
            outcome=request.outcome,
            opinion=request.opinion,
            excluded={"households": [entry.model_dump() for entry in request.excluded_household_ids]},
            decided_on=clock.office_today(),
            decided_at=clock.now(),
            decided_by=actor.account,
            decided_person=actor.person,
            decided_office=actor.office,
        )
    )
    await session.flush()
    await exclude(session, actor, row, excluded, step_name)
    await _carry_out(session, actor, row, step, request)
    details = {"outcome": request.outcome, "excluded": len(excluded)}
    audit.record(session, actor, f"identification.{step_name}", str(row.id), **details)
    return await views.whole(session, row)


async def _require_ready(session: AsyncSession, row: Identification) -> None:
    notice = await storage.notice(session, row.id)
    assert notice is not None
    rules.require_run(notice.ends_on, clock.office_today())
    waiting = await storage.open_objections(session, row.id)
    if waiting:
        raise refusals.ObjectionOpen(open=waiting)


async def _require_list(
    session: AsyncSession, row: Identification, request: wire.Decide, excluded: dict[UUID, str]
) -> None:
    present = await storage.on_list(session, row.id)
    seen: set[UUID] = set()
    for index, entry in enumerate(request.excluded_household_ids):
        pointer = f"/excluded_household_ids/{index}/id"
        if UUID(entry.id) not in present:
            raise refusals.HouseholdUnknown(pointer=pointer)
        if UUID(entry.id) in seen:
            raise refusals.HouseholdRepeated(pointer=pointer)
        seen.add(UUID(entry.id))
    if request.outcome == rules.APPROVE and not present - set(excluded):
        raise refusals.NobodyLeft()


async def _carry_out(
    session: AsyncSession, actor: Actor, row: Identification, step: Step, request: wire.Decide
) -> None:
    remaining = sorted(await storage.on_list(session, row.id))
    if request.outcome == rules.RETURN:
        row.state = "returned"
        event = list_event(actor, row, "returned", request.opinion)
        await set_status(session, row, remaining, RETURNED, event)
        await storage.close_list(session, row.id)
    elif step.state_after == REGISTERED:
        row.state = step.state_after
        event = list_event(actor, row, "registered", request.opinion)
        await set_status(session, row, remaining, REGISTERED, event, registered_on=clock.office_today())
        await storage.close_list(session, row.id)
    else:
        row.state = step.state_after
    await session.flush()
