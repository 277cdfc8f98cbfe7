"""Operations in which funds and projects change together: begun here, decided by projects, ended here.

Three transactions and never one across two services: `begin` holds the reservation for the operation and hands the
request's key to it; projects decide and their commit is the decision; `settle` posts or voids and stores the answer.
`settle` is run by the request itself, or by the sweeper after a crash or a lost answer; repeated, it does nothing.
Proven by tests/protocol. See docs/decisions/0013-two-service-operations.md.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.refusals.fundings import FundingGivenUp, of_reason
from services.funds.operations import allocation_outcomes as outcomes
from services.funds.storage import fundings as storage
from services.funds.storage import period_closes, project_grants
from services.funds.storage.tables import Allocation, Funding
from services.funds.upstream import projects
from shared.chassis import audit, clock, events, stages
from shared.chassis.database import Database
from shared.chassis.idempotency import CARRIED, Claim
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import Refusal
from shared.schemas import funds as wire
from shared.schemas import projects_fundings as peer_wire

RESEND_AFTER = timedelta(seconds=5)
GIVE_UP_AFTER = timedelta(seconds=30)
"""From then on projects are asked to give the operation up; only their answer ends it, never the clock."""
RELEASED = "funding.released"
ENDS = {"funded": "posted", "refused": "refused", "tombstone": "voided"}
"""How an operation ends here by what projects decided."""
AGREED_LATER = "agree"
"""The operation of a funding that makes good an approval projects were never asked about; see funding_agreements."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of projects, free of any database connection."""

    op: str
    project_code: str
    deadline_at: datetime
    body: peer_wire.NewFunding


async def begin(
    session: AsyncSession, actor: Actor, row: Allocation, claim: Claim, request: wire.NewDecision
) -> Question:
    """Note the operation on a proposal whose row the caller holds; its money is reserved since it was proposed."""
    now = clock.now()
    funding = Funding(
        op=uuid.uuid4().hex, allocation_id=row.id, office=claim.office, operation=claim.operation, key=claim.key,
        project_code=row.project_code, county_code=row.county_code, fund_year=row.fund_year, amount_fen=row.amount_fen,
        asked_on=clock.office_day(now), opinion=request.opinion, decided_on=request.decided_on,
        decided_by=actor.account, decided_person=actor.person, decided_office=actor.office, state="reserved",
        begun_at=now, deadline_at=now + GIVE_UP_AFTER, next_ask_at=now + RESEND_AFTER,
    )  # fmt: skip
    await storage.add(session, funding)
    audit.record(
        session, actor, "funding.begin", f"allocation:{row.id}", op=funding.op, project_code=row.project_code,
        amount_fen=row.amount_fen,
    )  # fmt: skip
    return question_of(funding)


def question_of(row: Funding) -> Question:
    body = peer_wire.NewFunding(
        county_code=row.county_code, fund_year=row.fund_year, amount_fen=row.amount_fen, asked_on=row.asked_on,
        asked_by=row.decided_by,
    )  # fmt: skip
    return Question(row.op, row.project_code, row.deadline_at, body)


async def pursue(database: Database, peer: Peer, question: Question) -> bool:
    """Ask projects and end the operation by their answer; False when none came. No connection is held meanwhile."""
    late = clock.now() >= question.deadline_at
    decision = await projects.decide_funding(peer, question.project_code, question.op, question.body, abort=late)
    if decision is None:
        return False
    async with database.session() as session:
        await settle(session, decision)
    return True


async def settle(session: AsyncSession, decision: peer_wire.Funding) -> None:
    """Post or void the reservation by the decision, and store the answer under the key, all at once and only once."""
    seen = await storage.get(session, decision.op)
    if seen is not None:
        await project_grants.hold_all(session, await storage.projects_of(session, seen.allocation_id))
    if decision.grant is not None:
        await project_grants.keep(session, decision.grant, "answer")
    if seen is None:
        return
    row = await storage.lock_allocation(session, seen.allocation_id)
    funding = await storage.get(session, decision.op, lock=True)
    if funding is None or funding.state != "reserved":
        return
    funding.state, funding.settled_at, funding.reason = ENDS[decision.state], clock.now(), decision.reason
    funding.grant_version = decision.grant.version if decision.grant is not None else None
    if funding.operation == AGREED_LATER:
        await _agree(session, funding, row)
        return
    answer = await _carry_out(session, funding, row, decision)
    await stages.answer(session, _claim_of(funding), answer)


async def _agree(session: AsyncSession, funding: Funding, row: Allocation) -> None:
    """The money moved long ago: only the word of projects is kept, and what left the project since is told them."""
    actor = _decider(funding)
    audit.record(session, actor, f"funding.agree_{funding.state}", f"allocation:{row.id}", op=funding.op)
    standing = row.amount_fen - row.reduced_fen if row.state == "approved" else 0
    gone = funding.amount_fen - standing
    if funding.state == "posted" and gone > 0:
        await session.flush()
        await release(session, actor, row, gone, f"since-{row.id}", clock.office_today())


async def _carry_out(
    session: AsyncSession, funding: Funding, row: Allocation, decision: peer_wire.Funding
) -> wire.Allocation | Refusal:
    """Do what projects decided. A tombstone decides nothing: the proposal stands with its money reserved.

    Where the period of the decision was closed while projects had not answered, it takes effect today.
    """
    actor = _decider(funding)
    on = await period_closes.open_day(session, row.county_code, funding.decided_on)
    words = outcomes.Words("approve", funding.opinion, on)
    if decision.state == "funded":
        answer = await outcomes.approve(session, actor, row, words, funding.grant_version)
        await _release_moved(session, actor, row, on)
        return answer
    if decision.state == "refused" and decision.reason is not None:
        refusal = of_reason(decision.reason, decision.left_fen)
        words = outcomes.Words("refuse", f"{refusal.zh}({funding.opinion})", on)
        await outcomes.refuse(session, actor, row, words, funding.grant_version)
        return refusal
    audit.record(session, actor, "funding.void", f"allocation:{row.id}", op=funding.op)
    return FundingGivenUp()


async def _release_moved(session: AsyncSession, actor: Actor, row: Allocation, on: date) -> None:
    """Money moved from another project leaves that project's plan line."""
    if row.moved_from_id is not None:
        source = await storage.lock_allocation(session, row.moved_from_id)
        source.reduced_fen += row.amount_fen
        await release(session, actor, source, row.amount_fen, f"allocation-{row.id}", on)


def _decider(funding: Funding) -> Actor:
    """The person whose decision is carried out, maybe minutes later."""
    return Actor(
        account=funding.decided_by, person=funding.decided_person, office=funding.decided_office,
        office_name=funding.decided_office, level="", sector="",
    )  # fmt: skip


def _claim_of(funding: Funding) -> Claim:
    return Claim(funding.office, funding.operation, funding.key, CARRIED + funding.op)


async def release(
    session: AsyncSession, actor: Actor, row: Allocation, amount_fen: int, release_id: str, released_on: date
) -> None:
    """Give a part of an approved allocation's money back to the project's plan line, and tell projects.

    For recalls and reallocations, in the transaction that moves the money; the caller holds the project's row and
    then the allocation's, in this order.
    """
    funding = await storage.live(session, row.id)
    if funding is None or funding.state != "posted":
        return  # one under way tells what left meanwhile when it ends
    values = {"op": funding.op, "release_id": release_id, "amount_fen": amount_fen, "released_on": released_on}
    if not await storage.release_once(session, values):
        return
    data = values | {"project_code": row.project_code, "released_on": released_on.isoformat()}
    await events.emit(session, RELEASED, row.project_code, data)
    audit.record(session, actor, "funding.release", f"allocation:{row.id}", op=funding.op, amount_fen=amount_fen)
