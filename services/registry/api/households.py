"""HTTP of household files."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Response

from services.registry.api.reading import CurrentReading, CurrentSeals, CurrentTrail, asks
from services.registry.operations import household_changes, household_reads, households
from services.registry.operations import household_history as past
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.hot_reads import json_answer, own_statement
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.chassis.versions import VersionGiven, etag, required
from shared.schemas import registry_households as wire
from shared.schemas.registry_history import HouseholdFacts, HouseholdHistory
from shared.schemas.wire import Day

router = new_router("/api/v1/registry/households", "households")

HouseholdId = Annotated[UUID, Path()]
AsOf = Annotated[Day | None, Query(description="the file as known at the end of that office day")]
TrueOn = Annotated[Day | None, Query(description="what was so on that day, as known at the end of as_of (today)")]
FrozenYear = Annotated[int | None, Query(ge=2000, le=2100, description="the file as frozen with that year")]


@router.post("", operation_id="household_open", status_code=201, **needs("household.write"))
async def household_open(
    body: wire.NewHousehold, response: Response, session: Session, actor: CurrentActor, seals: CurrentSeals
) -> wire.Household:
    opened = await households.open_file(session, actor, seals, body)
    response.headers["ETag"] = etag(opened.version)
    return opened


@router.get(
    "/{household_id}",
    operation_id="household_get",
    response_model=wire.Household,
    **own_statement(needs("household.read")),
)
async def household_get(
    household_id: HouseholdId,
    response: Response,
    at: CurrentReading,
    as_of: AsOf = None,
    true_on: TrueOn = None,
    year: FrozenYear = None,
) -> Any:
    if as_of is None and true_on is None and year is None:
        file = await household_reads.now(at.reads, at.trail.actor, at.seals, household_id)
        return json_answer(file, ETag=etag(file.version))
    view = past.View(as_of, true_on, year)
    async with at.trail.database.session(read_only=True, areas=at.trail.actor.scope) as session:
        found = await past.get(session, at.trail, at.seals, household_id, view)
    if found.true_on is None:  # a file made up for a day is no version anybody could change from
        response.headers["ETag"] = etag(found.version)
    return found


@router.put("/{household_id}", operation_id="household_change", **needs("household.write"))
async def household_change(
    household_id: HouseholdId,
    body: wire.HouseholdChange,
    response: Response,
    session: Session,
    actor: CurrentActor,
    seals: CurrentSeals,
    version: VersionGiven,
) -> wire.Household:
    changed = await household_changes.change(session, actor, seals, household_id, required(version), body)
    response.headers["ETag"] = etag(changed.version)
    return changed


@router.get("/{household_id}/history", operation_id="household_history", **needs("household.read"))
async def household_history(
    household_id: HouseholdId,
    session: Session,
    trail: CurrentTrail,
    seals: CurrentSeals,
    cursor: Cursor = None,
    limit: Limit = 200,
) -> HouseholdHistory:
    return await past.history(session, trail, seals, household_id, cursor, limit)


@router.get("/{household_id}/facts", operation_id="household_facts", **needs("household.read"))
async def household_facts(
    household_id: HouseholdId, session: Session, trail: CurrentTrail, as_of: AsOf = None, true_on: TrueOn = None
) -> HouseholdFacts:
    return await past.facts(session, trail, household_id, as_of, true_on)


@router.post("/{household_id}/unmask", operation_id="household_unmask", **asks(needs("household.unmask")))
async def household_unmask(
    household_id: HouseholdId,
    session: Session,
    trail: CurrentTrail,
    seals: CurrentSeals,
    body: wire.Unmask | None = None,
) -> wire.HouseholdClear:
    return await households.unmask(session, trail, seals, household_id, body.purpose if body else None)
