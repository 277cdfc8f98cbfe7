"""HTTP of the forecast of spending."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.funds.api.progress import BatchFilter, Year, question_of
from services.funds.api.request_parts import RegistryPeer
from services.funds.operations import forecast_answers
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.funds_forecast import Forecast
from shared.schemas.wire import Code, Day, DivisionCode

router = new_router("/api/v1/funds/forecast", "forecast")


@router.get("", operation_id="forecast_get", **needs("progress.read"))
async def forecast_get(
    session: Session,
    actor: CurrentActor,
    registry: RegistryPeer,
    division_code: DivisionCode,
    fund_year: Year,
    as_of: Annotated[Day | None, Query(description="today when not given; answers from what was known then")] = None,
    cut_off: Annotated[Day | None, Query(description="the rule's own when not given")] = None,
    batch: BatchFilter = "all",
    fund_kind: Code | None = None,
    special: bool | None = None,
    payment_limit: Annotated[int, Query(ge=0, le=5_000)] = 500,
) -> Forecast:
    question = question_of(division_code, fund_year, as_of, batch, fund_kind, special)
    return await forecast_answers.get(session, actor, registry, question, cut_off, payment_limit)
