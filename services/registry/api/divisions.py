"""HTTP of divisions."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path, Query

from services.registry.domain.division_names import typed
from services.registry.domain.divisions import Filters
from services.registry.operations import division_changes, division_files, division_kinds
from services.registry.operations import divisions as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs, needs_service
from shared.chassis.paging import Cursor, Limit
from shared.schemas import registry_divisions as wire
from shared.schemas.registry import Division
from shared.schemas.registry_divisions import AnyDivisionCode, VillageCode
from shared.schemas.wire import Code, Day, DivisionCode, Page, PersonName

router = new_router("/api/v1/registry/divisions", "divisions")
internal = new_router("/internal/divisions", "internal")

AnyCode = Annotated[AnyDivisionCode, Path(description="2, 4, 6, 9 or 12 digits; a natural village's 15")]


@router.post("", operation_id="division_load", status_code=201, **needs("division.load"))
async def division_load(body: wire.DivisionLoad, session: Session, actor: CurrentActor) -> wire.DivisionLoaded:
    return await operations.load(session, actor, body)


@router.get("", operation_id="division_list", **needs("division.read"))
async def division_list(
    session: Session,
    within: AnyDivisionCode = "00",
    parent: AnyDivisionCode | None = None,
    level: wire.Level | None = None,
    name: Annotated[
        PersonName | None,
        Query(description="part of the name; or pinyin from its beginning, its initials, or syllables"),
    ] = None,
    kind: Annotated[
        Code | None, Query(description="a kind of the code list division_kind, on the day asked for")
    ] = None,
    as_of: Annotated[Day | None, Query(description="divisions valid on that day, with their names of then")] = None,
    closed: Annotated[bool, Query(description="closed divisions too; without as_of they are left out")] = False,
    sort: Literal["code", "pinyin"] = "code",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[wire.DivisionLine]:
    filters = Filters(within, parent, level, typed(name) if name else None, kind, as_of, closed, sort)
    return await operations.list_divisions(session, filters, cursor, limit)


@router.post("/changes", operation_id="division_change", status_code=201, **needs("division.change"))
async def division_change(
    body: wire.NewDivisionChange, session: Session, actor: CurrentActor
) -> wire.DivisionChangeRecorded:
    return await division_changes.record(session, actor, body)


@router.get("/{code}", operation_id="division_get", **needs("division.read"))
async def division_get(
    code: AnyCode,
    session: Session,
    as_of: Annotated[Day | None, Query(description="the division as on that day; today without it")] = None,
) -> wire.DivisionFile:
    return await division_files.get(session, code, as_of)


@router.post(
    "/{code}/natural-villages",
    operation_id="natural_village_open",
    status_code=201,
    **needs("natural_village.open"),
)
async def natural_village_open(
    code: Annotated[VillageCode, Path()], body: wire.NewNaturalVillage, session: Session, actor: CurrentActor
) -> Division:
    return await operations.open_natural_village(session, actor, code, body)


@router.post("/{code}/kinds", operation_id="division_kind_begin", status_code=201, **needs("division.change"))
async def division_kind_begin(
    code: AnyCode, body: wire.NewDivisionKind, session: Session, actor: CurrentActor
) -> wire.DivisionFile:
    return await division_kinds.begin(session, actor, code, body)


@router.post("/{code}/kinds/{kind}/end", operation_id="division_kind_end", **needs("division.change"))
async def division_kind_end(
    code: AnyCode,
    kind: Annotated[Code, Path()],
    body: wire.DivisionKindEnd,
    session: Session,
    actor: CurrentActor,
) -> wire.DivisionFile:
    return await division_kinds.end(session, actor, code, kind, body)


@internal.get("/{code}", operation_id="internal_division_get", **needs_service("projects", "funds", "gateway"))
async def internal_division_get(code: Annotated[DivisionCode, Path()], session: Session) -> Division:
    return await operations.get(session, code)


@internal.get("/{code}/kinds", operation_id="internal_division_kind_list", **needs_service("funds"))
async def internal_division_kind_list(
    code: Annotated[DivisionCode, Path()], session: Session, on: Day
) -> wire.DivisionKinds:
    return await division_files.kinds(session, code, on)
