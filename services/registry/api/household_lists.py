"""HTTP of lists of household files."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from services.registry.api.reading import CurrentSeals, CurrentTrail, asks
from services.registry.operations import household_lists
from services.registry.operations.people import filters_of
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import needs
from shared.chassis.queries import asking, query_of
from shared.schemas import registry_households as wire
from shared.schemas.registry_people import HouseholdsAsked
from shared.schemas.wire import Page

router = new_router("/api/v1/registry/households", "households")


@router.get("", operation_id="household_list", **asking(HouseholdsAsked, needs("household.read")))
async def household_list(
    asked: Annotated[HouseholdsAsked, Depends(query_of(HouseholdsAsked))], session: Session, trail: CurrentTrail
) -> Page[wire.HouseholdLine]:
    filters = filters_of(asked, trail.actor)
    return await household_lists.list_files(
        session, trail, filters, asked.as_of, asked.cursor, asked.limit, asked.count is not None
    )


@router.post("/search", operation_id="household_search", **asks(needs("household.search")))
async def household_search(
    body: wire.PersonSearch, session: Session, trail: CurrentTrail, seals: CurrentSeals
) -> wire.HouseholdsFound:
    return await household_lists.search(session, trail, seals, body.identity_number)
