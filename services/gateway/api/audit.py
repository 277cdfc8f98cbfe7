"""HTTP of searching what was done and read, over all services."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request

from services.gateway.operations import audit_search as operations
from services.gateway.operations.audit_search import Trails
from shared.chassis.app import new_router
from shared.chassis.hot_reads import own_statement
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.gateway_audit import AuditEntries, HouseholdReaders
from shared.schemas.trail import Sort, TrailAsked
from shared.schemas.wire import Day, DivisionCode

router = new_router("/api/v1/audit", "audit")


async def _trails(request: Request) -> Trails:
    return Trails(request.app.state.database, request.app.state.peers)


WhereTrails = Annotated[Trails, Depends(_trails)]
Mark = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_.:-]{1,80}$")]
TraceId = Annotated[str | None, Query(pattern="^[0-9a-f]{32}$")]
Area = Annotated[DivisionCode | None, Query(description="acts of offices in this division")]
FromOn = Annotated[Day | None, Query(description="first day searched; a week back when not given")]
ToOn = Annotated[Day | None, Query(description="last day searched; today when not given")]


@router.get("/entries", operation_id="audit_entry_list", **own_statement(needs("audit.read")))
async def audit_entry_list(
    where: WhereTrails,
    actor: CurrentActor,
    account: Mark = None,
    office: Mark = None,
    subject: Mark = None,
    action: Mark = None,
    sort: Sort | None = None,
    trace_id: TraceId = None,
    area: Area = None,
    from_on: FromOn = None,
    to_on: ToOn = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> AuditEntries:
    """Acts of offices in the actor's area, and acts on a subject that lies in it, newest first."""
    since, until = operations.span(from_on, to_on)
    asked = TrailAsked(
        actor=account, office=office, subjects=[] if subject is None else [subject], action=action, sort=sort,
        trace_id=trace_id, area=area, since=since, until=until, limit=limit,
    )  # fmt: skip
    return await operations.search(where, actor, asked, cursor)


@router.get(
    "/households/{household_id}/readers",
    operation_id="household_reader_list",
    **own_statement(needs("household.readers")),
)
async def household_reader_list(
    household_id: Annotated[UUID, Path()],
    where: WhereTrails,
    actor: CurrentActor,
    from_on: FromOn = None,
    to_on: ToOn = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> HouseholdReaders:
    """Who looked at the file of a household in the actor's area, when, how much of it and why."""
    days = operations.span(from_on, to_on, operations.READERS_DAYS, operations.READERS_DAYS)
    return await operations.readers(where, actor, household_id, days, cursor, limit)
