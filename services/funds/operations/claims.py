"""What offices do with claims: file them with their papers, review them, look them up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import claim_stages
from services.funds.domain import claims as rules
from services.funds.domain.days import require_order
from services.funds.domain.parameters import Parameters
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.bank_files import ClaimedAgain, PaymentNotReturned
from services.funds.domain.refusals.claim_checks import AllocationOfAnotherProject, ProgressNotStated
from services.funds.domain.refusals.spending import (
    AlreadyDecided,
    ClaimsNotForGrants,
    NotContracted,
    ProjectNotInLibrary,
    StepNotDue,
)
from services.funds.operations import alerts, claim_checks, claim_money, contract_terms, uses
from services.funds.operations.allocations import account_for
from services.funds.storage import allocations as allocation_storage
from services.funds.storage import claims as storage
from services.funds.storage import decisions, ledger, lists, parameters, period_closes, project_grants, sessions
from services.funds.storage import payments as payment_storage
from services.funds.storage.tables import Allocation, Claim, ClaimPaper
from services.funds.upstream import projects
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds_spending as wire
from shared.schemas.funds_claim_checks import NewRepeat
from shared.schemas.projects import ProjectGrant
from shared.schemas.wire import Page


async def file(session: AsyncSession, actor: Actor, peer: Peer, request: wire.NewClaim) -> wire.Claim:
    """File a claim on an allocation; its money is set aside until finance reviewed it."""
    grant = await _grant_behind(session, actor, peer, request.allocation_id)
    await project_grants.keep(session, grant, "answer")
    await project_grants.require_going_on(session, grant.project_code)
    allocation = await allocation_storage.visible(session, actor, request.allocation_id)
    if allocation is None:
        raise NotFound()
    await _check(session, allocation, grant, request)
    values = await parameters.load(session, allocation.county_code, request.claimed_on)
    await _draw_on_contract(session, grant, request, values)
    filed = Filed(
        request.kind, _parts(grant, request, values), request.claimed_on, request.papers, grant.version,
        payee_of(grant, await project_grants.versions(session, grant.project_code)), request.progress_percent,
        use_code=request.use_code,
    )  # fmt: skip
    row = await enter(session, actor, allocation, filed)
    await claim_money.set_aside(session, actor, allocation, row)
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
    contracted_on = grant.contracted_on or contract_day(await project_grants.versions(session, grant.project_code))
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


def _parts(grant: ProjectGrant, request: wire.NewClaim, values: Parameters) -> rules.Parts:
    """What is withheld of the claim: the contract's rate, of an advance nothing, since no work stands for it yet."""
    rate = "0" if request.kind == "advance" else grant.retention_rate
    return rules.parts_of(request.amount_fen, rate, values.get("retention_rate_max").value)


async def _draw_on_contract(
    session: AsyncSession, grant: ProjectGrant, request: wire.NewClaim, values: Parameters
) -> None:
    """Lock the project and see that its claims together stay within the contract's claimable part and stage."""
    if grant.contract_fen is None:
        raise NotContracted()
    await project_grants.lock_project(session, grant)
    claimed = await storage.claimed_by(session, grant.project_code)
    terms = await contract_terms.terms_for(session, grant.project_code, values, clock.office_today())
    claim_stages.require_within(
        request.kind, request.amount_fen, claimed, grant.contract_fen, terms, request.progress_percent
    )
    claim_stages.require_final_account(request.amount_fen, claimed, grant.final_account_fen, terms)


def payee_of(grant: ProjectGrant, versions: list[ProjectGrant]) -> tuple[str, str]:
    """Name and code of the contractor a project's claims are paid to: as named last up to the answer claimed on."""
    for known in reversed([one for one in versions if one.version <= grant.version]):
        if known.contractor_name:
            return known.contractor_name, known.contractor_uscc or ""
    raise NotContracted()


def contract_day(versions: list[ProjectGrant]) -> date | None:
    """The first day a project is known to have had a contract, where projects do not say it."""
    return min((grant.state_since for grant in versions if grant.state in rules.CONTRACTED), default=None)


async def require_papers(session: AsyncSession, kind: str, papers: list[wire.NewPaper]) -> None:
    """The papers a claim of this kind needs, as the list of claim papers says."""
    required = [row.paper_kind for row in await lists.claim_paper_kinds(session, kind)]
    given = [rules.Paper(paper.kind, paper.sha256, paper.issuer, paper.number) for paper in papers]
    rules.require_papers(required, given, await storage.numbered_kinds(session))


@dataclass(frozen=True, slots=True)
class Filed:
    """What a new claim says; `payee` is name and code of who is paid."""

    kind: str
    parts: rules.Parts
    claimed_on: date
    papers: list[wire.NewPaper]
    grant_version: int
    payee: tuple[str, str]
    progress_percent: int | None = None
    releases_claim_id: int | None = None
    repeats_claim_id: int | None = None
    use_code: str | None = None


async def enter(session: AsyncSession, actor: Actor, allocation: Allocation, filed: Filed) -> Claim:
    """Insert a claim with its papers and open its accounts."""
    parts = filed.parts
    use = await uses.of_claim(session, allocation, filed.use_code, filed.claimed_on)
    row = Claim(
        allocation_id=allocation.id, project_code=allocation.project_code, county_code=allocation.county_code,
        division_code=allocation.division_code, fund_year=allocation.fund_year, kind=filed.kind,
        amount_fen=parts.payable_fen + parts.withheld_fen, payable_fen=parts.payable_fen,
        withheld_fen=parts.withheld_fen, retention_rate=parts.retention_rate, claimed_on=filed.claimed_on,
        state="filed", grant_version=filed.grant_version, releases_claim_id=filed.releases_claim_id,
        repeats_claim_id=filed.repeats_claim_id, payee_name=filed.payee[0], payee_uscc=filed.payee[1],
        progress_percent=filed.progress_percent, use_code=use,
    )  # fmt: skip
    decisions.sign(actor, row)
    await storage.add(session, row, [_paper(paper) for paper in filed.papers])
    await ledger.open_accounts(
        session, [account_for(allocation, kind, row.id, row.id) for kind in ("claim", "withheld")]
    )
    return row


def _paper(paper: wire.NewPaper) -> ClaimPaper:
    """A paper's row; numbers and issuers are compared in capitals."""
    issuer, number = (text.upper() if text else None for text in (paper.issuer, paper.number))
    return ClaimPaper(kind=paper.kind, name=paper.name, sha256=paper.sha256, issuer=issuer, number=number)


async def file_again(session: AsyncSession, actor: Actor, claim_id: int, request: NewRepeat) -> wire.Claim:
    """Claim again what the bank sent back whole, on the papers of the first claim; it goes the way of any claim."""
    seen = await storage.visible(session, actor, claim_id)
    if seen is None:
        raise NotFound()
    await project_grants.hold_all(session, [seen.project_code])  # before its claims, as whoever releases retention
    before = await storage.visible(session, actor, claim_id, lock=True)
    if before is None:
        raise NotFound()
    payment = await payment_storage.returned_of(session, before.id)
    if before.state != "returned" or payment is None:
        raise PaymentNotReturned(state=before.state)
    if await storage.is_claimed_again(session, before.id):
        raise ClaimedAgain()
    allocation = await _allocation_again(session, actor, before, request)
    await project_grants.require_going_on(session, before.project_code)
    returned_on = max(
        back.returned_on for back in (await payment_storage.returns_of(session, [payment.id]))[payment.id]
    )
    earliest = max(returned_on, allocation.decided_on or returned_on)
    require_order(request.claimed_on, today=clock.office_today(), not_before=earliest, pointer="/claimed_on")
    done_percent = _done_now(before, request)
    await _require_room(session, before, payment.amount_fen, done_percent)
    filed = Filed(
        before.kind, rules.Parts(payment.amount_fen, 0, "0"), request.claimed_on, [], before.grant_version,
        (before.payee_name, before.payee_uscc), done_percent, repeats_claim_id=before.id,
        use_code=before.use_code or None,
    )  # fmt: skip
    row = await enter(session, actor, allocation, filed)
    await claim_money.set_aside(session, actor, allocation, row)
    audit.record(session, actor, "claim.file_again", f"claim:{row.id}", repeats=before.id, amount_fen=row.amount_fen)
    return await answer(session, row)


async def _allocation_again(session: AsyncSession, actor: Actor, before: Claim, request: NewRepeat) -> Allocation:
    """Where the money is taken from: where it came back to, or another allocation of the project that is named."""
    allocation = await allocation_storage.visible(session, actor, request.allocation_id or before.allocation_id)
    if allocation is None:
        raise NotFound()
    if allocation.project_code != before.project_code:
        raise AllocationOfAnotherProject()
    if allocation.purpose == "grants":
        raise ClaimsNotForGrants()
    if allocation.state != "approved":
        raise StepNotDue(pointer="/allocation_id")
    return allocation


def _done_now(before: Claim, request: NewRepeat) -> int | None:
    """The percent done a progress claim states: the first claim's, or a higher one by now. Raises ProgressNotStated."""
    if request.progress_percent is None:
        return before.progress_percent
    if before.kind != "progress":
        raise ProgressNotStated()
    return max(request.progress_percent, before.progress_percent or 0)


async def _require_room(session: AsyncSession, before: Claim, amount_fen: int, done_percent: int | None) -> None:
    """What came back may have been claimed by others since: contract and stage still have to hold it."""
    grant = (await project_grants.versions(session, before.project_code))[-1]
    await project_grants.lock_project(session, grant)
    values = await parameters.load(session, before.county_code, before.claimed_on)
    terms = await contract_terms.terms_for(session, before.project_code, values)
    if grant.contract_fen is None:
        return
    claimed = await storage.claimed_by(session, before.project_code)
    accepted = grant.accepted_on is not None
    stated = [done_percent, await storage.done_percent(session, before.project_code)]
    done = max((one for one in stated if one is not None), default=None)
    claim_stages.require_room_again(amount_fen, claimed, grant.contract_fen, terms, done, accepted=accepted)
    claim_stages.require_final_account(amount_fen, claimed, grant.final_account_fen, terms)


async def review(session: AsyncSession, actor: Actor, claim_id: int, request: wire.NewReview) -> wire.Claim:
    """Finance approves or refuses a claim: another person than the claimant."""
    row = await storage.visible(session, actor, claim_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state != "filed":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    opinions = await claim_checks.require_opinions(session, row, request.outcome)
    earliest = max([row.claimed_on, *(opinion.given_on for opinion in opinions)])
    require_order(request.reviewed_on, today=clock.office_today(), not_before=earliest, pointer="/reviewed_on")
    await period_closes.require_open(session, row.county_code, request.reviewed_on)
    approved = request.outcome == "approve"
    if approved:
        await alerts.require_clear(session, row)
    row.state = "approved" if approved else "refused"
    decisions.record(
        session, actor, row, ("claim", row.id), "review",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.reviewed_on,
    )  # fmt: skip
    await (claim_money.withhold if approved else claim_money.give_back)(session, actor, row, request.reviewed_on)
    audit.record(session, actor, "claim.review", f"claim:{row.id}", outcome=request.outcome, amount_fen=row.amount_fen)
    return await answer(session, row)


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
