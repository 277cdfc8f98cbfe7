"""What offices do with claims: file them with their papers, review them, look them up."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import claims as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.spending import AlreadyDecided, NotContracted, ProjectNotInLibrary, StepNotDue
from services.funds.operations.allocations import account_for
from services.funds.storage import allocations as allocation_storage
from services.funds.storage import claims as storage
from services.funds.storage import decisions, ledger, lists, parameters, project_grants, sessions
from services.funds.storage.tables import Allocation, Claim, ClaimPaper
from services.funds.upstream import projects
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds_spending as wire
from shared.schemas.projects import ProjectGrant
from shared.schemas.wire import Page


async def file(session: AsyncSession, actor: Actor, peer: Peer, request: wire.NewClaim) -> wire.Claim:
    """File a claim on an allocation; its money is set aside until finance reviewed it."""
    grant = await _grant_behind(session, actor, peer, request.allocation_id)
    await project_grants.keep(session, grant, "answer")
    allocation = await allocation_storage.visible(session, actor, request.allocation_id)
    if allocation is None:
        raise NotFound()
    await _check(session, allocation, grant, request)
    highest = (await parameters.load(session, allocation.county_code, request.claimed_on)).get("retention_rate_max")
    parts = rules.parts_of(request.amount_fen, grant.retention_rate, highest.value)
    await _draw_on_contract(session, grant, request.amount_fen)
    row = await enter(
        session, actor, allocation, request.kind, parts, request.claimed_on, request.papers, grant.version
    )
    await _set_aside(session, actor, allocation, row)
    audit.record(
        session, actor, "claim.file", f"claim:{row.id}", kind=row.kind, amount_fen=row.amount_fen,
        withheld_fen=row.withheld_fen, papers=len(request.papers),
    )  # fmt: skip
    return await answer(session, row)


async def _grant_behind(session: AsyncSession, actor: Actor, peer: Peer, allocation_id: int) -> ProjectGrant:
    """What projects say now of the project behind an allocation; no connection is held while they are asked."""
    seen = await allocation_storage.visible(session, actor, allocation_id)
    if seen is None:
        raise NotFound()
    project_code = seen.project_code
    await sessions.let_go(session)
    grant = await projects.grant_of(peer, actor, project_code)
    if grant is None:
        raise ProjectNotInLibrary(pointer="/allocation_id")
    return grant


async def _check(session: AsyncSession, allocation: Allocation, grant: ProjectGrant, request: wire.NewClaim) -> None:
    """The claim's rules in the order an officer checks them: stage, day, papers."""
    contracted_on = contract_day(await project_grants.versions(session, grant.project_code))
    in_works = grant.state in rules.CONTRACTED
    earliest = rules.earliest_day(
        request.kind, allocation.purpose, contracted_on if in_works else None, grant.accepted_on
    )
    if allocation.state != "approved" or allocation.decided_on is None:
        raise StepNotDue()
    require_order(
        request.claimed_on,
        today=clock.office_today(),
        not_before=max(earliest, allocation.decided_on),
        pointer="/claimed_on",
    )
    await require_papers(session, request.kind, request.papers)


async def _draw_on_contract(session: AsyncSession, grant: ProjectGrant, amount_fen: int) -> None:
    """Lock the project and see that its claims together stay within the contract."""
    if grant.contract_fen is None:
        raise NotContracted()
    await project_grants.lock_project(session, grant)
    claimed = await storage.claimed_by(session, grant.project_code)
    rules.require_within_contract(amount_fen, claimed, grant.contract_fen)


def contract_day(versions: list[ProjectGrant]) -> date | None:
    """The first day a project is known to have had a contract."""
    return min((grant.state_since for grant in versions if grant.state in rules.CONTRACTED), default=None)


async def require_papers(session: AsyncSession, kind: str, papers: list[wire.NewPaper]) -> None:
    """The papers a claim of this kind needs, as the list of claim papers says."""
    required = [row.paper_kind for row in await lists.claim_paper_kinds(session, kind)]
    rules.require_papers(required, [rules.Paper(paper.kind, paper.sha256) for paper in papers])


async def enter(
    session: AsyncSession,
    actor: Actor,
    allocation: Allocation,
    kind: str,
    parts: rules.Parts,
    claimed_on: date,
    papers: list[wire.NewPaper],
    grant_version: int,
    releases_claim_id: int | None = None,
) -> Claim:
    """Insert a claim with its papers and open its accounts."""
    row = Claim(
        allocation_id=allocation.id, project_code=allocation.project_code, county_code=allocation.county_code,
        division_code=allocation.division_code, fund_year=allocation.fund_year, kind=kind,
        amount_fen=parts.payable_fen + parts.withheld_fen, payable_fen=parts.payable_fen,
        withheld_fen=parts.withheld_fen, retention_rate=parts.retention_rate, claimed_on=claimed_on, state="filed",
        grant_version=grant_version, releases_claim_id=releases_claim_id,
    )  # fmt: skip
    decisions.sign(actor, row)
    await storage.add(session, row, [ClaimPaper(**paper.model_dump()) for paper in papers])
    await ledger.open_accounts(
        session, [account_for(allocation, kind, row.id, row.id) for kind in ("claim", "withheld")]
    )
    return row


async def _set_aside(session: AsyncSession, actor: Actor, allocation: Allocation, row: Claim) -> None:
    available = await ledger.account_of(session, "allocation", allocation.id)
    claimed = await ledger.account_of(session, "claim", row.id)
    move = ledger.Movement(
        available, claimed, row.amount_fen, "claim", row.claimed_on, "claim", row.id, pointer="/amount_fen"
    )
    await ledger.post(session, actor, row.county_code, [move])


async def review(session: AsyncSession, actor: Actor, claim_id: int, request: wire.NewReview) -> wire.Claim:
    """Finance approves or refuses a claim: another person than the claimant."""
    row = await storage.visible(session, actor, claim_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state != "filed":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    require_order(request.reviewed_on, today=clock.office_today(), not_before=row.claimed_on, pointer="/reviewed_on")
    approved = request.outcome == "approve"
    row.state = "approved" if approved else "refused"
    decisions.record(
        session, actor, row, ("claim", row.id), "review",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.reviewed_on,
    )  # fmt: skip
    await (_withhold if approved else _give_back)(session, actor, row, request.reviewed_on)
    audit.record(session, actor, "claim.review", f"claim:{row.id}", outcome=request.outcome, amount_fen=row.amount_fen)
    return await answer(session, row)


async def _withhold(session: AsyncSession, actor: Actor, row: Claim, on: date) -> None:
    """Hold the retention back; what is payable waits for the order."""
    if row.withheld_fen == 0:
        return
    claimed = await ledger.account_of(session, "claim", row.id)
    held = await ledger.account_of(session, "withheld", row.id)
    move = ledger.Movement(claimed, held, row.withheld_fen, "withhold", on, "claim", row.id)
    await ledger.post(session, actor, row.county_code, [move])


async def _give_back(session: AsyncSession, actor: Actor, row: Claim, on: date) -> None:
    """A refused claim's money goes back where it came from, and its papers may be filed again."""
    claimed = await ledger.account_of(session, "claim", row.id)
    if row.releases_claim_id is None:
        origin = await ledger.account_of(session, "allocation", row.allocation_id)
    else:
        origin = await ledger.account_of(session, "withheld", row.releases_claim_id)
    kind = "claim" if row.releases_claim_id is None else "release"
    first = await ledger.last_transfer(session, kind, "claim", row.id)
    move = ledger.Movement(claimed, origin, row.amount_fen, f"void_{kind}", on, "claim", row.id, first.id)
    await ledger.post(session, actor, row.county_code, [move])
    await storage.set_papers_free(session, row.id)


async def get(session: AsyncSession, actor: Actor, claim_id: int) -> wire.Claim:
    row = await storage.visible(session, actor, claim_id)
    if row is None:
        raise NotFound()
    return await answer(session, row)


async def list_claims(
    session: AsyncSession,
    actor: Actor,
    area: str,
    *,
    fund_year: int | None,
    project_code: str | None,
    allocation_id: int | None,
    state: str | None,
    cursor: str | None,
    limit: int,
) -> Page[wire.Claim]:
    after = paging.decode(cursor, int)
    found = await storage.list_visible(
        session, actor, area, fund_year=fund_year, project_code=project_code, allocation_id=allocation_id,
        state=state, before_id=int(after[0]) if after else None, limit=limit + 1,
    )  # fmt: skip
    papers = await storage.papers_of(session, [row.id for row in found])
    items = [_answer(row, papers.get(row.id, [])) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].claim_id) if len(found) > limit else None)


async def answer(session: AsyncSession, row: Claim) -> wire.Claim:
    return _answer(row, (await storage.papers_of(session, [row.id])).get(row.id, []))


def _answer(row: Claim, papers: list[ClaimPaper]) -> wire.Claim:
    own = {"claim_id", "claimed_by", "reviewed_on", "reviewed_by", "papers"}
    values = {name: getattr(row, name) for name in set(wire.Claim.model_fields) - own}
    return wire.Claim(
        **values,
        claim_id=row.id,
        claimed_by=row.entered_by,
        reviewed_on=row.decided_on,
        reviewed_by=row.decided_by,
        papers=[wire.Paper.model_validate(paper) for paper in papers],
    )
