"""Routes every service has over its trails: export and checkpoints for auditors, entries for the gateway's search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import select

from shared.chassis import audit, paging, trail_export, trail_search
from shared.chassis.database import Session
from shared.chassis.hot_reads import own_statement
from shared.chassis.identity import GATEWAY, CurrentActor, needs, needs_service
from shared.chassis.paging import Cursor, Limit
from shared.chassis.routing import UnitOfWorkRoute
from shared.chassis.tables import TrailCheckpoint as CheckpointRow
from shared.chassis.trail_sources import Source
from shared.schemas.trail import TrailAsked, TrailCheckpoint, TrailEntries
from shared.schemas.wire import Page

AfterSequence = Annotated[int, Query(ge=0, le=2**62, description="begin behind this sequence of a checkpoint")]
_NDJSON: dict[str, Any] = {
    "response_class": StreamingResponse,
    "responses": {200: {"content": {trail_export.MEDIA_TYPE: {"schema": {"type": "string"}}}}},
}


def trail_routers(service: str, sources: Sequence[Source]) -> list[APIRouter]:
    """`/api/v1/<service>/trail` and, for the gateway only, `/internal/trail`."""
    router = APIRouter(prefix=f"/api/v1/{service}/trail", tags=["trail"], route_class=UnitOfWorkRoute)

    @router.get("/export", operation_id=f"{service}_trail_export", **own_statement(needs("audit.export")), **_NDJSON)
    async def trail_export_take(request: Request, actor: CurrentActor, after: AfterSequence = 0) -> Response:
        """The sealed trail as NDJSON, for `deploy.verify_trail`. Subjects are ids; no protected value is in it.

        Of offices outside one's area only the links are told, and that their rows are as sealed.
        """
        database = request.app.state.database
        await audit.record_read(database, actor, "trail.export", [], "trail", after=after)
        return StreamingResponse(
            trail_export.lines(database, service, sources, actor.scope, after), media_type=trail_export.MEDIA_TYPE
        )

    @router.get("/checkpoints", operation_id=f"{service}_trail_checkpoints", **needs("audit.read"))
    async def trail_checkpoints(session: Session, cursor: Cursor = None, limit: Limit = 50) -> Page[TrailCheckpoint]:
        """Signed checkpoints, newest first."""
        before = paging.decode(cursor, int)
        query = select(CheckpointRow).order_by(CheckpointRow.sequence.desc()).limit(limit + 1)
        if before is not None:
            query = query.where(CheckpointRow.sequence < int(before[0]))
        rows = (await session.scalars(query)).all()
        items = [TrailCheckpoint.model_validate(row) for row in rows[:limit]]
        return Page(items=items, next_cursor=paging.encode(items[-1].sequence) if len(rows) > limit else None)

    return [router, _internal(service, sources)]


def _internal(service: str, sources: Sequence[Source]) -> APIRouter:
    router = APIRouter(prefix="/internal/trail", tags=["internal"], route_class=UnitOfWorkRoute)
    declared = needs_service(GATEWAY)
    declared["openapi_extra"]["x-reads-only"] = True

    @router.post("/entries", operation_id=f"internal_{service}_trail_entries", **declared)
    async def trail_entries(body: TrailAsked, session: Session, actor: CurrentActor) -> TrailEntries:
        return TrailEntries(items=await trail_search.entries(session, service, sources, actor, body))

    return router
