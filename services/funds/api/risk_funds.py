"""HTTP of risk compensation funds."""

from __future__ import annotations

from services.funds.api.request_parts import Area, IdFilter, RegistryPeer, WholeId
from services.funds.operations import risk_compensations, risk_funds
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds import NewDecision
from shared.schemas.funds_risk import (
    NewRiskCompensation,
    NewRiskDeposit,
    NewRiskFund,
    NewRiskRecovery,
    RiskCompensation,
    RiskFund,
)
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/risk-funds", "risk funds")
compensations_router = new_router("/api/v1/funds/risk-compensations", "risk funds")


@router.post("", operation_id="risk_fund_open", status_code=201, **needs("risk_fund.manage", money=True))
async def risk_fund_open(body: NewRiskFund, session: Session, actor: CurrentActor, registry: RegistryPeer) -> RiskFund:
    return await risk_funds.open_fund(session, actor, registry, body)


@router.post("/{risk_fund_id}/deposits", operation_id="risk_fund_deposit", **needs("risk_fund.manage", money=True))
async def risk_fund_deposit(
    risk_fund_id: WholeId, body: NewRiskDeposit, session: Session, actor: CurrentActor
) -> RiskFund:
    return await risk_funds.deposit(session, actor, risk_fund_id, body)


@router.post(
    "/{risk_fund_id}/compensations",
    operation_id="risk_compensation_claim",
    status_code=201,
    **needs("risk_fund.claim", money=True),
)
async def risk_compensation_claim(
    risk_fund_id: WholeId, body: NewRiskCompensation, session: Session, actor: CurrentActor
) -> RiskCompensation:
    return await risk_compensations.claim(session, actor, risk_fund_id, body)


@compensations_router.post(
    "/{compensation_id}/decision", operation_id="risk_compensation_decide", **needs("risk_fund.decide", money=True)
)
async def risk_compensation_decide(
    compensation_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor
) -> RiskCompensation:
    return await risk_compensations.decide(session, actor, compensation_id, body)


@compensations_router.post(
    "/{compensation_id}/recoveries", operation_id="risk_compensation_recover", **needs("risk_fund.claim", money=True)
)
async def risk_compensation_recover(
    compensation_id: WholeId, body: NewRiskRecovery, session: Session, actor: CurrentActor
) -> RiskCompensation:
    return await risk_compensations.recover(session, actor, compensation_id, body)


@compensations_router.get("", operation_id="risk_compensation_list", **needs("risk_fund.read"))
async def risk_compensation_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    risk_fund_id: IdFilter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RiskCompensation]:
    return await risk_compensations.list_compensations(session, actor, division_code, risk_fund_id, cursor, limit)


@router.get("", operation_id="risk_fund_list", **needs("risk_fund.read"))
async def risk_fund_list(
    session: Session, actor: CurrentActor, division_code: Area = "00", cursor: Cursor = None, limit: Limit = 50
) -> Page[RiskFund]:
    return await risk_funds.list_funds(session, actor, division_code, cursor, limit)


@router.get("/{risk_fund_id}", operation_id="risk_fund_get", **needs("risk_fund.read"))
async def risk_fund_get(risk_fund_id: WholeId, session: Session, actor: CurrentActor) -> RiskFund:
    return await risk_funds.get(session, actor, risk_fund_id)
