"""Mandates: somebody receives another's grants by a paper, recorded by one person and approved by another.

One person ends it: that only stops money.
"""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.grants import MandateDaysWrong, MandatePersonWrong
from services.funds.domain.refusals.spending import AlreadyDecided, StepNotDue
from services.funds.storage import decisions, sessions
from services.funds.storage import mandates as storage
from services.funds.storage.tables import GrantMandate
from services.funds.upstream import registry
from shared.chassis import audit, clock, paging
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds as common_wire
from shared.schemas import funds_mandates as wire
from shared.schemas.wire import Page


async def propose(session: AsyncSession, actor: Actor, peer: Peer, request: wire.NewGrantMandate) -> wire.GrantMandate:
    """Record a mandate between two people of the register; neither number is kept."""
    if request.valid_to is not None and request.valid_to < request.valid_from:
        raise MandateDaysWrong()
    numbers = {"person": request.identity_number, "payee": request.payee_identity_number}
    found = await registry.eligibility(peer, actor, clock.office_today(), numbers)
    person, payee = found["person"], found["payee"]
    for one, pointer in ((person, "/identity_number"), (payee, "/payee_identity_number")):
        if one.person_id is None or one.status not in ("eligible", "exited"):
            raise MandatePersonWrong(pointer=pointer)
    if person.person_id == payee.person_id:
        raise MandatePersonWrong(pointer="/payee_identity_number")
    row = GrantMandate(
        person_id=person.person_id, payee_person_id=payee.person_id, household_id=person.household_id,
        division_code=person.division_code, valid_from=request.valid_from, valid_to=request.valid_to,
        reason=request.reason, paper_sha256=request.paper_sha256, state="proposed",
    )  # fmt: skip
    decisions.sign(actor, row)
    await storage.add(session, row)
    audit.record(session, actor, "grant_mandate.propose", f"grant_mandate:{row.id}")
    return _answer(row)


async def decide(
    session: AsyncSession, actor: Actor, mandate_id: int, request: common_wire.NewDecision
) -> wire.GrantMandate:
    """Approve or refuse a mandate: another person than recorded it."""
    row = await _locked(session, actor, mandate_id)
    if row.state != "proposed":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    require_order(request.decided_on, today=clock.office_today(), not_before=None, pointer="/decided_on")
    decisions.record(
        session, actor, row, ("grant_mandate", row.id), "decision",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    row.state = "approved" if request.outcome == "approve" else "refused"
    await session.flush()
    audit.record(session, actor, "grant_mandate.decide", f"grant_mandate:{row.id}", outcome=request.outcome)
    return _answer(row)


async def _locked(session: AsyncSession, actor: Actor, mandate_id: int) -> GrantMandate:
    row = await storage.visible(session, actor, mandate_id)
    if row is None:
        raise NotFound()
    return row


async def end(
    session: AsyncSession, actor: Actor, mandate_id: int, request: wire.NewGrantMandateEnd
) -> wire.GrantMandate:
    """End an approved mandate. No list and no order counts it from now on, whatever day they state."""
    row = await _locked(session, actor, mandate_id)
    if row.state != "approved":
        raise StepNotDue(state=row.state)
    require_order(request.ended_on, today=clock.office_today(), pointer="/ended_on")
    row.state, row.ended_on, row.end_reason = "ended", request.ended_on, request.reason
    decisions.record(
        session, actor, None, ("grant_mandate", row.id), "end",
        outcome="end", opinion=request.reason, decided_on=request.ended_on,
    )  # fmt: skip
    await session.flush()
    audit.record(session, actor, "grant_mandate.end", f"grant_mandate:{row.id}")
    return _answer(row)


async def list_mandates(
    session: AsyncSession, actor: Actor, trail: Database, person_id: str | None, cursor: str | None, limit: int
) -> Page[wire.GrantMandate]:
    """Mandates of the actor's area; the reading is noted."""
    after = paging.decode(cursor, int)
    found = await storage.list_visible(session, actor, person_id, int(after[0]) if after else None, limit + 1)
    items = [_answer(row) for row in found[:limit]]
    more = len(found) > limit
    await sessions.let_go(session)
    people = sorted({item.person_id for item in items})
    await audit.record_read(trail, actor, "grant_mandates.read", people, "reason,end_reason")
    return Page(items=items, next_cursor=paging.encode(items[-1].mandate_id) if more else None)


def _answer(row: GrantMandate) -> wire.GrantMandate:
    names = set(wire.GrantMandate.model_fields) - {"mandate_id"}
    return wire.GrantMandate(mandate_id=row.id, **{name: getattr(row, name) for name in names})
