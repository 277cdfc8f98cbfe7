"""Internal routes of a service's feeds: records for a department, thin changes for webhooks, where a record lies.

The gateway asks, as an actor whose scope is the grant's area and whose purpose is the grant's. `/internal` is never
forwarded, so nobody else reaches them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.chassis import changes
from shared.chassis.app import new_router
from shared.chassis.changes import Feed
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs_service
from shared.chassis.paging import Cursor, Limit
from shared.refusals import NotFound
from shared.schemas.exchange_records import Changes, RecordPlace, SharedRecord, SharedRecords

FieldNames = Annotated[str, Query(pattern=r"^[a-z_.,]{1,2000}$", description="names of fields, with commas between")]
FeedName = Annotated[str, Path(pattern=r"^[a-z-]{1,40}$")]
RecordId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]


def feed_router(service: str, feeds: Mapping[str, Feed]) -> APIRouter:
    """The routes of these feeds, which hold nothing personal: those that do have routes of their own."""
    router = new_router("/internal/exchange", "internal")

    @router.get("/{feed}/records", operation_id=f"internal_{service}_record_list", **needs_service("gateway"))
    async def record_list(
        feed: FeedName, fields: FieldNames, session: Session, actor: CurrentActor, cursor: Cursor = None,
        limit: Limit = 50,
    ) -> SharedRecords:  # fmt: skip
        return await records(session, _known(feeds, feed), actor.scope, fields.split(","), cursor, limit)

    @router.get("/{feed}/changes", operation_id=f"internal_{service}_change_list", **needs_service("gateway"))
    async def change_list(
        feed: FeedName, session: Session, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 50
    ) -> Changes:
        return await changes.read_changes(session, _known(feeds, feed), actor.scope, cursor, limit)

    @router.get("/{feed}/places/{record}", operation_id=f"internal_{service}_place_get", **needs_service("gateway"))
    async def place_get(feed: FeedName, record: RecordId, session: Session, actor: CurrentActor) -> RecordPlace:
        return await place(session, _known(feeds, feed), actor.scope, record)

    return router


def _known(feeds: Mapping[str, Feed], name: str) -> Feed:
    if name not in feeds:
        raise NotFound()
    return feeds[name]


async def records(
    session: AsyncSession, feed: Feed, areas: tuple[str, ...], fields: list[str], cursor: str | None, limit: int
) -> SharedRecords:
    """A page of records with the fields named; a name the feed has not is left out."""
    found = await changes.read(session, feed, areas, cursor, limit)
    shown = [name for name in fields if name in feed.columns]
    return SharedRecords(
        records=[_record(row, shown) for row in found.rows], next_cursor=found.next_cursor, more=found.more
    )


def _record(row: Any, fields: list[str]) -> SharedRecord:
    if not row.is_shared:
        return SharedRecord(id=str(row.id), version=row.version, deleted=True, division_code=None, fields={})
    values = {name: getattr(row, name) for name in fields}
    return SharedRecord(
        id=str(row.id), version=row.version, deleted=False, division_code=row.division_code, fields=values
    )


async def place(session: AsyncSession, feed: Feed, areas: tuple[str, ...], record: str) -> RecordPlace:
    """Where a shared record lies, if that is in these areas."""
    if feed.numbered and not (record.isdigit() and len(record) <= 18):
        raise NotFound()
    binds: dict[str, Any] = {"key": int(record) if feed.numbered else record}
    inside = changes.in_areas(feed.area, areas, binds)
    statement = (
        f"select {feed.area} from {feed.table}"  # noqa: S608 - texts of ours
        f" where {feed.key} = :key and {inside} and ({feed.shared})"
    )
    found = (await session.execute(text(statement), binds)).scalar()
    if found is None:
        raise NotFound()
    return RecordPlace(division_code=found)
