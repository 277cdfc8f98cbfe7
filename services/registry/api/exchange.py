"""HTTP of what the registry shares with departments. Only the gateway asks, as a department under its grant."""

from __future__ import annotations

from services.registry.api.reading import CurrentSeals, CurrentTrail
from services.registry.operations import exchange as operations
from services.registry.storage.exchange import DIVISIONS
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.exchange import FieldNames, RecordId, feed_router
from shared.chassis.identity import CurrentActor, needs_service
from shared.chassis.paging import Cursor, Limit
from shared.schemas.exchange_records import Changes, RecordPlace, SharedRecords

internal = feed_router("registry", {"divisions": DIVISIONS})
households = new_router("/internal/exchange/households", "internal")


@households.get("/records", operation_id="internal_household_record_list", **needs_service("gateway"))
async def internal_household_record_list(
    fields: FieldNames,
    session: Session,
    trail: CurrentTrail,
    seals: CurrentSeals,
    clear: bool = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> SharedRecords:
    return await operations.households(session, trail, seals, fields.split(","), clear, cursor, limit)


@households.get("/changes", operation_id="internal_household_change_list", **needs_service("gateway"))
async def internal_household_change_list(session: Session, cursor: Cursor = None, limit: Limit = 50) -> Changes:
    return await operations.household_changes(session, cursor, limit)


@households.get("/places/{record}", operation_id="internal_household_place_get", **needs_service("gateway"))
async def internal_household_place_get(record: RecordId, session: Session, actor: CurrentActor) -> RecordPlace:
    return await operations.household_place(session, actor.scope, record)
