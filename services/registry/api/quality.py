"""HTTP of data quality: rules, runs, findings, trend, scoreboard, exemptions."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query

from services.registry.api.reading import CurrentSeals, CurrentTrail
from services.registry.operations import quality_exemptions as exemptions
from services.registry.operations import quality_findings as findings
from services.registry.operations import quality_runs as runs
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas import registry_quality as wire
from shared.schemas.wire import Code, DivisionCode, Page

router = new_router("/api/v1/registry", "data quality")

Area = Annotated[DivisionCode, Query(description="an area of any level")]
Within = Annotated[DivisionCode | None, Query(description="an area of any level")]
Number = Annotated[Code | None, Query(description="number of a rule")]
RunId = Annotated[UUID, Path()]
ExemptionId = Annotated[UUID, Path()]


@router.get("/quality-rules", operation_id="quality_rule_list", **needs("quality.read"))
async def quality_rule_list(
    state: Literal["checked", "not_held"] | None = None,
    level: wire.Level | None = None,
    scope: Literal["household", "member", "village"] | None = None,
) -> wire.QualityRules:
    return await runs.list_rules(state, level, scope)


@router.post("/quality-runs", operation_id="quality_run_ask", status_code=202, **needs("quality.run"))
async def quality_run_ask(body: wire.QualityRunAsked, session: Session, actor: CurrentActor) -> wire.QualityRun:
    return await runs.ask(session, actor, body.division_code)


@router.get("/quality-runs", operation_id="quality_run_list", **needs("quality.read"))
async def quality_run_list(
    session: Session, actor: CurrentActor, within: Within = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[wire.QualityRun]:
    return await runs.list_runs(session, actor, within, cursor, limit)


@router.get("/quality-runs/{run_id}", operation_id="quality_run_get", **needs("quality.read"))
async def quality_run_get(
    run_id: RunId, session: Session, actor: CurrentActor, within: Within = None
) -> wire.QualityRunResult:
    return await runs.get(session, actor, run_id, within)


@router.get("/quality-trend", operation_id="quality_trend_get", **needs("quality.read"))
async def quality_trend_get(
    division_code: Area, session: Session, actor: CurrentActor, rule: Number = None
) -> wire.QualityTrend:
    return await runs.trend(session, actor, division_code, rule)


@router.get("/quality-scoreboard", operation_id="quality_scoreboard_get", **needs("quality.read"))
async def quality_scoreboard_get(division_code: Area, session: Session, actor: CurrentActor) -> wire.QualityScoreboard:
    return await runs.scoreboard(session, actor, division_code)


@router.get("/quality-findings", operation_id="quality_finding_list", **needs("quality.read"))
async def quality_finding_list(
    session: Session,
    trail: CurrentTrail,
    seals: CurrentSeals,
    within: Within = None,
    rule: Number = None,
    level: wire.Level | None = None,
    household_id: Annotated[UUID | None, Query()] = None,
    state: wire.FindingState = "open",
    exempt: Annotated[bool | None, Query(description="only those exempt today, or only the others")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[wire.QualityFinding]:
    wanted = findings.wanted_of(state == "closed", within, rule, level, household_id, exempt)
    return await findings.list_findings(session, trail, seals, wanted, cursor, limit)


@router.get("/households/{household_id}/quality", operation_id="household_quality_get", **needs("quality.read"))
async def household_quality_get(
    household_id: Annotated[UUID, Path()], session: Session, trail: CurrentTrail, seals: CurrentSeals
) -> wire.HouseholdQuality:
    return await findings.of_household(session, trail, seals, household_id)


@router.post("/quality-exemptions", operation_id="quality_exemption_ask", status_code=201, **needs("quality.exempt"))
async def quality_exemption_ask(
    body: wire.QualityExemptionAsked, session: Session, actor: CurrentActor
) -> wire.QualityExemption:
    return await exemptions.ask(session, actor, body)


@router.get("/quality-exemptions", operation_id="quality_exemption_list", **needs("quality.read"))
async def quality_exemption_list(
    session: Session,
    actor: CurrentActor,
    within: Within = None,
    rule: Number = None,
    household_id: Annotated[UUID | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[wire.QualityExemption]:
    return await exemptions.list_exemptions(session, actor, within, rule, household_id, cursor, limit)


@router.get("/quality-exemptions/{exemption_id}", operation_id="quality_exemption_get", **needs("quality.read"))
async def quality_exemption_get(
    exemption_id: ExemptionId, session: Session, actor: CurrentActor
) -> wire.QualityExemption:
    return await exemptions.get(session, actor, exemption_id)


@router.post(
    "/quality-exemptions/{exemption_id}/decision",
    operation_id="quality_exemption_decide",
    status_code=201,
    **needs("quality.exempt_decide"),
)
async def quality_exemption_decide(
    exemption_id: ExemptionId, body: wire.QualityExemptionDecided, session: Session, actor: CurrentActor
) -> wire.QualityExemption:
    return await exemptions.decide(session, actor, exemption_id, body)
