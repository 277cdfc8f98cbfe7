"""HTTP of household files."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query, Response
from pydantic import StringConstraints

from services.registry.api.reading import CurrentSeals, CurrentTrail, asks
from services.registry.domain.household_files import Filters
from services.registry.operations import household_changes, households
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.chassis.versions import VersionGiven, etag, required
from shared.schemas import registry_households as wire
from shared.schemas.wire import Code, Day, DivisionCode, Page, PersonName

router = new_router("/api/v1/registry/households", "households")

HouseholdId = Annotated[UUID, Path()]
AsOf = Annotated[Day | None, Query(description="the file as known at the end of that office day")]
NamePart = Annotated[PersonName, StringConstraints(min_length=2)]


@router.post("", operation_id="household_open", status_code=201, **needs("household.write"))
async def household_open(
    body: wire.NewHousehold, response: Response, session: Session, actor: CurrentActor, seals: CurrentSeals
) -> wire.Household:
    opened = await households.open_file(session, actor, seals, body)
    response.headers["ETag"] = etag(opened.version)
    return opened


@router.get("", operation_id="household_list", **needs("household.read"))
async def household_list(
    session: Session,
    trail: CurrentTrail,
    within: Annotated[DivisionCode | None, Query(description="an area of any level")] = None,
    village: Annotated[DivisionCode | None, Query(description="one village; narrower than within")] = None,
    status: wire.Status | None = None,
    name: Annotated[NamePart | None, Query(description="part of a member's name, two characters or more")] = None,
    attribute: Code | None = None,
    main_cause: Code | None = None,
    as_of: AsOf = None,
    cursor: Cursor = None,
    limit: Limit = 50,
    count: Literal["exact"] | None = None,
) -> Page[wire.HouseholdLine]:
    filters = Filters(village or within, status, name, attribute, main_cause)
    return await households.list_files(session, trail, filters, as_of, cursor, limit, count is not None)


@router.post("/search", operation_id="household_search", **asks(needs("household.search")))
async def household_search(
    body: wire.PersonSearch, session: Session, trail: CurrentTrail, seals: CurrentSeals
) -> wire.HouseholdsFound:
    return await households.search(session, trail, seals, body.identity_number)


@router.get("/{household_id}", operation_id="household_get", **needs("household.read"))
async def household_get(
    household_id: HouseholdId,
    response: Response,
    session: Session,
    trail: CurrentTrail,
    seals: CurrentSeals,
    as_of: AsOf = None,
) -> wire.Household:
    found = await households.get(session, trail, seals, household_id, as_of)
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
async def household_history(household_id: HouseholdId, session: Session, trail: CurrentTrail) -> wire.HouseholdHistory:
    return await households.history(session, trail, household_id)


@router.post("/{household_id}/unmask", operation_id="household_unmask", **asks(needs("household.unmask")))
async def household_unmask(
    household_id: HouseholdId, body: wire.Unmask, session: Session, trail: CurrentTrail, seals: CurrentSeals
) -> wire.HouseholdClear:
    return await households.unmask(session, trail, seals, household_id, body.purpose)
