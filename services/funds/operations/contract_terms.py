"""How contracts are paid: terms stated by one person, approved by another, and the county's ceilings without any."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import claim_stages as rules
from services.funds.domain.days import require_order
from services.funds.domain.parameters import Parameters
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.spending import AlreadyDecided, NotContracted
from services.funds.storage import claim_checks as storage
from services.funds.storage import decisions, parameters, period_closes, project_grants
from services.funds.storage.tables import ContractTerms
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.scope import covers
from shared.refusals import NotFound
from shared.schemas import funds_claim_checks as wire
from shared.schemas.funds import NewDecision
from shared.schemas.wire import Page

CEILINGS = ("advance_rate_max", "progress_rate_max")


async def state(session: AsyncSession, actor: Actor, request: wire.NewContractTerms) -> wire.ContractTerms:
    """State the terms of a project's contract; they hold once another person approved them."""
    versions = await project_grants.versions(session, request.project_code)
    if not versions or not covers(actor.scope, versions[-1].division_code):
        raise NotFound()
    grant = versions[-1]
    if grant.contract_fen is None:
        raise NotContracted(pointer="/project_code")
    require_order(request.stated_on, today=clock.office_today(), pointer="/stated_on")
    values = await parameters.load(session, grant.county_code, request.stated_on)
    terms = rules.Terms(request.other_sources_fen, request.advance_rate, request.progress_rate)
    highest = [values.lowest(name, clock.office_today()).value for name in CEILINGS]
    rules.require_terms(terms, grant.contract_fen, *highest)
    row = ContractTerms(
        county_code=grant.county_code, division_code=grant.division_code, contract_fen=grant.contract_fen,
        state="proposed", **request.model_dump(),
    )  # fmt: skip
    decisions.sign(actor, row)
    await storage.add(session, row)
    audit.record(session, actor, "contract_terms.state", f"contract_terms:{row.id}")
    return _answer(row)


async def decide(session: AsyncSession, actor: Actor, terms_id: int, request: NewDecision) -> wire.ContractTerms:
    """Approve or refuse terms: another person than stated them."""
    row = await storage.visible_terms(session, actor, terms_id)
    if row is None:
        raise NotFound()
    if row.state != "proposed":
        raise AlreadyDecided()
    require_other_person(actor.person, row.entered_person)
    require_order(request.decided_on, today=clock.office_today(), not_before=row.stated_on, pointer="/decided_on")
    await period_closes.require_open(session, row.county_code, request.decided_on)
    row.state = "approved" if request.outcome == "approve" else "refused"
    decisions.record(
        session, actor, row, ("contract_terms", row.id), "decision",
        outcome=request.outcome, opinion=request.opinion, decided_on=request.decided_on,
    )  # fmt: skip
    await session.flush()
    audit.record(session, actor, "contract_terms.decide", f"contract_terms:{row.id}", outcome=request.outcome)
    return _answer(row)


async def terms_for(session: AsyncSession, project_code: str, values: Parameters, *days: date) -> rules.Terms:
    """The terms a claim is held against: those approved last, else the county's ceilings, the lowest of these days."""
    row = await storage.terms_of(session, project_code)
    if row is not None:
        return rules.Terms(row.other_sources_fen, row.advance_rate, row.progress_rate)
    advance, progress = (values.lowest(name, *days).value for name in CEILINGS)
    return rules.Terms(0, advance, progress, stated=False)


async def list_terms(
    session: AsyncSession, actor: Actor, area: str, project_code: str | None, cursor: str | None, limit: int
) -> Page[wire.ContractTerms]:
    after = paging.decode(cursor, int)
    found = await storage.list_terms(session, actor, area, project_code, int(after[0]) if after else None, limit + 1)
    items = [_answer(row) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].contract_terms_id) if len(found) > limit else None)


def _answer(row: ContractTerms) -> wire.ContractTerms:
    own = {"contract_terms_id", "stated_by"}
    values = {name: getattr(row, name) for name in set(wire.ContractTerms.model_fields) - own}
    return wire.ContractTerms(**values, contract_terms_id=row.id, stated_by=row.entered_by)
