"""HTTP of budget statements."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.funds.api.request_parts import RegistryPeer
from services.funds.operations import budget_statements
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.funds_distribution import BudgetStatement, BudgetStatements, NewBudgetStatement
from shared.schemas.wire import DivisionCode

router = new_router("/api/v1/funds/budget-statements", "budget statements")


@router.post("", operation_id="budget_statement_state", status_code=201, **needs("budget_statement.write"))
async def budget_statement_state(
    body: NewBudgetStatement, session: Session, actor: CurrentActor, registry: RegistryPeer
) -> BudgetStatement:
    return await budget_statements.state(session, actor, registry, body)


@router.get("", operation_id="budget_statement_list", **needs("fund.read"))
async def budget_statement_list(
    session: Session,
    actor: CurrentActor,
    division_code: DivisionCode,
    fund_year: Annotated[int, Query(ge=2000, le=2100)],
) -> BudgetStatements:
    return await budget_statements.list_statements(session, actor, division_code, fund_year)
