"""HTTP of the walk."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.funds.api.request_parts import IdFilter, ProjectFilter, Trail
from services.funds.domain.refusals.grants import TraceNeedsOne
from services.funds.operations.trace import Tracer
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor
from shared.schemas.funds_trace import Trace
from shared.schemas.wire import Code

router = new_router("/api/v1/funds/trace", "trace")
NodesPerPage = Annotated[int, Query(ge=1, le=5_000, description="things per page")]


@router.get("", operation_id="trace_get", **needs("trace.read"))
async def trace_get(
    session: Session,
    actor: CurrentActor,
    trail: Trail,
    document_id: IdFilter = None,
    line_id: IdFilter = None,
    receipt_id: IdFilter = None,
    allocation_id: IdFilter = None,
    project_code: ProjectFilter = None,
    claim_id: IdFilter = None,
    payment_id: IdFilter = None,
    batch_id: IdFilter = None,
    grant_line_id: IdFilter = None,
    household_id: Code | None = None,
    transfer_id: IdFilter = None,
    cursor: Cursor = None,
    node_limit: NodesPerPage = 1_000,
) -> Trace:
    """From one thing money passed through up to the source and down to the payee, with sums that agree."""
    walk = Tracer(session, actor, cursor, node_limit)
    numbered = {
        walk.of_document: document_id, walk.of_line: line_id, walk.of_receipt: receipt_id,
        walk.of_allocation: allocation_id, walk.of_claim: claim_id, walk.of_payment: payment_id,
        walk.of_transfer: transfer_id,
    }  # fmt: skip
    people = {walk.of_batch: batch_id, walk.of_grant: grant_line_id}
    asked = [*numbered.values(), *people.values(), project_code, household_id]
    if sum(start is not None for start in asked) != 1:
        raise TraceNeedsOne()
    for begin, number in numbered.items():
        if number is not None:
            return await begin(number)
    for look, number in people.items():
        if number is not None:
            return await look(trail, number)
    return await (walk.of_project(project_code) if project_code else walk.of_household(trail, household_id or ""))
