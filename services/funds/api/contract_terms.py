"""HTTP of contract terms."""

from __future__ import annotations

from services.funds.api.request_parts import Area, ProjectFilter, WholeId
from services.funds.operations import contract_terms
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds import NewDecision
from shared.schemas.funds_claim_checks import ContractTerms, NewContractTerms
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/contract-terms", "contract terms")


@router.post("", operation_id="contract_terms_state", status_code=201, **needs("contract_terms.state", money=True))
async def contract_terms_state(body: NewContractTerms, session: Session, actor: CurrentActor) -> ContractTerms:
    return await contract_terms.state(session, actor, body)


@router.post(
    "/{contract_terms_id}/decision", operation_id="contract_terms_decide", **needs("contract_terms.decide", money=True)
)
async def contract_terms_decide(
    contract_terms_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor
) -> ContractTerms:
    return await contract_terms.decide(session, actor, contract_terms_id, body)


@router.get("", operation_id="contract_terms_list", **needs("claim.read"))
async def contract_terms_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    project_code: ProjectFilter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ContractTerms]:
    return await contract_terms.list_terms(session, actor, division_code, project_code, cursor, limit)
