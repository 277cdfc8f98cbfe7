"""HTTP of revolving money, industry funds and mutual-aid associations."""

from __future__ import annotations

from services.funds.api.request_parts import Area, IdFilter, RegistryPeer, Trail, WholeId
from services.funds.operations import pool_lendings, pool_members, pools
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds import NewDecision
from shared.schemas.funds_pools import (
    Lending,
    NewContribution,
    NewDeparture,
    NewDepartureRequest,
    NewLending,
    NewPool,
    NewPoolMember,
    NewPoolRepayment,
    Pool,
    PoolKind,
    PoolMember,
)
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/pools", "pools")
members_router = new_router("/api/v1/funds/pool-members", "pools")
lendings_router = new_router("/api/v1/funds/pool-lendings", "pools")


@router.post("", operation_id="pool_open", status_code=201, **needs("pool.manage", money=True))
async def pool_open(body: NewPool, session: Session, actor: CurrentActor, registry: RegistryPeer) -> Pool:
    return await pools.open_pool(session, actor, registry, body)


@router.post("/{pool_id}/contributions", operation_id="pool_contribute", **needs("pool.manage", money=True))
async def pool_contribute(pool_id: WholeId, body: NewContribution, session: Session, actor: CurrentActor) -> Pool:
    return await pools.contribute(session, actor, pool_id, body)


@router.post("/{pool_id}/members", operation_id="pool_join", status_code=201, **needs("pool.manage", money=True))
async def pool_join(
    pool_id: WholeId, body: NewPoolMember, session: Session, actor: CurrentActor, registry: RegistryPeer
) -> PoolMember:
    return await pool_members.join(session, actor, registry, pool_id, body)


@members_router.post(
    "/{member_id}/departure-request", operation_id="pool_leave_ask", **needs("pool.manage", money=True)
)
async def pool_leave_ask(
    member_id: WholeId, body: NewDepartureRequest, session: Session, actor: CurrentActor
) -> PoolMember:
    return await pool_members.ask_to_leave(session, actor, member_id, body)


@members_router.post("/{member_id}/departure", operation_id="pool_leave", **needs("pool.manage", money=True))
async def pool_leave(member_id: WholeId, body: NewDeparture, session: Session, actor: CurrentActor) -> PoolMember:
    return await pool_members.leave(session, actor, member_id, body)


@router.post("/{pool_id}/lendings", operation_id="pool_lend", status_code=201, **needs("pool.lend", money=True))
async def pool_lend(
    pool_id: WholeId, body: NewLending, session: Session, actor: CurrentActor, registry: RegistryPeer
) -> Lending:
    return await pool_lendings.propose(session, actor, registry, pool_id, body)


@lendings_router.post("/{lending_id}/decision", operation_id="pool_lending_decide", **needs("pool.decide", money=True))
async def pool_lending_decide(
    lending_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor, registry: RegistryPeer
) -> Lending:
    return await pool_lendings.decide(session, actor, registry, lending_id, body)


@lendings_router.post("/{lending_id}/repayments", operation_id="pool_lending_repay", **needs("pool.manage", money=True))
async def pool_lending_repay(
    lending_id: WholeId, body: NewPoolRepayment, session: Session, actor: CurrentActor
) -> Lending:
    return await pool_lendings.repay(session, actor, lending_id, body)


@router.get("", operation_id="pool_list", **needs("pool.read"))
async def pool_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    kind: PoolKind | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Pool]:
    return await pools.list_pools(session, actor, division_code, kind, cursor, limit)


@router.get("/{pool_id}", operation_id="pool_get", **needs("pool.read"))
async def pool_get(pool_id: WholeId, session: Session, actor: CurrentActor) -> Pool:
    return await pools.get(session, actor, pool_id)


@router.get("/{pool_id}/members", operation_id="pool_member_list", **needs("pool.read"))
async def pool_member_list(
    pool_id: WholeId, session: Session, actor: CurrentActor, trail: Trail, cursor: Cursor = None, limit: Limit = 50
) -> Page[PoolMember]:
    return await pool_members.list_members(session, actor, trail, pool_id, cursor, limit)


@lendings_router.get("", operation_id="pool_lending_list", **needs("pool.read"))
async def pool_lending_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    pool_id: IdFilter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Lending]:
    return await pool_lendings.list_lendings(session, actor, division_code, pool_id, cursor, limit)
