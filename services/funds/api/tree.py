"""HTTP of the tree of the money."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.funds.api.questions import AsOf, Year
from services.funds.domain.questions import Question
from services.funds.operations import tree
from shared.chassis import clock
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.funds import Batch
from shared.schemas.funds_tree import FundsTree
from shared.schemas.wire import Code, DivisionCode

router = new_router("/api/v1/funds/tree", "tree")


@router.get("", operation_id="funds_tree_get", **needs("fund.read"))
async def funds_tree_get(
    session: Session,
    actor: CurrentActor,
    division_code: DivisionCode,
    fund_year: Year,
    as_of: AsOf = None,
    fund_kind: Code | None = None,
    batch: Batch | None = None,
    depth: Annotated[int, Query(ge=0, le=4, description="levels of nodes below the root")] = 4,
) -> FundsTree:
    question = Question(division_code, fund_year, as_of or clock.office_today(), batch, fund_kind)
    return await tree.get(session, actor, question, depth)
