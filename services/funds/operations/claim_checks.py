"""What surrounds a claim: opinions before the review, approvals of large claims between the review and the order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import claim_approvals as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.claim_checks import OpinionNotYours, OpinionOpposes
from services.funds.domain.refusals.spending import StepNotDue
from services.funds.operations import alerts, claim_money
from services.funds.storage import claim_checks as storage
from services.funds.storage import claims as claim_storage
from services.funds.storage import decisions, parameters, period_closes
from services.funds.storage.tables import Claim, ClaimApproval, ClaimOpinion
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds_claim_checks as wire
from shared.schemas.funds import NewDecision

Level = Literal["county", "superior"]


@dataclass(frozen=True, slots=True)
class Need:
    """What a claim's payee claims within the window, and the approvals that takes."""

    window_fen: int
    levels: list[str]


async def give_opinion(
    session: AsyncSession, actor: Actor, claim_id: int, request: wire.NewOpinion
) -> wire.ClaimChecks:
    """A township or a department says what it thinks of a filed claim; never a day before the claim."""
    row = await _locked(session, actor, claim_id)
    if row.state != "filed":
        raise StepNotDue(state=row.state)
    level = _opinion_level(actor)
    require_other_person(actor.person, row.entered_person)
    require_order(request.given_on, today=clock.office_today(), not_before=row.claimed_on, pointer="/given_on")
    await period_closes.require_open(session, row.county_code, request.given_on)
    opinion = ClaimOpinion(
        claim_id=row.id, level=level, recorded_at=clock.now(), given_by=actor.account, given_person=actor.person,
        **request.model_dump(),
    )  # fmt: skip
    await storage.add(session, opinion)
    audit.record(session, actor, "claim.opinion", f"claim:{row.id}", level=level, outcome=request.outcome)
    return await _answer(session, row)


def _opinion_level(actor: Actor) -> str:
    if actor.level == "township":
        return "township"
    if actor.level == "county" and actor.sector != "finance":
        return "department"
    raise OpinionNotYours()


async def require_opinions(session: AsyncSession, row: Claim, request_outcome: str) -> list[ClaimOpinion]:
    """The opinions a review follows. Raises OpinionOpposes for an approval against one."""
    given = list(await storage.opinions_of(session, row.id))
    if request_outcome == "approve" and any(opinion.outcome == "oppose" for opinion in given):
        raise OpinionOpposes()
    return given


async def approve(session: AsyncSession, actor: Actor, claim_id: int, request: NewDecision) -> wire.ClaimChecks:
    """Approve or refuse a claim finance has reviewed: a further person of the county, or one of an office above it."""
    row = await _locked(session, actor, claim_id)
    if row.state != "approved":
        raise StepNotDue(state=row.state)
    level = rules.level_of_approver(actor.level)
    require_other_person(actor.person, row.entered_person, row.decided_person)
    require_order(request.decided_on, today=clock.office_today(), not_before=row.decided_on, pointer="/decided_on")
    await period_closes.require_open(session, row.county_code, request.decided_on)
    if request.outcome == "refuse":
        return await _refuse(session, actor, row, level, request)
    await alerts.require_clear(session, row)
    approval = ClaimApproval(
        claim_id=row.id, level=level, opinion=request.opinion, approved_on=request.decided_on,
        recorded_at=clock.now(), approved_by=actor.account, approved_person=actor.person,
        approved_office=actor.office,
    )  # fmt: skip
    await storage.add(session, approval)
    audit.record(session, actor, "claim.approve", f"claim:{row.id}", level=level, amount_fen=row.amount_fen)
    return await _answer(session, row)


async def _refuse(
    session: AsyncSession, actor: Actor, row: Claim, level: str, request: NewDecision
) -> wire.ClaimChecks:
    """The claim is refused after finance's review: all of its money goes back."""
    row.state = "refused"
    decisions.record(
        session, actor, None, ("claim", row.id), f"approval_{level}",
        outcome="refuse", opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await claim_money.give_back(session, actor, row, request.decided_on)
    audit.record(session, actor, "claim.refuse", f"claim:{row.id}", level=level, amount_fen=row.amount_fen)
    return await _answer(session, row)


async def require_approvals(session: AsyncSession, actor: Actor, row: Claim) -> None:
    """Refuse the order of a large claim before its approvals, or by a person who approved it."""
    given = await storage.approvals_of(session, row.id)
    require_other_person(actor.person, *(approval.approved_person for approval in given))
    need = await need_of(session, row)
    rules.require_given(need.window_fen, need.levels, [approval.level for approval in given])


async def need_of(session: AsyncSession, row: Claim) -> Need:
    """By the window and limits of the stated day or of the day of entry, whichever are stricter."""
    values = await parameters.load(session, row.county_code, row.claimed_on)
    entered_on = clock.office_day(row.entered_at)
    window = max(int(values.get("claim_split_window", on=day).value) for day in (row.claimed_on, entered_on))
    window_fen = await storage.window_sum(session, row, window)
    limits = [int(values.lowest(f"claim_{level}_approval_above", entered_on).value) for level in rules.LEVELS]
    return Need(window_fen, rules.needed(window_fen, *limits))


async def _locked(session: AsyncSession, actor: Actor, claim_id: int) -> Claim:
    row = await claim_storage.visible(session, actor, claim_id, lock=True)
    if row is None:
        raise NotFound()
    return row


async def get(session: AsyncSession, actor: Actor, claim_id: int) -> wire.ClaimChecks:
    row = await claim_storage.visible(session, actor, claim_id)
    if row is None:
        raise NotFound()
    return await _answer(session, row)


async def _answer(session: AsyncSession, row: Claim) -> wire.ClaimChecks:
    need = await need_of(session, row)
    return wire.ClaimChecks(
        claim_id=row.id,
        window_fen=need.window_fen,
        approvals_needed=cast("list[Level]", need.levels),
        approvals=[wire.Approval.model_validate(one) for one in await storage.approvals_of(session, row.id)],
        opinions=[wire.Opinion.model_validate(one) for one in await storage.opinions_of(session, row.id)],
    )
