"""HTTP of spending progress."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import Query

from services.funds.api.request_parts import RegistryPeer
from services.funds.domain.questions import Question
from services.funds.operations import progress
from shared.chassis import clock
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.schemas.funds_definitions import SourceLevel
from shared.schemas.funds_views import Progress
from shared.schemas.wire import Code, Day, DivisionCode

router = new_router("/api/v1/funds/progress", "progress")

BatchFilter = Literal["all", "advance", "regular"]
Year = Annotated[int, Query(ge=2000, le=2100)]


def question_of(
    division_code: str,
    fund_year: int,
    as_of: Day | None,
    batch: BatchFilter,
    fund_kind: str | None,
    special: bool | None,
    source_level: SourceLevel | None = None,
) -> Question:
    """The question the query parameters put; today when no day is given."""
    return Question(
        area=division_code,
        fund_year=fund_year,
        as_of=as_of or clock.office_today(),
        batch=None if batch == "all" else batch,
        fund_kind=fund_kind,
        special=special,
        source_level=source_level,
    )


@router.get("", operation_id="progress_get", **needs("progress.read"))
async def progress_get(
    session: Session,
    actor: CurrentActor,
    registry: RegistryPeer,
    division_code: DivisionCode,
    fund_year: Year,
    as_of: Day | None = None,
    group_by: progress.GroupBy = "division",
    batch: BatchFilter = "all",
    fund_kind: Code | None = None,
    special: bool | None = None,
    source_level: SourceLevel | None = None,
    project_code: Annotated[Code | None, Query(description="only the money of this project")] = None,
    office: Annotated[Code | None, Query(description="only the money of this office's projects")] = None,
    known_on: Annotated[Day | None, Query(description="as the books knew it at the end of this day")] = None,
    delays: Annotated[
        Literal["list", "sums", "none"],
        Query(description="how much of what waits is told; nothing of it with `known_on`, and soonest without"),
    ] = "list",
    delay_order: progress.Order = "amount",
    delay_limit: Annotated[int, Query(ge=0, le=5_000)] = 1_000,
) -> Progress:
    question = question_of(division_code, fund_year, as_of, batch, fund_kind, special, source_level)
    if known_on is not None:
        question = replace(question, known_until=clock.end_of(known_on))
    shown = progress.Shown(group_by, project_code, office, delays, delay_order, delay_limit)
    return await progress.get(session, actor, registry, question, shown)
