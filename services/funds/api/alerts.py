"""HTTP of alerts: look for them, read them, handle them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Depends, Query

from services.funds.api.request_parts import Area, ProjectFilter, WholeId, YearFilter
from services.funds.operations import alert_handling, alert_runs, alerts
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_alerts import (
    Alert,
    AlertCounts,
    AlertFile,
    AlertRun,
    Colour,
    NewAlertConclusion,
    NewAlertReply,
    NewAlertReview,
    NewAlertRun,
    Side,
)
from shared.schemas.wire import Code, Page

router = new_router("/api/v1/funds/alerts", "alerts")
runs_router = new_router("/api/v1/funds/alert-runs", "alerts")


async def _filters(
    colour: Colour | None = None,
    state: Literal["open", "closed"] | None = None,
    rule: Code | None = None,
    side: Side | None = None,
    reference: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_.:-]{1,160}$")] = None,
    office: Annotated[str | None, Query(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")] = None,
    project_code: ProjectFilter = None,
    fund_year: YearFilter = None,
) -> dict[str, Any]:
    return {
        "colour": colour, "state": state, "rule": rule, "side": side, "reference": reference, "office": office,
        "project_code": project_code, "fund_year": fund_year,
    }  # fmt: skip


Filters = Annotated[dict[str, Any], Depends(_filters)]


@runs_router.post("", operation_id="alert_run", **needs("alert.run"))
async def alert_run(body: NewAlertRun, session: Session, actor: CurrentActor) -> AlertRun:
    return await alert_runs.run(session, actor, body)


@router.get("", operation_id="alert_list", **needs("alert.read"))
async def alert_list(
    session: Session,
    actor: CurrentActor,
    filters: Filters,
    division_code: Area = "00",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Alert]:
    return await alerts.list_alerts(session, actor, division_code, filters, cursor, limit)


@router.get("/counts", operation_id="alert_count", **needs("alert.read"))
async def alert_count(session: Session, actor: CurrentActor, filters: Filters, division_code: Area) -> AlertCounts:
    return await alerts.count(session, actor, division_code, filters)


@router.get("/{alert_id}", operation_id="alert_get", **needs("alert.read"))
async def alert_get(alert_id: WholeId, session: Session, actor: CurrentActor) -> AlertFile:
    return await alerts.get(session, actor, alert_id)


@router.post("/{alert_id}/reply", operation_id="alert_reply", **needs("alert.reply"))
async def alert_reply(alert_id: WholeId, body: NewAlertReply, session: Session, actor: CurrentActor) -> AlertFile:
    return await alert_handling.reply(session, actor, alert_id, body)


@router.post("/{alert_id}/review", operation_id="alert_review", **needs("alert.review"))
async def alert_review(alert_id: WholeId, body: NewAlertReview, session: Session, actor: CurrentActor) -> AlertFile:
    return await alert_handling.review(session, actor, alert_id, body)


@router.post("/{alert_id}/conclusion", operation_id="alert_conclude", **needs("alert.conclude"))
async def alert_conclude(
    alert_id: WholeId, body: NewAlertConclusion, session: Session, actor: CurrentActor
) -> AlertFile:
    return await alert_handling.conclude(session, actor, alert_id, body)
