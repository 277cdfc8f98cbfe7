"""What offices do with allocations: propose money for a project, decide on it, look it up."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import allocations as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.spending import AlreadyDecided, ProjectNotInLibrary
from services.funds.storage import allocations as storage
from services.funds.storage import decisions, ledger, lists, project_grants, sessions
from services.funds.storage import receipts as receipt_storage
from services.funds.storage.tables import Allocation, LedgerAccount, Receipt
from services.funds.upstream import projects, registry
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds as wire
from shared.schemas import funds_views as views
from shared.schemas.projects import ProjectGrant
from shared.schemas.registry import Division
from shared.schemas.wire import Page

PUBLISHED = (
    "project_code", "project_name", "county_code", "division_code", "fund_year", "fund_kind", "amount_fen",
    "office_name", "decided_on",
)  # fmt: skip
"""What of an allocation is published; nothing else ever is."""


async def propose(
    session: AsyncSession, actor: Actor, projects_peer: Peer, registry_peer: Peer, request: wire.NewAllocation
) -> wire.Allocation:
    """Reserve money of a receipt for a project of the year's plan. 资金跟着项目走: nothing else receives money."""
    grant = await projects.grant_of(projects_peer, actor, request.project_code)
    if grant is None:
        raise ProjectNotInLibrary()
    site = await registry.division(registry_peer, actor, grant.division_code[:9])
    receipt = await receipt_storage.visible(session, actor, request.receipt_id)
    if receipt is None:
        raise NotFound()
    proposed_on = request.proposed_on or clock.office_today()
    require_order(proposed_on, today=clock.office_today(), not_before=receipt.received_on, pointer="/proposed_on")
    rules.require_fundable(grant, receipt.division_code, receipt.fund_year)
    await _keep(session, grant, [site] if site else [])
    row = await _reserve(session, actor, receipt, grant, request.amount_fen, proposed_on)
    audit.record(
        session, actor, "allocation.propose", f"allocation:{row.id}", project_code=row.project_code,
        amount_fen=row.amount_fen, grant_version=row.grant_version,
    )  # fmt: skip
    return _answer(row, 0)


async def _keep(session: AsyncSession, grant: ProjectGrant, sites: list[Division]) -> None:
    await lists.remember_divisions(session, sites)
    await project_grants.keep(session, grant, "answer")
    await project_grants.lock_project(session, grant)


async def _reserve(
    session: AsyncSession, actor: Actor, receipt: Receipt, grant: ProjectGrant, amount_fen: int, proposed_on: date
) -> Allocation:
    """Insert the proposal and set its money aside at once, so that nobody else can promise it."""
    allocated = await storage.allocated_to(session, grant.project_code, receipt.fund_year)
    rules.require_within_plan_line(amount_fen, allocated, grant.plan_line_fen)
    row = Allocation(
        receipt_id=receipt.id, project_code=grant.project_code, project_name=grant.name, county_code=grant.county_code,
        division_code=grant.division_code, fund_year=receipt.fund_year, fund_kind=receipt.fund_kind,
        batch=receipt.batch, purpose=grant.purpose, office=grant.office, office_name=grant.office_name,
        amount_fen=amount_fen, state="proposed", proposed_on=proposed_on, grant_version=grant.version,
    )  # fmt: skip
    decisions.sign(actor, row)
    await storage.add(session, row)
    accounts = [account_for(row, "reserved", row.id), account_for(row, "allocation", row.id)]
    await ledger.open_accounts(session, accounts)
    left = await ledger.account_of(session, "receipt", receipt.id)
    move = ledger.Movement(
        left, accounts[0], amount_fen, "reserve", proposed_on, "allocation", row.id, pointer="/amount_fen"
    )
    await ledger.post(session, actor, row.county_code, [move])
    return row


def account_for(row: Allocation, kind: str, owner_id: int, claim_id: int | None = None) -> LedgerAccount:
    """A new account for money of this allocation."""
    return LedgerAccount(
        kind=kind, owner_id=owner_id, division_code=row.county_code, fund_year=row.fund_year, fund_kind=row.fund_kind,
        batch=row.batch, receipt_id=row.receipt_id, allocation_id=row.id, claim_id=claim_id,
    )  # fmt: skip


async def decide(
    session: AsyncSession, actor: Actor, projects_peer: Peer, allocation_id: int, request: wire.NewDecision
) -> wire.Allocation:
    """Approve or refuse a proposal: another person than the proposer, on the project's facts of this moment."""
    seen = await storage.visible(session, actor, allocation_id)
    if seen is None:
        raise NotFound()
    project_code = seen.project_code
    await sessions.let_go(session)
    grant = await projects.grant_of(projects_peer, actor, project_code)
    if grant is None:
        raise ProjectNotInLibrary(pointer="")
    await _keep(session, grant, [])
    row = await storage.visible(session, actor, allocation_id, lock=True)
    if row is None:
        raise NotFound()
    _check_decision(actor, row, request)
    if request.outcome == "approve":
        await _check_still_fundable(session, row, grant)
    await _post_decision(session, actor, row, request, grant.version)
    account = await ledger.account_of(session, "allocation", row.id)
    return _answer(row, account.balance_fen)


def _check_decision(actor: Actor, row: Allocation, request: wire.NewDecision) -> None:
    if row.state != "proposed":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    require_order(request.decided_on, today=clock.office_today(), not_before=row.proposed_on, pointer="/decided_on")


async def _check_still_fundable(session: AsyncSession, row: Allocation, grant: ProjectGrant) -> None:
    """The project may have left the plan, or its line may have shrunk, since the proposal."""
    rules.require_fundable(grant, row.county_code, row.fund_year)
    others = await storage.allocated_to(session, row.project_code, row.fund_year) - row.amount_fen
    rules.require_within_plan_line(row.amount_fen, others, grant.plan_line_fen)


async def _post_decision(
    session: AsyncSession, actor: Actor, row: Allocation, request: wire.NewDecision, grant_version: int
) -> None:
    """Post the reservation to the project, or void it back to the receipt."""
    approved = request.outcome == "approve"
    row.state = "approved" if approved else "refused"
    row.decided_grant_version = grant_version
    decisions.record(
        session, actor, row, ("allocation", row.id), "decision",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    reserved = await ledger.account_of(session, "reserved", row.id)
    target = await (
        ledger.account_of(session, "allocation", row.id)
        if approved
        else ledger.account_of(session, "receipt", row.receipt_id)
    )
    reverses = None if approved else (await ledger.last_transfer(session, "reserve", "allocation", row.id)).id
    move = ledger.Movement(
        reserved, target, row.amount_fen, "allocate" if approved else "void_reserve", request.decided_on,
        "allocation", row.id, reverses,
    )  # fmt: skip
    await ledger.post(session, actor, row.county_code, [move])
    audit.record(
        session, actor, "allocation.decide", f"allocation:{row.id}", outcome=request.outcome,
        amount_fen=row.amount_fen, grant_version=grant_version,
    )  # fmt: skip


async def get(session: AsyncSession, actor: Actor, allocation_id: int) -> wire.Allocation:
    row = await storage.visible(session, actor, allocation_id)
    if row is None:
        raise NotFound()
    return _answer(row, (await ledger.account_of(session, "allocation", row.id)).balance_fen)


async def list_allocations(
    session: AsyncSession,
    actor: Actor,
    area: str,
    *,
    fund_year: int | None,
    project_code: str | None,
    state: str | None,
    cursor: str | None,
    limit: int,
) -> Page[wire.Allocation]:
    after = paging.decode(cursor, int)
    found = await storage.list_visible(
        session, actor, area, fund_year=fund_year, project_code=project_code, state=state,
        before_id=int(after[0]) if after else None, limit=limit + 1,
    )  # fmt: skip
    items = [_answer(row, available) for row, available in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].allocation_id) if len(found) > limit else None)


async def list_published(
    session: AsyncSession, area: str, fund_year: int | None, cursor: str | None, limit: int
) -> Page[views.PublishedAllocation]:
    """Allocation results as the rules of disclosure want them: which money, to which project, decided when."""
    after = paging.decode(cursor, int)
    found = await storage.published(session, area, fund_year, int(after[0]) if after else None, limit + 1)
    items = [
        views.PublishedAllocation(
            **{name: getattr(row, name) for name in PUBLISHED},
            document_number=document.number,
            document_title=document.title,
        )
        for row, document in found[:limit]
    ]
    return Page(items=items, next_cursor=paging.encode(found[limit - 1][0].id) if len(found) > limit else None)


def _answer(row: Allocation, available_fen: int) -> wire.Allocation:
    copied = set(wire.Allocation.model_fields) - {"allocation_id", "available_fen", "proposed_by"}
    values = {name: getattr(row, name) for name in copied}
    return wire.Allocation(**values, allocation_id=row.id, available_fen=available_fen, proposed_by=row.entered_by)
