"""HTTP of departments' lists held against the register, and of the doubts that come of them."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import File, Form, Path, Query, UploadFile

from services.registry.api.reading import CurrentSeals, CurrentTrail
from services.registry.operations import comparisons as operations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.registry_comparisons import (
    ComparisonDoubt,
    ComparisonKinds,
    ComparisonList,
    DoubtClosing,
    DoubtReply,
    NewComparisonList,
    RowOutcome,
)
from shared.schemas.wire import Code, Day, DivisionCode, Page

kinds = new_router("/api/v1/registry/comparison-kinds", "comparisons")
lists = new_router("/api/v1/registry/comparison-lists", "comparisons")
received = new_router("/api/v1/registry/comparisons", "comparisons")
doubts = new_router("/api/v1/registry/comparison-doubts", "comparisons")

KindPath = Annotated[str, Path(pattern=r"^[a-z][a-z_]{1,39}$")]
KindQuery = Annotated[str | None, Query(pattern=r"^[a-z][a-z_]{1,39}$")]
ListId = Annotated[UUID, Path()]
DoubtId = Annotated[int, Path(ge=1, le=2**62)]


@kinds.get("", operation_id="comparison_kind_list", **needs("comparison.read"))
async def comparison_kind_list() -> ComparisonKinds:
    return operations.kinds()


@lists.post("/{kind}", operation_id="comparison_list_send", status_code=201, **needs("comparison.push"))
async def comparison_list_send(
    kind: KindPath, body: NewComparisonList, session: Session, trail: CurrentTrail, seals: CurrentSeals
) -> ComparisonList:
    return await operations.take_batch(session, trail, seals, kind, body)


@lists.post("/{kind}/imports", operation_id="comparison_list_import", status_code=201, **needs("comparison.push"))
async def comparison_list_import(
    kind: KindPath,
    file: Annotated[UploadFile, File(description="csv whose first line names a column of identity numbers")],
    batch_key: Annotated[Code, Form()],
    as_of: Annotated[Day, Form()],
    session: Session,
    trail: CurrentTrail,
    seals: CurrentSeals,
) -> ComparisonList:
    return await operations.take_sheet(session, trail, seals, kind, batch_key, as_of, file.file)


@lists.get("/{kind}/{list_id}", operation_id="comparison_list_get_own", **needs("comparison.push"))
async def comparison_list_get_own(
    kind: KindPath, list_id: ListId, session: Session, actor: CurrentActor
) -> ComparisonList:
    return await operations.own_list(session, actor, kind, list_id)


@lists.get("/{kind}/{list_id}/outcomes", operation_id="comparison_outcome_list", **needs("comparison.push"))
async def comparison_outcome_list(
    kind: KindPath, list_id: ListId, session: Session, actor: CurrentActor, cursor: Cursor = None, limit: Limit = 50
) -> Page[RowOutcome]:
    return await operations.outcomes(session, actor, kind, list_id, cursor, limit)


@received.get("", operation_id="comparison_list_list", **needs("comparison.read"))
async def comparison_list_list(
    session: Session, actor: CurrentActor, kind: KindQuery = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[ComparisonList]:
    return await operations.list_lists(session, actor, kind, cursor, limit)


@received.get("/{list_id}", operation_id="comparison_list_get", **needs("comparison.read"))
async def comparison_list_get(list_id: ListId, session: Session, actor: CurrentActor) -> ComparisonList:
    return await operations.get_list(session, actor, list_id)


@doubts.get("", operation_id="comparison_doubt_list", **needs("comparison.read"))
async def comparison_doubt_list(
    session: Session,
    trail: CurrentTrail,
    within: DivisionCode = "00",
    state: Annotated[Literal["open", "answered", "closed"] | None, Query()] = None,
    kind: KindQuery = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ComparisonDoubt]:
    return await operations.list_doubts(session, trail, within, state, kind, cursor, limit)


@doubts.post("/{doubt_id}/reply", operation_id="comparison_doubt_reply", **needs("comparison.verify"))
async def comparison_doubt_reply(
    doubt_id: DoubtId, body: DoubtReply, session: Session, actor: CurrentActor
) -> ComparisonDoubt:
    return await operations.reply(session, actor, doubt_id, body)


@doubts.post("/{doubt_id}/close", operation_id="comparison_doubt_close", **needs("comparison.close"))
async def comparison_doubt_close(
    doubt_id: DoubtId, body: DoubtClosing, session: Session, actor: CurrentActor
) -> ComparisonDoubt:
    return await operations.close(session, actor, doubt_id, body)
