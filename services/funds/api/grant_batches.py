"""HTTP of grant batches and of what households received."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import File, Form, Query, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from services.funds.api.request_parts import Area, RegistryPeer, Trail, WholeId, YearFilter
from services.funds.operations import (
    grant_batches,
    grant_lists,
    grant_orders,
    grant_regrants,
    grant_results,
    grant_returns,
    grants,
)
from shared.chassis import clock
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.refusals import RuleBroken
from shared.schemas.funds import NewDecision
from shared.schemas.funds_grants import (
    Grant,
    GrantBatch,
    GrantBatchHead,
    GrantReturn,
    NewGrantBatch,
    NewGrantOrder,
    NewGrantResult,
    NewGrantReturn,
    NewRegrant,
)
from shared.schemas.wire import Code, Day, Page

router = new_router("/api/v1/funds/grant-batches", "grants")
grants_router = new_router("/api/v1/funds/grants", "grants")


@router.post("", operation_id="grant_batch_prepare", status_code=201, **needs("grant.prepare", money=True))
async def grant_batch_prepare(
    body: NewGrantBatch, session: Session, actor: CurrentActor, registry: RegistryPeer
) -> GrantBatch:
    return await grant_batches.prepare(session, actor, registry, body)


class GrantListForm(BaseModel):
    """What a batch is of, and its workbook (sheet 发放名单)."""

    model_config = ConfigDict(extra="forbid")

    programme: Code
    allocation_id: Annotated[int, Field(ge=1, le=2**62)]
    fund_year: Annotated[int, Field(ge=2000, le=2100)]
    period: Annotated[str, Field(pattern="^[0-9A-Za-z-]{4,20}$")]
    mode: Literal["refuse_batch", "accept_good"]
    prepared_on: Day | None = None
    file: Annotated[UploadFile, File(description="xlsx: 序号, 身份证号码, 金额(元), 领款人身份证号码, closed by 合计")]


@router.post("/imports", operation_id="grant_batch_import", status_code=201, **needs("grant.prepare", money=True))
async def grant_batch_import(
    form: Annotated[GrantListForm, Form()], session: Session, actor: CurrentActor, registry: RegistryPeer
) -> GrantBatch:
    content = await form.file.read(grant_lists.MAX_BYTES + 1)
    values = form.model_dump(exclude={"file"})
    head = grant_batches.Head(**values | {"prepared_on": form.prepared_on or clock.office_today()})
    return await grant_lists.prepare(session, actor, registry, head, content)


@router.post("/{batch_id}/decision", operation_id="grant_batch_decide", **needs("grant.decide", money=True))
async def grant_batch_decide(batch_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor) -> GrantBatch:
    return await grant_batches.decide(session, actor, batch_id, body)


@router.post("/{batch_id}/payment", operation_id="grant_batch_order", **needs("payment.order", money=True))
async def grant_batch_order(
    batch_id: WholeId, body: NewGrantOrder, session: Session, actor: CurrentActor, registry: RegistryPeer
) -> GrantBatch:
    return await grant_orders.order(session, actor, registry, batch_id, body)


@router.post("/{batch_id}/result", operation_id="grant_batch_settle", **needs("payment.confirm", money=True))
async def grant_batch_settle(
    batch_id: WholeId, body: NewGrantResult, session: Session, actor: CurrentActor
) -> GrantBatch:
    return await grant_results.settle(session, actor, batch_id, body)


@router.post("/{batch_id}/regrants", operation_id="grant_batch_regrant", status_code=201,
             **needs("grant.prepare", money=True))  # fmt: skip
async def grant_batch_regrant(
    batch_id: WholeId, body: NewRegrant, session: Session, actor: CurrentActor, registry: RegistryPeer
) -> GrantBatch:
    return await grant_regrants.regrant(session, actor, registry, batch_id, body)


@router.get("", operation_id="grant_batch_list", **needs("grant.read"))
async def grant_batch_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    programme: Code | None = None,
    state: Annotated[str | None, Query(pattern="^(prepared|approved|refused|ordered|settled)$")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[GrantBatchHead]:
    return await grants.list_batches(
        session, actor, division_code, fund_year=fund_year, programme=programme, state=state, cursor=cursor, limit=limit
    )


@router.get("/{batch_id}", operation_id="grant_batch_get", **needs("grant.read"))
async def grant_batch_get(batch_id: WholeId, session: Session, actor: CurrentActor, trail: Trail) -> GrantBatch:
    return await grants.get(session, actor, trail, batch_id)


@grants_router.post("/{grant_line_id}/return", operation_id="grant_return", **needs("payment.confirm", money=True))
async def grant_return(
    grant_line_id: WholeId, body: NewGrantReturn, session: Session, actor: CurrentActor
) -> GrantReturn:
    return await grant_returns.take_back(session, actor, grant_line_id, body)


@grants_router.get("", operation_id="grant_list", **needs("grant.read"))
async def grant_list(
    session: Session,
    actor: CurrentActor,
    trail: Trail,
    household_id: Code | None = None,
    person_id: Code | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Grant]:
    if household_id is None and person_id is None:
        raise RuleBroken(pointer="/household_id")
    return await grants.list_grants(session, actor, trail, household_id, person_id, cursor, limit)
