"""Exemptions (豁免) from rules of data quality: asked for by a township, decided by the county, for some time."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import quality_rules as rules
from services.registry.domain import refusals
from services.registry.storage import households, parameters
from services.registry.storage import quality_exemptions as storage
from services.registry.storage.ids import new_id
from services.registry.storage.tables import QualityExemption, QualityExemptionDecision
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import registry_quality as wire
from shared.schemas.wire import Page

ASKS, DECIDES = "township", "county"
LONGEST = "quality_exemption_months"


async def ask(session: AsyncSession, actor: Actor, request: wire.QualityExemptionAsked) -> wire.QualityExemption:
    """A township asks that a rule shall not count for a household, or for one of its people, up to a day."""
    if actor.level != ASKS:
        raise refusals.WrongLevel()
    household_id = UUID(request.household_id)
    member_id = None if request.member_id is None else UUID(request.member_id)
    row = await households.visible(session, actor, household_id)
    if row is None:
        raise NotFound()
    await _require_subject(session, request.rule, household_id, member_id)
    today = clock.office_today()
    await _require_until(session, row.village_code, request.until, today)
    await storage.lock_subject(session, household_id)
    if await storage.pending(session, household_id, member_id, request.rule):
        raise refusals.QualityExemptionPending()
    values = {
        "id": new_id(),
        "rule": request.rule,
        "household_id": household_id,
        "member_id": member_id,
        "village_code": row.village_code,
        "reason": request.reason,
        "paper_sha256": request.paper_sha256,
        "until": request.until,
        "asked_by": actor.account,
        "asked_person": actor.person,
        "asked_office": actor.office,
        "asked_at": clock.now(),
        "asked_on": today,
    }
    await storage.add(session, values)
    audit.record(session, actor, "quality_exemption.ask", str(values["id"]), rule=request.rule)
    return _view(QualityExemption(**values), None, row.village_code, today)


async def _require_subject(session: AsyncSession, number: str, household_id: UUID, member_id: UUID | None) -> None:
    rule = rules.CHECKED_RULES.get(number)
    if rule is None:
        raise refusals.QualityRuleUnknown()
    if member_id is None:
        return
    if rule.scope != rules.MEMBER or not await storage.is_member(session, household_id, member_id):
        raise refusals.QualityExemptionSubject()


async def _require_until(session: AsyncSession, village_code: str, until: date, today: date) -> None:
    longest = int((await parameters.value(session, LONGEST, village_code, today)).value)
    if not today <= until <= rules.months_after(today, longest):
        raise refusals.QualityExemptionUntil(at_most_months=longest)


async def decide(
    session: AsyncSession, actor: Actor, exemption_id: UUID, request: wire.QualityExemptionDecided
) -> wire.QualityExemption:
    """The county grants or refuses it, by another person; once."""
    if actor.level != DECIDES:
        raise refusals.WrongLevel()
    asked, decision, village = await _visible(session, actor, exemption_id)
    if actor.person == asked.asked_person:
        raise refusals.SamePerson()
    if decision is not None:
        raise refusals.QualityExemptionDecided()
    today = clock.office_today()
    if request.outcome == "grant" and asked.until < today:
        raise refusals.QualityExemptionUntil()
    values = {
        "exemption_id": exemption_id,
        "outcome": request.outcome,
        "opinion": request.opinion,
        "decided_by": actor.account,
        "decided_person": actor.person,
        "decided_office": actor.office,
        "decided_at": clock.now(),
        "decided_on": today,
    }
    await storage.decide(session, values)
    audit.record(session, actor, "quality_exemption.decide", str(exemption_id), outcome=request.outcome)
    return _view(asked, QualityExemptionDecision(**values), village, today)


async def get(session: AsyncSession, actor: Actor, exemption_id: UUID) -> wire.QualityExemption:
    return _view(*await _visible(session, actor, exemption_id), clock.office_today())


async def _visible(session: AsyncSession, actor: Actor, exemption_id: UUID) -> storage.Exemption:
    found = await storage.visible(session, actor, exemption_id)
    if found is None:
        raise NotFound()
    return found


async def list_exemptions(
    session: AsyncSession,
    actor: Actor,
    area: str | None,
    rule: str | None,
    household_id: UUID | None,
    cursor: str | None,
    limit: int,
) -> Page[wire.QualityExemption]:
    """Requests for households of the actor's scope, and those decided there, newest first."""
    before = paging.decode_id(cursor)
    rows = await storage.list_rows(session, actor, area, rule, household_id, before, limit + 1)
    today = clock.office_today()
    items = [_view(asked, decision, village, today) for asked, decision, village in rows[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(rows) > limit else None)


def _state(asked: QualityExemption, decision: QualityExemptionDecision | None, today: date) -> str:
    if decision is None:
        return "asked"
    if decision.outcome == "refuse":
        return "refused"
    return "granted" if asked.until >= today else "ended"


def _view(
    asked: QualityExemption, decision: QualityExemptionDecision | None, village: str, today: date
) -> wire.QualityExemption:
    stated = ("rule", "reason", "paper_sha256", "until", "asked_by", "asked_office", "asked_on")
    decided = ("opinion", "decided_by", "decided_office", "decided_on")
    return wire.QualityExemption.model_validate(
        {name: getattr(asked, name) for name in stated}
        | {name: None if decision is None else getattr(decision, name) for name in decided}
        | {
            "id": str(asked.id),
            "text": rules.RULES[asked.rule].text,
            "household_id": str(asked.household_id),
            "village_code": village,
            "member_id": None if asked.member_id is None else str(asked.member_id),
            "state": _state(asked, decision, today),
        }
    )
