"""HTTP of natural change (自然变更): one address for each kind of event, and the decisions on those that need one."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from services.registry.api.reading import CurrentSeals, CurrentTrail
from services.registry.domain.natural_changes import Filters
from services.registry.operations import natural_changes as changes
from services.registry.operations import natural_changes_households as households
from services.registry.operations import natural_changes_moves as moves
from services.registry.operations import natural_changes_reading as reading
from services.registry.operations import natural_changes_returns as returns
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.chassis.versions import VersionRequired
from shared.schemas import registry_changes as wire
from shared.schemas.wire import Day, DivisionCode, Page

router = new_router("/api/v1/registry/natural-changes", "natural-changes")

ChangeId = Annotated[UUID, Path(alias="change_id")]


@router.get("", operation_id="natural_change_list", **needs("natural_change.read"))
async def natural_change_list(
    session: Session,
    actor: CurrentActor,
    household: Annotated[UUID | None, Query(description="events of this file, on either side")] = None,
    within: Annotated[DivisionCode | None, Query(description="an area of any level, on either side")] = None,
    kind: wire.ChangeKind | None = None,
    state: wire.ChangeState | None = None,
    first: Annotated[Day | None, Query(alias="from", description="happened on this day or later")] = None,
    last: Annotated[Day | None, Query(alias="to", description="happened on this day or before")] = None,
    flagged: Annotated[bool | None, Query(description="only those to be looked at, or only the others")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[wire.NaturalChangeLine]:
    filters = Filters(household, within, kind, state, first, last, flagged)
    return await reading.list_changes(session, actor, filters, cursor, limit)


@router.get("/{change_id}", operation_id="natural_change_get", **needs("natural_change.read"))
async def natural_change_get(change_id: ChangeId, session: Session, trail: CurrentTrail) -> wire.NaturalChange:
    return await reading.get(session, trail, change_id)


@router.post("/births", operation_id="birth_record", status_code=201, **needs("natural_change.write"))
async def birth_record(
    body: wire.Birth, session: Session, actor: CurrentActor, seals: CurrentSeals, version: VersionRequired
) -> wire.NaturalChange:
    return await changes.birth(session, actor, seals, version, body)


@router.post("/deaths", operation_id="death_record", status_code=201, **needs("natural_change.write"))
async def death_record(
    body: wire.Death, session: Session, actor: CurrentActor, seals: CurrentSeals, version: VersionRequired
) -> wire.NaturalChange:
    return await changes.death(session, actor, seals, version, body)


@router.post("/joinings", operation_id="joining_record", status_code=201, **needs("natural_change.write"))
async def joining_record(
    body: wire.Joining, session: Session, actor: CurrentActor, seals: CurrentSeals, version: VersionRequired
) -> wire.NaturalChange:
    return await changes.joining(session, actor, seals, version, body)


@router.post("/leavings", operation_id="leaving_record", status_code=201, **needs("natural_change.write"))
async def leaving_record(
    body: wire.Leaving, session: Session, actor: CurrentActor, seals: CurrentSeals, version: VersionRequired
) -> wire.NaturalChange:
    return await changes.leaving(session, actor, seals, version, body)


@router.post("/absences", operation_id="absence_record", status_code=201, **needs("natural_change.write"))
async def absence_record(
    body: wire.Absence, session: Session, actor: CurrentActor, seals: CurrentSeals, version: VersionRequired
) -> wire.NaturalChange:
    return await changes.absence(session, actor, seals, version, body)


@router.post("/returns", operation_id="return_record", status_code=201, **needs("natural_change.write"))
async def return_record(
    body: wire.Return, session: Session, actor: CurrentActor, seals: CurrentSeals, version: VersionRequired
) -> wire.NaturalChange:
    return await returns.come_back(session, actor, seals, version, body)


@router.post("/splits", operation_id="split_record", status_code=201, **needs("natural_change.write"))
async def split_record(
    body: wire.Split, session: Session, actor: CurrentActor, seals: CurrentSeals, version: VersionRequired
) -> wire.NaturalChange:
    return await households.split(session, actor, seals, version, body)


@router.post("/merges", operation_id="merge_record", status_code=201, **needs("natural_change.write"))
async def merge_record(
    body: wire.Merge, session: Session, actor: CurrentActor, seals: CurrentSeals, version: VersionRequired
) -> wire.NaturalChange:
    return await households.merge(session, actor, seals, version, body)


@router.post("/village-moves", operation_id="village_move_request", status_code=201, **needs("natural_change.write"))
async def village_move_request(
    body: wire.VillageMove, session: Session, actor: CurrentActor, seals: CurrentSeals, version: VersionRequired
) -> wire.NaturalChange:
    return await moves.ask(session, actor, seals, version, body)


@router.post("/{change_id}/acceptance", operation_id="village_move_accept", **needs("natural_change.accept"))
async def village_move_accept(
    change_id: ChangeId, body: wire.Acceptance, session: Session, actor: CurrentActor, seals: CurrentSeals
) -> wire.NaturalChange:
    return await moves.accept(session, actor, seals, change_id, body)


@router.post("/{change_id}/refusal", operation_id="village_move_refuse", **needs("natural_change.accept"))
async def village_move_refuse(
    change_id: ChangeId, body: wire.ChangeOpinion, session: Session, actor: CurrentActor
) -> wire.NaturalChange:
    return await moves.refuse(session, actor, change_id, body.opinion)


@router.post("/{change_id}/withdrawal", operation_id="village_move_withdraw", **needs("natural_change.write"))
async def village_move_withdraw(
    change_id: ChangeId, body: wire.ChangeOpinion, session: Session, actor: CurrentActor
) -> wire.NaturalChange:
    return await moves.withdraw(session, actor, change_id, body.opinion)


@router.post("/{change_id}/county-decision", operation_id="return_decide", **needs("natural_change.decide_county"))
async def return_decide(
    change_id: ChangeId, body: wire.CountyDecision, session: Session, actor: CurrentActor, seals: CurrentSeals
) -> wire.NaturalChange:
    return await returns.decide(session, actor, seals, change_id, body)
