"""HTTP of the forecast of spending."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.funds.api.questions import MoneyQuestion
from services.funds.api.request_parts import RegistryPeer
from services.funds.operations import forecast_answers
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.funds_forecast import Forecast
from shared.schemas.wire import Day

router = new_router("/api/v1/funds/forecast", "forecast")


@router.get("", operation_id="forecast_get", **needs("progress.read"))
async def forecast_get(
    session: Session,
    actor: CurrentActor,
    registry: RegistryPeer,
    question: MoneyQuestion,
    cut_off: Annotated[Day | None, Query(description="the rule's own when not given")] = None,
    payment_limit: Annotated[int, Query(ge=0, le=5_000)] = 500,
) -> Forecast:
    return await forecast_answers.get(session, actor, registry, question, cut_off, payment_limit)
