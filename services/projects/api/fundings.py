"""HTTP of fundings: only funds ask, never people."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Path

from services.projects.operations import fundings as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs_service
from shared.schemas.funds import EventAccepted
from shared.schemas.projects_fundings import Funding, FundingFacts, FundingTotals, NewFunding
from shared.schemas.wire import DivisionCode, Event

internal = new_router("/internal/projects", "internal")
compared = new_router("/internal/fundings", "internal")
told = new_router("/internal/events", "internal")

AskedProject = Annotated[str, Path(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
Op = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]


@internal.put("/{code}/fundings/{op}", operation_id="internal_funding_decide", **needs_service("funds"))
async def internal_funding_decide(
    code: AskedProject, op: Op, body: NewFunding, session: Session, actor: CurrentActor
) -> Funding:
    return await operations.decide(session, actor, code, op, body)


@internal.put("/{code}/fundings/{op}/abort", operation_id="internal_funding_abort", **needs_service("funds"))
async def internal_funding_abort(
    code: AskedProject, op: Op, body: NewFunding, session: Session, actor: CurrentActor
) -> Funding:
    return await operations.abort(session, actor, code, op, body)


@compared.get("/totals", operation_id="internal_funding_totals_get", **needs_service("funds"))
async def internal_funding_totals_get(session: Session, within: DivisionCode, first: date, last: date) -> FundingTotals:
    return await operations.totals(session, within, first, last)


@compared.get("", operation_id="internal_funding_list", **needs_service("funds"))
async def internal_funding_list(session: Session, county_code: DivisionCode, asked_on: date) -> FundingFacts:
    return await operations.facts(session, county_code, asked_on)


@told.post("", operation_id="internal_projects_event_accept", **needs_service("funds"))
async def internal_projects_event_accept(body: Event, session: Session, actor: CurrentActor) -> EventAccepted:
    return EventAccepted(applied=await operations.accept(session, actor, body))
