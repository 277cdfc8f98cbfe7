"""HTTP of the walk."""

from __future__ import annotations

from services.funds.api.request_parts import IdFilter, ProjectFilter, Trail
from services.funds.domain.refusals.grants import TraceNeedsOne
from services.funds.operations import trace
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.funds_views import Trace
from shared.schemas.wire import Code

router = new_router("/api/v1/funds/trace", "trace")


@router.get("", operation_id="trace_get", **needs("trace.read"))
async def trace_get(
    session: Session,
    actor: CurrentActor,
    trail: Trail,
    document_id: IdFilter = None,
    allocation_id: IdFilter = None,
    project_code: ProjectFilter = None,
    payment_id: IdFilter = None,
    household_id: Code | None = None,
) -> Trace:
    starts = [document_id, allocation_id, project_code, payment_id, household_id]
    if sum(start is not None for start in starts) != 1:
        raise TraceNeedsOne()
    if document_id is not None:
        return await trace.of_document(session, actor, document_id)
    if allocation_id is not None:
        return await trace.of_allocation(session, actor, allocation_id)
    if project_code is not None:
        return await trace.of_project(session, actor, project_code)
    if payment_id is not None:
        return await trace.of_payment(session, actor, payment_id)
    return await trace.of_household(session, actor, trail, household_id or "")
