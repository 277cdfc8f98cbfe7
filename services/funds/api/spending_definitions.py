"""HTTP of spending definitions."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import Query

from services.funds.api.questions import Year
from services.funds.api.request_parts import Area, RegistryPeer, WholeId, YearFilter
from services.funds.domain.questions import Question
from services.funds.operations import spending_definitions
from shared.chassis import clock
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds import NewDecision
from shared.schemas.funds_definitions import (
    Batch,
    NewSpendingDefinition,
    SourceLevel,
    SpendingDefinition,
    SpendingDefinitionEnd,
    SpendingResolution,
)
from shared.schemas.wire import Code, Day, DivisionCode, Page

router = new_router("/api/v1/funds/spending-definitions", "spending definitions")

State = Literal["proposed", "approved", "refused", "withdrawn"]


@router.post("", operation_id="spending_definition_state", status_code=201, **needs("parameter.set", money=True))
async def spending_definition_state(
    body: NewSpendingDefinition, session: Session, actor: CurrentActor, registry: RegistryPeer
) -> SpendingDefinition:
    return await spending_definitions.state(session, actor, registry, body)


@router.get("", operation_id="spending_definition_list", **needs("parameter.read"))
async def spending_definition_list(
    session: Session,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    state: State | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[SpendingDefinition]:
    return await spending_definitions.list_definitions(session, division_code, fund_year, state, cursor, limit)


@router.get("/resolution", operation_id="spending_definition_resolve", **needs("parameter.read"))
async def spending_definition_resolve(
    session: Session,
    actor: CurrentActor,
    division_code: DivisionCode,
    fund_year: Year,
    as_of: Day | None = None,
    fund_kind: Code | None = None,
    source_level: SourceLevel | None = None,
    batch: Batch | None = None,
    known_on: Annotated[Day | None, Query(description="as they were known at the end of this day")] = None,
) -> SpendingResolution:
    question = Question(
        division_code, fund_year, as_of or clock.office_today(), batch, fund_kind, source_level=source_level
    )
    if known_on is not None:
        question = replace(question, known_until=clock.end_of(known_on))
    return await spending_definitions.resolution(session, actor, question)


@router.get("/{definition_id}", operation_id="spending_definition_get", **needs("parameter.read"))
async def spending_definition_get(definition_id: WholeId, session: Session) -> SpendingDefinition:
    return await spending_definitions.get(session, definition_id)


@router.post(
    "/{definition_id}/decision", operation_id="spending_definition_decide", **needs("parameter.set", money=True)
)
async def spending_definition_decide(
    definition_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor
) -> SpendingDefinition:
    return await spending_definitions.decide(session, actor, definition_id, body)


@router.post("/{definition_id}/end", operation_id="spending_definition_end", **needs("parameter.set", money=True))
async def spending_definition_end(
    definition_id: WholeId, body: SpendingDefinitionEnd, session: Session, actor: CurrentActor
) -> SpendingDefinition:
    return await spending_definitions.end(session, actor, definition_id, body)


@router.post(
    "/{definition_id}/withdrawal", operation_id="spending_definition_withdraw", **needs("parameter.set", money=True)
)
async def spending_definition_withdraw(
    definition_id: WholeId, session: Session, actor: CurrentActor
) -> SpendingDefinition:
    """By who stated it, while it is undecided."""
    return await spending_definitions.withdraw(session, actor, definition_id)
