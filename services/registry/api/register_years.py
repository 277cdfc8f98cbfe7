"""HTTP of the register's years: closing one, and what was frozen with it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from services.registry.api.reading import CurrentTrail
from services.registry.operations import register_years as operations
from services.registry.operations.statistics import GroupBy
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.registry import Statistics
from shared.schemas.registry_households import Status
from shared.schemas.registry_years import FrozenCorrection, FrozenHousehold, RegisterYear, YearClosing
from shared.schemas.wire import DivisionCode, Page

router = new_router("/api/v1/registry/register-years", "register years")

Year = Annotated[int, Path(ge=2000, le=2100)]
Within = Annotated[DivisionCode | None, Query(description="an area of any level")]


@router.get("", operation_id="register_year_list", **needs("register_year.read"))
async def register_year_list(
    session: Session, actor: CurrentActor, within: Within = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[RegisterYear]:
    return await operations.list_years(session, actor, within, cursor, limit)


@router.post("/{year}/close", operation_id="register_year_close", status_code=202, **needs("register_year.close"))
async def register_year_close(year: Year, body: YearClosing, session: Session, actor: CurrentActor) -> RegisterYear:
    return await operations.close(session, actor, year, body)


@router.get("/{year}/households", operation_id="register_year_households", **needs("household.read"))
async def register_year_households(
    year: Year,
    session: Session,
    trail: CurrentTrail,
    within: Within = None,
    status: Status | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[FrozenHousehold]:
    return await operations.list_households(session, trail, year, within, status, cursor, limit)


@router.get("/{year}/statistics", operation_id="register_year_statistics", **needs("register_year.read"))
async def register_year_statistics(
    year: Year,
    session: Session,
    actor: CurrentActor,
    division_code: Annotated[DivisionCode, Query()],
    group_by: GroupBy = "division",
) -> Statistics:
    return await operations.count(session, actor, year, division_code, group_by)


@router.get("/{year}/corrections", operation_id="register_year_corrections", **needs("register_year.read"))
async def register_year_corrections(
    year: Year,
    session: Session,
    actor: CurrentActor,
    within: Within = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[FrozenCorrection]:
    return await operations.list_corrections(session, actor, year, within, cursor, limit)
