"""HTTP of the comparison with projects, for people who answer for the books; projects' share of it is internal."""

from __future__ import annotations

from datetime import date

from services.funds.api.request_parts import Area, ProjectsPeer
from services.funds.operations import reconciliation
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.scope import require_in_scope
from shared.schemas.funds_reconciliation import Reconciliation

router = new_router("/api/v1/funds/reconciliation", "ledger")


@router.get("", operation_id="funding_reconciliation_get", **needs("ledger.read"))
async def funding_reconciliation_get(
    session: Session, actor: CurrentActor, projects: ProjectsPeer, division_code: Area, first: date, last: date
) -> Reconciliation:
    require_in_scope(actor, division_code)
    return await reconciliation.compare(session, projects, reconciliation.Span(division_code, first, last))
