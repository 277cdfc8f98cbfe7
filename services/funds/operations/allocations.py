"""What offices do with allocations: propose money for a project, look it up. See allocation_decisions for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import allocations as rules
from services.funds.domain.days import require_order
from services.funds.domain.refusals.spending import ProjectNotInLibrary
from services.funds.domain.uses import MANAGEMENT_FEE
from services.funds.operations import management_fees, uses
from services.funds.storage import allocations as storage
from services.funds.storage import decisions, ledger, lists, project_grants
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


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for a project, from its receipt or from another project's allocation."""

    amount_fen: int
    proposed_on: date
    use_code: str | None = None
    moved_from_id: int | None = None


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
    rules.require_named(receipt.project_code, grant.project_code)
    await keep(session, grant, [site] if site else [])
    asked = Asked(request.amount_fen, proposed_on, request.use_code)
    row = await reserve(session, actor, receipt, grant, asked)
    audit.record(
        session, actor, "allocation.propose", f"allocation:{row.id}", project_code=row.project_code,
        amount_fen=row.amount_fen, grant_version=row.grant_version,
    )  # fmt: skip
    return answer_of(row, 0)


async def keep(session: AsyncSession, grant: ProjectGrant, sites: list[Division]) -> None:
    """Keep what projects and the registry said, and hold the project's row."""
    await lists.remember_divisions(session, sites)
    await project_grants.keep(session, grant, "answer")
    await project_grants.lock_project(session, grant)


async def reserve(
    session: AsyncSession, actor: Actor, receipt: Receipt, grant: ProjectGrant, asked: Asked
) -> Allocation:
    """Insert the proposal and set its money aside at once, so that nobody else can promise it."""
    allocated = await storage.allocated_to(session, grant.project_code, receipt.fund_year)
    rules.require_within_plan_line(asked.amount_fen, allocated, grant.plan_line_fen)
    wanted = asked.use_code or grant.purpose
    use = await uses.use_of(session, grant.county_code, receipt.fund_kind, wanted, asked.proposed_on)
    if use == MANAGEMENT_FEE:
        await management_fees.require_room(session, receipt, asked.amount_fen, asked.proposed_on, asked.moved_from_id)
    row = Allocation(
        receipt_id=receipt.id, project_code=grant.project_code, project_name=grant.name, county_code=grant.county_code,
        division_code=grant.division_code, fund_year=receipt.fund_year, fund_kind=receipt.fund_kind,
        batch=receipt.batch, purpose=grant.purpose, office=grant.office, office_name=grant.office_name,
        amount_fen=asked.amount_fen, use_code=use, moved_from_id=asked.moved_from_id, state="proposed",
        proposed_on=asked.proposed_on, grant_version=grant.version,
    )  # fmt: skip
    decisions.sign(actor, row)
    await storage.add(session, row)
    accounts = [account_for(row, "reserved", row.id), account_for(row, "allocation", row.id)]
    await ledger.open_accounts(session, accounts)
    left = await ledger.account_of(session, *account_drawn_on(row))
    move = ledger.Movement(
        left, accounts[0], row.amount_fen, "reserve", row.proposed_on, "allocation", row.id, pointer="/amount_fen"
    )
    await ledger.post(session, actor, row.county_code, [move])
    return row


def account_drawn_on(row: Allocation) -> tuple[str, int]:
    """Kind and owner of the account a proposal's money comes from: the receipt, or the project it is moved from."""
    return ("receipt", row.receipt_id) if row.moved_from_id is None else ("allocation", row.moved_from_id)


def account_for(row: Allocation, kind: str, owner_id: int, claim_id: int | None = None) -> LedgerAccount:
    """A new account for money of this allocation."""
    return LedgerAccount(
        kind=kind, owner_id=owner_id, division_code=row.county_code, fund_year=row.fund_year, fund_kind=row.fund_kind,
        batch=row.batch, receipt_id=row.receipt_id, allocation_id=row.id, claim_id=claim_id,
    )  # fmt: skip


async def get(session: AsyncSession, actor: Actor, allocation_id: int) -> wire.Allocation:
    row = await storage.visible(session, actor, allocation_id)
    if row is None:
        raise NotFound()
    return answer_of(row, (await ledger.account_of(session, "allocation", row.id)).balance_fen)


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
    items = [answer_of(row, available) for row, available in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].allocation_id) if len(found) > limit else None)


async def list_published(
    session: AsyncSession, area: str, fund_year: int | None, cursor: str | None, limit: int
) -> Page[views.PublishedAllocation]:
    """Allocation results as the rules of disclosure want them: which money, to which project, decided when."""
    after = paging.decode(cursor, int)
    found = await storage.published(session, area, fund_year, int(after[0]) if after else None, limit + 1)
    items = [
        views.PublishedAllocation(
            **({name: getattr(row, name) for name in PUBLISHED} | {"amount_fen": row.amount_fen - row.reduced_fen}),
            document_number=document.number,
            document_title=document.title,
        )
        for row, document in found[:limit]
    ]
    return Page(items=items, next_cursor=paging.encode(found[limit - 1][0].id) if len(found) > limit else None)


def answer_of(row: Allocation, available_fen: int) -> wire.Allocation:
    """The allocation as it is answered, with what the project may still claim of it."""
    copied = set(wire.Allocation.model_fields) - {"allocation_id", "available_fen", "proposed_by"}
    values = {name: getattr(row, name) for name in copied}
    return wire.Allocation(**values, allocation_id=row.id, available_fen=available_fen, proposed_by=row.entered_by)
